/* SPDX-License-Identifier: GPL-2.0 */
/* A FUSE server that shows a directory, and a file system of its. */
#ifndef LANDPROOF_MACHINE_FUSE_H
#define LANDPROOF_MACHINE_FUSE_H

#include <stdbool.h>

/*
 * Mounts what a new process serves of the directory @source on @place: 0 or
 * errno.  @changing: each look-up of a name gives a node ID of its own, as
 * servers do that keep no table, so that the kernel makes another inode of it.
 */
int fuse_mount(const char *source, const char *place, bool changing);

#endif
