/* SPDX-License-Identifier: GPL-2.0 */
/* Families of sockets that are rarely there, and have to be loaded. */
#ifndef LANDPROOF_BRICKS_FAMILY_H
#define LANDPROOF_BRICKS_FAMILY_H

#include "cases/scene.h"

/*
 * struct socket_family - a family, and a kind of socket that it has
 * @option: of the kernel's configuration, which builds it
 * @module: which has it; NULL: it is never a module
 */
struct socket_family {
	int family, type, protocol;
	const char *option, *module;
};

/* For a scene: the family is there, or is loaded.  0 or an outcome */
int family_there(struct scene *scene, const struct socket_family *wanted);
/* Loads its module, if it has one. */
void load_family(const struct socket_family *wanted);

#endif
