// SPDX-License-Identifier: GPL-2.0
/*
 * LANDLOCK_ACCESS_FS_RESOLVE_UNIX: a server's domain is that of who made its
 * socket, whoever binds it and listens.
 */
#include <sys/stat.h>

#include "bricks/meeting.h"
#include "resolve_unix_server.h"

#define F_CRED "security/landlock/fs.c, hook_unix_find: f_cred"

static const struct variant types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "seqpacket", .arg = SOCK_SEQPACKET },
	{ "dgram", .arg = SOCK_DGRAM },
	{ NULL }
};

static int bind_and_listen(int fd, const char *name, int type)
{
	struct sockaddr_un to;
	const socklen_t len = unix_address(name, &to);

	if (bind(fd, (struct sockaddr *)&to, len) ||
	    (type != SOCK_DGRAM && listen(fd, 1)))
		return errno;
	return 0;
}

/* fd[2]: a socket of the scene, which the sandbox binds */
static int unbound_server(struct scene *scene)
{
	scene->fd[2] = socket(AF_UNIX, scene->variant->arg, 0);
	return scene->fd[2] < 0 ? errno : resolve_stream_server(scene);
}

static int bind_and_call(struct scene *scene)
{
	const int type = scene->variant->arg;
	const int error = bind_and_listen(scene->fd[2], "dir/inside", type);

	if (error)
		return broken(scene, "bind: %s", strerrorname_np(error));
	return unix_call("dir/inside", type);
}

static bool heard_inside(struct scene *scene)
{
	return unix_heard(scene->fd[2]);
}

CASE("fs.resolve_unix.bound_inside",
	.claim	  = "connect(2) to a pathname socket created outside and bound inside",
	.guard	  = FS(RESOLVE_UNIX),
	.uses	  = { .fs = FS_MAKE_SOCK },
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = types,
	.scene	  = unbound_server,
	.attempt  = bind_and_call,
	.effect	  = heard_inside,
	.source	  = DOC_RESOLVE ": created outside of the domain; " F_CRED);

/* Somebody outside binds the socket that the sandbox hands over. */
static int binder_outside(struct scene *scene)
{
	const int ret = resolve_stream_server(scene) ?:
			errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0,
					    scene->fd + 2));

	meeting_init(scene);
	if (!ret && scene_fork(scene) == 0) {
		scene->value[1] = bind_and_listen(unix_receive(scene->fd[3]),
						  "dir/outside",
						  scene->variant->arg);
		chmod("dir/outside", 0777);
		wake(scene, 0);
		await(scene, 1);
		_exit(0);
	}
	return ret;
}

static int call_bound_outside(struct scene *scene)
{
	const int type = scene->variant->arg;
	const int own = socket(AF_UNIX, type, 0);
	int ret = unix_pass(scene->fd[2], own) ?: await(scene, 0);

	if (ret || scene->value[1])
		return broken(scene, "nobody binds the socket");
	ret = unix_call_own("dir/outside", type, own);
	wake(scene, 1);
	return ret;
}

CASE("fs.resolve_unix.bound_outside",
	.claim	  = "connect(2) to a pathname socket created inside and bound outside",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { ALLOWED },
	.variants = types,
	.scene	  = binder_outside,
	.witness  = resolve_refused,
	.attempt  = call_bound_outside,
	.source	  = DOC_RESOLVE ": created outside of the domain; " F_CRED);
