// SPDX-License-Identifier: GPL-2.0
/* Layers: how many there can be, and that each of them counts. */
#include "domain.h"

#define DOC_LAYERS "userspace-api/landlock: Ruleset layers"

/* A layer that has nothing to do with reading files */
static int add_layer(uint64_t fs, unsigned int flags)
{
	const struct ruleset set = { .fs = fs, .flags = flags };
	const char *step;

	return ruleset_enforce(&set, 0, 0, &step);
}

static int add_layers(struct scene *scene, int count)
{
	int i, error;

	for (i = 1; i <= count; i++) {
		error = add_layer(FS_MAKE_CHAR, 0);
		if (error)
			return policy_refused(scene, "one of the layers", error);
	}
	return 0;
}

static int fill(struct scene *scene)
{
	return kernel.abi ? add_layers(scene, LAYERS_MAX) : 0;
}

static int one_too_many(struct scene *scene)
{
	return add_layers(scene, LAYERS_MAX) ?: add_layer(FS_MAKE_CHAR, 0);
}

/* Up to Linux 5.18.2 (ABI 1) it was 64. */
CASE("domain.layers.limit",
	.claim	  = "a 17th layer",
	.promise  = { FROM_ABI(2, DENIED(E2BIG)), OPEN },
	.gap	  = "64 layers up to Linux 5.18.2",
	.worlds	  = W(CONTROL) | W(CALL),
	.covers	  = "field.handled_access_fs",
	.scene	  = domain_files,
	.control  = fill,
	.attempt  = one_too_many,
	.source	  = DOC_LAYERS);

static int fail_to_deny(struct scene *scene)
{
	const int ret = add_layers(scene, LAYERS_MAX);

	if (ret)
		return ret;
	/* Where there is room for more, nothing can fail. */
	if (kernel.abi > 1 && !add_layer(FS_READ_FILE, 0))
		return UNENFORCED;
	return read_guarded_file(scene);
}

CASE("domain.layers.failed_call",
	.claim	  = "a layer that is refused changes nothing",
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.scene	  = domain_files,
	.control  = read_guarded_file,
	.attempt  = fail_to_deny,
	.source	  = DOC_LAYERS);

/* Every process on the way adds some; the last one finds no room. */
static int add_one(struct scene *scene)
{
	(void)scene;
	return add_layer(FS_MAKE_CHAR, 0);
}

static int add_half_and_fork(struct scene *scene)
{
	return add_layers(scene, LAYERS_MAX / 2) ?: in_child(scene, add_one);
}

static int count_on(struct scene *scene)
{
	return add_layers(scene, LAYERS_MAX / 2) ?:
	       in_child(scene, add_half_and_fork);
}

static int count_on_with_room(struct scene *scene)
{
	return kernel.abi ? in_child(scene, add_half_and_fork) : 0;
}

CASE("domain.layers.inherited",
	.own_memory = true,
	.claim	  = "a 17th layer, when the process inherited the other sixteen",
	.promise  = { FROM_ABI(2, DENIED(E2BIG)), OPEN },
	.gap	  = "64 layers up to Linux 5.18.2",
	.worlds	  = W(CONTROL) | W(CALL),
	.scene	  = domain_files,
	.control  = count_on_with_room,
	.attempt  = count_on,
	.source	  = DOC_LAYERS);

/* One layer of sixteen denies; the others do not care. */
static int one_of_many(struct scene *scene)
{
	const int which = scene->variant->arg;
	int i, ret = 0;

	for (i = 1; i <= LAYERS_MAX && !ret; i++) {
		if (i != which)
			ret = add_layers(scene, 1);
		else if (scene->world == WORLD_GRANT)
			ret = deny_reading(scene, "dir", 0);
		else
			ret = deny_reading(scene, "other", 0);
	}
	return ret;
}

static const struct variant places[] = {
	{ "", .arg = 1 },
	{ "second", .arg = 2 },
	{ "eighth", .arg = 8 },
	{ "fifteenth", .arg = 15 },
	{ "last", .arg = 16 },
	{ NULL }
};

CASE("domain.layers.each_counts",
	.claim	  = "a denial by one layer of sixteen",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = places,
	.scene	  = domain_files,
	.enforce  = one_of_many,
	.attempt  = read_guarded_file,
	.source	  = DOC_LAYERS);

/* A later layer that grants takes nothing back. */
static int deny_then_grant(struct scene *scene)
{
	const bool grants = scene->world == WORLD_GRANT;

	return deny_reading(scene, grants ? "dir" : "other", 0) ?:
	       deny_reading(scene, "dir", 0);
}

CASE("domain.layers.grant_after",
	.claim	  = "reading a file that an outer layer denies and an inner one grants",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.scene	  = domain_files,
	.enforce  = deny_then_grant,
	.attempt  = read_guarded_file,
	.source	  = DOC_LAYERS);

/* Sixteen layers that all grant */
static int all_grant(struct scene *scene)
{
	int i, ret = 0;

	for (i = 0; i < LAYERS_MAX && !ret; i++)
		ret = deny_reading(scene, "dir", 0);
	return ret;
}

CASE("domain.layers.all_grant",
	.claim	  = "reading a file that each of sixteen layers grants",
	.guard	  = FS(READ_FILE),
	.promise  = { ALLOWED },
	.grant	  = { PATH("dir") },
	.worlds	  = W(CONTROL) | W(DENY) | W(GRANT),
	.scene	  = domain_files,
	.enforce  = all_grant,
	.witness  = read_other_file,
	.attempt  = read_guarded_file,
	.source	  = DOC_LAYERS);
