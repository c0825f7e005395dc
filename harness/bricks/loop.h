/* SPDX-License-Identifier: GPL-2.0 */
/* Loop devices of scenes, for what needs a block device. */
#ifndef LANDPROOF_BRICKS_LOOP_H
#define LANDPROOF_BRICKS_LOOP_H

#include "cases/scene.h"

/*
 * Makes a loop device of the open file @backing: its path goes to
 * scene->text.  It is gone with its last user; scene->fd[0] is one.
 * 0 or an outcome.
 */
int loop_attach(struct scene *scene, int backing);

#endif
