// SPDX-License-Identifier: GPL-2.0
/* What a case promises on a kernel, and the worlds that show whether it is so. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "cases/table.h"
#include "cases/worlds.h"
#include "engine/plan.h"

static int expected(const struct promise *promise, enum world world)
{
	if (promise->kind == PROMISE_UNCHANGED)
		return AS_CONTROL;
	switch (world) {
	case WORLD_CONTROL:
	case WORLD_BYSTANDER:
	case WORLD_GRANT:
		return WORKED;
	default:
		break;
	}
	switch (promise->kind) {
	case PROMISE_DENIED:
		return promise->error;
	case PROMISE_ALLOWED:
		return WORKED;
	default:
		return UNPROMISED;
	}
}

static enum enforcer enforcer(const struct landproof_case *test,
			      enum world world)
{
	if (world == WORLD_CONTROL)
		return ENFORCER_NONE;
	if (world == WORLD_CALL)
		return ENFORCER_ATTEMPT;
	if (test->enforce && world != WORLD_BYSTANDER)
		return ENFORCER_CASE;
	return ENFORCER_HARNESS;
}

static void plan_world(struct plan *plan, enum world world,
		       const struct kernel *kernel)
{
	const struct landproof_case *test = plan->test;
	struct world_plan *out = &plan->worlds[world];

	out->planned = true;
	out->expected = expected(plan->promise, world);
	out->witness = test->witness && world == WORLD_DENY;
	out->enforcer = enforcer(test, world);
	if (out->enforcer == ENFORCER_HARNESS)
		out->layers_count = policy_layers(test, world, kernel,
						  out->layers);
}

/*
 * Before its fix, an erratum that refuses too much may do so in every domain,
 * whatever rights the domain handles: a bystander shows nothing then.
 */
static bool waits_for_fix(const struct plan *plan)
{
	const struct promise *const first = plan->test->promise;

	return first->fixed && plan->promise != first;
}

/* The worlds of a case whose policy the kernel can express */
static unsigned int enforcing_worlds(const struct plan *plan,
				     const struct kernel *kernel)
{
	unsigned int worlds = variant_worlds(plan->test, plan->variant);
	struct ruleset layers[POLICY_LAYERS];

	if (waits_for_fix(plan) ||
	    !policy_layers(plan->test, WORLD_BYSTANDER, kernel, layers))
		worlds &= ~W(BYSTANDER);
	return worlds;
}

/*
 * Where the kernel cannot express the policy, control shows that the operation
 * works; the first variant shows it for all.  A Landlock call has no control
 * in a kernel that does not know the call.
 */
static unsigned int control_alone(const struct plan *plan,
				  const struct conditions *conditions)
{
	const unsigned int worlds = variant_worlds(plan->test, plan->variant);

	if (worlds & W(CALL))
		return 0;
	if (plan->variant != case_variants(plan->test) &&
	    !conditions->every_control)
		return 0;
	return worlds & W(CONTROL);
}

static void plan_worlds(struct plan *plan, const struct conditions *conditions)
{
	unsigned int worlds = plan->settled ?
		control_alone(plan, conditions) :
		enforcing_worlds(plan, conditions->kernel);
	enum world world;

	if (conditions->worlds)
		worlds &= conditions->worlds;
	/* What others are compared with cannot be left out. */
	if (worlds && plan->promise->kind == PROMISE_UNCHANGED)
		worlds |= W(CONTROL);
	for (world = 0; world < WORLDS; world++)
		if (worlds & 1U << world)
			plan_world(plan, world, conditions->kernel);
}

/* landlock_create_ruleset(2), ERRORS; EPERM is what a seccomp filter says. */
static bool says_no_landlock(int error)
{
	return error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

static void settle(struct plan *plan, enum verdict verdict)
{
	plan->settled = true;
	plan->verdict = verdict;
}

/* The kernel cannot express the case's policy: may it be so? */
static void settle_absence(struct plan *plan, const struct kernel *kernel)
{
	const struct landproof_case *test = plan->test;
	const char *const error = strerrorname_np(kernel->landlock_errno);

	if (!kernel->abi && !says_no_landlock(kernel->landlock_errno) &&
	    test->honesty && has_word(test->covers, "create.version")) {
		settle(plan, DISHONEST);
		snprintf(plan->why, sizeof(plan->why),
			 "asked for its ABI version, the kernel says %s",
			 error);
	} else if (kernel->abi >= plan->abi) {
		settle(plan, DISHONEST);
		snprintf(plan->why, sizeof(plan->why),
			 "ABI %d is promised to take this, and does not",
			 kernel->abi);
	} else if (!kernel->abi) {
		settle(plan, ABSENT);
		snprintf(plan->why, sizeof(plan->why),
			 "no Landlock in this kernel: %s", error);
	} else if (plan->abi == ABI_PROPOSED) {
		settle(plan, ABSENT);
		snprintf(plan->why, sizeof(plan->why),
			 "only proposed, and the kernel does not have it: %s",
			 test->covers);
	} else {
		settle(plan, ABSENT);
		snprintf(plan->why, sizeof(plan->why),
			 "needs ABI %d, the kernel has %d", plan->abi,
			 kernel->abi);
	}
}

static void settle_missing(struct plan *plan,
			   const struct conditions *conditions)
{
	settle(plan, CANNOT_RUN);
	plan->need = conditions->need;
	snprintf(plan->why, sizeof(plan->why), "%s", conditions->missing);
}

static void tell_news(struct plan *plan, const struct kernel *kernel)
{
	if (plan->abi == ABI_PROPOSED)
		snprintf(plan->news, sizeof(plan->news), "%s",
			 kernel->proposal);
	else if (kernel->abi < plan->abi)
		snprintf(plan->news, sizeof(plan->news),
			 "backport: taken at ABI %d, promised since %d",
			 kernel->abi, plan->abi);
}

/* Is nothing promised of one of the worlds? */
static bool leaves_open(const struct plan *plan)
{
	enum world world;

	for (world = 0; world < WORLDS; world++)
		if (plan->worlds[world].planned &&
		    plan->worlds[world].expected == UNPROMISED)
			return true;
	return false;
}

void plan_case(struct plan *plan, const struct landproof_case *test,
	       const struct variant *variant,
	       const struct conditions *conditions)
{
	const struct kernel *const kernel = conditions->kernel;
	const bool expressible = case_expressible(test, kernel);

	*plan = (struct plan) {
		.test = test,
		.variant = variant,
		.promise = promise_on(test, kernel),
		.abi = case_abi(test),
		.honesty = test->honesty && !conditions->sabotaged,
	};
	/* Nothing is tried where the kernel does not have what is proposed. */
	if (plan->abi == ABI_PROPOSED && !expressible) {
		settle_absence(plan, kernel);
		return;
	}
	if (conditions->missing) {
		settle_missing(plan, conditions);
		return;
	}
	if (!expressible)
		settle_absence(plan, kernel);
	else
		tell_news(plan, kernel);
	plan_worlds(plan, conditions);
	if (!plan->settled)
		plan->verdict = leaves_open(plan) ? OPEN_GAP : HOLDS;
}
