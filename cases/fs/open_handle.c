// SPDX-License-Identifier: GPL-2.0
/* Files named by a handle instead of by a path. */
#include "fs.h"

/* Room for the handle of any file system, and its header */
union handle {
	struct file_handle header;
	char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

static int get_handle(union handle *handle, int dir, const char *name,
		      int flags)
{
	int mount_id;

	memset(handle, 0, sizeof(*handle));
	handle->header.handle_bytes = MAX_HANDLE_SZ;
	return errno_of(name_to_handle_at(dir, name, &handle->header,
					  &mount_id, flags));
}

/* The file stays in use: not every file system finds it again without. */
static int handle_of_file(struct scene *scene)
{
	union handle handle;
	int error = dir_file(scene);

	if (error)
		return error;
	scene->fd[1] = open("dir/file", O_PATH);
	error = errno_of(scene->fd[1]) ?:
		get_handle(&handle, scene->fd[1], "", AT_EMPTY_PATH);
	if (error == EOPNOTSUPP)
		return cannot(scene, "file handles of tmpfs (CONFIG_EXPORTFS)");
	if (error)
		return error;
	memcpy(scene->text, &handle, sizeof(handle));
	scene->fd[0] = open(".", O_RDONLY | O_DIRECTORY);
	return errno_of(scene->fd[0]);
}

_Static_assert(sizeof(union handle) <= sizeof(((struct scene *)0)->text),
	       "a handle fits into the scene");

static int open_handle(struct scene *scene)
{
	const int fd = open_by_handle_at(scene->fd[0],
					 (struct file_handle *)scene->text,
					 O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : reads_fd(fd);
}

CASE("fs.open.by_handle",
	.claim	 = "open_by_handle_at(2)",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_READ_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.needs	 = "root",
	.root	 = true,
	.scene	 = handle_of_file,
	.attempt = open_handle,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE");

static int name_handle(struct scene *scene)
{
	union handle handle;

	(void)scene;
	return get_handle(&handle, AT_FDCWD, "dir/file", 0);
}

CASE("fs.metadata.name_to_handle_at",
	.claim	 = "name_to_handle_at(2)",
	.guard	 = { .fs = FS_ABI_1 },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#9",
	.scene	 = dir_file,
	.attempt = name_handle,
	.witness = read_dir_file,
	.source	 = "fs/fhandle.c: do_sys_name_to_handle(), no hook");
