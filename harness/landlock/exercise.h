/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which rights an attempt exercises, as the helpers that it calls say
 * themselves.  The bystander world denies every right that is neither in a
 * case's .guard nor in its .uses; this finds what is missing there before any
 * kernel has the right.
 */
#ifndef LANDPROOF_LANDLOCK_EXERCISE_H
#define LANDPROOF_LANDLOCK_EXERCISE_H

#include <stdint.h>

#include "landlock/abi.h"

/*
 * For a helper: what it is about to do is what this right of FEATURE_FS,
 * FEATURE_NET or FEATURE_SCOPE guards, or will.
 */
void exercises(enum feature_kind kind, uint32_t right);

struct exercised {
	uint32_t fs, net, scoped;
};

/* For the engine: notes from now on what attempts exercise; 0 or errno */
int exercise_watch(void);
/* Around an attempt, called by its process */
void exercise_begin(void);
void exercise_end(void);
/* What the last attempt exercised */
struct exercised exercise_seen(void);

#endif
