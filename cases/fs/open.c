// SPDX-License-Identifier: GPL-2.0
/* Ways to a descriptor that ask for less than one would expect, or for more. */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "fs.h"

static int o_path_file(struct scene *scene)
{
	struct stat st;
	const int fd = open("dir/file", O_PATH | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	return errno_of(fstat(fd, &st)) ?: (S_ISREG(st.st_mode) ? 0 : ENOENT);
}

static int o_path_dir(struct scene *scene)
{
	struct stat st;
	const int fd = open("dir", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	return errno_of(fstatat(fd, "file", &st, 0));
}

static const struct variant o_path_kinds[] = {
	{ "", .op = o_path_file },
	{ "dir", .op = o_path_dir },
	{ NULL }
};

CASE("fs.open.o_path",
	.claim	  = "open(2) with O_PATH",
	.guard	  = { .fs = FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#9",
	.variants = o_path_kinds,
	.scene	  = dir_file,
	.attempt  = variant_op,
	.witness  = read_dir_file,
	.source	  = "fs/open.c: do_dentry_open(), no security_file_open() for O_PATH");

static int look_for_missing(struct scene *scene)
{
	(void)scene;
	if (open("dir/missing", O_RDONLY) >= 0)
		return NO_EFFECT;
	return errno == ENOENT ? WORKED : errno;
}

CASE("fs.open.missing",
	.claim	 = "ENOENT tells that a file does not exist",
	.guard	 = { .fs = FS_READ_FILE | FS_READ_DIR },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#9",
	.scene	 = dir_file,
	.attempt = look_for_missing,
	.witness = read_dir_file,
	.source	 = "fs/namei.c: link_path_walk(), no hook of Landlock");

/*
 * Access mode 3 neither reads nor writes, so that no access right is asked for.
 */
static int open_for_nothing(struct scene *scene)
{
	char byte;
	const int fd = open("dir/file", O_ACCMODE | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	return read(fd, &byte, 1) < 0 && errno == EBADF ? WORKED : NO_EFFECT;
}

CASE("fs.open.accmode3",
	.claim	 = "open(2) with the access mode 3, for ioctl(2) only",
	.guard	 = { .fs = FS_READ_FILE | FS_WRITE_FILE },
	.promise = { OPEN },
	.gap	 = "security/landlock/fs.c: hook_file_open(), a request may be empty",
	.scene	 = dir_file,
	.attempt = open_for_nothing,
	.witness = read_dir_file,
	.source	 = "security/landlock/fs.c: get_required_file_open_access()");

static int open_unnamed(struct scene *scene)
{
	const int fd = open("dir", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);

	(void)scene;
	return fd < 0 ? errno : errno_of(write(fd, "x", 1));
}

CASE("fs.open.tmpfile",
	.claim	 = "open(2) with O_TMPFILE, for writing",
	.guard	 = FS(WRITE_FILE),
	.uses	 = FS(MAKE_REG),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_WRITE_FILE | FS_MAKE_REG, "dir"),
	.extra	 = RULESET ALL_BUT(FS_WRITE_FILE, "dir"),
	.scene	 = dir_file,
	.attempt = open_unnamed,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_WRITE_FILE");

static int creat_new(struct scene *scene)
{
	(void)scene;
	return errno_of(creat("dir/new", 0644));
}

CASE("fs.open.tmpfile_without_make_reg",
	.claim	 = "open(2) with O_TMPFILE where no file may be made",
	.guard	 = FS(MAKE_REG),
	.uses	 = FS(WRITE_FILE),
	.promise = { OPEN },
	.gap	 = "no public report: SECURITY.md",
	.labels	 = "unreported",
	.scene	 = dir_file,
	.attempt = open_unnamed,
	.witness = creat_new,
	.source	 = "fs/namei.c: vfs_tmpfile(), no security_path_mknod()");

static int opened(struct scene *scene)
{
	const int error = dir_file(scene);

	if (error)
		return error;
	scene->fd[0] = open("dir/file", O_RDWR);
	scene->fd[1] = open("dir", O_RDONLY | O_DIRECTORY);
	return scene->fd[0] < 0 || scene->fd[1] < 0 ? errno : 0;
}

static int read_opened(struct scene *scene)
{
	return reads_fd(scene->fd[0]);
}

static int write_opened(struct scene *scene)
{
	char byte;

	if (pwrite(scene->fd[0], "x", 1, 0) != 1 ||
	    pread(scene->fd[0], &byte, 1, 0) != 1)
		return errno;
	return byte == 'x' ? WORKED : NO_EFFECT;
}

static int list_opened(struct scene *scene)
{
	char entries[1024];
	const long len = syscall(SYS_getdents64, scene->fd[1], entries,
				 sizeof(entries));

	return len < 0 ? errno : len > 0 ? WORKED : NO_EFFECT;
}

static const struct variant uses_of_opened[] = {
	{ "", .op = read_opened },
	{ "write", .op = write_opened },
	{ "getdents", .op = list_opened },
	{ NULL }
};

CASE("fs.open.before",
	.claim	  = "using a descriptor opened before the sandbox",
	.guard	  = { .fs = FS_READ_FILE | FS_WRITE_FILE | FS_READ_DIR },
	.promise  = { ALLOWED },
	.variants = uses_of_opened,
	.scene	  = opened,
	.attempt  = variant_op,
	.witness  = read_dir_file,
	.source	  = "userspace-api/landlock, Filesystem flags: opened before the sandboxing");

static int reopen_pipe(struct scene *scene)
{
	int ends[2], fd;

	(void)scene;
	if (pipe2(ends, O_CLOEXEC) ||
	    write(ends[1], SECRET, strlen(SECRET)) < 0)
		return errno;
	fd = reopen(ends[0], O_RDONLY);
	return fd < 0 ? -fd : reads_fd(fd);
}

static int reopen_memory(struct scene *scene)
{
	const int fd = memfd_create("memory", MFD_CLOEXEC);
	int again;

	(void)scene;
	if (fd < 0 || write(fd, SECRET, strlen(SECRET)) < 0)
		return errno;
	again = reopen(fd, O_RDWR);
	return again < 0 ? -again : reads_fd(again);
}

static int open_namespace(struct scene *scene)
{
	(void)scene;
	return errno_of(open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
}

static const struct variant nowhere[] = {
	{ "", .op = reopen_pipe },
	{ "memfd", .op = reopen_memory },
	{ "nsfs", .op = open_namespace },
	{ NULL }
};

/*
 * Programs open /dev/stdin, which a domain must not break.  The kernel's
 * selftests try it too.
 */
CASE("fs.open.pipe_reopen",
	.claim	  = "open(2) through /proc of what lies on no mounted file system, such as a pipe",
	.guard	  = { .fs = FS_READ_FILE | FS_WRITE_FILE },
	.promise  = { ALLOWED },
	.variants = nowhere,
	.scene	  = dir_file,
	.attempt  = variant_op,
	.witness  = read_dir_file,
	.source	  = "userspace-api/landlock, Special filesystems");
