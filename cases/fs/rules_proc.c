// SPDX-License-Identifier: GPL-2.0
/*
 * A rule on /proc/self: the link is followed when the rule is added, so the
 * rule is about one process (multikernel/sandlock#218 and #232).
 */
#include <sys/prctl.h>

#include "fs.h"

#define NAME_SIZE 16
#define READ_AND_WRITE (FS_READ_FILE | FS_WRITE_FILE)

/* Takes another name by its own entry in /proc. */
static int rename_self(struct scene *scene)
{
	const int fd = open("/proc/self/comm", O_RDWR | O_CLOEXEC);
	char name[NAME_SIZE] = "";
	int error;

	(void)scene;
	if (fd < 0)
		return errno;
	error = write(fd, "renamed", strlen("renamed")) < 0 ? errno : 0;
	close(fd);
	if (error)
		return error;
	prctl(PR_GET_NAME, name);
	return strcmp(name, "renamed") ? NO_EFFECT : WORKED;
}

static int rename_self_in_child(struct scene *scene)
{
	return in_child(scene, rename_self);
}

#define OWN_ENTRY							\
	.guard	= { .fs = READ_AND_WRITE },				\
	.deny	= { .fs = READ_AND_WRITE, .rules = { PATH("/proc/self") } }, \
	.own_memory = true,						\
	.source	= "userspace-api/landlock: struct landlock_path_beneath_attr"

CASE("fs.rules.proc_self",
	.claim	 = "writing to one's own entry in /proc, with a rule on /proc/self",
	.promise = { ALLOWED },
	.attempt = rename_self,
	.witness = rename_self_in_child,
	OWN_ENTRY);

CASE("fs.rules.proc_self_child",
	.claim	 = "a child's writing to its own entry in /proc, with a rule on the parent's",
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/proc") },
	.attempt = rename_self_in_child,
	OWN_ENTRY);
