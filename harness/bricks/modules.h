/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's security modules, in the order in which they are asked. */
#ifndef LANDPROOF_BRICKS_MODULES_H
#define LANDPROOF_BRICKS_MODULES_H

/* 1 for the first one, 2 ...; 0: not in force, or nobody tells */
int module_position(const char *name);

#endif
