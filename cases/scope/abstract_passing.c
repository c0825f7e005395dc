// SPDX-License-Identifier: GPL-2.0
/* UNIX sockets that cross the border of a scope: whose are they? */
#include "abstract.h"

static const struct variant types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "seqpacket", .arg = SOCK_SEQPACKET },
	{ "dgram", .arg = SOCK_DGRAM },
	{ NULL }
};

/* fd[0] hears, fd[2] is the sandbox's end of the channel. */
static int channel(struct scene *scene)
{
	return abstract_server(scene) ?:
	       errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0, scene->fd + 2));
}

static int connection_in_flight(struct scene *scene)
{
	const int fd = abstract_client(scene->variant->arg);
	const int ret = channel(scene) ?: unix_connect(fd, scene->text) ?:
			unix_pass(scene->fd[3], fd);

	close(fd);
	return ret;
}

static int send_on_received(struct scene *scene)
{
	const int fd = unix_receive(scene->fd[2]);

	if (fd < 0)
		return broken(scene, "no descriptor arrived");
	return unix_send(fd, NULL);
}

static int call_outside(struct scene *scene)
{
	return unix_call(scene->text, scene->variant->arg);
}

CASE("scope.abstract_unix.scm_rights",
	.claim	  = "a message on a connection received by SCM_RIGHTS",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.variants = types,
	.bare	  = true,
	.scene	  = connection_in_flight,
	.witness  = call_outside,
	.attempt  = send_on_received,
	.effect	  = abstract_heard,
	.source	  = DOC_ABSTRACT ": a connection made is not restricted");

/* Somebody outside binds the socket that the sandbox hands over. */
static int binder_outside(struct scene *scene)
{
	const int ret = channel(scene);

	meeting_init(scene);
	unix_random_name(scene->text + 128, sizeof(scene->text) - 128);
	if (!ret && scene_fork(scene) == 0) {
		const int fd = unix_receive(scene->fd[3]);
		struct sockaddr_un name;
		const socklen_t len = unix_address(scene->text + 128, &name);

		scene->value[1] = bind(fd, (struct sockaddr *)&name, len) ||
			(scene->variant->arg != SOCK_DGRAM && listen(fd, 1));
		wake(scene, 0);
		await(scene, 1);
		_exit(0);
	}
	return ret;
}

static int call_bound_outside(struct scene *scene)
{
	const int own = abstract_client(scene->variant->arg);
	int ret = unix_pass(scene->fd[2], own) ?: await(scene, 0);

	if (ret || scene->value[1])
		return broken(scene, "nobody binds the socket");
	ret = unix_call_own(scene->text + 128, scene->variant->arg, own);
	wake(scene, 1);
	return ret;
}

CASE("scope.abstract_unix.bound_outside",
	.claim	  = "connect(2) to a socket created inside and bound outside",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.variants = types,
	.scene	  = binder_outside,
	.witness  = call_outside,
	.attempt  = call_bound_outside,
	.source	  = "security/landlock/task.c, sock_is_scoped: f_cred");

/* What a peer is told of the other does not change. */
static int look_at_peer(struct scene *scene)
{
	const int type = scene->variant->arg;
	const int fd = abstract_client(type);
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);
	char name[64];
	int server, ret;

	unix_random_name(name, sizeof(name));
	server = unix_serve(name, type);
	if (server < 0)
		return -server;
	ret = unix_connect(fd, name) ?:
	      errno_of(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len));
	close(fd);
	close(server);
	if (ret)
		return ret;
	return peer.pid == getpid() && peer.uid == geteuid() ? WORKED :
							       NO_EFFECT;
}

static const struct variant connected_types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "seqpacket", .arg = SOCK_SEQPACKET },
	{ NULL }
};

CASE("scope.abstract_unix.peer_credentials",
	.claim	  = "SO_PEERCRED of a peer in the same domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.variants = connected_types,
	.bare	  = true,
	.scene	  = abstract_server,
	.witness  = call_outside,
	.attempt  = look_at_peer,
	.source	  = "unix(7): SO_PEERCRED; " DOC_ABSTRACT);
