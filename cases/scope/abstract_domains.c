// SPDX-License-Identifier: GPL-2.0
/* Abstract UNIX sockets between related domains. */
#include "abstract.h"
#include "bricks/nest.h"

/* Sockets made before the domain belong to no domain, even our own ones. */
static int serve_then_enforce(struct scene *scene)
{
	const int ret = abstract_server(scene);

	return ret ?: nest_layers(scene, GUARD);
}

static int call_own_before(struct scene *scene)
{
	const int type = scene->variant->arg;
	const int ret = scene->fd[0] < 0 ? abstract_server(scene) : 0;

	return ret ?: unix_call_own(scene->text, type, scene->fd[0]);
}

static const struct variant types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "seqpacket", .arg = SOCK_SEQPACKET },
	{ "dgram", .arg = SOCK_DGRAM },
	{ NULL }
};

CASE("scope.abstract_unix.own_before",
	.claim	  = "connect(2) to one's own socket from before the domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.variants = types,
	.enforce  = serve_then_enforce,
	.attempt  = call_own_before,
	.source	  = "security/landlock/task.c, sock_is_scoped: f_cred");

static int send_to_self(struct scene *scene)
{
	if (scene->fd[0] < 0)
		abstract_dgram_server(scene);
	return unix_send(scene->fd[0], scene->text) ?:
	       (unix_heard(scene->fd[0]) ? WORKED : NO_EFFECT);
}

static int dgram_then_enforce(struct scene *scene)
{
	return abstract_dgram_server(scene) ?: nest_layers(scene, GUARD);
}

CASE("scope.abstract_unix.self_before",
	.claim	  = "a datagram to oneself through a socket from before the domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.enforce  = dgram_then_enforce,
	.attempt  = send_to_self,
	.source	  = "security/landlock/task.c, sock_is_scoped: f_cred");

static int serve_stream(struct scene *scene)
{
	return abstract_stream_server(scene);
}

static int serve_dgram(struct scene *scene)
{
	return abstract_dgram_server(scene);
}

static void hear(struct scene *scene)
{
	scene->value[1] = unix_hear(scene->fd[0]);
	wake(scene, 1);
}

/* Streams and datagrams have hooks of their own. */
static int call_related(struct scene *scene)
{
	const int stream = scene->variant->family == SOCK_STREAM;
	int ret = nest_enter(scene, stream ? serve_stream : serve_dgram, hear);

	if (!ret)
		ret = unix_call(scene->text, scene->variant->family);
	if (ret)
		return ret;
	await(scene, 1);
	return scene->value[1] ? WORKED : NO_EFFECT;
}

static const struct variant refused[] = {
	{ "", SOCK_STREAM, NEST(GUARD, GUARD, NO_LAYER) },
	{ "dgram", SOCK_DGRAM, NEST(GUARD, GUARD, NO_LAYER) },
	{ "siblings", SOCK_STREAM, NEST(NO_LAYER, GUARD, GUARD) },
	{ "siblings_dgram", SOCK_DGRAM, NEST(NO_LAYER, GUARD, GUARD) },
	{ "siblings_of_scoped", SOCK_STREAM, NEST(GUARD, GUARD, PLAIN) },
	{ "siblings_of_scoped_dgram", SOCK_DGRAM, NEST(GUARD, GUARD, PLAIN) },
	{ "unscoped_below_scoped", SOCK_STREAM,
	  NEST(PLAIN, GUARD_PLAIN, NO_LAYER) },
	{ "unscoped_below_scoped_dgram", SOCK_DGRAM,
	  NEST(PLAIN, GUARD_PLAIN, NO_LAYER) },
	{ "scoped_second", SOCK_STREAM, NEST(PLAIN, PLAIN_GUARD, PLAIN_PLAIN) },
	{ "scoped_second_dgram", SOCK_DGRAM,
	  NEST(PLAIN, PLAIN_GUARD, PLAIN_PLAIN) },
	{ "outside_in_two", SOCK_STREAM, NEST(NO_LAYER, GUARD_GUARD, PLAIN) },
	{ "outside_in_two_dgram", SOCK_DGRAM,
	  NEST(NO_LAYER, GUARD_GUARD, PLAIN) },
	{ "deeper_stranger", SOCK_STREAM, NEST(NO_LAYER, GUARD, PLAIN_PLAIN) },
	{ "deeper_stranger_dgram", SOCK_DGRAM,
	  NEST(NO_LAYER, GUARD, PLAIN_PLAIN) },
	{ NULL }
};

CASE("scope.abstract_unix.related_refused",
	.claim	  = "connect(2) to an abstract UNIX socket above or beside the domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = refused,
	.attempt  = call_related,
	.source	  = "security/landlock/task.c, domain_is_scoped");

static const struct variant reached[] = {
	{ "", SOCK_STREAM, NEST(GUARD, NO_LAYER, GUARD) },
	{ "dgram", SOCK_DGRAM, NEST(GUARD, NO_LAYER, GUARD) },
	{ "same", SOCK_STREAM, NEST(GUARD, NO_LAYER, NO_LAYER) },
	{ "same_dgram", SOCK_DGRAM, NEST(GUARD, NO_LAYER, NO_LAYER) },
	{ "same_deep", SOCK_STREAM, NEST(GUARD_GUARD, NO_LAYER, NO_LAYER) },
	{ "same_deep_dgram", SOCK_DGRAM,
	  NEST(GUARD_GUARD, NO_LAYER, NO_LAYER) },
	{ "two_below", SOCK_STREAM, NEST(GUARD, NO_LAYER, PLAIN_GUARD) },
	{ "two_below_dgram", SOCK_DGRAM, NEST(GUARD, NO_LAYER, PLAIN_GUARD) },
	{ "unscoped_caller", SOCK_STREAM, NEST(NO_LAYER, PLAIN, GUARD) },
	{ "unscoped_caller_dgram", SOCK_DGRAM, NEST(NO_LAYER, PLAIN, GUARD) },
	{ "no_domain", SOCK_STREAM, NEST(NO_LAYER, NO_LAYER, GUARD) },
	{ "no_domain_dgram", SOCK_DGRAM, NEST(NO_LAYER, NO_LAYER, GUARD) },
	{ "shared_scope", SOCK_STREAM, NEST(GUARD, PLAIN, PLAIN) },
	{ "shared_scope_dgram", SOCK_DGRAM, NEST(GUARD, PLAIN, PLAIN) },
	{ "shared_scope_above", SOCK_STREAM, NEST(GUARD, PLAIN, NO_LAYER) },
	{ "shared_scope_above_dgram", SOCK_DGRAM,
	  NEST(GUARD, PLAIN, NO_LAYER) },
	{ NULL }
};

CASE("scope.abstract_unix.related_reached",
	.claim	  = "connect(2) to an abstract UNIX socket within the scope",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = reached,
	.attempt  = call_related,
	.source	  = "security/landlock/task.c, domain_is_scoped");
