/* SPDX-License-Identifier: GPL-2.0 */
/* Directories that were moved out of the bind mount they are reached by. */
#ifndef DISCONNECTED_H
#define DISCONNECTED_H

#include "landproof.h"

#define DISCONNECTED_SOURCE "userspace-api/landlock: erratum 3"

/* A rule on the directory that the bind mount covers. */
#define COVERED "/proc/self/fd/100"

/*
 * src/base is mounted on dst/mnt.  Its a/one and b/two were opened there as
 * scene->fd[0] and fd[1], then moved to new1/one and new2/two, where no way
 * leads up to the root of the mount.  Each holds f, g and a fifo.
 */
int disconnected_scene(struct scene *scene);

/* open(2) and read(2) of one/f through the mount */
int disconnected_read(struct scene *scene);
/* Refused by every ruleset of these cases: there is no rule for it. */
int disconnected_witness(struct scene *scene);

#endif
