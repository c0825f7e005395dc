// SPDX-License-Identifier: GPL-2.0
/*
 * Rules follow inodes: what somebody outside does to files after the sandbox
 * has closed decides with them.
 */
#include "fs.h"

/* The outsider acts before the attempt, in control as well. */
static int read_afterwards(struct scene *scene)
{
	return outsider_acts(scene) ?: read_dir_file(scene);
}

static int read_decoy(struct scene *scene)
{
	(void)scene;
	return reads("decoy/file");
}

#define FOLLOWS								\
	.guard	 = FS(READ_FILE),					\
	.attempt = read_afterwards,					\
	.source	 = "userspace-api/landlock: struct landlock_path_beneath_attr"

static int replace_file(void)
{
	return make_file("new", SECRET) ?: errno_of(rename("new", "dir/file"));
}

static int replaced_file(struct scene *scene)
{
	return dir_file(scene) ?: outsider_init(scene, replace_file);
}

CASE("fs.rules.replaced",
	.claim	 = "reading a file that took the place of the file of the rule",
	.promise = { DENIED(EACCES) },
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("dir/file") } },
	.grant	 = { PATH("dir") },
	.scene	 = replaced_file,
	FOLLOWS);

static int replace_dir(void)
{
	return errno_of(rename("dir", "old")) ?: make_dir("dir") ?:
	       make_file("dir/file", SECRET);
}

static int replaced_dir(struct scene *scene)
{
	return dir_file(scene) ?: outsider_init(scene, replace_dir);
}

CASE("fs.rules.directory_replaced",
	.claim	 = "reading in a directory that took the place of the rule's",
	.promise = { DENIED(EACCES) },
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("dir") } },
	.grant	 = { PATH(".") },
	.scene	 = replaced_dir,
	FOLLOWS);

static int rename_old_dir(void)
{
	return errno_of(rename("old", "dir"));
}

static int old_dir(struct scene *scene)
{
	return dir_file(scene) ?: errno_of(rename("dir", "old")) ?:
	       outsider_init(scene, rename_old_dir);
}

CASE("fs.rules.directory_renamed",
	.claim	 = "reading in the directory of the rule under its new name",
	.promise = { ALLOWED },
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("old") } },
	.scene	 = old_dir,
	.witness = read_decoy,
	FOLLOWS);

static int add_file(void)
{
	return make_file("dir/file", SECRET);
}

static int new_file(struct scene *scene)
{
	return make_dir("dir") ?: make_file("decoy/file", SECRET) ?:
	       outsider_init(scene, add_file);
}

CASE("fs.rules.new_file",
	.claim	 = "reading a file that is newer than the sandbox",
	.promise = { ALLOWED },
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("dir") } },
	.scene	 = new_file,
	.witness = read_decoy,
	FOLLOWS);

static int move_file_in(void)
{
	return errno_of(rename("granted/file", "dir/file"));
}

static int granted_file(struct scene *scene)
{
	return make_dir("dir") ?: make_dir("granted") ?:
	       make_file("granted/file", SECRET) ?:
	       outsider_init(scene, move_file_in);
}

CASE("fs.rules.moved_out",
	.claim	 = "reading a file that was moved away from beneath the rule",
	.promise = { DENIED(EACCES) },
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("granted") } },
	.grant	 = { PATH("granted/file") },
	.scene	 = granted_file,
	FOLLOWS);
