// SPDX-License-Identifier: GPL-2.0
/* The first and the last of sixteen layers count for every kind of check. */
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "domain.h"
#include "bricks/target.h"
#include "bricks/unix.h"

/* .arg of a variant: which layer is the denying one */
enum { FIRST = 1, LAST = LAYERS_MAX };

/*
 * struct check - what one layer denies and the other fifteen grant: .data of a
 * variant
 * @layer: that layer
 * @op: what it denies
 * @near: the others grant it on the very directories, and not on their root
 */
struct check {
	struct ruleset layer;
	int (*op)(struct scene *scene);
	bool near;
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

static const struct check truncates = {
	{ .fs = FS_TRUNCATE }, truncate_open_file
};

static const struct check ioctls = { { .fs = FS_IOCTL_DEV }, ask_terminal };

static const struct check binds = { { .net = NET_BIND_TCP }, bind_port_number };

static const struct check resolves = { { .fs = FS_RESOLVE_UNIX }, call_path };

static const struct check makes = {
	{ .fs = FS_MAKE_REG | FS_REFER,
	  .rules = { PATH("dir", .access = FS_MAKE_REG | FS_REFER),
		     PATH("other", .access = FS_REFER) } }, move_file
};

/* Nothing is left to find above: the kernel decides before it walks on. */
static const struct check makes_near = {
	{ .fs = FS_MAKE_REG | FS_REFER,
	  .rules = { PATH("dir", .access = FS_MAKE_REG | FS_REFER),
		     PATH("other", .access = FS_REFER) } },
	move_file, .near = true
};

static const struct check refers = {
	{ .fs = FS_REFER, .rules = { PATH("dir", .access = FS_REFER) } },
	move_file
};

static const struct check gains = {
	{ .fs = FS_READ_FILE | FS_REFER,
	  .rules = { PATH("dir", .access = FS_REFER),
		     PATH("other", .access = FS_READ_FILE | FS_REFER) } },
	move_file
};

static const struct check signals = {
	{ .scoped = SCOPE_SIGNAL }, target_kill
};

static const struct check calls = {
	{ .scoped = SCOPE_ABSTRACT_UNIX_SOCKET }, call_abstract
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
	static const struct ruleset granting_near = {
		.fs = FS_REFER,
		.rules = { PATH("dir", .access = FS_REFER),
			   PATH("other", .access = FS_REFER) },
	};
	const struct check *check = scene->variant->data;
	const int which = scene->variant->arg;
	int i, ret = 0;

	for (i = 1; i <= LAYERS_MAX && !ret; i++)
		ret = enforce_ruleset(scene, i == which ? &check->layer :
				      check->near ? &granting_near : &granting);
	return ret;
}

static int denied_by_one(struct scene *scene)
{
	const struct check *check = scene->variant->data;

	return check->op(scene);
}

#define SIXTEEN_CASE							\
	.worlds	  = W(CONTROL) | W(DENY),				\
	.scene	  = objects,						\
	.enforce  = one_of_sixteen,					\
	.attempt  = denied_by_one,					\
	.source	  = "userspace-api/landlock: Ruleset layers"

static const struct variant not_permitted[] = {
	{ "", .arg = LAST, .data = &truncates },
	{ "truncate_first", .arg = FIRST, .data = &truncates },
	{ "ioctl", .arg = LAST, .data = &ioctls },
	{ "ioctl_first", .arg = FIRST, .data = &ioctls },
	{ "bind", .arg = LAST, .data = &binds },
	{ "bind_first", .arg = FIRST, .data = &binds },
	{ "make", .arg = LAST, .data = &makes },
	{ "make_first", .arg = FIRST, .data = &makes },
	{ "make_near", .arg = LAST, .data = &makes_near },
	{ "make_near_first", .arg = FIRST, .data = &makes_near },
	{ NULL }
};

CASE("domain.layers.last_denies",
	.claim	  = "an operation that only the first or only the last of sixteen layers denies",
	.covers	  = "fs.truncate fs.ioctl_dev net.bind_tcp",
	.promise  = { DENIED(EACCES) },
	.variants = not_permitted,
	SIXTEEN_CASE);

static const struct variant not_resolved[] = {
	{ "", .arg = LAST, .data = &resolves },
	{ "first", .arg = FIRST, .data = &resolves },
	{ NULL }
};

CASE("domain.layers.last_denies_unix",
	.claim	  = "connect(2) to a path that one of sixteen layers denies",
	.covers	  = "fs.resolve_unix",
	.promise  = { DENIED(EACCES) },
	.variants = not_resolved,
	SIXTEEN_CASE);

static const struct variant not_referred[] = {
	{ "", .arg = LAST, .data = &gains },
	{ "gain_first", .arg = FIRST, .data = &gains },
	{ "refer", .arg = LAST, .data = &refers },
	{ "refer_first", .arg = FIRST, .data = &refers },
	{ NULL }
};

CASE("domain.layers.last_denies_refer",
	.claim	  = "a reparenting that one of sixteen layers denies",
	.covers	  = "fs.refer",
	.promise  = { DENIED(EXDEV) },
	.variants = not_referred,
	SIXTEEN_CASE);

static const struct variant not_reached[] = {
	{ "", .arg = LAST, .data = &signals },
	{ "signal_first", .arg = FIRST, .data = &signals },
	{ "abstract", .arg = LAST, .data = &calls },
	{ "abstract_first", .arg = FIRST, .data = &calls },
	{ NULL }
};

CASE("domain.layers.last_denies_scope",
	.claim	  = "a signal or a connection that only one of sixteen layers denies by its scope",
	.covers	  = "scope.signal scope.abstract_unix_socket",
	.promise  = { DENIED(EPERM) },
	.variants = not_reached,
	SIXTEEN_CASE);
