// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_RESOLVE_UNIX: related domains, and layers. */
#include "bricks/nest.h"
#include "resolve_unix_server.h"

#define UNMASK "security/landlock/fs.c, unmask_scoped_access"

static int serve_then_enforce(struct scene *scene)
{
	const int server = unix_serve("own", scene->variant->arg);

	if (server < 0)
		return broken(scene, "bind: %s", strerrorname_np(-server));
	scene->fd[0] = server;
	return nest_layers(scene, GUARD);
}

static int call_own_before(struct scene *scene)
{
	const int type = scene->variant->arg;

	if (scene->fd[0] < 0)
		scene->fd[0] = unix_serve("own", type);
	return unix_call_own("own", type, scene->fd[0]);
}

static const struct variant types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "seqpacket", .arg = SOCK_SEQPACKET },
	{ "dgram", .arg = SOCK_DGRAM },
	{ NULL }
};

CASE("fs.resolve_unix.own_before",
	.claim	  = "connect(2) to one's own pathname socket from before the domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.variants = types,
	.enforce  = serve_then_enforce,
	.attempt  = call_own_before,
	.source	  = DOC_RESOLVE ": created outside of the domain");

static int serve(struct scene *scene)
{
	const int server = unix_serve("socket", scene->variant->family);

	scene->fd[0] = server;
	/* So says vfat, which has no sockets. */
	if (server == -EPERM && scene->world == WORLD_CONTROL)
		return cannot(scene, "UNIX sockets on this file system");
	return server < 0 ?
		broken(scene, "bind: %s", strerrorname_np(-server)) : 0;
}

static void hear(struct scene *scene)
{
	scene->value[1] = unix_hear(scene->fd[0]);
	wake(scene, 1);
}

static int call_and_await(struct scene *scene)
{
	const int ret = unix_call("socket", scene->variant->family);

	if (ret)
		return ret;
	await(scene, 1);
	return scene->value[1] ? WORKED : NO_EFFECT;
}

static int call_related(struct scene *scene)
{
	return nest_enter(scene, serve, hear) ?: call_and_await(scene);
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

CASE("fs.resolve_unix.related_refused",
	.claim	  = "connect(2) to a pathname socket above or beside the domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = refused,
	.attempt  = call_related,
	.source	  = UNMASK);

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

CASE("fs.resolve_unix.related_reached",
	.claim	  = "connect(2) to a pathname socket within the domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = reached,
	.attempt  = call_related,
	.source	  = UNMASK);

/*
 * The server stands within the first layer, which lets it be called for that,
 * and outside the second, which has a rule for it.
 */
static int layer(struct scene *scene, bool rule)
{
	struct ruleset set = { .fs = FS_RESOLVE_UNIX | FS_READ_DIR };
	int ret;

	if (rule)
		set.rules[0] = (struct rule)PATH("socket",
						 .access = FS_RESOLVE_UNIX);
	ret = enforce_ruleset(scene, &set);
	return ret ?: nest_holds() ? 0 : UNENFORCED;
}

static int call_through_layers(struct scene *scene)
{
	const bool control = scene->world == WORLD_CONTROL;
	int ret = control ? 0 : layer(scene, false);

	ret = ret ?: serve(scene);
	if (!ret && !control)
		ret = layer(scene, scene->variant->arg);
	return ret ?: unix_call_own("socket", SOCK_STREAM, scene->fd[0]);
}

static const struct variant with_rule[] = {
	{ "", .family = SOCK_STREAM, .arg = true },
	{ NULL }
};

static const struct variant without_rule[] = {
	{ "", .family = SOCK_STREAM, .arg = false },
	{ NULL }
};

CASE("fs.resolve_unix.layers_rule",
	.claim	  = "connect(2) within the outer layer and by a rule of the inner one",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = with_rule,
	.attempt  = call_through_layers,
	.source	  = UNMASK);

CASE("fs.resolve_unix.layers_no_rule",
	.claim	  = "connect(2) within the outer layer, outside the inner one",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = without_rule,
	.attempt  = call_through_layers,
	.source	  = UNMASK);
