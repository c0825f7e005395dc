// SPDX-License-Identifier: GPL-2.0
/* What the cases of the file system share. */
#include <sys/sysmacros.h>

#include "fs.h"

#define NEW_TEXT "changed"

int dir_file(struct scene *scene)
{
	(void)scene;
	return make_dir("dir/sub") ?: make_file("dir/file", SECRET) ?:
	       make_file("dir/sub/file", SECRET) ?:
	       make_file("decoy/file", SECRET);
}

int dir_program(struct scene *scene)
{
	(void)scene;
	return make_dir("dir") ?: make_program("dir/program");
}

static dev_t device(mode_t type)
{
	if (S_ISCHR(type))
		return makedev(1, 3);
	return S_ISBLK(type) ? makedev(7, 0) : 0;
}

int make_node(const char *path, mode_t type)
{
	int ret;

	if (S_ISREG(type))
		return make_file(path, SECRET);
	if (S_ISDIR(type))
		return make_dir(path);
	if (S_ISLNK(type))
		ret = symlink("nowhere", path);
	else
		ret = mknod(path, type | 0644, device(type));
	return errno_of(ret) ?:
	       errno_of(lchown(path, subject_uid(), subject_gid()));
}

int variant_op(struct scene *scene)
{
	return scene->variant->op(scene);
}

int reads_fd(int fd)
{
	char text[sizeof(SECRET)] = "";
	const ssize_t len = read(fd, text, sizeof(text));

	if (len < 0)
		return errno;
	return len == strlen(SECRET) && memcmp(text, SECRET, len) == 0 ?
		WORKED : NO_EFFECT;
}

int reads(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return errno;
	ret = reads_fd(fd);
	close(fd);
	return ret;
}

int writes(const char *path, int flags)
{
	const int fd = open(path, flags | O_CLOEXEC, 0644);
	int ret;

	if (fd < 0)
		return errno;
	ret = errno_of(write(fd, NEW_TEXT, strlen(NEW_TEXT)));
	close(fd);
	return ret;
}

bool written(struct scene *scene)
{
	(void)scene;
	return !file_is("dir/file", SECRET);
}

int read_dir_file(struct scene *scene)
{
	(void)scene;
	return reads("dir/file");
}

int write_dir_file(struct scene *scene)
{
	(void)scene;
	return writes("dir/file", O_WRONLY);
}

int not_opened(struct scene *scene)
{
	remark(scene, "not even opened: %s", strerrorname_np(errno));
	return NO_EFFECT;
}

int reopen(int fd, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int executes(struct scene *scene, void (*start)(struct scene *scene))
{
	long *const error = &scene->value[7];
	int status;
	pid_t pid;

	*error = 0;
	pid = fork();
	if (pid == 0) {
		start(scene);
		*error = errno;
		_exit(1);
	}
	if (pid < 0 || waitpid_retry(pid, &status))
		return broken(scene, "fork: %s", strerrorname_np(errno));
	if (*error)
		return *error;
	return WIFEXITED(status) && WEXITSTATUS(status) == EXEC_STATUS ?
		WORKED : NO_EFFECT;
}

int outsider_init(struct scene *scene, int (*act)(void))
{
	meeting_init(scene);
	scene->pid[0] = scene_fork(scene);
	if (scene->pid[0])
		return scene->pid[0] < 0 ? errno : 0;
	while (await(scene, 0) == 0) {
		scene->value[6] = act();
		wake(scene, 1);
	}
	_exit(0);
}

int outsider_acts(struct scene *scene)
{
	wake(scene, 0);
	await(scene, 1);
	if (!scene->value[6])
		return 0;
	return broken(scene, "the outsider: %s",
		      strerrorname_np(scene->value[6]));
}
