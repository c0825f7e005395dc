/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two processes in related domains: layers that they share, layers of each
 * alone.  For cases whose world is CALL: the attempt builds the domains.
 */
#ifndef LANDPROOF_BRICKS_NEST_H
#define LANDPROOF_BRICKS_NEST_H

#include "cases/scene.h"

/*
 * Layers, the first one first: a guarding layer handles the case's guard, a
 * plain one only FS_READ_DIR, which both kinds do, to show that they hold.
 */
enum layers {
	NO_LAYER,
	PLAIN,
	GUARD,
	PLAIN_PLAIN,
	PLAIN_GUARD,
	GUARD_PLAIN,
	GUARD_GUARD,
};

/* struct nest - the layers of both processes, then of each alone */
struct nest {
	enum layers shared, ours, theirs;
};

/* A variant's structure */
#define NEST(...) .data = &(const struct nest) { __VA_ARGS__ }

/* Enforces these layers on the caller, but in the control world: 0, outcome */
int nest_layers(struct scene *scene, enum layers layers);

/* Is the caller in a domain that one of these layers is part of? */
bool nest_holds(void);

/*
 * Enforces the shared layers of the variant, forks a process in its own
 * layers, then enforces ours.  The other process runs @prepare, and then, when
 * we go on already, @serve.  Its PID is in scene->pid[0].  Uses the meeting's
 * slot 0.  Returns 0 or an outcome.
 */
int nest_enter(struct scene *scene, int (*prepare)(struct scene *scene),
	       void (*serve)(struct scene *scene));

#endif
