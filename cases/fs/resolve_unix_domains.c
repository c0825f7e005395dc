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
	scene->fd[0] = unix_serve("socket", scene->variant->family);
	return scene->fd[0] < 0 ?
		broken(scene, "bind: %s", strerrorname_np(-scene->fd[0])) : 0;
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

#define RELATED(name, ...)						\
	{ name, .family = SOCK_STREAM, .arg = NEST(__VA_ARGS__) },	\
	{ name "_dgram", .family = SOCK_DGRAM, .arg = NEST(__VA_ARGS__) }

static const struct variant refused[] = {
	{ "", .family = SOCK_STREAM, .arg = NEST(GUARD, GUARD, NO_LAYER) },
	{ "dgram", .family = SOCK_DGRAM, .arg = NEST(GUARD, GUARD, NO_LAYER) },
	RELATED("siblings", NO_LAYER, GUARD, GUARD),
	RELATED("siblings_of_scoped", GUARD, GUARD, PLAIN),
	RELATED("unscoped_below_scoped", PLAIN, GUARD_PLAIN, NO_LAYER),
	RELATED("scoped_second", PLAIN, PLAIN_GUARD, PLAIN_PLAIN),
	RELATED("outside_in_two", NO_LAYER, GUARD_GUARD, PLAIN),
	RELATED("deeper_stranger", NO_LAYER, GUARD, PLAIN_PLAIN),
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
	{ "", .family = SOCK_STREAM, .arg = NEST(GUARD, NO_LAYER, GUARD) },
	{ "dgram", .family = SOCK_DGRAM, .arg = NEST(GUARD, NO_LAYER, GUARD) },
	RELATED("same", GUARD, NO_LAYER, NO_LAYER),
	RELATED("same_deep", GUARD_GUARD, NO_LAYER, NO_LAYER),
	RELATED("two_below", GUARD, NO_LAYER, PLAIN_GUARD),
	RELATED("unscoped_caller", NO_LAYER, PLAIN, GUARD),
	RELATED("no_domain", NO_LAYER, NO_LAYER, GUARD),
	RELATED("shared_scope", GUARD, PLAIN, PLAIN),
	RELATED("shared_scope_above", GUARD, PLAIN, NO_LAYER),
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
