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

#define MKNOD(right, word, what, ...)					\
	CASE("fs." word ".mknod",					\
		.claim	 = "mknod(2) of " what,				\
		.allow	 = ONLY(FS_##right, "dir"),			\
		.scene	 = dir,						\
		.attempt = make_new,					\
		MAKES(right), ##__VA_ARGS__)

#define LINK(right, word, what, ...)					\
	CASE("fs." word ".link",					\
		.claim	 = "link(2) of " what " within its directory",	\
		.allow	 = ONLY(FS_##right, "dir"),			\
		.scene	 = dir_node,					\
		.attempt = link_old,					\
		MAKES(right), ##__VA_ARGS__)

#define RENAME(right, word, what, remove, ...)				\
	CASE("fs." word ".rename",					\
		.claim	 = "rename(2) of " what " within its directory", \
		.uses	 = FS(remove),					\
		.allow	 = ONLY(FS_##right | FS_##remove, "dir"),	\
		.scene	 = dir_node,					\
		.attempt = rename_old,					\
		MAKES(right), ##__VA_ARGS__)

#define AS_ROOT .root = true, .needs = "root"

MKNOD(MAKE_REG, "make_reg", "a regular file");
MKNOD(MAKE_FIFO, "make_fifo", "a named pipe");
MKNOD(MAKE_SOCK, "make_sock", "a UNIX socket");
MKNOD(MAKE_CHAR, "make_char", "a character device", AS_ROOT);
MKNOD(MAKE_BLOCK, "make_block", "a block device", AS_ROOT);

LINK(MAKE_REG, "make_reg", "a regular file");
LINK(MAKE_FIFO, "make_fifo", "a named pipe");
LINK(MAKE_SOCK, "make_sock", "a UNIX socket");
LINK(MAKE_SYM, "make_sym", "a symbolic link");
LINK(MAKE_CHAR, "make_char", "a character device", AS_ROOT);
LINK(MAKE_BLOCK, "make_block", "a block device", AS_ROOT);

RENAME(MAKE_REG, "make_reg", "a regular file", REMOVE_FILE);
RENAME(MAKE_FIFO, "make_fifo", "a named pipe", REMOVE_FILE);
RENAME(MAKE_SOCK, "make_sock", "a UNIX socket", REMOVE_FILE);
RENAME(MAKE_SYM, "make_sym", "a symbolic link", REMOVE_FILE);
RENAME(MAKE_DIR, "make_dir", "a directory", REMOVE_DIR);
RENAME(MAKE_CHAR, "make_char", "a character device", REMOVE_FILE, AS_ROOT);
RENAME(MAKE_BLOCK, "make_block", "a block device", REMOVE_FILE, AS_ROOT);

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
