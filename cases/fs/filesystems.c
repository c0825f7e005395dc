// SPDX-License-Identifier: GPL-2.0
/* One case for each right, on file systems that are not tmpfs. */
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "refer.h"
#include "resolve_unix_server.h"

/* The names are those of vm/filesystems.toml; the first variant has none. */
#define ON(name)	{ name, .filesystem = name }
#define ON_EXT4		{ "", .filesystem = "ext4" }
#define WITH_ALL_FILES							\
	ON_EXT4, ON("xfs"), ON("btrfs"), ON("f2fs"), ON("overlay"),	\
	ON("fuse"), ON("9p-loose"), ON("nfs")

/* Those that have owners, links, devices and sockets */
static const struct variant with_all_files[] = { WITH_ALL_FILES, { NULL } };

static const struct variant everywhere[] = {
	WITH_ALL_FILES, ON("vfat"), ON("exfat"), { NULL }
};

#define RIGHT(right)							\
	.guard	 = FS(right),						\
	.promise = { DENIED(EACCES) },					\
	.grant	 = { PATH("dir") },					\
	.worlds	 = W(CONTROL) | W(DENY) | W(GRANT),			\
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_" #right

CASE("fs.filesystems.read_file",
	.claim	  = "open(2) for reading, on ext4 and others",
	.variants = everywhere,
	.needs	  = "filesystems",
	.scene	  = dir_file,
	.attempt  = read_dir_file,
	RIGHT(READ_FILE));

CASE("fs.filesystems.write_file",
	.claim	  = "open(2) for writing, on ext4 and others",
	.variants = everywhere,
	.needs	  = "filesystems",
	.scene	  = dir_file,
	.attempt  = write_dir_file,
	.effect	  = written,
	RIGHT(WRITE_FILE));

static void start_program(struct scene *scene)
{
	char *const argv[] = { "program", NULL };
	char *const envp[] = { NULL };

	(void)scene;
	execve("dir/program", argv, envp);
}

static int execute(struct scene *scene)
{
	return executes(scene, start_program);
}

CASE("fs.filesystems.execute",
	.claim	  = "execve(2), on ext4 and others",
	.variants = everywhere,
	.needs	  = "filesystems",
	.uses	  = FS(READ_FILE),
	.scene	  = dir_program,
	.attempt  = execute,
	RIGHT(EXECUTE));

static int list_dir(struct scene *scene)
{
	const int fd = open("dir", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)scene;
	return errno_of(fd) ?: errno_of(close(fd));
}

CASE("fs.filesystems.read_dir",
	.claim	  = "opening a directory, on ext4 and others",
	.variants = everywhere,
	.needs	  = "filesystems",
	.scene	  = dir_file,
	.attempt  = list_dir,
	RIGHT(READ_DIR));

static int truncate_file(struct scene *scene)
{
	(void)scene;
	return errno_of(truncate("dir/file", 0));
}

CASE("fs.filesystems.truncate",
	.claim	  = "truncate(2), on ext4 and others",
	.variants = everywhere,
	.needs	  = "filesystems",
	.scene	  = dir_file,
	.attempt  = truncate_file,
	.effect	  = written,
	RIGHT(TRUNCATE));

/* What is made: dir/new */

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

#define MAKES(name)							\
	.scene	 = dir,							\
	.effect	 = made,						\
	RIGHT(MAKE_##name)

static int make_regular(struct scene *scene)
{
	(void)scene;
	return errno_of(mknod("dir/new", S_IFREG | 0644, 0));
}

CASE("fs.filesystems.make_reg",
	.claim	  = "mknod(2) of a regular file, on ext4 and others",
	.variants = everywhere,
	.needs	  = "filesystems",
	.attempt  = make_regular,
	MAKES(REG));

static int make_directory(struct scene *scene)
{
	(void)scene;
	return errno_of(mkdir("dir/new", 0755));
}

CASE("fs.filesystems.make_dir",
	.claim	  = "mkdir(2), on ext4 and others",
	.variants = everywhere,
	.needs	  = "filesystems",
	.attempt  = make_directory,
	MAKES(DIR));

static int make_symlink(struct scene *scene)
{
	(void)scene;
	return errno_of(symlink("nowhere", "dir/new"));
}

CASE("fs.filesystems.make_sym",
	.claim	  = "symlink(2), on ext4 and others",
	.variants = with_all_files,
	.needs	  = "filesystems",
	.attempt  = make_symlink,
	MAKES(SYM));

static int make_fifo(struct scene *scene)
{
	(void)scene;
	return errno_of(mkfifo("dir/new", 0644));
}

CASE("fs.filesystems.make_fifo",
	.claim	  = "mkfifo(3), on ext4 and others",
	.variants = with_all_files,
	.needs	  = "filesystems",
	.attempt  = make_fifo,
	MAKES(FIFO));

static int make_socket(struct scene *scene)
{
	(void)scene;
	return errno_of(mknod("dir/new", S_IFSOCK | 0644, 0));
}

CASE("fs.filesystems.make_sock",
	.claim	  = "mknod(2) of a socket, on ext4 and others",
	.variants = with_all_files,
	.needs	  = "filesystems",
	.attempt  = make_socket,
	MAKES(SOCK));

static int make_char(struct scene *scene)
{
	(void)scene;
	return errno_of(mknod("dir/new", S_IFCHR | 0644, makedev(1, 3)));
}

CASE("fs.filesystems.make_char",
	.claim	  = "mknod(2) of a character device, on ext4 and others",
	.variants = with_all_files,
	.needs	  = "root filesystems",
	.root	  = true,
	.attempt  = make_char,
	MAKES(CHAR));

static int make_block(struct scene *scene)
{
	(void)scene;
	return errno_of(mknod("dir/new", S_IFBLK | 0644, makedev(7, 0)));
}

CASE("fs.filesystems.make_block",
	.claim	  = "mknod(2) of a block device, on ext4 and others",
	.variants = with_all_files,
	.needs	  = "root filesystems",
	.root	  = true,
	.attempt  = make_block,
	MAKES(BLOCK));

/* What is removed: dir/file, dir/empty */

static bool file_gone(struct scene *scene)
{
	(void)scene;
	return !exists("dir/file");
}

static int remove_file(struct scene *scene)
{
	(void)scene;
	return errno_of(unlink("dir/file"));
}

CASE("fs.filesystems.remove_file",
	.claim	  = "unlink(2), on ext4 and others",
	.variants = everywhere,
	.needs	  = "filesystems",
	.scene	  = dir_file,
	.attempt  = remove_file,
	.effect	  = file_gone,
	RIGHT(REMOVE_FILE));

static int empty_dir(struct scene *scene)
{
	(void)scene;
	return make_dir("dir/empty");
}

static bool dir_gone(struct scene *scene)
{
	(void)scene;
	return !exists("dir/empty");
}

static int remove_dir(struct scene *scene)
{
	(void)scene;
	return errno_of(rmdir("dir/empty"));
}

CASE("fs.filesystems.remove_dir",
	.claim	  = "rmdir(2), on ext4 and others",
	.variants = everywhere,
	.needs	  = "filesystems",
	.scene	  = empty_dir,
	.attempt  = remove_dir,
	.effect	  = dir_gone,
	RIGHT(REMOVE_DIR));

CASE("fs.filesystems.refer",
	.claim	  = "rename(2) to another directory, on ext4 and others",
	.guard	  = FS(REFER),
	.promise  = { DENIED(EXDEV) },
	.grant	  = { PATH("source"), PATH("target") },
	.worlds	  = W(CONTROL) | W(DENY) | W(GRANT),
	.variants = everywhere,
	.needs	  = "filesystems",
	.scene	  = source_and_target,
	.attempt  = rename_across,
	.effect	  = moved,
	.source	  = REFER_DOCUMENTED);

/* linux/random.h */
static int entropy(struct scene *scene)
{
	const int fd = open("dir/random", O_RDONLY | O_CLOEXEC);
	int bits, error;

	if (fd < 0)
		return not_opened(scene);
	error = errno_of(ioctl(fd, _IOR('R', 0x00, int), &bits));
	close(fd);
	return error;
}

static int random_device(struct scene *scene)
{
	(void)scene;
	return make_dir("dir") ?:
	       errno_of(mknod("dir/random", S_IFCHR | 0666, makedev(1, 9)));
}

CASE("fs.filesystems.ioctl_dev",
	.claim	  = "ioctl(2) of a device whose node lies on ext4 and others",
	.variants = with_all_files,
	.needs	  = "root filesystems",
	.uses	  = FS(READ_FILE),
	.scene	  = random_device,
	.attempt  = entropy,
	RIGHT(IOCTL_DEV));

static int call_server(struct scene *scene)
{
	(void)scene;
	return unix_call("dir/socket", SOCK_STREAM);
}

CASE("fs.filesystems.resolve_unix",
	.claim	  = "connect(2) to a UNIX socket on ext4 and others",
	.variants = with_all_files,
	.needs	  = "filesystems",
	.scene	  = resolve_stream_server,
	.attempt  = call_server,
	.effect	  = resolve_heard,
	RIGHT(RESOLVE_UNIX));
