// SPDX-License-Identifier: GPL-2.0
/* File systems, and which of them an ordinary user can mount. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/programs.h"
#include "census/census.h"

#define CMD_CREATE	6	/* FSCONFIG_CMD_CREATE */

/* In namespaces of one's own only "not you" is said before all else. */
static int create(const char *name)
{
	int fs;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
		    CLONE_NEWIPC | CLONE_NEWCGROUP))
		return 2;
	fs = syscall(SYS_fsopen, name, 0);
	if (fs < 0)
		return 2;
	return syscall(SYS_fsconfig, fs, CMD_CREATE, NULL, NULL, 0) &&
	       errno == EPERM;
}

static const char *whose(const char *name)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0)
		_exit(create(name));
	if (pid < 0 || waitpid_retry(pid, &status) || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == 2)
		return NULL;
	return WEXITSTATUS(status) ? "root mounts it" : "a user mounts it";
}

const char *count_filesystems(void)
{
	FILE *const list = fopen("/proc/filesystems", "re");
	char line[128], *name;

	if (!list)
		return "procfs";
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		name = strchr(line, '\t');
		if (name && name[1])
			offer_name(name + 1, whose(name + 1));
	}
	fclose(list);
	return NULL;
}
