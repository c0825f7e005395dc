// SPDX-License-Identifier: GPL-2.0
/* The first and the last of sixteen layers count for every kind of check. */
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "domain.h"
#include "bricks/target.h"
#include "bricks/unix.h"

/* .arg of a variant: an entry of the table, and which layer it is */
#define FIRST(entry)	((entry) << 8 | 1)
#define LAST(entry)	((entry) << 8 | LAYERS_MAX)

/*
 * struct check - what one layer denies and the other fifteen grant
 * @layer: that layer
 * @op: what it denies
 */
struct check {
	struct ruleset layer;
	int (*op)(struct scene *scene);
};

static int truncate_open_file(struct scene *scene)
{
	const int fd = open("other/file", O_WRONLY | O_CLOEXEC);

	(void)scene;
	return fd < 0 ? errno : errno_of(ftruncate(fd, 0));
}

static int ask_terminal(struct scene *scene)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct termios termios;

	(void)scene;
	if (fd < 0)
		return errno;
	return ioctl(fd, TCGETS, &termios) && errno != ENOTTY ? errno : 0;
}

static int bind_port_number(struct scene *scene)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(LAB_DECOY),
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return scene_needs(scene, "inet") ?: BROKEN;
	return errno_of(bind(fd, (const struct sockaddr *)&at, sizeof(at)));
}

static int call_path(struct scene *scene)
{
	return unix_call("socket", SOCK_STREAM) ?:
	       unix_heard(scene->fd[1]) ? WORKED : NO_EFFECT;
}

static int move_file(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("dir/file", "other/moved"));
}

static int call_abstract(struct scene *scene)
{
	return unix_call(scene->text, SOCK_STREAM) ?:
	       unix_heard(scene->fd[2]) ? WORKED : NO_EFFECT;
}

enum {
	TRUNCATES, IOCTLS, BINDS, RESOLVES, MAKES, REFERS, GAINS,
	SIGNALS, CALLS,
};

static const struct check checks[] = {
	[TRUNCATES] = { { .fs = FS_TRUNCATE }, truncate_open_file },
	[IOCTLS] = { { .fs = FS_IOCTL_DEV }, ask_terminal },
	[BINDS] = { { .net = NET_BIND_TCP }, bind_port_number },
	[RESOLVES] = { { .fs = FS_RESOLVE_UNIX }, call_path },
	[MAKES] = { {
		.fs = FS_MAKE_REG | FS_REFER,
		.rules = { PATH("dir", .access = FS_MAKE_REG | FS_REFER),
			   PATH("other", .access = FS_REFER) },
	}, move_file },
	[REFERS] = { {
		.fs = FS_REFER, .rules = { PATH("dir", .access = FS_REFER) },
	}, move_file },
	[GAINS] = { {
		.fs = FS_READ_FILE | FS_REFER,
		.rules = { PATH("dir", .access = FS_REFER),
			   PATH("other", .access = FS_READ_FILE | FS_REFER) },
	}, move_file },
	[SIGNALS] = { { .scoped = SCOPE_SIGNAL }, target_kill },
	[CALLS] = { { .scoped = SCOPE_ABSTRACT_UNIX_SOCKET }, call_abstract },
};

static int objects(struct scene *scene)
{
	int ret = domain_files(scene) ?: target_start(scene, 0);

	unix_random_name(scene->text, sizeof(scene->text));
	scene->fd[1] = unix_serve("socket", SOCK_STREAM);
	scene->fd[2] = unix_serve(scene->text, SOCK_STREAM);
	return ret ?: scene->fd[1] < 0 ? -scene->fd[1] :
	       scene->fd[2] < 0 ? -scene->fd[2] : 0;
}

/* Every layer denies REFER by itself, so the others grant it. */
static int one_of_sixteen(struct scene *scene)
{
	static const struct ruleset granting = {
		.fs = FS_REFER, .rules = { PATH("/", .access = FS_REFER) },
	};
	const struct check *check = &checks[scene->variant->arg >> 8];
	const int which = scene->variant->arg & 0xff;
	int i, ret = 0;

	for (i = 1; i <= LAYERS_MAX && !ret; i++)
		ret = enforce_ruleset(scene, i == which ? &check->layer :
							 &granting);
	return ret;
}

static int denied_by_one(struct scene *scene)
{
	return checks[scene->variant->arg >> 8].op(scene);
}

#define SIXTEEN_CASE							\
	.worlds	  = W(CONTROL) | W(DENY),				\
	.scene	  = objects,						\
	.enforce  = one_of_sixteen,					\
	.attempt  = denied_by_one,					\
	.source	  = "userspace-api/landlock: Ruleset layers"

static const struct variant not_permitted[] = {
	{ "", .arg = LAST(TRUNCATES) },
	{ "truncate_first", .arg = FIRST(TRUNCATES) },
	{ "ioctl", .arg = LAST(IOCTLS) },
	{ "ioctl_first", .arg = FIRST(IOCTLS) },
	{ "bind", .arg = LAST(BINDS) },
	{ "bind_first", .arg = FIRST(BINDS) },
	{ "make", .arg = LAST(MAKES) },
	{ "make_first", .arg = FIRST(MAKES) },
	{ NULL }
};

CASE("domain.layers.last_denies",
	.claim	  = "what one of sixteen layers denies, the first or the last one",
	.covers	  = "fs.truncate fs.ioctl_dev net.bind_tcp",
	.promise  = { DENIED(EACCES) },
	.variants = not_permitted,
	SIXTEEN_CASE);

static const struct variant not_resolved[] = {
	{ "", .arg = LAST(RESOLVES) },
	{ "first", .arg = FIRST(RESOLVES) },
	{ NULL }
};

CASE("domain.layers.last_denies_unix",
	.claim	  = "connect(2) to a path that one of sixteen layers denies",
	.covers	  = "fs.resolve_unix",
	.promise  = { DENIED(EACCES) },
	.variants = not_resolved,
	SIXTEEN_CASE);

static const struct variant not_referred[] = {
	{ "", .arg = LAST(GAINS) },
	{ "gain_first", .arg = FIRST(GAINS) },
	{ "refer", .arg = LAST(REFERS) },
	{ "refer_first", .arg = FIRST(REFERS) },
	{ NULL }
};

CASE("domain.layers.last_denies_refer",
	.claim	  = "a reparenting that one of sixteen layers denies",
	.covers	  = "fs.refer",
	.promise  = { DENIED(EXDEV) },
	.variants = not_referred,
	SIXTEEN_CASE);

static const struct variant not_reached[] = {
	{ "", .arg = LAST(SIGNALS) },
	{ "signal_first", .arg = FIRST(SIGNALS) },
	{ "abstract", .arg = LAST(CALLS) },
	{ "abstract_first", .arg = FIRST(CALLS) },
	{ NULL }
};

CASE("domain.layers.last_denies_scope",
	.claim	  = "what is out of the scope of one of sixteen layers",
	.covers	  = "scope.signal scope.abstract_unix_socket",
	.promise  = { DENIED(EPERM) },
	.variants = not_reached,
	SIXTEEN_CASE);
