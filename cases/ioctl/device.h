/* SPDX-License-Identifier: GPL-2.0 */
/* ioctl(2) commands, tried on a device and held against what they are. */
#ifndef DEVICE_H
#define DEVICE_H

#include "landproof.h"

#define IOCTL_SOURCE "include/uapi/linux/landlock.h: LANDLOCK_ACCESS_FS_IOCTL_DEV"

#define PTMX "/dev/ptmx"

/* What an attempt needs to have a device to issue commands on. */
#define OPENING { .fs = FS_READ_FILE | FS_WRITE_FILE }

/* struct command - one ioctl: a number, and what it takes */
struct command {
	unsigned long number;
	enum { NOTHING, ZEROES, ONE } argument;
};

/* Issues @command on @fd: 0 or errno. */
int command_issue(int fd, const struct command *command);

/*
 * What a command does without Landlock is asked in the scene, by a process
 * that differs from the attempt in nothing else: 0 or errno.
 */
int native_result(struct scene *scene, int (*run)(struct scene *scene));
/* @result is what the scene found: WORKED, or else the errno. */
int same_as_native(struct scene *scene, int result);

/* TCGETS on a new pseudo-terminal */
int tcgets_ptmx(struct scene *scene);
/* TCGETS on @fd, which is closed: 0 or errno; @fd may be -1 with errno. */
int tcgets(int fd);
/* Descriptor of a new pseudo-terminal's master, or -1 */
int open_ptmx(void);

#endif
