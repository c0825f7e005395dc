// SPDX-License-Identifier: GPL-2.0
/* One case on this machine: planned, run, judged. */
#include <sys/socket.h>

#include "base/time.h"
#include "engine/case.h"
#include "engine/judge.h"
#include "engine/needs.h"
#include "engine/process.h"
#include "engine/run.h"

unsigned int worlds_wanted;
bool every_control;

/* What the case needs, and what its variant does by itself */
static void find_missing(struct conditions *conditions,
			 const struct landproof_case *test,
			 const struct variant *variant)
{
	conditions->missing = need_missing(test->needs, &conditions->need);
	if (!conditions->missing && variant->family == AF_INET6)
		conditions->missing = need_missing("ipv6", &conditions->need);
	if (!conditions->missing && variant->filesystem) {
		conditions->missing = process_filesystem(variant->filesystem);
		conditions->need = "filesystems";
	}
}

void run_case(const struct landproof_case *test, const struct variant *variant,
	      struct result *result)
{
	const double start = now_ms();
	struct conditions here = {
		.kernel = &kernel,
		.worlds = worlds_wanted,
		.every_control = every_control,
		.sabotaged = sabotage != SABOTAGE_NONE,
	};
	struct plan plan;

	*result = (struct result) { .test = test, .variant = variant };
	find_missing(&here, test, variant);
	plan_case(&plan, test, variant, &here);
	run_plan(&plan, result);
	judge(&plan, result);
	result->ms = now_ms() - start;
}
