// SPDX-License-Identifier: GPL-2.0
/* Directories for worlds, on a file system that is thrown away with them. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/programs.h"
#include "machine/filesystem.h"
#include "machine/guest.h"
#include "machine/privilege.h"
#include "machine/proc.h"
#include "machine/scratch.h"
#include "machine/subject.h"

/* The first of these that can be had: others see nothing of it either way. */
static const char *const places[] = {
	"/tmp", "/var/tmp", "/dev/shm", "/run", "/mnt",
};

#define PLACES (sizeof(places) / sizeof(places[0]))

/* What a world may write */
#define ROOM (64 << 10)

static char scratch[PATH_MAX + 32];	/* mount point, or a directory of our own */
static pid_t scratch_owner;
static char worlds[PATH_MAX + 40];	/* where their directories are */
static int scratch_uses;
static int scratch_away;		/* uses of other file systems */

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_DP || type == FTW_DNR)
		rmdir(path);
	else
		unlink(path);
	return 0;
}

void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void scratch_remove(void)
{
	if (getpid() == scratch_owner)
		remove_tree(scratch);
}

/* Attempts have this handler too. */
static void end_by(int number)
{
	if (getpid() == scratch_owner) {
		scratch_remove();
		_exit(128 + number);
	}
	signal(number, SIG_DFL);
	raise(number);
}

static int mount_scratch(const char *place)
{
	return errno_of(mount("scratch", place, "tmpfs", 0, "mode=0755"));
}

/*
 * What is mounted from here on is seen nowhere else.  A guest is thrown away,
 * and if its PID 1 leaves the file system state it booted with, Linux 7.3 finds
 * no helper and no collector any more (fs/fs_struct.c, validate_fs_switch()).
 */
static int leave_mounts(void)
{
	if (!is_guest() && unshare(CLONE_NEWNS))
		return errno;
	return errno_of(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

/* A world needs more than a name. */
static int has_room(const char *dir)
{
	char path[sizeof(scratch) + 8];
	int fd, error;

	snprintf(path, sizeof(path), "%s/room", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	error = posix_fallocate(fd, 0, ROOM);
	close(fd);
	unlink(path);
	return error;
}

static int make_scratch(const char *place)
{
	int error;

	snprintf(scratch, sizeof(scratch), "%s/landproof-XXXXXX", place);
	if (!mkdtemp(scratch))
		return errno;
	error = chmod(scratch, 0755) ? errno : has_room(scratch);
	/* It is empty; to look into it takes descriptors that may be short. */
	if (error)
		rmdir(scratch);
	return error;
}

static int use(const char *place)
{
	char path[PATH_MAX];
	int error;

	if (!realpath(place, path))
		return errno;
	if (privilege == UNPRIVILEGED)
		return make_scratch(path);
	error = mount_scratch(path);
	if (!error)
		snprintf(scratch, sizeof(scratch), "%s", path);
	return error;
}

static const char *find_scratch(void)
{
	static char missing[160];
	size_t i;
	int error, first = 0;

	for (i = 0; i < PLACES; i++) {
		error = use(places[i]);
		if (!error)
			return NULL;
		if (!i)
			first = error;
	}
	snprintf(missing, sizeof(missing),
		 "a directory to work in: /tmp: %s, and none of /var/tmp, /dev/shm, /run, /mnt instead",
		 strerror(first));
	return missing;
}

/* What is shared with worlds stays on the tmpfs, whatever they lie on. */
static const char *find_worlds(void)
{
	snprintf(worlds, sizeof(worlds), "%s%s", scratch,
		 filesystem_chosen() ? "/fs" : "");
	return filesystem_chosen() ? filesystem_mount(worlds) : NULL;
}

const char *scratch_init(void)
{
	const char *missing;
	int error;

	if (privilege != UNPRIVILEGED) {
		error = leave_mounts();
		if (error)
			return "a mount namespace: unshare(2)";
		/* In a container's place, or another PID namespace's */
		if (!proc_is_ours())
			mount("proc", "/proc", "proc", 0, NULL);
	}
	if (!proc_is_ours())
		return "/proc of this PID namespace: readlink(2) of /proc/self";
	missing = find_scratch();
	if (!missing)
		missing = find_worlds();
	if (!missing && privilege == UNPRIVILEGED) {
		scratch_owner = getpid();
		atexit(scratch_remove);
		signal(SIGINT, end_by);
		signal(SIGTERM, end_by);
	}
	return missing;
}

int scratch_file(void)
{
	char path[sizeof(scratch) + 16];
	int fd;

	snprintf(path, sizeof(path), "%s/XXXXXX", scratch);
	fd = mkstemp(path);
	if (fd >= 0)
		unlink(path);
	return fd;
}

int scratch_self(void)
{
	char path[32];
	struct stat st;
	int from, to, copy = -1, error = 0;

	if (privilege != FULL || fstat(self_fd, &st) || st.st_mode & S_IXOTH)
		return 0;
	from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	to = scratch_file();
	while (st.st_size > 0 && !error) {
		const ssize_t done = sendfile(to, from, NULL, st.st_size);

		error = done < 0 ? errno : done ? 0 : EIO;
		st.st_size -= done;
	}
	if (!error && fchmod(to, 0755))
		error = errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", to);
	if (!error)
		copy = open(path, O_PATH | O_CLOEXEC);
	if (!error && (copy < 0 || dup3(copy, self_fd, O_CLOEXEC) < 0))
		error = errno;
	close(copy);
	close(to);
	close(from);
	return error;
}

static void world_dir(const char *filesystem, char *dir, size_t size)
{
	char place[sizeof(worlds)];

	if (filesystem)
		filesystem_place(filesystem, place, sizeof(place));
	snprintf(dir, size, "%s/%d", filesystem ? place : worlds,
		 filesystem ? scratch_away : scratch_uses);
}

int scratch_enter(const char *filesystem)
{
	char dir[sizeof(worlds) + 16];

	world_dir(filesystem, dir, sizeof(dir));
	/* Who is not root is the subject, perhaps without a valid ID. */
	if (mkdir(dir, 0755) || chdir(dir) ||
	    (privilege == FULL && chown(dir, subject_uid(), subject_gid())))
		return errno;
	return 0;
}

/*
 * To remove what a world left costs as much as the world: a tmpfs is thrown
 * away whole, after some of them.
 */
#define SCRATCH_USES 64

void scratch_leave(const char *filesystem)
{
	char dir[sizeof(worlds) + 16];

	world_dir(filesystem, dir, sizeof(dir));
	if (filesystem) {
		remove_tree(dir);
		scratch_away++;
		return;
	}
	scratch_uses++;
	if (privilege == UNPRIVILEGED || filesystem_chosen()) {
		remove_tree(dir);
		if (scratch_uses % SCRATCH_USES == 0)
			filesystem_rest();
	} else if (scratch_uses % SCRATCH_USES == 0) {
		umount2(scratch, MNT_DETACH);
		mount_scratch(scratch);
	}
}
