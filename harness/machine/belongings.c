// SPDX-License-Identifier: GPL-2.0
/* What a program has from who started it, and what of it got lost on the way. */
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine/belongings.h"

const char *const belonging_names[] = {
	"environment", "descriptors", "user", "directory", "pid_namespace",
	"proc", "capabilities",
};

static uint64_t effective(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };

	syscall(SYS_capget, &header, data);
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

void belongings_note(struct belongings *now, int descriptor)
{
	struct stat st;
	ssize_t length;

	memset(now, 0, sizeof(*now));
	now->uid = geteuid();
	now->gid = getegid();
	now->descriptor = descriptor;
	if (!stat(".", &st)) {
		now->directory_dev = st.st_dev;
		now->directory_ino = st.st_ino;
	}
	if (!fstat(descriptor, &st)) {
		now->descriptor_dev = st.st_dev;
		now->descriptor_ino = st.st_ino;
	}
	length = readlink("/proc/self/ns/pid", now->pid_namespace,
			  sizeof(now->pid_namespace) - 1);
	if (length < 0)
		now->pid_namespace[0] = '\0';
	now->capabilities = effective();
}

unsigned int belongings_lost(const struct belongings *before)
{
	struct belongings now;
	unsigned int lost = 0;

	belongings_note(&now, before->descriptor);
	if (!getenv("LANDPROOF_MARK"))
		lost |= 1 << ENVIRONMENT;
	if (now.descriptor_dev != before->descriptor_dev ||
	    now.descriptor_ino != before->descriptor_ino)
		lost |= 1 << DESCRIPTORS;
	if (now.uid != before->uid || now.gid != before->gid)
		lost |= 1 << USER;
	if (now.directory_dev != before->directory_dev ||
	    now.directory_ino != before->directory_ino)
		lost |= 1 << DIRECTORY;
	if (before->pid_namespace[0] && !now.pid_namespace[0])
		lost |= 1 << PROC;
	else if (strcmp(now.pid_namespace, before->pid_namespace))
		lost |= 1 << PID_NAMESPACE;
	if (before->capabilities & ~now.capabilities)
		lost |= 1 << CAPABILITIES;
	return lost;
}
