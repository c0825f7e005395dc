/* SPDX-License-Identifier: GPL-2.0 */
/* Directories for worlds, on a file system that is thrown away with them. */
#ifndef LANDPROOF_MACHINE_SCRATCH_H
#define LANDPROOF_MACHINE_SCRATCH_H

/* Once, before any world: NULL, or what is missing */
const char *scratch_init(void);
/* A file without a name: its descriptor, or -1 */
int scratch_file(void);
/* Lets worlds execute the harness, which only root may: 0 or errno */
int scratch_self(void);
/*
 * A new directory for a world, its current one: 0 or errno.  @filesystem: of
 * filesystem_have(); NULL: where all worlds lie
 */
int scratch_enter(const char *filesystem);
void scratch_leave(const char *filesystem);

/* What is below a path on one file system, and itself */
void remove_tree(const char *path);

#endif
