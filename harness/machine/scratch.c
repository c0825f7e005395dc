// SPDX-License-Identifier: GPL-2.0
/* Directories for worlds, on a tmpfs that is thrown away with them. */
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/errors.h"
#include "machine/guest.h"
#include "machine/privilege.h"
#include "machine/scratch.h"
#include "machine/subject.h"

static char template[] = "/tmp/landproof-XXXXXX";
static const char *scratch;	/* mount point */
static pid_t scratch_owner;
static int scratch_uses;

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

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void scratch_remove(void)
{
	if (getpid() != scratch_owner)
		return;
	if (privilege != UNPRIVILEGED)
		umount2(scratch, MNT_DETACH);
	remove_tree(scratch);
}

static int mount_scratch(void)
{
	return errno_of(mount("scratch", scratch, "tmpfs", 0, "mode=0755"));
}

int scratch_init(void)
{
	scratch = mkdtemp(template);
	if (!scratch)
		return errno;
	chmod(scratch, 0755);
	scratch_owner = getpid();
	atexit(scratch_remove);
	if (privilege == UNPRIVILEGED)
		return 0;
	/*
	 * What is mounted from here on is seen nowhere else.  A guest is thrown
	 * away, and if its PID 1 leaves the file system state it booted with,
	 * Linux 7.3 finds no helper and no collector any more
	 * (fs/fs_struct.c, validate_fs_switch()).
	 */
	if ((!is_guest() && unshare(CLONE_NEWNS)) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return errno;
	return mount_scratch();
}

static void world_dir(char *dir, size_t size)
{
	snprintf(dir, size, "%s/%d", scratch, scratch_uses);
}

int scratch_enter(void)
{
	char dir[64];

	world_dir(dir, sizeof(dir));
	if (mkdir(dir, 0755) || chown(dir, subject_uid(), subject_gid()) ||
	    chdir(dir))
		return errno;
	return 0;
}

/*
 * To remove what a world left costs as much as the world: a tmpfs is thrown
 * away whole, after some of them.
 */
#define SCRATCH_USES 64

void scratch_leave(void)
{
	char dir[64];

	world_dir(dir, sizeof(dir));
	scratch_uses++;
	if (privilege == UNPRIVILEGED) {
		remove_tree(dir);
	} else if (scratch_uses % SCRATCH_USES == 0) {
		umount2(scratch, MNT_DETACH);
		mount_scratch();
	}
}
