/* SPDX-License-Identifier: GPL-2.0 */
/* Loop devices, for what needs a block device. */
#ifndef LANDPROOF_MACHINE_LOOP_H
#define LANDPROOF_MACHINE_LOOP_H

#include <stddef.h>

/*
 * Makes a free loop device of @backing, which goes when nobody has it open any
 * more.  Gives its name and a descriptor of it: 0 or errno
 */
int loop_device(int backing, char *name, size_t size, int *fd);

#endif
