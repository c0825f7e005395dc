// SPDX-License-Identifier: GPL-2.0
/* Rights that a case exercises and does not name. */
#include "cases/worlds.h"
#include "engine/needs.h"
#include "engine/run.h"
#include "engine/uses.h"

static bool control_works(const struct landproof_case *test,
			  const struct variant *variant)
{
	const struct plan plan = {
		.test = test,
		.variant = variant,
		.worlds[WORLD_CONTROL] = { .planned = true },
	};
	struct result result = { .test = test, .variant = variant };

	run_plan(&plan, &result);
	return result.worlds[WORLD_CONTROL].outcome == WORKED;
}

struct exercised uses_unsaid(const struct landproof_case *test,
			     const struct variant *variant, bool *tried)
{
	struct exercised unsaid = { 0 };
	const char *lacking;

	*tried = true;
	if (!(case_worlds(test) & W(BYSTANDER)))
		return unsaid;
	*tried = !need_missing(test->needs, &lacking) &&
		 control_works(test, variant);
	if (!*tried)
		return unsaid;
	unsaid = exercise_seen();
	unsaid.fs &= ~(test->guard.fs | test->uses.fs | FS_REFER);
	unsaid.net &= ~(test->guard.net | test->uses.net);
	unsaid.scoped &= ~(test->guard.scoped | test->uses.scoped);
	return unsaid;
}
