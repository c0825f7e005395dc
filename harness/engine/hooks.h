/* SPDX-License-Identifier: GPL-2.0 */
/* Which hooks of the security modules an attempt calls, and their answers. */
#ifndef LANDPROOF_ENGINE_HOOKS_H
#define LANDPROOF_ENGINE_HOOKS_H

#include <stdbool.h>

#include "base/json.h"
#include "cases/world.h"

/* Every attempt is traced: run --hooks. */
extern bool hooks_on;

/* Prepares the trace, once: NULL, or what is missing. */
const char *hooks_start(void);

/* Around a world: what it traced is kept until the world's next run. */
void hooks_world_begin(enum world world);
void hooks_world_end(enum world world);

/* Around the attempt, called by the subject; nothing unless hooks_on. */
void hooks_attempt_begin(void);
void hooks_attempt_end(void);

/* The keys of a record, as docs/records.md has them */
void hooks_put_kernel(struct json *json);
void hooks_put_world(struct json *json, enum world world);

#endif
