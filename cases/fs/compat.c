// SPDX-License-Identifier: GPL-2.0
/* The guarded operations on files, called as 32-bit programs do. */
#include "bricks/compat.h"
#include "fs.h"

/*
 * struct operation - a call and its arguments
 * @other: a second path, or NULL: then @b is the second argument
 */
struct operation {
	enum compat_call call;
	const char *path, *other;
	long b, c;
};

static int files(struct scene *scene)
{
	return compat_scene(scene) ?: dir_file(scene) ?: make_dir("dir/empty");
}

static int perform(const struct operation *operation)
{
	const int result = compat_call(operation->call, (long)operation->path,
				       operation->other ?
				       (long)operation->other : operation->b,
				       operation->c);

	return result < 0 ? -result : 0;
}

static int by_variant(struct scene *scene)
{
	return perform(scene->variant->data);
}

#define OPERATION(name, ...)						\
	{ name, .data = &(const struct operation){ __VA_ARGS__ } }

#define COMPAT(right)							\
	.guard	 = FS(right),						\
	.promise = { DENIED(EACCES) },					\
	.grant	 = { PATH("dir") },					\
	.scene	 = files,						\
	.attempt = by_variant,						\
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_" #right

/* The descriptor is read, so that opening has an effect. */
static int open_to_read(struct scene *scene)
{
	const struct operation *const operation = scene->variant->data;
	const int fd = operation->call == COMPAT_OPENAT ?
		compat_call(COMPAT_OPENAT, AT_FDCWD, (long)operation->path,
			    O_RDONLY) :
		compat_path(COMPAT_OPEN, operation->path, O_RDONLY, 0);

	return fd < 0 ? -fd : reads_fd(fd);
}

static const struct variant opens[] = {
	OPERATION("", COMPAT_OPEN, "dir/file"),
	OPERATION("openat", COMPAT_OPENAT, "dir/file"),
	{ NULL }
};

CASE("fs.read_file.compat",
	.claim	  = "open(2) and openat(2) of a 32-bit program, for reading",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = opens,
	.scene	  = files,
	.attempt  = open_to_read,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE");

static bool made(struct scene *scene)
{
	(void)scene;
	return exists("dir/new");
}

static const struct variant mkdirs[] = {
	OPERATION("", COMPAT_MKDIR, "dir/new", NULL, 0755), { NULL }
};

CASE("fs.make_dir.compat",
	.claim	  = "mkdir(2) of a 32-bit program",
	.variants = mkdirs,
	.effect	  = made,
	COMPAT(MAKE_DIR));

static const struct variant symlinks[] = {
	OPERATION("", COMPAT_SYMLINK, "nowhere", "dir/new"), { NULL }
};

static bool linked(struct scene *scene)
{
	char target[16] = "";

	(void)scene;
	return readlink("dir/new", target, sizeof(target)) > 0;
}

CASE("fs.make_sym.compat",
	.claim	  = "symlink(2) of a 32-bit program",
	.variants = symlinks,
	.effect	  = linked,
	COMPAT(MAKE_SYM));

static const struct variant mknods[] = {
	OPERATION("", COMPAT_MKNOD, "dir/new", NULL, S_IFIFO | 0644), { NULL }
};

CASE("fs.make_fifo.compat",
	.claim	  = "mknod(2) of a 32-bit program, of a named pipe",
	.variants = mknods,
	.effect	  = made,
	COMPAT(MAKE_FIFO));

static bool file_gone(struct scene *scene)
{
	(void)scene;
	return !exists("dir/file");
}

static const struct variant unlinks[] = {
	OPERATION("", COMPAT_UNLINK, "dir/file"), { NULL }
};

CASE("fs.remove_file.compat",
	.claim	  = "unlink(2) of a 32-bit program",
	.variants = unlinks,
	.effect	  = file_gone,
	COMPAT(REMOVE_FILE));

static bool dir_gone(struct scene *scene)
{
	(void)scene;
	return !exists("dir/empty");
}

static const struct variant rmdirs[] = {
	OPERATION("", COMPAT_RMDIR, "dir/empty"), { NULL }
};

CASE("fs.remove_dir.compat",
	.claim	  = "rmdir(2) of a 32-bit program",
	.variants = rmdirs,
	.effect	  = dir_gone,
	COMPAT(REMOVE_DIR));

/* truncate64(2) takes the length in two halves. */
static const struct variant truncates[] = {
	OPERATION("", COMPAT_TRUNCATE, "dir/file"),
	OPERATION("truncate64", COMPAT_TRUNCATE64, "dir/file"),
	{ NULL }
};

static bool truncated(struct scene *scene)
{
	(void)scene;
	return file_is("dir/file", "");
}

CASE("fs.truncate.compat",
	.claim	  = "truncate(2) and truncate64(2) of a 32-bit program",
	.variants = truncates,
	.effect	  = truncated,
	COMPAT(TRUNCATE));
