// SPDX-License-Identifier: GPL-2.0
/* Calls to abstract UNIX sockets that fail without a scope, too. */
#include <sched.h>

#include "abstract.h"

#define AS_STACK "connect(2), unix(7): errors do not depend on a sandbox"

static int serve_nobody(struct scene *scene)
{
	unix_random_name(scene->text, sizeof(scene->text));
	return 0;
}

/* Bound to its name, but nobody listens. */
static int serve_deaf(struct scene *scene)
{
	struct sockaddr_un name;

	unix_random_name(scene->text, sizeof(scene->text));
	scene->fd[0] = socket(AF_UNIX, scene->variant->arg, 0);
	return errno_of(bind(scene->fd[0], (struct sockaddr *)&name,
			     unix_address(scene->text, &name)));
}

/* The type is the caller's. */
static const struct variant unreachable[] = {
	{ "", .arg = SOCK_STREAM, .op = serve_nobody },
	{ "seqpacket", .arg = SOCK_SEQPACKET, .op = serve_nobody },
	{ "dgram", .arg = SOCK_DGRAM, .op = serve_nobody },
	{ "deaf", .arg = SOCK_STREAM, .op = serve_deaf },
	{ "other_type", .arg = SOCK_STREAM, .op = abstract_dgram_server },
	{ "dgram_other_type", .arg = SOCK_DGRAM,
	  .op = abstract_stream_server },
	{ NULL }
};

/* And a stranger, for the witness */
static int with_stranger(struct scene *scene)
{
	unix_random_name(scene->text + 128, sizeof(scene->text) - 128);
	scene->fd[3] = unix_serve(scene->text + 128, SOCK_STREAM);
	return scene->fd[3] < 0 ? -scene->fd[3] : scene->variant->op(scene);
}

static int call_stranger(struct scene *scene)
{
	return unix_call(scene->text + 128, SOCK_STREAM);
}

CASE("scope.abstract_unix.invalid",
	.claim	  = "connect(2) to an abstract name where no such socket is: the stack's own error",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { UNCHANGED },
	.variants = unreachable,
	.bare	  = true,
	.scene	  = with_stranger,
	.witness  = call_stranger,
	.attempt  = abstract_call,
	.source	  = AS_STACK);

/*
 * A server, fd[0], and a client, fd[1], of another network namespace, where
 * the abstract names are others.
 */
static int elsewhere(struct scene *scene)
{
	const int type = scene->variant->arg;
	int ends[2], i;
	pid_t pid;

	unix_random_name(scene->text, sizeof(scene->text));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return errno;
	pid = scene_fork(scene);
	if (pid == 0)
		_exit(unshare(CLONE_NEWNET) ||
		      unix_pass(ends[1], unix_serve(scene->text, type)) ||
		      unix_pass(ends[1], socket(AF_UNIX, type, 0)));
	close(ends[1]);
	for (i = 0; i < 2; i++)
		scene->fd[i] = unix_receive(ends[0]);
	close(ends[0]);
	return scene->fd[1] < 0 ?
		cannot(scene, "another network namespace") : 0;
}

static int stranger_and_elsewhere(struct scene *scene)
{
	unix_random_name(scene->text + 128, sizeof(scene->text) - 128);
	scene->fd[3] = unix_serve(scene->text + 128, SOCK_STREAM);
	return scene->fd[3] < 0 ? -scene->fd[3] : elsewhere(scene);
}

static const struct variant types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "dgram", .arg = SOCK_DGRAM },
	{ NULL }
};

CASE("scope.abstract_unix.other_netns",
	.claim	  = "connect(2) to a name of another network namespace: nobody is there",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { UNCHANGED },
	.variants = types,
	.needs	  = "namespaces",
	.scene	  = stranger_and_elsewhere,
	.witness  = call_stranger,
	.attempt  = abstract_call,
	.source	  = "unix(7): abstract sockets; " AS_STACK);

static int call_from_elsewhere(struct scene *scene)
{
	return unix_connect(scene->fd[1], scene->text) ?:
	       unix_send(scene->fd[1], NULL);
}

CASE("scope.abstract_unix.socket_of_other_netns",
	.claim	  = "connect(2) within another network namespace, by a socket received from there",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.variants = types,
	.needs	  = "namespaces",
	.scene	  = elsewhere,
	.attempt  = call_from_elsewhere,
	.effect	  = abstract_heard,
	.source	  = DOC_ABSTRACT);
