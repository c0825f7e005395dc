/* SPDX-License-Identifier: GPL-2.0 */
/* What a program has from who started it, and what of it got lost on the way. */
#ifndef LANDPROOF_MACHINE_BELONGINGS_H
#define LANDPROOF_MACHINE_BELONGINGS_H

#include <stdint.h>
#include <sys/types.h>

enum belonging {
	ENVIRONMENT, DESCRIPTORS, USER, DIRECTORY, PID_NAMESPACE, PROC,
	CAPABILITIES, BELONGINGS,
};

extern const char *const belonging_names[];

/* The variable whose loss is that of the environment */
#define BELONGINGS_MARK "LANDPROOF_MARK=1"

struct belongings {
	uid_t uid;
	gid_t gid;
	dev_t directory_dev, descriptor_dev;
	ino_t directory_ino, descriptor_ino;
	int descriptor;
	char pid_namespace[40];		/* empty: not to be seen */
	uint64_t capabilities;
};

/* Before execve(2); @descriptor: one that is inherited */
void belongings_note(struct belongings *before, int descriptor);
/* After it: a set of 1 << enum belonging */
unsigned int belongings_lost(const struct belongings *before);

#endif
