// SPDX-License-Identifier: GPL-2.0
/* One case: what it needs, its worlds one after the other, its verdict. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/time.h"
#include "base/words.h"
#include "cases/table.h"
#include "engine/hooks.h"
#include "engine/judge.h"
#include "engine/needs.h"
#include "engine/policy.h"
#include "engine/process.h"
#include "engine/run.h"
#include "machine/audit.h"
#include "machine/kmsg.h"

/* A set of W(); 0: all that a case has. */
unsigned int worlds_wanted;

static void run_once(struct scene *scene, struct world_result *result)
{
	hooks_world_begin(scene->world);
	world_run(scene, result);
	hooks_world_end(scene->world);
}

static bool run_world(struct scene *scene, struct result *result,
		      enum world world)
{
	struct world_result *out = &result->worlds[world];

	scene->test = result->test;
	scene->variant = result->variant;
	scene->world = world;
	run_once(scene, out);
	/* A busy machine is no hung kernel: once more, with more patience. */
	if (out->outcome == HUNG) {
		patience_ms *= 4;
		run_once(scene, out);
		patience_ms /= 4;
	}
	out->expected = world_expected(result, world);
	return out->outcome == out->expected;
}

/*
 * The other worlds say nothing where control fails or no policy can be had;
 * and without Landlock, its system calls cannot even be controlled.
 */
static void run_worlds(struct scene *scene, struct result *result)
{
	const struct landproof_case *test = result->test;
	unsigned int worlds = variant_worlds(test, result->variant);
	enum world world;

	if (worlds_wanted)
		worlds &= worlds_wanted;
	/* What others are compared with cannot be left out. */
	if (promise_now(test)->kind == PROMISE_UNCHANGED)
		worlds |= W(CONTROL);
	/* Of what cannot be expressed, one variant shows that it stays open. */
	if (result->variant != case_variants(test) &&
	    !case_expressible(test) && !hooks_on)
		return;
	if ((worlds & W(CONTROL)) &&
	    (!(worlds & W(CALL)) || case_expressible(test)) &&
	    !run_world(scene, result, WORLD_CONTROL))
		return;
	if (!case_expressible(test))
		return;
	for (world = WORLD_CONTROL + 1; world < WORLDS; world++)
		if ((worlds & (1U << world)) && world_has_policy(test, world))
			run_world(scene, result, world);
}

/* What the case needs, and what its variant does by its address family */
static const char *missing_for(struct result *result)
{
	const bool ipv6 = result->variant && result->variant->family == AF_INET6;

	return need_missing(result->test->needs, result->missing,
			    sizeof(result->missing)) ?:
	       need_missing(ipv6 ? "ipv6" : NULL, NULL, 0);
}

void run_case(struct result *result)
{
	const bool reads_log = has_word(result->test->needs, "audit");
	const double start = now_ms();
	struct scene *scene = NULL;
	const char *missing;
	int error;

	/* Nothing is tried where the kernel does not have what is proposed. */
	if (case_abi(result->test) == ABI_PROPOSED &&
	    !case_expressible(result->test)) {
		judge(result);
		return;
	}
	if (reads_log)
		audit_enable(true);
	error = scene_share(&scene);
	missing = missing_for(result);
	if (error) {
		result->verdict = BROKEN_RUN;
		snprintf(result->why, sizeof(result->why),
			 "shared memory: %s", strerrorname_np(error));
	} else if (missing) {
		result->verdict = CANNOT_RUN;
		snprintf(result->missing, sizeof(result->missing), "%s",
			 missing);
		snprintf(result->why, sizeof(result->why), "%s", missing);
	} else {
		run_worlds(scene, result);
		judge(result);
	}
	if (reads_log)
		audit_enable(false);
	switch (kmsg_trouble(result->log, sizeof(result->log))) {
	case KMSG_TROUBLE:
		result->verdict = CRASH;
		snprintf(result->why, sizeof(result->why),
			 "the kernel warned while this case ran");
		break;
	case KMSG_NO_MEMORY:
		result->verdict = BROKEN_RUN;
		snprintf(result->why, sizeof(result->why),
			 "the machine had too little memory for this case");
		break;
	case KMSG_QUIET:
		break;
	}
	result->ms = now_ms() - start;
}
