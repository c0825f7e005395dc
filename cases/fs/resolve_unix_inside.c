// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_RESOLVE_UNIX: sockets that it leaves alone. */
#include "resolve_unix_server.h"

static const struct variant types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "seqpacket", .arg = SOCK_SEQPACKET },
	{ "dgram", .arg = SOCK_DGRAM },
	{ NULL }
};

static int call_own(struct scene *scene)
{
	const int type = scene->variant->arg;
	const int server = unix_serve("dir/own", type);

	return server < 0 ? -server :
			    unix_call_own("dir/own", type, server);
}

CASE("fs.resolve_unix.own_after",
	.claim	  = "connect(2) to a pathname UNIX socket of the same domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { ALLOWED },
	.variants = types,
	.scene	  = resolve_stream_server,
	.witness  = resolve_refused,
	.attempt  = call_own,
	.source	  = DOC_RESOLVE);

static int bind_own(struct scene *scene)
{
	const int fd = unix_serve("dir/own", scene->variant->arg);
	struct stat st;

	if (fd < 0)
		return -fd;
	return stat("dir/own", &st) == 0 && S_ISSOCK(st.st_mode) ? WORKED :
								   NO_EFFECT;
}

CASE("fs.resolve_unix.bind",
	.claim	  = "bind(2) of a pathname UNIX socket",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { ALLOWED },
	.variants = types,
	.scene	  = resolve_stream_server,
	.witness  = resolve_refused,
	.attempt  = bind_own,
	.source	  = DOC_RESOLVE ": connect(2) and sendmsg(2)");

static int abstract_server(struct scene *scene)
{
	unix_random_name(scene->text, sizeof(scene->text));
	scene->fd[2] = unix_serve(scene->text, scene->variant->arg);
	return scene->fd[2] < 0 ? -scene->fd[2] : resolve_stream_server(scene);
}

static int call_abstract(struct scene *scene)
{
	return unix_call(scene->text, scene->variant->arg);
}

static bool heard_third(struct scene *scene)
{
	return unix_heard(scene->fd[2]);
}

CASE("fs.resolve_unix.abstract",
	.claim	  = "connect(2) to an abstract UNIX socket",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { ALLOWED },
	.variants = types,
	.scene	  = abstract_server,
	.witness  = resolve_refused,
	.attempt  = call_abstract,
	.effect	  = heard_third,
	.source	  = DOC_RESOLVE ": pathname UNIX domain sockets");

/* A client that is connected when the domain comes */
static int connected(struct scene *scene)
{
	const int ret = resolve_server(scene);

	scene->fd[2] = socket(AF_UNIX, scene->variant->arg, 0);
	return ret ?: unix_connect(scene->fd[2], "dir/socket");
}

static int send_on(struct scene *scene)
{
	return unix_send(scene->fd[2], NULL);
}

CASE("fs.resolve_unix.connected_before",
	.claim	  = "a message on a connection made before the domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { ALLOWED },
	.variants = types,
	.scene	  = connected,
	.witness  = resolve_refused,
	.attempt  = send_on,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE ": an explicit recipient address");

static int connected_dgram(struct scene *scene)
{
	const int ret = resolve_dgram_server(scene);

	scene->fd[2] = socket(AF_UNIX, SOCK_DGRAM, 0);
	return ret ?: unix_connect(scene->fd[2], "dir/socket");
}

static int send_by_path(struct scene *scene)
{
	return unix_send(scene->fd[2], "dir/socket");
}

CASE("fs.resolve_unix.sendto_peer",
	.claim	  = "sendto(2) with the path of the peer connected before the domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.scene	  = connected_dgram,
	.attempt  = send_by_path,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE ": an explicit recipient address");

static int connection_in_flight(struct scene *scene)
{
	int ret = connected(scene);

	ret = ret ?: errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0,
					 scene->fd + 3));
	ret = ret ?: unix_pass(scene->fd[3], scene->fd[2]);
	close(scene->fd[2]);
	return ret;
}

static int send_on_received(struct scene *scene)
{
	const int fd = unix_receive(scene->fd[4]);

	if (fd < 0)
		return broken(scene, "no descriptor arrived");
	return unix_send(fd, NULL);
}

CASE("fs.resolve_unix.scm_rights",
	.claim	  = "a message on a connected socket received by SCM_RIGHTS",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { ALLOWED },
	.variants = types,
	.scene	  = connection_in_flight,
	.witness  = resolve_refused,
	.attempt  = send_on_received,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE ": connect(2) and sendmsg(2)");
