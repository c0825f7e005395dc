// SPDX-License-Identifier: GPL-2.0
/* What this process may do. */
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/files.h"
#include "base/programs.h"
#include "machine/privilege.h"
#include "machine/proc.h"
#include "machine/subject.h"

enum privilege privilege;

static int try_namespaces(void)
{
	return unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET) ||
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/* Would @try work?  Tried in a child, so that nothing stays half done. */
static bool would_work(int (*try)(void))
{
	const pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(try() != 0);
	return pid > 0 && waitpid_retry(pid, &status) == 0 && status == 0;
}

/* A user namespace gives an ordinary user the namespaces that cases need. */
static bool enter_userns(void)
{
	const uid_t uid = getuid();
	const gid_t gid = getgid();
	char map[64];

	if (unshare(CLONE_NEWUSER))
		return false;
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	write_file("/proc/self/gid_map", map);
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	return !write_file("/proc/self/uid_map", map);
}

/* The user of the attempts must exist, too: root may be the only one. */
static int try_root(void)
{
	return try_namespaces() || setgroups(0, NULL) ||
	       setresgid(NOBODY, NOBODY, NOBODY) ||
	       setresuid(NOBODY, NOBODY, NOBODY);
}

static int try_userns(void)
{
	return !enter_userns() || try_namespaces();
}

void privilege_init(void)
{
	if (geteuid() == 0 && in_first_user_namespace() &&
	    would_work(try_root))
		privilege = FULL;
	else if (would_work(try_userns) && enter_userns())
		privilege = IN_USERNS;
}

/* Only the root of a namespace keeps capabilities by itself when it execs. */
void keep_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2];
	int cap;

	if (geteuid() == 0)
		return;
	if (syscall(SYS_capget, &header, caps))
		return;
	caps[0].inheritable = caps[0].permitted;
	caps[1].inheritable = caps[1].permitted;
	if (syscall(SYS_capset, &header, caps))
		return;
	for (cap = 0; cap < 64; cap++)
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
}
