// SPDX-License-Identifier: GPL-2.0
/* What quiet rights and scopes hide, of every kind of denial, and what not. */
#include "denials.h"

/*
 * struct hush - a policy of two layers and an operation that the inner one
 * denies
 * @outer, @inner: the layers; the inner one denies to list the root directory
 *	too, which is always logged
 * @kind: the operation
 * @hidden: the log is not told of it
 */
struct hush {
	struct ruleset outer, inner;
	enum denial_kind kind;
	bool hidden;
};

#define LOUD		.fs = FS_READ_DIR
#define LOUD_AND(more)	.fs = FS_READ_DIR | (more)
#define BOTH_SCOPES	(SCOPE_SIGNAL | SCOPE_ABSTRACT_UNIX_SOCKET)
#define QUIET_ON(path)	PATH(path, .flags = ADD_QUIET)
#define OPTIONAL	(FS_TRUNCATE | FS_IOCTL_DEV)

enum {
	FTRUNCATE_QUIET, FTRUNCATE_LOUD, IOCTL_QUIET, IOCTL_LOUD,
	IOCTL_QUIET_OUTER, UDP_QUIET, BIND_LOUD, RULE_THEN_QUIET,
	QUIET_THEN_RULE, QUIET_BELOW_RULE, MKDIR_QUIET, RENAME_QUIET,
	SIGNAL_LOUD, ABSTRACT_QUIET, ABSTRACT_LOUD, SIGIO_QUIET, DGRAM_QUIET,
	PTRACE_LOUD, MOUNT_LOUD,
};

static const struct hush hushes[] = {
	/* What is remembered of open(2): of the right layer, the right right */
	[FTRUNCATE_QUIET] = {
		.outer = { .fs = FS_IOCTL_DEV },
		.inner = { LOUD_AND(FS_TRUNCATE), .quiet_fs = FS_TRUNCATE,
			   .rules = { QUIET_ON("/tmp") } },
		.kind = FTRUNCATE, .hidden = true,
	},
	[FTRUNCATE_LOUD] = {
		.outer = { .fs = OPTIONAL, .quiet_fs = OPTIONAL,
			   .rules = { QUIET_ON("/tmp") } },
		.inner = { LOUD_AND(FS_TRUNCATE) },
		.kind = FTRUNCATE,
	},
	[IOCTL_QUIET] = {
		.outer = { .fs = FS_TRUNCATE },
		.inner = { LOUD_AND(FS_IOCTL_DEV), .quiet_fs = FS_IOCTL_DEV,
			   .rules = { QUIET_ON("/dev/null") } },
		.kind = IOCTL, .hidden = true,
	},
	[IOCTL_LOUD] = {
		.outer = { .fs = FS_TRUNCATE, .quiet_fs = FS_TRUNCATE,
			   .rules = { QUIET_ON("/dev") } },
		.inner = { LOUD_AND(FS_IOCTL_DEV), .quiet_fs = FS_IOCTL_DEV,
			   .rules = { QUIET_ON("/tmp") } },
		.kind = IOCTL,
	},
	[IOCTL_QUIET_OUTER] = {
		.outer = { .fs = FS_IOCTL_DEV, .quiet_fs = FS_IOCTL_DEV,
			   .rules = { QUIET_ON("/dev") } },
		.inner = { LOUD_AND(FS_TRUNCATE) },
		.kind = IOCTL, .hidden = true,
	},
	[UDP_QUIET] = {
		.outer = { .net = NET_BIND_TCP },
		.inner = { LOUD, .net = NET_CONNECT_SEND_UDP,
			   .quiet_net = NET_CONNECT_SEND_UDP,
			   .rules = { PORT(LAB_DECOY, .flags = ADD_QUIET) } },
		.kind = SEND_UDP, .hidden = true,
	},
	/* A right of ports that has the number of a quiet right of files */
	[BIND_LOUD] = {
		.outer = { .fs = FS_EXECUTE },
		.inner = { LOUD_AND(FS_EXECUTE), .quiet_fs = FS_EXECUTE,
			   .net = NET_BIND_TCP | NET_CONNECT_TCP,
			   .quiet_net = NET_CONNECT_TCP,
			   .rules = { PORT(LAB_DECOY, .flags = ADD_QUIET),
				      QUIET_ON("/") } },
		.kind = BIND_TCP,
	},
	/* Quiet is quiet: what other rules there are takes nothing back. */
	[RULE_THEN_QUIET] = {
		.outer = { .fs = FS_EXECUTE },
		.inner = { LOUD_AND(FS_READ_FILE | FS_WRITE_FILE),
			   .quiet_fs = FS_READ_FILE,
			   .rules = { PATH("/dev", .access = FS_WRITE_FILE),
				      QUIET_ON("/dev") } },
		.kind = OPEN_READ, .hidden = true,
	},
	[QUIET_THEN_RULE] = {
		.outer = { .fs = FS_EXECUTE },
		.inner = { LOUD_AND(FS_READ_FILE | FS_WRITE_FILE),
			   .quiet_fs = FS_READ_FILE,
			   .rules = { QUIET_ON("/dev"),
				      PATH("/dev", .access = FS_WRITE_FILE) } },
		.kind = OPEN_READ, .hidden = true,
	},
	[QUIET_BELOW_RULE] = {
		.outer = { .fs = FS_EXECUTE },
		.inner = { LOUD_AND(FS_READ_FILE | FS_WRITE_FILE),
			   .quiet_fs = FS_READ_FILE,
			   .rules = { QUIET_ON("/dev/null"),
				      PATH("/", .access = FS_WRITE_FILE) } },
		.kind = OPEN_READ, .hidden = true,
	},
	[MKDIR_QUIET] = {
		.outer = { .fs = FS_EXECUTE },
		.inner = { LOUD_AND(FS_MAKE_DIR), .quiet_fs = FS_MAKE_DIR,
			   .rules = { QUIET_ON("/tmp") } },
		.kind = MAKE_DIR, .hidden = true,
	},
	[RENAME_QUIET] = {
		.outer = { .net = NET_BIND_TCP },
		.inner = { LOUD_AND(FS_REFER), .quiet_fs = FS_REFER,
			   .rules = { QUIET_ON("/tmp") } },
		.kind = LINK, .hidden = true,
	},
	/* Each scope for itself; and what is neither is never quiet. */
	[SIGNAL_LOUD] = {
		.outer = { .scoped = BOTH_SCOPES,
			   .quiet_scoped = BOTH_SCOPES },
		.inner = { LOUD, .scoped = BOTH_SCOPES,
			   .quiet_scoped = SCOPE_ABSTRACT_UNIX_SOCKET },
		.kind = SIGNAL,
	},
	[ABSTRACT_QUIET] = {
		.outer = { .scoped = BOTH_SCOPES },
		.inner = { LOUD, .scoped = BOTH_SCOPES,
			   .quiet_scoped = SCOPE_ABSTRACT_UNIX_SOCKET },
		.kind = ABSTRACT, .hidden = true,
	},
	[ABSTRACT_LOUD] = {
		.outer = { .scoped = BOTH_SCOPES,
			   .quiet_scoped = BOTH_SCOPES },
		.inner = { LOUD, .scoped = BOTH_SCOPES,
			   .quiet_scoped = SCOPE_SIGNAL },
		.kind = ABSTRACT,
	},
	[SIGIO_QUIET] = {
		.outer = { .fs = FS_EXECUTE },
		.inner = { LOUD, .scoped = SCOPE_SIGNAL,
			   .quiet_scoped = SCOPE_SIGNAL },
		.kind = SIGNAL_IO, .hidden = true,
	},
	[DGRAM_QUIET] = {
		.outer = { .fs = FS_EXECUTE },
		.inner = { LOUD, .scoped = BOTH_SCOPES,
			   .quiet_scoped = SCOPE_ABSTRACT_UNIX_SOCKET },
		.kind = ABSTRACT_DGRAM, .hidden = true,
	},
	[PTRACE_LOUD] = {
		.outer = { .fs = FS_EXECUTE },
		.inner = { LOUD_AND(FS_EXECUTE), .scoped = BOTH_SCOPES,
			   .quiet_fs = FS_EXECUTE,
			   .quiet_scoped = BOTH_SCOPES,
			   .rules = { QUIET_ON("/") } },
		.kind = SEIZE,
	},
	[MOUNT_LOUD] = {
		.outer = { .fs = FS_EXECUTE },
		.inner = { LOUD_AND(FS_MAKE_CHAR), .scoped = BOTH_SCOPES,
			   .quiet_fs = FS_MAKE_CHAR,
			   .quiet_scoped = BOTH_SCOPES,
			   .rules = { QUIET_ON("/") } },
		.kind = MOUNT,
	},
};

static int enforce_both(struct scene *scene)
{
	const struct hush *hush = &hushes[scene->variant->arg];

	return enforce_set(scene, &hush->outer) ?:
	       enforce_set(scene, &hush->inner);
}

static int hidden_or_not(struct scene *scene)
{
	const struct hush *hush = &hushes[scene->variant->arg];
	const char *const name = denials[hush->kind].name;
	const int error = denial_do(scene, hush->kind);
	struct audit_log log;
	int loud;

	if (error < 0)
		return error;
	if (!hush->hidden)
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

#define HUSH_CASE							\
	A_LOG_CASE,							\
	.worlds	  = W(CONTROL) | W(DENY),				\
	.enforce  = enforce_both,					\
	.scene	  = denial_scene,					\
	.attempt  = hidden_or_not

static const struct variant rights[] = {
	{ "", .arg = FTRUNCATE_QUIET },
	{ "ftruncate_loud", .arg = FTRUNCATE_LOUD },
	{ "ioctl", .arg = IOCTL_QUIET },
	{ "ioctl_loud", .arg = IOCTL_LOUD },
	{ "ioctl_outer", .arg = IOCTL_QUIET_OUTER },
	{ "udp", .arg = UDP_QUIET },
	{ "bind_loud", .arg = BIND_LOUD },
	{ "rule_then_quiet", .arg = RULE_THEN_QUIET },
	{ "quiet_then_rule", .arg = QUIET_THEN_RULE },
	{ "quiet_below_rule", .arg = QUIET_BELOW_RULE },
	{ "mkdir", .arg = MKDIR_QUIET },
	{ NULL }
};

CASE("log.audit.quiet_right",
	.claim	  = "a quiet rule hides the denials of its rights on its object, and no others",
	HUSH_CASE,
	.promise  = { LOGGED },
	.covers	  = "add.quiet field.quiet_access_fs field.quiet_access_net",
	.variants = rights,
	.source	  = "landlock.h: LANDLOCK_ADD_RULE_QUIET; log.c, is_denial_quieted");

static const struct variant reparented[] = {
	{ "", .arg = RENAME_QUIET },
	{ NULL }
};

CASE("log.audit.quiet_refer",
	.claim	  = "a quiet rule hides a denied reparenting",
	HUSH_CASE,
	.promise  = { LOGGED },
	.covers	  = "add.quiet field.quiet_access_fs",
	.variants = reparented,
	.source	  = "landlock.h: LANDLOCK_ADD_RULE_QUIET; log.c, is_denial_quieted");

static const struct variant scopes[] = {
	{ "", .arg = ABSTRACT_QUIET },
	{ "abstract_loud", .arg = ABSTRACT_LOUD },
	{ "abstract_dgram", .arg = DGRAM_QUIET },
	{ "signal_loud", .arg = SIGNAL_LOUD },
	{ "sigio", .arg = SIGIO_QUIET },
	{ "ptrace_loud", .arg = PTRACE_LOUD },
	{ "mount_loud", .arg = MOUNT_LOUD },
	{ NULL }
};

CASE("log.audit.quiet_scoped",
	.claim	  = "a quiet scope hides its own denials, and no others",
	HUSH_CASE,
	.promise  = { LOGGED },
	.covers	  = "field.quiet_scoped",
	.variants = scopes,
	.source	  = "landlock.h: quiet_scoped; log.c, is_denial_quieted");
