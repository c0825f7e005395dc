// SPDX-License-Identifier: GPL-2.0
/* What quiet rights and scopes hide, of every kind of denial, and what not. */
#include "denials.h"

/*
 * struct quiet_policy - a policy of two layers, and an operation that the inner
 * one denies
 * @outer, @inner: the layers; the inner one denies to list the root directory
 *	too, which is always logged
 * @kind: the operation
 * @hidden: the log is not told of it
 */
struct quiet_policy {
	struct ruleset outer, inner;
	enum denial_kind kind;
	bool hidden;
};

#define LOUD		.fs = FS_READ_DIR
#define LOUD_AND(more)	.fs = FS_READ_DIR | (more)
#define BOTH_SCOPES	(SCOPE_SIGNAL | SCOPE_ABSTRACT_UNIX_SOCKET)
#define QUIET_ON(path)	PATH(path, .flags = ADD_QUIET)
#define OPTIONAL	(FS_TRUNCATE | FS_IOCTL_DEV)

/* What is remembered of open(2): of the right layer, the right right */
static const struct quiet_policy ftruncate_quiet = {
	.outer = { .fs = FS_IOCTL_DEV },
	.inner = { LOUD_AND(FS_TRUNCATE), .quiet_fs = FS_TRUNCATE,
		   .rules = { QUIET_ON("/tmp") } },
	.kind = FTRUNCATE, .hidden = true,
};

static const struct quiet_policy ftruncate_loud = {
	.outer = { .fs = OPTIONAL, .quiet_fs = OPTIONAL,
		   .rules = { QUIET_ON("/tmp") } },
	.inner = { LOUD_AND(FS_TRUNCATE) },
	.kind = FTRUNCATE,
};

static const struct quiet_policy ioctl_quiet = {
	.outer = { .fs = FS_TRUNCATE },
	.inner = { LOUD_AND(FS_IOCTL_DEV), .quiet_fs = FS_IOCTL_DEV,
		   .rules = { QUIET_ON("/dev/null") } },
	.kind = IOCTL, .hidden = true,
};

static const struct quiet_policy ioctl_loud = {
	.outer = { .fs = FS_TRUNCATE, .quiet_fs = FS_TRUNCATE,
		   .rules = { QUIET_ON("/dev") } },
	.inner = { LOUD_AND(FS_IOCTL_DEV), .quiet_fs = FS_IOCTL_DEV,
		   .rules = { QUIET_ON("/tmp") } },
	.kind = IOCTL,
};

static const struct quiet_policy ioctl_quiet_outer = {
	.outer = { .fs = FS_IOCTL_DEV, .quiet_fs = FS_IOCTL_DEV,
		   .rules = { QUIET_ON("/dev") } },
	.inner = { LOUD_AND(FS_TRUNCATE) },
	.kind = IOCTL, .hidden = true,
};

static const struct quiet_policy udp_quiet = {
	.outer = { .net = NET_BIND_TCP },
	.inner = { LOUD, .net = NET_CONNECT_SEND_UDP,
		   .quiet_net = NET_CONNECT_SEND_UDP,
		   .rules = { PORT(LAB_DECOY, .flags = ADD_QUIET) } },
	.kind = SEND_UDP, .hidden = true,
};

/* A right of ports that has the number of a quiet right of files */
static const struct quiet_policy bind_loud = {
	.outer = { .fs = FS_EXECUTE },
	.inner = { LOUD_AND(FS_EXECUTE), .quiet_fs = FS_EXECUTE,
		   .net = NET_BIND_TCP | NET_CONNECT_TCP,
		   .quiet_net = NET_CONNECT_TCP,
		   .rules = { PORT(LAB_DECOY, .flags = ADD_QUIET),
			      QUIET_ON("/") } },
	.kind = BIND_TCP,
};

/* A rule that is quiet stays quiet, whatever other rules there are. */
static const struct quiet_policy rule_then_quiet = {
	.outer = { .fs = FS_EXECUTE },
	.inner = { LOUD_AND(FS_READ_FILE | FS_WRITE_FILE),
		   .quiet_fs = FS_READ_FILE,
		   .rules = { PATH("/dev", .access = FS_WRITE_FILE),
			      QUIET_ON("/dev") } },
	.kind = OPEN_READ, .hidden = true,
};

static const struct quiet_policy quiet_then_rule = {
	.outer = { .fs = FS_EXECUTE },
	.inner = { LOUD_AND(FS_READ_FILE | FS_WRITE_FILE),
		   .quiet_fs = FS_READ_FILE,
		   .rules = { QUIET_ON("/dev"),
			      PATH("/dev", .access = FS_WRITE_FILE) } },
	.kind = OPEN_READ, .hidden = true,
};

static const struct quiet_policy quiet_below_rule = {
	.outer = { .fs = FS_EXECUTE },
	.inner = { LOUD_AND(FS_READ_FILE | FS_WRITE_FILE),
		   .quiet_fs = FS_READ_FILE,
		   .rules = { QUIET_ON("/dev/null"),
			      PATH("/", .access = FS_WRITE_FILE) } },
	.kind = OPEN_READ, .hidden = true,
};

static const struct quiet_policy mkdir_quiet = {
	.outer = { .fs = FS_EXECUTE },
	.inner = { LOUD_AND(FS_MAKE_DIR), .quiet_fs = FS_MAKE_DIR,
		   .rules = { QUIET_ON("/tmp") } },
	.kind = MAKE_DIR, .hidden = true,
};

static const struct quiet_policy rename_quiet = {
	.outer = { .net = NET_BIND_TCP },
	.inner = { LOUD_AND(FS_REFER), .quiet_fs = FS_REFER,
		   .rules = { QUIET_ON("/tmp") } },
	.kind = LINK, .hidden = true,
};

/*
 * Each scope is made quiet by itself. A denial that is about no scope never is.
 */
static const struct quiet_policy signal_loud = {
	.outer = { .scoped = BOTH_SCOPES,
		   .quiet_scoped = BOTH_SCOPES },
	.inner = { LOUD, .scoped = BOTH_SCOPES,
		   .quiet_scoped = SCOPE_ABSTRACT_UNIX_SOCKET },
	.kind = SIGNAL,
};

static const struct quiet_policy abstract_quiet = {
	.outer = { .scoped = BOTH_SCOPES },
	.inner = { LOUD, .scoped = BOTH_SCOPES,
		   .quiet_scoped = SCOPE_ABSTRACT_UNIX_SOCKET },
	.kind = ABSTRACT, .hidden = true,
};

static const struct quiet_policy abstract_loud = {
	.outer = { .scoped = BOTH_SCOPES,
		   .quiet_scoped = BOTH_SCOPES },
	.inner = { LOUD, .scoped = BOTH_SCOPES,
		   .quiet_scoped = SCOPE_SIGNAL },
	.kind = ABSTRACT,
};

static const struct quiet_policy sigio_quiet = {
	.outer = { .fs = FS_EXECUTE },
	.inner = { LOUD, .scoped = SCOPE_SIGNAL,
		   .quiet_scoped = SCOPE_SIGNAL },
	.kind = SIGNAL_IO, .hidden = true,
};

static const struct quiet_policy dgram_quiet = {
	.outer = { .fs = FS_EXECUTE },
	.inner = { LOUD, .scoped = BOTH_SCOPES,
		   .quiet_scoped = SCOPE_ABSTRACT_UNIX_SOCKET },
	.kind = ABSTRACT_DGRAM, .hidden = true,
};

static const struct quiet_policy ptrace_loud = {
	.outer = { .fs = FS_EXECUTE },
	.inner = { LOUD_AND(FS_EXECUTE), .scoped = BOTH_SCOPES,
		   .quiet_fs = FS_EXECUTE,
		   .quiet_scoped = BOTH_SCOPES,
		   .rules = { QUIET_ON("/") } },
	.kind = SEIZE,
};

static const struct quiet_policy mount_loud = {
	.outer = { .fs = FS_EXECUTE },
	.inner = { LOUD_AND(FS_MAKE_CHAR), .scoped = BOTH_SCOPES,
		   .quiet_fs = FS_MAKE_CHAR,
		   .quiet_scoped = BOTH_SCOPES,
		   .rules = { QUIET_ON("/") } },
	.kind = MOUNT,
};

static int scene(struct scene *scene)
{
	const struct quiet_policy *policy = scene->variant->data;

	return denial_scene(scene, policy->kind);
}

static int enforce_both(struct scene *scene)
{
	const struct quiet_policy *policy = scene->variant->data;

	return enforce_set(scene, &policy->outer) ?:
	       enforce_set(scene, &policy->inner);
}

static int hidden_or_not(struct scene *scene)
{
	const struct quiet_policy *policy = scene->variant->data;
	const char *const name = denials[policy->kind].name;
	const int error = denial_do(scene, policy->kind);
	struct audit_log log;
	int loud;

	if (error < 0)
		return error;
	if (!policy->hidden)
		return was_logged(scene, error, name, NULL);
	loud = open_root();
	if (audit_read(scene, &log))
		return CANNOT;
	if (!error || !loud)
		return WORKED;
	if (log.accesses == 1 &&
	    line_says(log.access[0], "blockers=fs.read_dir path=\"/\""))
		return LOG_RIGHT;
	remark(scene, "%d records, the first: %.180s", log.accesses,
	       log.accesses ? log.access[0] : "none");
	return LOG_WRONG;
}

#define QUIET_CASE							\
	A_LOG_CASE,							\
	.worlds	  = W(CONTROL) | W(DENY),				\
	.enforce  = enforce_both,					\
	.scene	  = scene,						\
	.attempt  = hidden_or_not

static const struct variant rights[] = {
	{ "", .data = &ftruncate_quiet },
	{ "ftruncate_loud", .data = &ftruncate_loud },
	{ "ioctl", .data = &ioctl_quiet },
	{ "ioctl_loud", .data = &ioctl_loud },
	{ "ioctl_outer", .data = &ioctl_quiet_outer },
	{ "udp", .data = &udp_quiet },
	{ "bind_loud", .data = &bind_loud },
	{ "rule_then_quiet", .data = &rule_then_quiet },
	{ "quiet_then_rule", .data = &quiet_then_rule },
	{ "quiet_below_rule", .data = &quiet_below_rule },
	{ "mkdir", .data = &mkdir_quiet },
	{ NULL }
};

CASE("log.audit.quiet_right",
	.claim	  = "a quiet rule hides the denials of its rights on its object, and no others",
	QUIET_CASE,
	.promise  = { LOGGED },
	.covers	  = "add.quiet field.quiet_access_fs field.quiet_access_net",
	.variants = rights,
	.source	  = "landlock.h: LANDLOCK_ADD_RULE_QUIET; log.c, is_denial_quieted");

static const struct variant reparented[] = {
	{ "", .data = &rename_quiet },
	{ NULL }
};

CASE("log.audit.quiet_refer",
	.claim	  = "a quiet rule hides a denied reparenting",
	QUIET_CASE,
	.promise  = { LOGGED },
	.covers	  = "add.quiet field.quiet_access_fs",
	.variants = reparented,
	.source	  = "landlock.h: LANDLOCK_ADD_RULE_QUIET; log.c, is_denial_quieted");

static const struct variant scopes[] = {
	{ "", .data = &abstract_quiet },
	{ "abstract_loud", .data = &abstract_loud },
	{ "abstract_dgram", .data = &dgram_quiet },
	{ "signal_loud", .data = &signal_loud },
	{ "sigio", .data = &sigio_quiet },
	{ "ptrace_loud", .data = &ptrace_loud },
	{ "mount_loud", .data = &mount_loud },
	{ NULL }
};

CASE("log.audit.quiet_scoped",
	.claim	  = "a quiet scope hides its own denials, and no others",
	QUIET_CASE,
	.promise  = { LOGGED },
	.covers	  = "field.quiet_scoped",
	.variants = scopes,
	.source	  = "landlock.h: quiet_scoped; log.c, is_denial_quieted");
