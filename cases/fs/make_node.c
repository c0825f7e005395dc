// SPDX-License-Identifier: GPL-2.0
/*
 * LANDLOCK_ACCESS_FS_MAKE_*: every type of file by mknod(2), and by link(2)
 * and rename(2) within a directory, which need no REFER.
 */
#include <sys/sysmacros.h>

#include "fs.h"

static const struct {
	uint64_t right;
	mode_t type;
} types[] = {
	{ FS_MAKE_REG, S_IFREG },	{ FS_MAKE_CHAR, S_IFCHR },
	{ FS_MAKE_BLOCK, S_IFBLK },	{ FS_MAKE_FIFO, S_IFIFO },
	{ FS_MAKE_SOCK, S_IFSOCK },	{ FS_MAKE_SYM, S_IFLNK },
	{ FS_MAKE_DIR, S_IFDIR },
};

/* The type of file that the case's guard is about */
static mode_t type_of(const struct scene *scene)
{
	size_t i = 0;

	while (types[i].right != scene->test->guard.fs)
		i++;
	return types[i].type;
}

static int dir(struct scene *scene)
{
	(void)scene;
	return make_dir("dir");
}

static int dir_node(struct scene *scene)
{
	return make_dir("dir") ?: make_node("dir/old", type_of(scene));
}

static bool made(struct scene *scene)
{
	(void)scene;
	return exists("dir/new");
}

static int make_new(struct scene *scene)
{
	const mode_t type = type_of(scene);
	dev_t device = 0;

	if (S_ISCHR(type))
		device = makedev(1, 3);
	if (S_ISBLK(type))
		device = makedev(7, 0);
	return errno_of(mknod("dir/new", type | 0644, device));
}

static int link_old(struct scene *scene)
{
	(void)scene;
	return errno_of(link("dir/old", "dir/new"));
}

static int rename_old(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("dir/old", "dir/new"));
}

#define MAKES(right)							\
	.guard	 = FS(right),						\
	.promise = { DENIED(EACCES) },					\
	.extra	 = RULESET ALL_BUT(FS_##right, "dir"),				\
	.effect	 = made,						\
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_" #right

CASE("fs.make_reg.mknod",
	.claim	 = "mknod(2) of a regular file",
	.allow	 = ONLY(FS_MAKE_REG, "dir"),
	.scene	 = dir,
	.attempt = make_new,
	MAKES(MAKE_REG));

static int make_fifo(struct scene *scene)
{
	(void)scene;
	return errno_of(mknod("dir/new", S_IFIFO | 0644, 0));
}

static int make_fifo_at(struct scene *scene)
{
	(void)scene;
	return errno_of(mknodat(AT_FDCWD, "dir/new", S_IFIFO | 0644, 0));
}

static const struct variant fifos[] = {
	{ "", .op = make_fifo },
	{ "mknodat", .op = make_fifo_at },
	{ NULL }
};

CASE("fs.make_fifo.mknod",
	.claim	  = "mknod(2) of a named pipe",
	.allow	  = ONLY(FS_MAKE_FIFO, "dir"),
	.variants = fifos,
	.scene	  = dir,
	.attempt  = variant_op,
	MAKES(MAKE_FIFO));

CASE("fs.make_sock.mknod",
	.claim	 = "mknod(2) of a UNIX socket",
	.allow	 = ONLY(FS_MAKE_SOCK, "dir"),
	.scene	 = dir,
	.attempt = make_new,
	MAKES(MAKE_SOCK));

CASE("fs.make_char.mknod",
	.claim	 = "mknod(2) of a character device",
	.allow	 = ONLY(FS_MAKE_CHAR, "dir"),
	.scene	 = dir,
	.attempt = make_new,
	.root	 = true,
	.needs	 = "root",
	MAKES(MAKE_CHAR));

CASE("fs.make_block.mknod",
	.claim	 = "mknod(2) of a block device",
	.allow	 = ONLY(FS_MAKE_BLOCK, "dir"),
	.scene	 = dir,
	.attempt = make_new,
	.root	 = true,
	.needs	 = "root",
	MAKES(MAKE_BLOCK));

CASE("fs.make_reg.link",
	.claim	 = "link(2) of a regular file within its directory",
	.allow	 = ONLY(FS_MAKE_REG, "dir"),
	.scene	 = dir_node,
	.attempt = link_old,
	MAKES(MAKE_REG));

CASE("fs.make_fifo.link",
	.claim	 = "link(2) of a named pipe within its directory",
	.allow	 = ONLY(FS_MAKE_FIFO, "dir"),
	.scene	 = dir_node,
	.attempt = link_old,
	MAKES(MAKE_FIFO));

CASE("fs.make_sock.link",
	.claim	 = "link(2) of a UNIX socket within its directory",
	.allow	 = ONLY(FS_MAKE_SOCK, "dir"),
	.scene	 = dir_node,
	.attempt = link_old,
	MAKES(MAKE_SOCK));

CASE("fs.make_sym.link",
	.claim	 = "link(2) of a symbolic link within its directory",
	.allow	 = ONLY(FS_MAKE_SYM, "dir"),
	.scene	 = dir_node,
	.attempt = link_old,
	MAKES(MAKE_SYM));

CASE("fs.make_char.link",
	.claim	 = "link(2) of a character device within its directory",
	.allow	 = ONLY(FS_MAKE_CHAR, "dir"),
	.scene	 = dir_node,
	.attempt = link_old,
	.root	 = true,
	.needs	 = "root",
	MAKES(MAKE_CHAR));

CASE("fs.make_block.link",
	.claim	 = "link(2) of a block device within its directory",
	.allow	 = ONLY(FS_MAKE_BLOCK, "dir"),
	.scene	 = dir_node,
	.attempt = link_old,
	.root	 = true,
	.needs	 = "root",
	MAKES(MAKE_BLOCK));

CASE("fs.make_reg.rename",
	.claim	 = "rename(2) of a regular file within its directory",
	.uses	 = FS(REMOVE_FILE),
	.allow	 = ONLY(FS_MAKE_REG | FS_REMOVE_FILE, "dir"),
	.scene	 = dir_node,
	.attempt = rename_old,
	MAKES(MAKE_REG));

CASE("fs.make_fifo.rename",
	.claim	 = "rename(2) of a named pipe within its directory",
	.uses	 = FS(REMOVE_FILE),
	.allow	 = ONLY(FS_MAKE_FIFO | FS_REMOVE_FILE, "dir"),
	.scene	 = dir_node,
	.attempt = rename_old,
	MAKES(MAKE_FIFO));

CASE("fs.make_sock.rename",
	.claim	 = "rename(2) of a UNIX socket within its directory",
	.uses	 = FS(REMOVE_FILE),
	.allow	 = ONLY(FS_MAKE_SOCK | FS_REMOVE_FILE, "dir"),
	.scene	 = dir_node,
	.attempt = rename_old,
	MAKES(MAKE_SOCK));

CASE("fs.make_sym.rename",
	.claim	 = "rename(2) of a symbolic link within its directory",
	.uses	 = FS(REMOVE_FILE),
	.allow	 = ONLY(FS_MAKE_SYM | FS_REMOVE_FILE, "dir"),
	.scene	 = dir_node,
	.attempt = rename_old,
	MAKES(MAKE_SYM));

CASE("fs.make_dir.rename",
	.claim	 = "rename(2) of a directory within its directory",
	.uses	 = FS(REMOVE_DIR),
	.allow	 = ONLY(FS_MAKE_DIR | FS_REMOVE_DIR, "dir"),
	.scene	 = dir_node,
	.attempt = rename_old,
	MAKES(MAKE_DIR));

CASE("fs.make_char.rename",
	.claim	 = "rename(2) of a character device within its directory",
	.uses	 = FS(REMOVE_FILE),
	.allow	 = ONLY(FS_MAKE_CHAR | FS_REMOVE_FILE, "dir"),
	.scene	 = dir_node,
	.attempt = rename_old,
	.root	 = true,
	.needs	 = "root",
	MAKES(MAKE_CHAR));

CASE("fs.make_block.rename",
	.claim	 = "rename(2) of a block device within its directory",
	.uses	 = FS(REMOVE_FILE),
	.allow	 = ONLY(FS_MAKE_BLOCK | FS_REMOVE_FILE, "dir"),
	.scene	 = dir_node,
	.attempt = rename_old,
	.root	 = true,
	.needs	 = "root",
	MAKES(MAKE_BLOCK));

static int make_without_type(struct scene *scene)
{
	(void)scene;
	return errno_of(mknod("dir/new", 0644, 0));
}

CASE("fs.make_reg.mknod_no_type",
	.claim	 = "mknod(2) without a type, which makes a regular file",
	.allow	 = ONLY(FS_MAKE_REG, "dir"),
	.scene	 = dir,
	.attempt = make_without_type,
	MAKES(MAKE_REG));
