// SPDX-License-Identifier: GPL-2.0
/* Runs all races, and tells what came of each. */
#include <inttypes.h>
#include <stdio.h>

#include "explore/races/race.h"
#include "explore/races/tell.h"
#include "machine/guest.h"
#include "output/records.h"

#define SECONDS 10

static void put(struct json *json, const struct race_result *result)
{
	json_string(json, "race", result->race->name);
	json_string(json, "invariant", result->race->invariant);
	json_string(json, "outsiders", result->race->outsiders);
	json_integer(json, "processors", result->processors);
	json_integer(json, "attempts", result->attempts);
	json_integer(json, "succeeded", result->succeeded);
	json_integer(json, "refused", result->refused);
	json_integer(json, "acts", result->acts);
	json_integer(json, "violations", result->violations);
	json_real(json, "ms", result->ms);
	if (result->example[0])
		json_string(json, "example", result->example);
	if (result->failure)
		json_string(json, "failure", result->failure);
}

static void print(const struct race_result *result)
{
	printf("%s: %s: %lu attempts (%lu succeeded, %lu refused) against %lu acts on %d processors, %.1f s: %lu violations\n",
	       result->race->name, result->race->invariant, result->attempts,
	       result->succeeded, result->refused, result->acts,
	       result->processors, result->ms / 1000, result->violations);
	if (result->example[0])
		printf("%s: violated: %s\n", result->race->name,
		       result->example);
	if (result->failure)
		printf("%s: shows nothing: %s\n", result->race->name,
		       result->failure);
}

static void record(const char *type, const struct race_result *result)
{
	put(record_begin(type), result);
	record_done();
}

static void record_progress(const struct race_result *result)
{
	record("racing", result);
}

static void tell(const struct arguments *a, const struct race_result *result)
{
	struct json json = { .out = stdout };

	if (a->records_fd >= 0 || is_guest())
		record("raced", result);
	if (is_guest())
		return;
	if (!a->json) {
		print(result);
		return;
	}
	json_object(&json, NULL);
	put(&json, result);
	json_object_end(&json);
	putchar('\n');
}

int command_races(const struct arguments *a)
{
	const bool records = a->records_fd >= 0 || is_guest();
	const char *missing = races_prepare();
	const struct race *const *race;
	int status = 0;

	for (race = races; *race; race++) {
		struct race_result result = { .race = *race };

		if (missing) {
			result.failure = missing;
		} else if ((*race)->missing && (*race)->missing()) {
			fprintf(stderr, "%s: left out: needs %s\n",
				(*race)->name, (*race)->missing());
			continue;
		} else {
			race_run(*race, a->explore.seconds ?: SECONDS,
				 a->explore.seed,
				 records ? record_progress : NULL, &result);
		}
		tell(a, &result);
		if (result.failure)
			status = 2;
		else if (result.violations && !status)
			status = 1;
	}
	return status;
}
