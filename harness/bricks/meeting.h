/* SPDX-License-Identifier: GPL-2.0 */
/* Two processes meet: wake() lets one await() on the same slot go on. */
#ifndef LANDPROOF_BRICKS_MEETING_H
#define LANDPROOF_BRICKS_MEETING_H

#include "cases/scene.h"

void meeting_init(struct scene *scene);
void wake(struct scene *scene, int slot);
int await(struct scene *scene, int slot);

#endif
