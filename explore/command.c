// SPDX-License-Identifier: GPL-2.0
/* landproof-guest explore: what is asked for, and what came of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/files.h"
#include "base/memory.h"
#include "base/time.h"
#include "explore/command.h"
#include "explore/engine/corpus.h"
#include "explore/engine/explore.h"
#include "explore/engine/list.h"
#include "explore/engine/mutants.h"
#include "explore/engine/shrink_mutants.h"
#include "explore/model/page.h"
#include "explore/parts/domain_task.h"
#include "explore/parts/log_task.h"
#include "explore/races/tell.h"
#include "landlock/abi.h"
#include "machine/environment.h"
#include "machine/guest.h"
#include "output/records.h"

#define SECONDS		10
#define MUTANT_DECISIONS 2000000
#define KILLERS		20

static struct exploration *exploration;

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "landproof-guest: explore: %s: %s\n", what, why);
	return 2;
}

static void put_exploration(struct json *json, const struct exploration *e)
{
	char seed[24];
	int i;

	snprintf(seed, sizeof(seed), "%" PRIu64, e->seed);
	json_string(json, "part", e->part->name);
	json_string(json, "seed", seed);
	json_integer(json, "decisions", e->decisions);
	json_integer(json, "scenarios", e->scenarios);
	json_integer(json, "unstable", e->unstable);
	json_integer(json, "undecided", e->undecided);
	json_real(json, "ms", e->ms);
	if (e->failure) {
		json_string(json, "failure", e->failure);
		operations_json(json, e->part, &e->failed);
	}
	json_array(json, "findings");
	for (i = 0; i < e->findings_count; i++) {
		json_object(json, NULL);
		finding_json(json, &e->findings[i]);
		json_object_end(json);
	}
	json_array_end(json);
}

static void record_progress(const struct exploration *e)
{
	struct json *json = record_begin("exploring");

	json_string(json, "part", e->part->name);
	json_integer(json, "decisions", e->decisions);
	json_integer(json, "differences", e->findings_count);
	record_done();
}

static void print(const struct exploration *e)
{
	int i;

	for (i = 0; i < e->findings_count; i++)
		finding_print(stdout, &e->findings[i]);
	if (e->failure) {
		printf("%s: stopped: %s\n", e->part->name, e->failure);
		operations_print(stdout, e->part, &e->failed);
	}
	printf("%s: %lu decisions in %lu scenarios, %.1f s, %.0f a second; seed %" PRIu64 "\n",
	       e->part->name, e->decisions, e->scenarios, e->ms / 1000,
	       e->ms ? e->decisions * 1000 / e->ms : 0, e->seed);
	if (e->unstable)
		printf("%s: %lu differences did not show again\n",
		       e->part->name, e->unstable);
	if (e->undecided)
		printf("%s: %lu scenarios were not done in time: what comes of them cannot be said\n",
		       e->part->name, e->undecided);
}

static void tell(const struct arguments *a, const struct exploration *e)
{
	struct json json = { .out = stdout };

	if (a->records_fd >= 0 || is_guest()) {
		put_exploration(record_begin("explored"), e);
		record_done();
	}
	if (is_guest())
		return;
	if (!a->json) {
		print(e);
		return;
	}
	json_object(&json, NULL);
	put_exploration(&json, e);
	json_object_end(&json);
	putchar('\n');
}

static int list_mutants(const struct arguments *a, const struct part *part,
			const struct claim *claim)
{
	static struct mutant mutants[CLAUSES];
	int clause, status = 0;

	mutants_try(part, claim, a->explore.seed, a->explore.decisions ?:
		    MUTANT_DECISIONS, mutants);
	for (clause = 1; clause < CLAUSES; clause++) {
		const struct mutant *mutant = &mutants[clause];

		if (!clause_is_of(clause, part))
			continue;
		status |= mutant->survived;
		printf("%-24s %10lu %10lu%s\n", clause_texts[clause].name,
		       mutant->noticed[MUTANT_RUNS / 2],
		       mutant->noticed[MUTANT_RUNS - 1],
		       mutant->survived ? " SURVIVED" : "");
	}
	return status;
}

static void tell_shrunk(const struct shrunk *shrunk, const char *clause,
			bool list)
{
	const struct finding *finding = &shrunk->finding;
	struct listed listed = {
		.part = finding->part, .seed = finding->seed,
		.scenario = finding->scenario,
	};

	printf("%-24s %3d %3d %6lu %5.0f\n", clause, finding->operations,
	       finding->scenario.count, shrunk->runs, finding->shrink_ms);
	if (list)
		list_write(stdout, &listed);
}

static void shrunk_json(struct json *json, const struct shrunk *shrunk,
			const char *clause)
{
	json_object(json, NULL);
	json_string(json, "mutant", clause);
	json_bool(json, "certain", shrunk->certain);
	finding_json(json, &shrunk->finding);
	json_object_end(json);
}

/*
 * How small the first scenario becomes that notices each clause that is off, or
 * as JSON: how it would be told
 */
static int list_shrunk(const struct arguments *a, const struct part *part,
		       const struct claim *claim)
{
	const int only = a->explore.mutant ?
			 clause_find(a->explore.mutant) : 0;
	static struct shrunk shrunk;
	struct json json = { .out = stdout };
	int clause;

	if (a->json)
		json_array(&json, NULL);
	for (clause = 1; clause < CLAUSES; clause++) {
		const char *const name = clause_texts[clause].name;

		if (!clause_is_of(clause, part) || (only && clause != only) ||
		    !shrink_mutant(part, claim, clause, a->explore.seed,
				   a->explore.decisions ?: MUTANT_DECISIONS,
				   &shrunk))
			continue;
		if (a->json)
			shrunk_json(&json, &shrunk, name);
		else
			tell_shrunk(&shrunk, name, only);
	}
	if (a->json)
		json_array_end(&json);
	return 0;
}

/* Tries the scenarios of a list that are of this part. */
static int replay_text(const struct arguments *a, const struct part *part,
		       const struct claim *claim, const char *text)
{
	static struct listed listed;
	struct list list = { .at = text };
	const double start = now_ms();

	memset(exploration, 0, sizeof(*exploration));
	exploration->part = part;
	exploration->claim = *claim;
	exploration->first = a->explore.first;
	while (list_next(&list, &listed) &&
	       !exploration_is_over(exploration)) {
		if (listed.part == part)
			explore_one(exploration, listed.seed, &listed.scenario);
	}
	if (list.why) {
		fprintf(stderr, "landproof-guest: explore: line %d: %s\n",
			list.line, list.why);
		return 2;
	}
	exploration->ms = now_ms() - start;
	tell(a, exploration);
	return exploration_status(exploration);
}

/* How many scenarios of the corpus notice each mutant */
static int count_corpus(const struct part *part, const struct claim *claim)
{
	static int counts[CLAUSES];
	int clause;

	if (!corpus_count(corpus_text, part, claim, counts))
		return fail("corpus", "is no list of scenarios");
	for (clause = 1; clause < CLAUSES; clause++)
		if (clause_is_of(clause, part))
			printf("%-24s %5d\n", clause_texts[clause].name,
			       counts[clause]);
	return 0;
}

static int explore_part(const struct arguments *a, const struct part *part,
			const struct claim *claim)
{
	memset(exploration, 0, sizeof(*exploration));
	exploration->part = part;
	exploration->claim = *claim;
	exploration->seed = a->explore.seed;
	exploration->seconds = a->explore.seconds;
	exploration->decisions_wanted = a->explore.decisions;
	exploration->first = a->explore.first;
	if (!exploration->seconds && !exploration->decisions_wanted)
		exploration->seconds = SECONDS;
	explore(exploration, a->records_fd >= 0 || is_guest() ?
			     record_progress : NULL);
	tell(a, exploration);
	return exploration_status(exploration);
}

/* @list: the scenarios to replay, or NULL */
static int each_part(const struct arguments *a, const struct claim *claim,
		     const char *list)
{
	const struct part *const *part;
	int status = 0;

	for (part = parts; *part; part++) {
		static const struct scenario nothing;
		const char *missing;
		int one;

		if (a->explore.part && *part != part_find(a->explore.part))
			continue;
		missing = (*part)->needs(claim, &nothing);
		if (missing) {
			fprintf(stderr, "%s: left out: needs %s\n",
				(*part)->name, missing);
			continue;
		}
		missing = (*part)->prepare();
		if (missing)
			return fail((*part)->name, missing);
		one = list ? replay_text(a, *part, claim, list) :
			     explore_part(a, *part, claim);
		if (one > status)
			status = one;
		if (status == 1 && a->explore.first)
			break;
	}
	return status;
}

/* What needs no kernel */
static int answer(const struct arguments *a)
{
	const struct claim newest = {
		.abi = MODEL_ABI_NEWEST, .errata = ~0U,
	};
	const struct part *part = a->explore.part ?
				  part_find(a->explore.part) : &part_fs;

	switch (a->explore.about) {
	case EXPLORE_MUTANTS:
		return list_mutants(a, part, &newest);
	case EXPLORE_CORPUS:
		return count_corpus(part, &newest);
	case EXPLORE_DISTILL:
		return !corpus_distill(stdout, part, &newest, a->explore.seed,
				       KILLERS,
				       a->explore.mutant ?
				       clause_find(a->explore.mutant) : 0);
	case EXPLORE_SHRINK:
		return list_shrunk(a, part, &newest);
	case EXPLORE_MODEL:
		return print_model();
	default:
		return 2;
	}
}

static int finish(const struct arguments *a, double start, int status)
{
	if (a->records_fd >= 0 || is_guest())
		record_end(now_ms() - start, now_ms() - start);
	return status ?: records_complete() ? status : 2;
}

int command_explore(struct arguments *a)
{
	const double start = now_ms();
	const char *list = NULL;
	struct claim claim;

	if (a->explore.part && !part_find(a->explore.part))
		return fail(a->explore.part, "there is no such part");
	if (!a->explore.seeded)
		a->explore.seed = time(NULL);
	kernel_probe();
	claim = claim_of(&kernel);
	if (a->explore.about)
		return answer(a);
	if (a->explore.mutant) {
		clause_mutated = clause_find(a->explore.mutant);
		if (!clause_mutated)
			return fail(a->explore.mutant,
				    "there is no such clause");
	}
	if (!TAKE_ARRAY(exploration, 1))
		return fail("memory", strerrorname_np(errno));
	measure_speed();
	records_open(a->records_fd, false);
	if (a->records_fd >= 0 || is_guest())
		record_start(0);
	if (!claim.abi)
		return fail("Landlock", strerrorname_np(kernel.landlock_errno));
	if (a->explore.races)
		return finish(a, start, command_races(a));
	/* Now: a part may hide /tmp from itself. */
	if (a->explore.replay) {
		list = strcmp(a->explore.replay, "corpus") == 0 ? corpus_text :
		       read_whole(a->explore.replay);
		if (!list)
			return fail(a->explore.replay, "cannot be read");
	}
	return finish(a, start, each_part(a, &claim, list));
}

bool explore_task(int argc, char **argv, int *status)
{
	if (argc == 2 && strcmp(argv[0], DOMAIN_TASK_NAME) == 0)
		*status = domain_task_main(atoi(argv[1]));
	else if (argc == 2 && strcmp(argv[0], LOG_TASK_NAME) == 0)
		*status = log_task_main(atoi(argv[1]));
	else
		return false;
	return true;
}
