// SPDX-License-Identifier: GPL-2.0
/* Rules on the merged directory and rules on its layers are independent. */
#include <sys/mount.h>
#include <sys/wait.h>

#include "overlay.h"

struct file_in_layer {
	const char *merged, *layer, *text;
};

#define IN_LAYER(...) .data = &(const struct file_in_layer) { __VA_ARGS__ }

static const struct variant in_layers[] = {
	{ "", IN_LAYER("merged/low", "lower/low", "lower") },
	{ "upper", IN_LAYER("merged/up", "upper/up", "upper") },
	{ "both", IN_LAYER("merged/both", "upper/both", "upper") },
	{ "two_lower", IN_LAYER("merged/two", "lower/two", "lower") },
	{ NULL }
};

static int read_merged(struct scene *scene)
{
	const struct file_in_layer *file = scene->variant->data;

	return overlay_read(file->merged, file->text);
}

static int read_layer(struct scene *scene)
{
	const struct file_in_layer *file = scene->variant->data;

	return overlay_read(file->layer, file->text);
}

CASE("overlay.merged.rule_on_layers",
	.claim	  = "open(2) in a merged directory, with rules on its layers",
	.guard	  = FS(READ_FILE),
	.deny	  = { .fs = FS_READ_FILE, .rules = { PATH("lower"),
			PATH("upper"), PATH("below"), PATH("work") } },
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("merged") },
	.needs	  = OVERLAY_NEEDS,
	.variants = in_layers,
	.scene	  = overlay_scene,
	.attempt  = read_merged,
	.source	  = OVERLAY_SOURCE);

CASE("overlay.layers.rule_on_merged",
	.claim	  = "open(2) in a layer, with a rule on the merged directory",
	.guard	  = FS(READ_FILE),
	.deny	  = { .fs = FS_READ_FILE, .rules = { PATH("merged") } },
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("lower"), PATH("upper") },
	.needs	  = OVERLAY_NEEDS,
	.variants = in_layers,
	.scene	  = overlay_scene,
	.attempt  = read_layer,
	.source	  = OVERLAY_SOURCE);

CASE("overlay.merged.rule_on_merged",
	.claim	  = "open(2) in a merged directory, with a rule on that directory",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("merged") },
	.needs	  = OVERLAY_NEEDS,
	.variants = in_layers,
	.scene	  = overlay_scene,
	.attempt  = read_merged,
	.source	  = OVERLAY_SOURCE);

CASE("overlay.merged.rule_on_layer_file",
	.claim	  = "open(2) in a merged directory, with rules on the files of its layers",
	.guard	  = FS(READ_FILE),
	.deny	  = { .fs = FS_READ_FILE, .rules = { PATH("lower/low"),
			PATH("upper/up"), PATH("upper/both"),
			PATH("lower/two"), PATH("below/two") } },
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("merged") },
	.needs	  = OVERLAY_NEEDS,
	.variants = in_layers,
	.scene	  = overlay_scene,
	.attempt  = read_merged,
	.source	  = OVERLAY_SOURCE);

CASE("overlay.layers.rule_on_merged_file",
	.claim	  = "open(2) in a layer, with rules on the files of the merged directory",
	.guard	  = FS(READ_FILE),
	.deny	  = { .fs = FS_READ_FILE, .rules = { PATH("merged/low"),
			PATH("merged/up"), PATH("merged/both"),
			PATH("merged/two") } },
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("upper"), PATH("lower") },
	.needs	  = OVERLAY_NEEDS,
	.variants = in_layers,
	.scene	  = overlay_scene,
	.attempt  = read_layer,
	.source	  = OVERLAY_SOURCE);

static int list_merged(struct scene *scene)
{
	const int fd = open("merged/dir", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)scene;
	return errno_of(fd);
}

CASE("overlay.merged.read_dir",
	.claim	 = "open(2) of a directory in a merged directory",
	.guard	 = FS(READ_DIR),
	.deny	 = { .fs = FS_READ_DIR,
		     .rules = { PATH("lower"), PATH("upper") } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("merged") },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = overlay_scene,
	.attempt = list_merged,
	.source	 = OVERLAY_SOURCE);

static int run_merged(struct scene *scene)
{
	char *const argv[] = { "program", NULL };
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		execve("merged/program", argv, environ);
		_exit(errno);
	}
	if (pid < 0 || waitpid_retry(pid, &status) || !WIFEXITED(status))
		return broken(scene, "the program did not end");
	return WEXITSTATUS(status) == EXEC_STATUS ?
		WORKED : WEXITSTATUS(status);
}

CASE("overlay.merged.execute",
	.claim	 = "execve(2) of a program in a merged directory",
	.guard	 = FS(EXECUTE),
	.uses	 = FS(READ_FILE),
	.deny	 = { .fs = FS_EXECUTE,
		     .rules = { PATH("lower"), PATH("upper") } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("merged") },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = overlay_scene,
	.attempt = run_merged,
	.source	 = OVERLAY_SOURCE);

static int bound_overlay(struct scene *scene)
{
	const int ret = overlay_scene(scene) ?: make_dir("dst/mnt");

	if (ret)
		return ret;
	return errno_of(mount("merged", "dst/mnt", NULL, MS_BIND, NULL));
}

static int read_bound(struct scene *scene)
{
	(void)scene;
	return overlay_read("dst/mnt/low", "lower");
}

CASE("overlay.merged.bind",
	.claim	 = "open(2) through a bind mount of a merged directory",
	.guard	 = FS(READ_FILE),
	.deny	 = { .fs = FS_READ_FILE,
		     .rules = { PATH("lower"), PATH("upper") } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("merged") },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = bound_overlay,
	.attempt = read_bound,
	.source	 = OVERLAY_SOURCE);

static int mount_overlay(struct scene *scene)
{
	(void)scene;
	if (mount("attempt", "other", "overlay", 0,
		  "lowerdir=lower:below"))
		return errno;
	return exists("other/low") ? WORKED : NO_EFFECT;
}

static int other_dir(struct scene *scene)
{
	return overlay_scene(scene) ?: make_dir("other");
}

CASE("overlay.mount.inside",
	.claim	 = "mount(2) of an overlay from inside the sandbox",
	.guard	 = FS(READ_FILE),
	.uses	 = { .fs = ~0U },
	.promise = { DENIED(EPERM) },
	.extra	 = RULESET { .fs = FS_READ_FILE, .rules = { PATH("/") } },
	.root	 = true,
	.needs	 = OVERLAY_NEEDS,
	.scene	 = other_dir,
	.attempt = mount_overlay,
	.source	 = "userspace-api/landlock: Filesystem topology modification");
