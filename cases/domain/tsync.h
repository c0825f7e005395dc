/* SPDX-License-Identifier: GPL-2.0 */
/* What the cases of TSYNC share: one ruleset, many threads, and their order. */
#ifndef CASES_DOMAIN_TSYNC_H
#define CASES_DOMAIN_TSYNC_H

#include "domain.h"

/* Makes scene->fd[0] a ruleset that denies reading: 0 or CANNOT */
int tsync_ruleset(struct scene *scene);
/* Enforces it on all threads, however often: 0 or errno */
int tsync_enforce(struct scene *scene);

/* Siblings 0 to @count - 1: 0 or BROKEN */
int tsync_start(struct scene *scene, int count);
/* What the caller or else the first sibling gets that is not @expected */
int tsync_all_get(struct scene *scene, int count, int expected);

/* Places in scene->value, between threads */
void tsync_set(struct scene *scene, int place, long value);
long tsync_get(struct scene *scene, int place);

/* From now on the caller runs as soon as it can (needs root). */
void tsync_go_first(void);
/* Lets a signal interrupt the caller, and nothing else. */
void tsync_take_alarms(void);

#endif
