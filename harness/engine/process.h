/* SPDX-License-Identifier: GPL-2.0 */
/* One world of one case: its processes and namespaces, and their end. */
#ifndef LANDPROOF_ENGINE_PROCESS_H
#define LANDPROOF_ENGINE_PROCESS_H

#include "engine/plan.h"
#include "engine/result.h"

/* Once, before any world: NULL, or what is missing */
const char *process_init(void);
void world_run(const struct plan *plan, enum world world,
	       struct world_result *result);
/* The last process of an inherited world */
int attempt_main(int scene_fd, int argc, char **argv);

#endif
