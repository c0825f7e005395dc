// SPDX-License-Identifier: GPL-2.0
/* Layers: each must grant, and none gives back what another took. */
#include "fs.h"

#define LAYERS_DOCUMENTED						\
	"userspace-api/landlock, Layers of file path access rights"

#define READ_AND_WRITE (FS_READ_FILE | FS_WRITE_FILE)

#define READ_ON(...) { .fs = FS_READ_FILE, .rules = { __VA_ARGS__ } }

static int read_and_write(struct scene *scene)
{
	(void)scene;
	return writes("dir/file", O_RDWR);
}

static int write_only(struct scene *scene)
{
	(void)scene;
	return writes("dir/file", O_WRONLY);
}

static const struct variant modes[] = {
	{ "", .op = read_and_write },
	{ "read", .op = read_dir_file },
	{ "write", .op = write_only },
	{ NULL }
};

/* Two layers that handle both rights and grant one of them each. */
static int each_grants_one(struct scene *scene)
{
	const struct ruleset both = {
		.fs = READ_AND_WRITE, .rules = { PATH("dir") },
	};
	const struct ruleset reading = {
		.fs = READ_AND_WRITE,
		.rules = { PATH("dir", .access = FS_READ_FILE) },
	};
	const struct ruleset writing = {
		.fs = READ_AND_WRITE,
		.rules = { PATH("dir", .access = FS_WRITE_FILE) },
	};

	if (scene->world == WORLD_GRANT)
		return enforce_ruleset(scene, &both) ?:
		       enforce_ruleset(scene, &both);
	return enforce_ruleset(scene, &reading) ?:
	       enforce_ruleset(scene, &writing);
}

CASE("fs.rules.layers_intersect",
	.claim	  = "opening a file with each right granted by another layer",
	.guard	  = { .fs = READ_AND_WRITE },
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = modes,
	.scene	  = dir_file,
	.attempt  = variant_op,
	.enforce  = each_grants_one,
	.source	  = LAYERS_DOCUMENTED);

/* Layers of other rights are no obstacle. */
static int each_handles_one(struct scene *scene)
{
	const struct ruleset reading =
		READ_ON(PATH("dir", .access = FS_READ_FILE));
	const struct ruleset writing = {
		.fs = FS_WRITE_FILE,
		.rules = { PATH("dir", .access = FS_WRITE_FILE) },
	};

	return enforce_ruleset(scene, &reading) ?:
	       enforce_ruleset(scene, &writing);
}

static int write_decoy(struct scene *scene)
{
	(void)scene;
	return writes("decoy/file", O_WRONLY);
}

CASE("fs.rules.layers_of_other_rights",
	.claim	  = "opening a file with each right handled by another layer",
	.guard	  = { .fs = READ_AND_WRITE },
	.promise  = { ALLOWED },
	.variants = modes,
	.scene	  = dir_file,
	.attempt  = variant_op,
	.witness  = write_decoy,
	.enforce  = each_handles_one,
	.source	  = LAYERS_DOCUMENTED);

/* The first layer grants all of dir; the second only dir/sub. */
static int narrow(struct scene *scene)
{
	const struct ruleset wide = READ_ON(PATH("dir"));
	const struct ruleset tight = READ_ON(PATH("dir/sub"));
	const bool grant = scene->world == WORLD_GRANT;
	const bool first = scene->variant->arg;

	if (grant)
		return enforce_ruleset(scene, &wide) ?:
		       enforce_ruleset(scene, &wide);
	return enforce_ruleset(scene, first ? &tight : &wide) ?:
	       enforce_ruleset(scene, first ? &wide : &tight);
}

static const struct variant orders[] = {
	{ "", .arg = 0 },
	/* "once landlocked, there is no way to remove": nothing is given back */
	{ "first", .arg = 1 },
	{ NULL }
};

CASE("fs.rules.layers_narrow",
	.claim	  = "reading a file that only one of two layers grants",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = orders,
	.scene	  = dir_file,
	.attempt  = read_dir_file,
	.enforce  = narrow,
	.source	  = LAYERS_DOCUMENTED);

static int read_sub_file(struct scene *scene)
{
	(void)scene;
	return reads("dir/sub/file");
}

CASE("fs.rules.layers_agree",
	.claim	  = "reading a file that two layers grant by rules on different directories",
	.guard	  = FS(READ_FILE),
	.promise  = { ALLOWED },
	.variants = orders,
	.scene	  = dir_file,
	.attempt  = read_sub_file,
	.witness  = read_dir_file,
	.enforce  = narrow,
	.source	  = LAYERS_DOCUMENTED);

/* As many layers as there can be: all grant, but for one. */
static int pile(struct scene *scene)
{
	const struct ruleset grants = READ_ON(PATH("dir"));
	const struct ruleset denies = READ_ON(PATH("decoy"));
	int i, ret = 0;

	for (i = 0; i < LAYERS_MAX && !ret; i++) {
		const bool this = i == scene->variant->arg &&
				  scene->world != WORLD_GRANT;

		ret = enforce_ruleset(scene, this ? &denies : &grants);
	}
	return ret;
}

static const struct variant heights[] = {
	{ "", .arg = LAYERS_MAX / 2 },
	{ "first", .arg = 0 },
	{ "second", .arg = 1 },
	{ "last", .arg = LAYERS_MAX - 1 },
	{ NULL }
};

CASE("fs.rules.sixteen_layers",
	.claim	  = "reading a file that fifteen of sixteen layers grant",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = heights,
	.scene	  = dir_file,
	.attempt  = read_dir_file,
	.enforce  = pile,
	.source	  = LAYERS_DOCUMENTED);
