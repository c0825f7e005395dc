// SPDX-License-Identifier: GPL-2.0
/* Asking about a file, or going there: no right of Landlock guards it. */
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/statfs.h>

#include "metadata.h"

static int ask_stat(struct scene *scene)
{
	struct stat st;

	(void)scene;
	if (stat("dir/file", &st))
		return errno;
	return st.st_size == strlen(SECRET) ? WORKED : NO_EFFECT;
}

static int ask_statx(struct scene *scene)
{
	struct statx stx;

	(void)scene;
	if (statx(AT_FDCWD, "dir/file", 0, STATX_SIZE, &stx))
		return errno;
	return stx.stx_size == strlen(SECRET) ? WORKED : NO_EFFECT;
}

static const struct variant stats[] = {
	{ "", .op = ask_stat },
	{ "statx", .op = ask_statx },
	{ NULL }
};

CASE("fs.metadata.stat",
	.claim	  = "stat(2)",
	.variants = stats,
	.scene	  = dir_file,
	.attempt  = variant_op,
	DOCUMENTED_LIMIT, UNRESTRICTED);

static int ask_access(struct scene *scene)
{
	(void)scene;
	return errno_of(faccessat(AT_FDCWD, "dir/file", R_OK | W_OK,
				  AT_EACCESS));
}

CASE("fs.metadata.access",
	.claim	 = "faccessat2(2), which says yes to what open(2) refuses",
	.scene	 = dir_file,
	.attempt = ask_access,
	DOCUMENTED_LIMIT, UNRESTRICTED);

/* Goes back to the directory where the world goes on. */
static int change_dir(struct scene *scene)
{
	char here[256];

	(void)scene;
	if (chdir("dir") || !getcwd(here, sizeof(here)) || chdir(".."))
		return errno;
	return strcmp(here + strlen(here) - 4, "/dir") ? NO_EFFECT : WORKED;
}

CASE("fs.metadata.chdir",
	.claim	 = "chdir(2)",
	.scene	 = dir_file,
	.attempt = change_dir,
	DOCUMENTED_LIMIT, UNRESTRICTED);

static int symlink_and_file(struct scene *scene)
{
	return dir_file(scene) ?: make_node("dir/link", S_IFLNK);
}

static int read_link(struct scene *scene)
{
	char target[16] = "";

	(void)scene;
	if (readlink("dir/link", target, sizeof(target)) < 0)
		return errno;
	return strcmp(target, "nowhere") ? NO_EFFECT : WORKED;
}

CASE("fs.metadata.readlink",
	.claim	 = "readlink(2)",
	.gap	 = "landlock-lsm/linux#9",
	.scene	 = symlink_and_file,
	.attempt = read_link,
	.source	 = "security/landlock/fs.c: no inode_readlink hook",
	UNRESTRICTED);

static int ask_statfs(struct scene *scene)
{
	struct statfs st;

	(void)scene;
	return errno_of(statfs("dir/file", &st));
}

CASE("fs.metadata.statfs",
	.claim	 = "statfs(2)",
	.gap	 = "landlock-lsm/linux#11",
	.scene	 = dir_file,
	.attempt = ask_statfs,
	.source	 = "security/landlock/fs.c: no sb_statfs hook",
	UNRESTRICTED);

static int opened(struct scene *scene)
{
	const int error = dir_file(scene);

	if (error)
		return error;
	scene->fd[0] = open("dir/file", O_RDWR);
	return errno_of(scene->fd[0]);
}

static int lock_file(struct scene *scene)
{
	return errno_of(flock(scene->fd[0], LOCK_EX | LOCK_NB));
}

static bool locked(struct scene *scene)
{
	const int fd = open("dir/file", O_RDWR | O_CLOEXEC);
	const bool refused = flock(fd, LOCK_EX | LOCK_NB) < 0;

	(void)scene;
	close(fd);
	return refused;
}

CASE("fs.metadata.flock",
	.claim	 = "flock(2) of a file opened before the sandbox",
	.scene	 = opened,
	.attempt = lock_file,
	.effect	 = locked,
	DOCUMENTED_LIMIT, UNRESTRICTED);

static int lock_range(struct scene *scene)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return errno_of(fcntl(scene->fd[0], F_SETLK, &lock));
}

CASE("fs.metadata.fcntl_lock",
	.claim	 = "fcntl(2) F_SETLK on a file opened before the sandbox",
	.scene	 = opened,
	.attempt = lock_range,
	DOCUMENTED_LIMIT, UNRESTRICTED);

#define UNREPORTED							\
	.gap	 = "no public report: SECURITY.md",			\
	.labels	 = "unreported",					\
	.source	 = "fs/notify: security_path_notify(), no hook of Landlock"

static int touch(void)
{
	return write_file("dir/file", "x");
}

static int touched_by_outsider(struct scene *scene)
{
	return dir_file(scene) ?: outsider_init(scene, touch);
}

static int watch(struct scene *scene)
{
	const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char event[512];
	int ret;

	if (fd < 0 || inotify_add_watch(fd, "dir", IN_MODIFY) < 0)
		return errno;
	ret = outsider_acts(scene);
	if (ret)
		return ret;
	return read(fd, event, sizeof(event)) > 0 ? WORKED : NO_EFFECT;
}

CASE("fs.metadata.inotify",
	.claim	 = "inotify_add_watch(2) on a denied directory",
	.scene	 = touched_by_outsider,
	.attempt = watch,
	UNRESTRICTED, UNREPORTED);

static int mark(struct scene *scene)
{
	const int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID |
				     FAN_NONBLOCK | FAN_CLOEXEC, 0);
	char event[512];
	int ret;

	if (fd < 0 && scene->world == WORLD_CONTROL)
		return cannot(scene, "fanotify for ordinary users: %s",
			      strerrorname_np(errno));
	if (fd < 0 || fanotify_mark(fd, FAN_MARK_ADD,
				    FAN_MODIFY | FAN_EVENT_ON_CHILD, AT_FDCWD,
				    "dir") < 0)
		return errno;
	ret = outsider_acts(scene);
	if (ret)
		return ret;
	return read(fd, event, sizeof(event)) > 0 ? WORKED : NO_EFFECT;
}

CASE("fs.metadata.fanotify",
	.claim	 = "fanotify_mark(2) of a denied directory by an ordinary user",
	.scene	 = touched_by_outsider,
	.attempt = mark,
	UNRESTRICTED, UNREPORTED);
