// SPDX-License-Identifier: GPL-2.0
/* procfs: is it there, is it of this PID namespace, and what it alone tells. */
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/proc.h"

/* proc_ns.h, PROC_PID_INIT_INO and PROC_USER_INIT_INO */
#define FIRST_PID_NAMESPACE	0xeffffffc
#define FIRST_USER_NAMESPACE	0xeffffffd

int proc_detached(void)
{
	const int context = fsopen("proc", FSOPEN_CLOEXEC);
	int fd = -1;

	if (context < 0)
		return -1;
	if (!fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = fsmount(context, FSMOUNT_CLOEXEC, 0);
	close(context);
	return fd;
}

bool proc_is_ours(void)
{
	char pid[16] = "";

	return readlink("/proc/self", pid, sizeof(pid) - 1) > 0 &&
	       atoi(pid) == getpid();
}

/* @path may lack a /proc to lie in, or lie in one that is not mounted. */
static bool is_inode(const char *path, ino_t inode)
{
	const int proc = proc_detached();
	struct stat st;
	bool same;

	same = !(proc < 0 ? stat(path, &st) :
		 fstatat(proc, path + sizeof("/proc"), &st, 0)) &&
	       st.st_ino == inode;
	if (proc >= 0)
		close(proc);
	return same;
}

bool in_first_pid_namespace(void)
{
	return is_inode("/proc/self/ns/pid", FIRST_PID_NAMESPACE);
}

bool in_first_user_namespace(void)
{
	return is_inode("/proc/self/ns/user", FIRST_USER_NAMESPACE);
}
