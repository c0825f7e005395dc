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
/* Is there a need of this name? */
bool need_known(const char *word);

/* For a part of a case: CANNOT if one of @words (see .needs) is missing, or 0 */
int scene_needs(struct scene *scene, const char *words);

#endif
