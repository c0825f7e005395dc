// SPDX-License-Identifier: GPL-2.0
/*
 * Changes in a merged directory.  What overlayfs does to its upper layer for
 * them is the kernel's work and needs no rule there.
 */
#include "overlay.h"

#define READ_WRITE (FS_READ_FILE | FS_WRITE_FILE)

static int write_low(struct scene *scene)
{
	(void)scene;
	return write_file("merged/low", "LOWER");
}

static bool copied_up(struct scene *scene)
{
	(void)scene;
	return file_is("upper/low", "LOWER") && file_is("lower/low", "lower");
}

CASE("overlay.merged.copy_up",
	.claim	 = "write(2) to a file of the lower layer, which moves it up",
	.guard	 = FS(WRITE_FILE),
	.deny	 = { .fs = FS_WRITE_FILE,
		     .rules = { PATH("lower"), PATH("upper") } },
	.promise = { DENIED(EACCES) },
	.allow	 = { .fs = READ_WRITE | FS_MAKE_REG | FS_MAKE_DIR |
			   FS_REMOVE_FILE,
		     .rules = { PATH("merged", .access = FS_WRITE_FILE) } },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = overlay_scene,
	.attempt = write_low,
	.effect	 = copied_up,
	.source	 = OVERLAY_SOURCE);

/* The rule is on the merged file, which stays the same one. */
static int write_and_reopen(struct scene *scene)
{
	const int error = write_low(scene);

	return error ?: overlay_read("merged/low", "LOWER");
}

CASE("overlay.merged.copy_up_file_rule",
	.claim	 = "open(2) of a file after it was copied up, with a rule on the file",
	.guard	 = { .fs = READ_WRITE },
	.deny	 = { .fs = READ_WRITE, .rules = { PATH("lower/low"),
			PATH("upper"), PATH("merged/up"),
			PATH("merged/low", .access = FS_WRITE_FILE) } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("merged/low") },
	.needs	 = OVERLAY_NEEDS,
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) |
		   W(STACKED) | W(INHERITED),
	.scene	 = overlay_scene,
	.attempt = write_and_reopen,
	.source	 = OVERLAY_SOURCE);

static int truncate_low(struct scene *scene)
{
	(void)scene;
	return errno_of(truncate("merged/low", 3));
}

static bool shortened(struct scene *scene)
{
	(void)scene;
	return file_is("upper/low", "low") && file_is("lower/low", "lower");
}

CASE("overlay.merged.truncate",
	.claim	 = "truncate(2) of a file of the lower layer",
	.guard	 = FS(TRUNCATE),
	.deny	 = { .fs = FS_TRUNCATE,
		     .rules = { PATH("lower"), PATH("upper") } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("merged") },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = overlay_scene,
	.attempt = truncate_low,
	.effect	 = shortened,
	.source	 = OVERLAY_SOURCE);

static int unlink_low(struct scene *scene)
{
	(void)scene;
	return errno_of(unlink("merged/low"));
}

static bool whiteout_left(struct scene *scene)
{
	(void)scene;
	return is_whiteout("upper/low") && file_is("lower/low", "lower");
}

CASE("overlay.merged.unlink_whiteout",
	.claim	 = "unlink(2) of a file of the lower layer, which leaves a whiteout",
	.guard	 = FS(REMOVE_FILE),
	.deny	 = { .fs = FS_REMOVE_FILE,
		     .rules = { PATH("lower"), PATH("upper") } },
	.promise = { DENIED(EACCES) },
	.allow	 = { .fs = FS_REMOVE_FILE | FS_MAKE_CHAR | FS_MAKE_REG,
		     .rules = { PATH("merged", .access = FS_REMOVE_FILE) } },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = overlay_scene,
	.attempt = unlink_low,
	.effect	 = whiteout_left,
	.source	 = OVERLAY_SOURCE);

static int create_merged(struct scene *scene)
{
	(void)scene;
	return errno_of(open("merged/dir/new", O_CREAT | O_EXCL | O_WRONLY |
			     O_CLOEXEC, 0644));
}

static bool created_above(struct scene *scene)
{
	(void)scene;
	return exists("upper/dir/new") && !exists("lower/dir/new");
}

CASE("overlay.merged.create",
	.claim	 = "open(2) that creates in a directory of the lower layer",
	.guard	 = FS(MAKE_REG),
	.uses	 = FS(WRITE_FILE),
	.deny	 = { .fs = FS_MAKE_REG,
		     .rules = { PATH("lower"), PATH("upper") } },
	.promise = { DENIED(EACCES) },
	.allow	 = { .fs = FS_MAKE_REG | FS_MAKE_DIR,
		     .rules = { PATH("merged", .access = FS_MAKE_REG) } },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = overlay_scene,
	.attempt = create_merged,
	.effect	 = created_above,
	.source	 = OVERLAY_SOURCE);

static int rename_low(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("merged/low", "merged/renamed"));
}

static bool renamed_above(struct scene *scene)
{
	(void)scene;
	return file_is("upper/renamed", "lower") && is_whiteout("upper/low");
}

CASE("overlay.merged.rename",
	.claim	 = "rename(2) of a file of the lower layer without MAKE_REG",
	.guard	 = FS(MAKE_REG),
	.uses	 = FS(REMOVE_FILE),
	.deny	 = { .fs = FS_MAKE_REG,
		     .rules = { PATH("lower"), PATH("upper") } },
	.promise = { DENIED(EACCES) },
	.allow	 = { .fs = FS_MAKE_REG | FS_MAKE_CHAR,
		     .rules = { PATH("merged", .access = FS_MAKE_REG) } },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = overlay_scene,
	.attempt = rename_low,
	.effect	 = renamed_above,
	.source	 = OVERLAY_SOURCE);

static int rename_across(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("merged/low", "merged/dir/deep/low"));
}

static bool renamed_across(struct scene *scene)
{
	(void)scene;
	return file_is("upper/dir/deep/low", "lower") &&
	       is_whiteout("upper/low");
}

CASE("overlay.merged.refer",
	.claim	 = "rename(2) to another directory of a merged directory",
	.guard	 = FS(REFER),
	.deny	 = { .fs = FS_REFER, .rules = { PATH("lower"), PATH("upper"),
			PATH("merged/dir") } },
	.promise = { DENIED(EXDEV) },
	.grant	 = { PATH("merged") },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = overlay_scene,
	.attempt = rename_across,
	.effect	 = renamed_across,
	.source	 = OVERLAY_SOURCE);

static int link_across(struct scene *scene)
{
	(void)scene;
	return errno_of(link("merged/low", "merged/dir/link"));
}

static bool linked_above(struct scene *scene)
{
	(void)scene;
	return file_is("upper/dir/link", "lower");
}

CASE("overlay.merged.link",
	.claim	 = "link(2) of a file of the lower layer to another directory",
	.guard	 = FS(REFER),
	.deny	 = { .fs = FS_REFER, .rules = { PATH("lower"), PATH("upper"),
			PATH("merged/dir") } },
	.promise = { DENIED(EXDEV) },
	.grant	 = { PATH("merged") },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = overlay_scene,
	.attempt = link_across,
	.effect	 = linked_above,
	.source	 = OVERLAY_SOURCE);

static int remove_directory(struct scene *scene)
{
	(void)scene;
	return errno_of(rmdir("merged/dir/deep"));
}

static bool directory_hidden(struct scene *scene)
{
	(void)scene;
	return is_whiteout("upper/dir/deep") && exists("lower/dir/deep");
}

CASE("overlay.merged.rmdir_whiteout",
	.claim	 = "rmdir(2) of a directory of the lower layer",
	.guard	 = FS(REMOVE_DIR),
	.deny	 = { .fs = FS_REMOVE_DIR,
		     .rules = { PATH("lower"), PATH("upper") } },
	.promise = { DENIED(EACCES) },
	.allow	 = { .fs = FS_REMOVE_DIR | FS_MAKE_CHAR | FS_MAKE_REG,
		     .rules = { PATH("merged", .access = FS_REMOVE_DIR) } },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = overlay_scene,
	.attempt = remove_directory,
	.effect	 = directory_hidden,
	.source	 = OVERLAY_SOURCE);

static int write_opened(struct scene *scene)
{
	return write(scene->fd[0], "LOWER", 5) == 5 ? WORKED : errno;
}

/* Opened for reading it would stay below: opening for writing copies up. */
static int opened_before(struct scene *scene)
{
	const int ret = overlay_scene(scene);

	if (ret)
		return ret;
	scene->fd[0] = open("merged/low", O_WRONLY);
	return errno_of(scene->fd[0]);
}

CASE("overlay.merged.preopened",
	.claim	 = "write(2) to a merged file that was opened before",
	.guard	 = FS(WRITE_FILE),
	.promise = { ALLOWED },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = opened_before,
	.attempt = write_opened,
	.effect	 = copied_up,
	.witness = write_low,
	.source	 = "userspace-api/landlock: rights of opened files");
