// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_MAKE_*: the calls that each make one type of file. */
#include <sys/un.h>

#include "fs.h"

static int dir(struct scene *scene)
{
	(void)scene;
	return make_dir("dir");
}

static bool made(struct scene *scene)
{
	(void)scene;
	return exists("dir/new");
}

/* What all of these have in common. */
#define MAKES(right)							\
	.guard	 = FS(right),						\
	.promise = { DENIED(EACCES) },					\
	.extra	 = RULESET ALL_BUT(FS_##right, "dir"),				\
	.scene	 = dir,							\
	.effect	 = made,						\
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_" #right

static const struct variant open_flags[] = {
	{ "", .arg = O_WRONLY | O_CREAT },
	{ "o_excl", .arg = O_WRONLY | O_CREAT | O_EXCL },
	{ "o_rdonly", .arg = O_RDONLY | O_CREAT },
	{ NULL }
};

static int open_new(struct scene *scene)
{
	return errno_of(open("dir/new", scene->variant->arg, 0644));
}

CASE("fs.make_reg.open_creat",
	.claim	  = "open(2) of a new file with O_CREAT",
	.uses	  = { .fs = FS_READ_FILE | FS_WRITE_FILE },
	.allow	  = ONLY(FS_MAKE_REG | FS_READ_FILE | FS_WRITE_FILE, "dir"),
	.variants = open_flags,
	.attempt  = open_new,
	MAKES(MAKE_REG));

static int open_new_to_write(struct scene *scene)
{
	(void)scene;
	return errno_of(open("dir/new", O_WRONLY | O_CREAT, 0644));
}

static int open_old(struct scene *scene)
{
	(void)scene;
	return errno_of(open("dir/old", O_WRONLY));
}

static int dir_with_old(struct scene *scene)
{
	return dir(scene) ?: make_file("dir/old", SECRET);
}

/* First the file is made, then it is opened: two rights, one after another. */
CASE("fs.make_reg.open_creat_refused",
	.claim	 = "a new file is left behind by an open(2) that may make it and not write it",
	.guard	 = FS(WRITE_FILE),
	.uses	 = FS(MAKE_REG),
	.promise = { OPEN },
	.gap	 = "onekey-sec/unblob#1101",
	.deny	 = {
		.fs = FS_MAKE_REG | FS_WRITE_FILE,
		.rules = { PATH("dir", .access = FS_MAKE_REG) },
	},
	.scene	 = dir_with_old,
	.attempt = open_new_to_write,
	.effect	 = made,
	.witness = open_old,
	.source	 = "fs/namei.c: security_path_mknod() in lookup_open(), then do_open()");

static int creat_new(struct scene *scene)
{
	(void)scene;
	return errno_of(creat("dir/new", 0644));
}

CASE("fs.make_reg.creat",
	.claim	 = "creat(2) of a new file",
	.uses	 = FS(WRITE_FILE),
	.allow	 = ONLY(FS_MAKE_REG | FS_WRITE_FILE, "dir"),
	.attempt = creat_new,
	MAKES(MAKE_REG));

static int make_directory(struct scene *scene)
{
	(void)scene;
	return errno_of(mkdir("dir/new", 0755));
}

CASE("fs.make_dir.mkdir",
	.claim	 = "mkdir(2)",
	.allow	 = ONLY(FS_MAKE_DIR, "dir"),
	.attempt = make_directory,
	MAKES(MAKE_DIR));

static int make_symlink(struct scene *scene)
{
	(void)scene;
	return errno_of(symlink("nowhere", "dir/new"));
}

static int make_symlink_at(struct scene *scene)
{
	(void)scene;
	return errno_of(symlinkat("nowhere", AT_FDCWD, "dir/new"));
}

static const struct variant symlinks[] = {
	{ "", .op = make_symlink },
	{ "symlinkat", .op = make_symlink_at },
	{ NULL }
};

/* Nothing follows the symbolic link, so it may point anywhere. */
CASE("fs.make_sym.symlink",
	.claim	 = "symlink(2)",
	.allow	 = ONLY(FS_MAKE_SYM, "dir"),
	.variants = symlinks,
	.attempt = variant_op,
	MAKES(MAKE_SYM));

static int bind_socket(struct scene *scene)
{
	const struct sockaddr_un address = {
		.sun_family = AF_UNIX,
		.sun_path = "dir/new",
	};
	const int fd = socket(AF_UNIX, scene->variant->arg | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	return errno_of(bind(fd, (const struct sockaddr *)&address,
			     sizeof(address)));
}

static const struct variant socket_types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "dgram", .arg = SOCK_DGRAM },
	{ NULL }
};

CASE("fs.make_sock.bind",
	.claim	  = "bind(2) of a UNIX socket to a path",
	.allow	  = ONLY(FS_MAKE_SOCK, "dir"),
	.variants = socket_types,
	.attempt  = bind_socket,
	MAKES(MAKE_SOCK));

static int link_unnamed(struct scene *scene)
{
	char path[32];
	int fd;

	fd = open("dir", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		return not_opened(scene);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return errno_of(linkat(AT_FDCWD, path, AT_FDCWD, "dir/new",
			       AT_SYMLINK_FOLLOW));
}

CASE("fs.make_reg.tmpfile_link",
	.claim	 = "linkat(2) of an O_TMPFILE file into its directory",
	.uses	 = FS(WRITE_FILE),
	.allow	 = ONLY(FS_MAKE_REG | FS_WRITE_FILE, "dir"),
	.attempt = link_unnamed,
	MAKES(MAKE_REG));
