/* SPDX-License-Identifier: GPL-2.0 */
/* How many layers a process could still add: a witness of those it has. */
#ifndef LANDPROOF_LANDLOCK_LAYERS_H
#define LANDPROOF_LANDLOCK_LAYERS_H

/* Counted in a child; 0 where there is no Landlock, -1 if it cannot be done */
int layers_left(void);

#endif
