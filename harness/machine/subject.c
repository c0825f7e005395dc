// SPDX-License-Identifier: GPL-2.0
/* The user that attempts run as. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine/privilege.h"
#include "machine/subject.h"

uid_t subject_uid(void)
{
	return privilege == FULL ? NOBODY : getuid();
}

gid_t subject_gid(void)
{
	return privilege == FULL ? NOBODY : getgid();
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { 0 };

	return syscall(SYS_capset, &header, none) ? errno : 0;
}

int become_subject(void)
{
	int error;

	if (privilege == FULL) {
		if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
		    setresuid(NOBODY, NOBODY, NOBODY))
			return errno;
	}
	error = drop_capabilities();
	/* A change of user clears it, and /proc/self would be root's. */
	if (!error && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		error = errno;
	return error;
}
