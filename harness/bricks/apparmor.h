/* SPDX-License-Identifier: GPL-2.0 */
/* An AppArmor profile that a world runs in. */
#ifndef LANDPROOF_BRICKS_APPARMOR_H
#define LANDPROOF_BRICKS_APPARMOR_H

#include "cases/scene.h"

/*
 * Loads @profiles, whose text it is, into the machine's kernel, once, and
 * moves the caller into the one called @name, with all that it forks.  It
 * cannot leave it again.  0, or CANNOT.
 */
int apparmor_enter(struct scene *scene, const char *profiles, const char *name);

#endif
