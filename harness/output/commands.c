// SPDX-License-Identifier: GPL-2.0
/* The commands of landproof-guest. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "cases/table.h"
#include "engine/case.h"
#include "engine/hooks.h"
#include "engine/process.h"
#include "engine/strace.h"
#include "landlock/exercise.h"
#include "machine/environment.h"
#include "machine/guest.h"
#include "machine/kmsg.h"
#include "output/arguments.h"
#include "output/gcov.h"
#include "output/list.h"
#include "output/plan.h"
#include "output/records.h"

/* A kernel that dies takes what it has counted since with it. */
#define GCOV_EVERY 50

static void record_strace(void)
{
	size_t length;
	const char *const text = strace_stop(&length);

	if (!text)
		return;
	json_part(record_begin("strace"), "said", text, length);
	record_done();
}

/* The worst of all verdicts, as an exit status. */
static int run_lines(const struct line *lines, size_t count,
		     const struct arguments *a)
{
	const char *const resume_after = a->selection.resume_after;
	bool resumed = !resume_after, skipped = true, stale = false;
	const double start = now_ms();
	double cases_ms = 0;
	int status = 0;
	char id[128];
	size_t i;

	for (i = 0; i < count && !stale; i++) {
		struct result result;

		case_id(lines[i].test, lines[i].variant, id, sizeof(id));
		if (!resumed) {
			resumed = strcmp(id, resume_after) == 0;
			continue;
		}
		record_case(id);
		run_case(lines[i].test, lines[i].variant, &result);
		record_result(&result);
		if (a->gcov && (i + 1) % GCOV_EVERY == 0)
			gcov_put();
		cases_ms += result.ms;
		skipped &= result.verdict == ABSENT ||
			   result.verdict == CANNOT_RUN;
		if (result.verdict == BROKEN_RUN)
			status = 2;
		else if (is_deviation(result.verdict) && !status)
			status = 1;
		/* What this kernel has said once it may not say again. */
		stale = i + 1 < count && (records_fill_up() ||
					  (result.kmsg == KMSG_TROUBLE &&
					   !kmsg_rearm(result.log)));
	}
	if (a->gcov)
		gcov_put();
	if (a->strace)
		record_strace();
	if (stale)
		record_renew();
	else
		record_end(cases_ms, now_ms() - start);
	return a->kselftest && skipped && !status ? KSELFTEST_SKIP : status;
}

static int finish(int status)
{
	if (records_complete())
		return status;
	fprintf(stderr, "landproof-guest: results could not be written: %s\n",
		strerror(errno));
	return 2;
}

/*
 * Is any case selected, of all in the table, and something by each word that
 * selects?  Says so if not.
 */
static bool any_selected(const struct selection *selection)
{
	const char *const nothing = select_nothing(selection);
	struct selection all = *selection;
	size_t count;

	all.filesystems = true;
	free(select_lines(&all, &count));
	if (nothing || count == 0)
		fprintf(stderr, "landproof-guest: no case matches%s%s\n",
			nothing ? " " : "", nothing ?: "");
	return !nothing && count;
}

int command_run(struct arguments *a)
{
	static const struct line *lines;	/* of the whole process */
	const char *missing;
	size_t count;

	if (!any_selected(&a->selection))
		return 2;
	lines = select_lines(&a->selection, &count);
	if (count == 0) {
		fprintf(stderr, "landproof-guest: no case matches\n");
		return 2;
	}
	if (a->records_fd < 0 && !is_guest())
		a->ktap = true;
	/* First, so that it counts as one of the processes that were there. */
	missing = (a->strace ? strace_start(a->strace) : NULL) ?:
		  process_init();
	if (missing) {
		fprintf(stderr, "landproof-guest: cannot start without %s\n",
			missing);
		return 2;
	}
	if (is_guest())
		kmsg_init();
	measure_speed();
	kernel_probe();
	environment_probe();
	records_open(a->records_fd, a->ktap);
	record_start(count);
	if (a->hooks && !record_hooks(hooks_start()))
		return 2;
	/* With a policy and without one: the others show no other hooks. */
	every_control = a->hooks || a->controls;
	if (a->controls)
		worlds_wanted = W(CONTROL);
	if (a->hooks && !worlds_wanted)
		worlds_wanted = W(CONTROL) | W(DENY) | W(CALL);
	return finish(run_lines(lines, count, a));
}

/* The table itself, and what its cases do. */
static int check(void)
{
	const char *const missing = process_init();
	const int error = missing ? 0 : exercise_watch();
	int defects;

	if (missing || error) {
		fprintf(stderr, "landproof-guest: cannot start without %s\n",
			missing ?: strerror(error));
		return 2;
	}
	measure_speed();
	kernel_probe();
	defects = list_check();
	defects += list_check_uses();
	return defects ? 2 : 0;
}

int command_plan(const struct arguments *a)
{
	struct kernel described;
	const char *wrong;

	if (!any_selected(&a->selection))
		return 2;
	if (a->plan_for) {
		wrong = kernel_describe(&described, a->plan_for);
		if (wrong) {
			fprintf(stderr, "landproof-guest: --plan-for %s: %s\n",
				a->plan_for, wrong);
			return 2;
		}
	} else {
		kernel_probe();
	}
	print_plans(&a->selection, a->plan_for ? &described : &kernel, a->json);
	return 0;
}

int command_list(const struct arguments *a)
{
	if (a->check)
		return check();
	if (a->coverage) {
		list_coverage(a->json);
		return 0;
	}
	if (!any_selected(&a->selection))
		return 2;
	list_cases(&a->selection, a->json);
	return 0;
}
