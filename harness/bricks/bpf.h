/* SPDX-License-Identifier: GPL-2.0 */
/* Programs of the BPF LSM that each refuse one thing to processes of one name. */
#ifndef LANDPROOF_BRICKS_BPF_H
#define LANDPROOF_BRICKS_BPF_H

#include "cases/scene.h"

/*
 * From now on, in this machine, the LSM hook @hook returns -@error to who has
 * given itself the name of the hook by prctl(PR_SET_NAME).  0, or CANNOT where
 * the kernel takes no such program.
 */
int bpf_refuse(struct scene *scene, const char *hook, int error);

#endif
