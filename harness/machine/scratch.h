/* SPDX-License-Identifier: GPL-2.0 */
/* Directories for worlds, on a tmpfs that is thrown away with them. */
#ifndef LANDPROOF_MACHINE_SCRATCH_H
#define LANDPROOF_MACHINE_SCRATCH_H

int scratch_init(void);		/* 0 or errno */
/* A new directory for a world, its current one: 0 or errno */
int scratch_enter(void);
void scratch_leave(void);

#endif
