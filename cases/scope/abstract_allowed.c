// SPDX-License-Identifier: GPL-2.0
/* What LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET leaves alone. */
#include <poll.h>

#include "abstract.h"

static const struct variant types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "seqpacket", .arg = SOCK_SEQPACKET },
	{ "dgram", .arg = SOCK_DGRAM },
	{ NULL }
};

static int call_own(struct scene *scene)
{
	const int type = scene->variant->arg;
	char name[64];
	int server;

	unix_random_name(name, sizeof(name));
	server = unix_serve(name, type);
	return server < 0 ? -server : unix_call_own(name, type, server);
}

CASE("scope.abstract_unix.own_after",
	.claim	  = "connect(2) to an abstract UNIX socket of the same domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.variants = types,
	.bare	  = true,
	.scene	  = abstract_stream_server,
	.witness  = abstract_refused,
	.attempt  = call_own,
	.source	  = DOC_ABSTRACT);

static int call_child(struct scene *scene)
{
	const int type = scene->variant->arg;
	pid_t pid;

	meeting_init(scene);
	unix_random_name(scene->text, sizeof(scene->text));
	pid = fork();
	if (pid == 0) {
		const int server = unix_serve(scene->text, type);

		wake(scene, 0);
		scene->value[1] = unix_hear(server);
		wake(scene, 1);
		_exit(0);
	}
	await(scene, 0);
	scene->value[2] = unix_call(scene->text, type);
	if (scene->value[2])
		return scene->value[2];
	await(scene, 1);
	return scene->value[1] ? WORKED : NO_EFFECT;
}

CASE("scope.abstract_unix.child",
	.claim	  = "connect(2) to an abstract UNIX socket of a child",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.variants = types,
	.scene	  = abstract_stream_server,
	.witness  = abstract_refused,
	.attempt  = call_child,
	.source	  = DOC_ABSTRACT);

/* A socket that is bound to a name and connected to it, too */
static int call_self(struct scene *scene)
{
	char name[64];
	int fd, ret;

	(void)scene;
	unix_random_name(name, sizeof(name));
	fd = unix_serve(name, SOCK_DGRAM);
	if (fd < 0)
		return -fd;
	ret = unix_connect(fd, name) ?: unix_send(fd, NULL);
	if (!ret && !unix_heard(fd))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

CASE("scope.abstract_unix.self",
	.claim	  = "a datagram from an abstract UNIX socket to itself",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.bare	  = true,
	.scene	  = abstract_dgram_server,
	.witness  = abstract_refused,
	.attempt  = call_self,
	.source	  = DOC_ABSTRACT);

static int pathname_server(struct scene *scene)
{
	scene->fd[1] = unix_serve("socket", scene->variant->arg);
	if (scene->fd[1] < 0)
		return -scene->fd[1];
	return abstract_stream_server(scene);
}

static int call_path(struct scene *scene)
{
	return unix_call("socket", scene->variant->arg);
}

static bool path_heard(struct scene *scene)
{
	return unix_heard(scene->fd[1]);
}

CASE("scope.abstract_unix.pathname",
	.claim	  = "connect(2) to a pathname UNIX socket of another domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.variants = types,
	.scene	  = pathname_server,
	.witness  = abstract_refused,
	.attempt  = call_path,
	.effect	  = path_heard,
	.source	  = DOC_ABSTRACT);

static int pair(struct scene *scene)
{
	int ends[2];

	if (socketpair(AF_UNIX, scene->variant->arg, 0, ends))
		return errno;
	scene->fd[1] = ends[0];
	scene->fd[2] = ends[1];
	return abstract_stream_server(scene);
}

static int send_to_pair(struct scene *scene)
{
	return unix_send(scene->fd[2], NULL);
}

CASE("scope.abstract_unix.unnamed",
	.claim	  = "a message to the other end of a socketpair(2) of another domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.variants = types,
	.bare	  = true,
	.scene	  = pair,
	.witness  = abstract_refused,
	.attempt  = send_to_pair,
	.effect	  = path_heard,
	.source	  = DOC_ABSTRACT);

/* A connection that stands before the domain does, and a second server */
static int connected(struct scene *scene)
{
	char name[64];

	unix_random_name(name, sizeof(name));
	scene->fd[1] = unix_serve(name, scene->variant->arg);
	scene->fd[2] = socket(AF_UNIX, scene->variant->arg, 0);
	return unix_connect(scene->fd[2], name) ?:
	       abstract_dgram_server(scene);
}

CASE("scope.abstract_unix.connected_before",
	.claim	  = "a message on a connection made before the domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.variants = types,
	.bare	  = true,
	.scene	  = connected,
	.witness  = abstract_refused,
	.attempt  = send_to_pair,
	.effect	  = path_heard,
	.source	  = DOC_ABSTRACT);

static int connected_dgram(struct scene *scene)
{
	const int ret = abstract_dgram_server(scene);

	scene->fd[1] = scene->fd[0];
	scene->fd[2] = socket(AF_UNIX, SOCK_DGRAM, 0);
	return ret ?: unix_connect(scene->fd[2], scene->text);
}

static int send_to_peer_by_name(struct scene *scene)
{
	return unix_send(scene->fd[2], scene->text);
}

CASE("scope.abstract_unix.sendto_peer",
	.claim	  = "sendto(2) naming the peer connected before the domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.bare	  = true,
	.scene	  = connected_dgram,
	.witness  = abstract_refused,
	.attempt  = send_to_peer_by_name,
	.effect	  = path_heard,
	.source	  = DOC_ABSTRACT);

/* The other direction: somebody outside calls. */
static int caller(struct scene *scene)
{
	const int ret = abstract_stream_server(scene);

	meeting_init(scene);
	unix_random_name(scene->text + 128, sizeof(scene->text) - 128);
	if (!ret && scene_fork(scene) == 0) {
		await(scene, 0);
		_exit(unix_call(scene->text + 128, scene->variant->arg));
	}
	return ret;
}

static int be_called(struct scene *scene)
{
	const int server = unix_serve(scene->text + 128, scene->variant->arg);

	if (server < 0)
		return -server;
	wake(scene, 0);
	return unix_hear(server) ? WORKED : NO_EFFECT;
}

CASE("scope.abstract_unix.inbound",
	.claim	  = "a connection from outside to the domain's abstract UNIX socket",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#57",
	.variants = types,
	.scene	  = caller,
	.witness  = abstract_refused,
	.attempt  = be_called,
	.source	  = "security/landlock/task.c: only the domain of the caller is asked");
