/* SPDX-License-Identifier: GPL-2.0 */
/* How many layers a process could still add: a witness of those it has. */
#ifndef LANDPROOF_LANDLOCK_LAYERS_H
#define LANDPROOF_LANDLOCK_LAYERS_H

/* Counted in a child; 0 where there is no Landlock, -1 if it cannot be done */
int layers_left(void);
/* Of a process that is about to end: adds all of them, and counts */
int layers_use_up(void);

#endif
