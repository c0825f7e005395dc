/* SPDX-License-Identifier: GPL-2.0 */
/* What a case can need beside Landlock, and how to find out that it is here. */
#ifndef LANDPROOF_ENGINE_NEEDS_H
#define LANDPROOF_ENGINE_NEEDS_H

#include <stdbool.h>

#include "cases/scene.h"

/*
 * What is missing here for @words, in words for people, and the word that is
 * not met; NULL: nothing.
 */
const char *need_missing(const char *words, const char **lacking);
/* What the worlds of a case are given because of a need */
enum need_gets {
	GETS_MOUNTS	= 1 << 0,	/* a mount namespace */
	GETS_PIDS	= 1 << 1,	/* a PID namespace */
	GETS_LAB	= 1 << 2,	/* the lab's network namespace */
	GETS_LOG	= 1 << 3,	/* audit, turned on */
	GETS_EVENTS	= 1 << 4,	/* Landlock's trace events, turned on */
};
/* All that they are given because of @words */
unsigned int needs_get(const char *words);
/* Is there a need of this name? */
bool need_known(const char *word);

/* For a part of a case: CANNOT if one of @words (see .needs) is missing, or 0 */
int scene_needs(struct scene *scene, const char *words);

#endif
