// SPDX-License-Identifier: GPL-2.0
/* Changing what is known of a file: no right of Landlock guards it. */
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "metadata.h"

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static int change_mode(struct scene *scene)
{
	return errno_of(chmod("dir/file", scene->variant->arg));
}

static bool mode_changed(struct scene *scene)
{
	return mode_of("dir/file") == (mode_t)scene->variant->arg;
}

static const struct variant modes[] = {
	{ "", .arg = 0600 },
	{ "setuid", .arg = 04755 },
	{ NULL }
};

CASE("fs.metadata.chmod",
	.claim	  = "chmod(2)",
	.variants = modes,
	.scene	  = dir_file,
	.attempt  = change_mode,
	.effect	  = mode_changed,
	DOCUMENTED_LIMIT, UNRESTRICTED);

/* A change of owner, even to the same one, takes this bit away. */
static int setuid_file(struct scene *scene)
{
	return dir_file(scene) ?: errno_of(chmod("dir/file", 04755));
}

static int change_group(struct scene *scene)
{
	(void)scene;
	return errno_of(chown("dir/file", -1, getgid()));
}

static bool setuid_cleared(struct scene *scene)
{
	(void)scene;
	return !(mode_of("dir/file") & 04000);
}

CASE("fs.metadata.chown",
	.claim	 = "chown(2)",
	.scene	 = setuid_file,
	.attempt = change_group,
	.effect	 = setuid_cleared,
	DOCUMENTED_LIMIT, UNRESTRICTED);

static int change_times(struct scene *scene)
{
	const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	(void)scene;
	return errno_of(utimensat(AT_FDCWD, "dir/file", times, 0));
}

static bool times_changed(struct scene *scene)
{
	struct stat st;

	(void)scene;
	return stat("dir/file", &st) == 0 && st.st_mtime == 1;
}

CASE("fs.metadata.utimensat",
	.claim	 = "utimensat(2)",
	.scene	 = dir_file,
	.attempt = change_times,
	.effect	 = times_changed,
	DOCUMENTED_LIMIT, UNRESTRICTED);

#define ATTRIBUTE "user.landproof"

static int set_attribute(struct scene *scene)
{
	if (setxattr("dir/file", ATTRIBUTE, "x", 1, 0) == 0)
		return WORKED;
	if (errno == EOPNOTSUPP && scene->world == WORLD_CONTROL)
		return cannot(scene, "user.* attributes on tmpfs (Linux 6.6)");
	return errno;
}

static bool attribute_set(struct scene *scene)
{
	char value[8];

	(void)scene;
	return getxattr("dir/file", ATTRIBUTE, value, sizeof(value)) == 1;
}

CASE("fs.metadata.setxattr",
	.claim	 = "setxattr(2)",
	.scene	 = dir_file,
	.attempt = set_attribute,
	.effect	 = attribute_set,
	DOCUMENTED_LIMIT, UNRESTRICTED);

static int file_with_attribute(struct scene *scene)
{
	if (dir_file(scene))
		return errno;
	if (setxattr("dir/file", ATTRIBUTE, "x", 1, 0))
		return cannot(scene, "user.* attributes on tmpfs (Linux 6.6)");
	return 0;
}

static int get_attribute(struct scene *scene)
{
	char value[8], list[256];

	(void)scene;
	if (listxattr("dir/file", list, sizeof(list)) < 0 ||
	    getxattr("dir/file", ATTRIBUTE, value, sizeof(value)) < 0)
		return errno;
	return value[0] == 'x' ? WORKED : NO_EFFECT;
}

CASE("fs.metadata.getxattr",
	.claim	 = "getxattr(2) and listxattr(2)",
	.scene	 = file_with_attribute,
	.attempt = get_attribute,
	DOCUMENTED_LIMIT, UNRESTRICTED);

static int remove_attribute(struct scene *scene)
{
	(void)scene;
	return errno_of(removexattr("dir/file", ATTRIBUTE));
}

static bool attribute_gone(struct scene *scene)
{
	return !attribute_set(scene);
}

CASE("fs.metadata.removexattr",
	.claim	 = "removexattr(2)",
	.scene	 = file_with_attribute,
	.attempt = remove_attribute,
	.effect	 = attribute_gone,
	DOCUMENTED_LIMIT, UNRESTRICTED);

/* linux/fs.h and asm-generic/unistd.h of 6.17 */
#define NR_FILE_SETATTR 469

static int set_file_attributes(struct scene *scene)
{
	uint64_t attributes[3] = { 0x80 /* FS_XFLAG_NODUMP */ };

	if (syscall(NR_FILE_SETATTR, AT_FDCWD, "dir/file", attributes,
		    sizeof(attributes), 0) == 0)
		return WORKED;
	if (scene->world == WORLD_CONTROL)
		return cannot(scene, "file_setattr(2) on tmpfs (Linux 6.17): %s",
			      strerrorname_np(errno));
	return errno;
}

static bool nodump(struct scene *scene)
{
	const int fd = open("dir/file", O_RDONLY | O_CLOEXEC);
	int flags = 0;

	(void)scene;
	ioctl(fd, FS_IOC_GETFLAGS, &flags);
	close(fd);
	return flags & FS_NODUMP_FL;
}

CASE("fs.metadata.file_setattr",
	.claim	 = "file_setattr(2)",
	.scene	 = dir_file,
	.attempt = set_file_attributes,
	.effect	 = nodump,
	DOCUMENTED_LIMIT, UNRESTRICTED);

static int opened(struct scene *scene)
{
	const int error = dir_file(scene);

	if (error)
		return error;
	scene->fd[0] = open("dir/file", O_RDONLY);
	return errno_of(scene->fd[0]);
}

static int set_flags(struct scene *scene)
{
	int flags = FS_NODUMP_FL;

	if (ioctl(scene->fd[0], FS_IOC_SETFLAGS, &flags) == 0)
		return WORKED;
	if (scene->world == WORLD_CONTROL)
		return cannot(scene, "FS_IOC_SETFLAGS on tmpfs (Linux 6.0): %s",
			      strerrorname_np(errno));
	return errno;
}

CASE("fs.metadata.setflags",
	.claim	 = "FS_IOC_SETFLAGS on a file opened before the sandbox",
	.scene	 = opened,
	.attempt = set_flags,
	.effect	 = nodump,
	DOCUMENTED_LIMIT, UNRESTRICTED);
