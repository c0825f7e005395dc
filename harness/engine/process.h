/* SPDX-License-Identifier: GPL-2.0 */
/* One world of one case: its processes and namespaces, and their end. */
#ifndef LANDPROOF_ENGINE_PROCESS_H
#define LANDPROOF_ENGINE_PROCESS_H

#include "engine/plan.h"
#include "engine/result.h"
#include "machine/belongings.h"

/* Once, before any world: NULL, or what is missing */
const char *process_init(void);
/* Has variants lie on this file system: NULL, or what is missing */
const char *process_filesystem(const char *name);
/*
 * struct tool_trace - what a tool made of a world, beside the outcome
 * @nonce: of this world; an attempt that another one started is not heard
 * @started: the tool executed the attempt
 * @inexpressible: it was not run, for it has no words for the policy
 * @layers_left: that the attempt could still add to its domain; -1: not asked
 * @status: of the tool, as waitpid(2) has it
 * @lost: what the tool took away: a set of 1 << enum belonging
 */
struct tool_trace {
	unsigned int nonce;
	bool started, inexpressible;
	int layers_left, status;
	unsigned int lost;
	struct belongings before;
	char lab[64], said[2048];
};

/* Of the last world */
const struct tool_trace *world_trace(void);
/* The process that a tool executes */
int tool_attempt_main(int argc, char **argv);
void world_run(const struct plan *plan, enum world world,
	       struct world_result *result);
/* The last process of an inherited world */
int attempt_main(int scene_fd, int argc, char **argv);

#endif
