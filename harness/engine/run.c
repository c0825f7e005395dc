// SPDX-License-Identifier: GPL-2.0
/* The worlds of a plan, one after the other. */
#include <stdio.h>

#include "base/time.h"
#include "engine/hooks.h"
#include "engine/needs.h"
#include "engine/process.h"
#include "engine/run.h"
#include "machine/audit.h"
#include "machine/environment.h"
#include "machine/events.h"
#include "machine/guest.h"

/* Whatever the kernel answers without Landlock, but nothing of ours */
static int as_control(const struct result *result)
{
	const int control = result->worlds[WORLD_CONTROL].outcome;

	return control > 0 ? control : WORKED;
}

static void run_once(const struct plan *plan, enum world world,
		     struct world_result *result)
{
	hooks_world_begin(world);
	world_run(plan, world, result);
	hooks_world_end(world);
}

/*
 * A refused witness proves a policy only where nothing else refuses it: so it
 * is tried without one too.  A machine of ours has nothing else.
 */
static bool witness_is_proof(const struct plan *plan)
{
	static struct plan alone;
	struct world_result without;

	if (is_guest() || environment_influence(true) == INFLUENCE_NONE)
		return true;
	alone = *plan;
	alone.worlds[WORLD_CONTROL].witness = true;
	world_run(&alone, WORLD_CONTROL, &without);
	return without.outcome == UNENFORCED;
}

static void run_world(const struct plan *plan, enum world world,
		      struct result *result)
{
	struct world_result *out = &result->worlds[world];

	run_once(plan, world, out);
	/* A busy machine is no hung kernel: once more, with more patience. */
	if (out->outcome == HUNG) {
		patience_ms *= 4;
		run_once(plan, world, out);
		patience_ms /= 4;
	}
	if (plan->worlds[world].witness && out->outcome >= WORKED &&
	    !witness_is_proof(plan)) {
		out->outcome = CANNOT;
		snprintf(out->note, sizeof(out->note),
			 "what shows that the policy is enforced is refused without Landlock too");
	}
	out->expected = plan->worlds[world].expected;
	if (out->expected == AS_CONTROL)
		out->expected = as_control(result);
}

/* Where control fails, the other worlds say nothing. */
static void run_worlds(const struct plan *plan, struct result *result)
{
	const struct world_result *control = &result->worlds[WORLD_CONTROL];
	enum world world;

	for (world = 0; world < WORLDS; world++) {
		if (!plan->worlds[world].planned)
			continue;
		run_world(plan, world, result);
		if (control->ran && control->outcome != control->expected)
			return;
	}
}

void run_plan(const struct plan *plan, struct result *result)
{
	const unsigned int gets = needs_get(plan->test->needs);
	const bool reads_log = gets & GETS_LOG;

	events_enable(gets & GETS_EVENTS);
	if (reads_log)
		audit_enable(true);
	run_worlds(plan, result);
	if (reads_log)
		audit_enable(false);
	result->kmsg = kmsg_trouble(result->log, sizeof(result->log));
}
