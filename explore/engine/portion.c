// SPDX-License-Identifier: GPL-2.0
/* Tries a portion of the corpus. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "explore/engine/corpus.h"
#include "explore/engine/explore.h"
#include "explore/engine/list.h"
#include "explore/engine/portion.h"
#include "explore/engine/text.h"
#include "explore/model/clause.h"
#include "landlock/abi.h"

static enum portion_result said(const struct finding *finding, char *why,
				size_t size)
{
	const char *const verdict = finding_verdict(finding);
	char line[512] = "what is left in the end", wanted[64] = "";

	if (finding->trial.index < finding->scenario.count) {
		text_operation(finding->part, &finding->scenario,
			       finding->trial.index, line, sizeof(line));
		finding_wanted(finding, wanted, sizeof(wanted));
	}
	snprintf(why, size, "%s (scenario %" PRIu64 "): %s instead of %s",
		 line, finding->seed, answer_name(finding->trial.got), wanted);
	if (strcmp(verdict, "log") == 0)
		return finding->trial.got == ENODATA ? PORTION_SILENT :
						       PORTION_MISHEARD;
	return strcmp(verdict, "broken") == 0 ? PORTION_BROKEN :
	       strcmp(verdict, "bypass") == 0 ? PORTION_BYPASSED :
						PORTION_DIFFERS;
}

static bool documented(const struct finding *finding)
{
	return clause_texts[finding->trial.wanted.clause].support != SILENT;
}

/* The first of the known clauses that decides an operation, or NULL */
static const char *known_clause(const struct portion *portion,
				const struct part *part,
				const struct claim *claim,
				const struct scenario *scenario)
{
	static struct prediction prediction;
	const char *const *known;
	int i;

	part->predict(claim, scenario, &prediction);
	for (known = portion->known; known && *known; known++)
		for (i = 0; i < prediction.count; i++)
			if (prediction.expected[i].clause ==
			    clause_find(*known))
				return *known;
	return NULL;
}

static bool is_chosen(const struct portion *portion, const struct part *part,
		      const struct claim *claim,
		      const struct scenario *scenario)
{
	const char *known = known_clause(portion, part, claim, scenario);

	return portion->clause ? known && !strcmp(known, portion->clause) :
				 !known;
}

/* Its operations are read only if it can be one: that takes time. */
static bool next_chosen(const struct portion *portion, struct list *list,
			const struct claim *claim, int *number,
			struct listed *listed)
{
	while (list_heading(list, listed)) {
		if (strcmp(listed->part->name, portion->part) ||
		    (!portion->known &&
		     (*number)++ % portion->count != portion->first)) {
			list_skip(list);
			continue;
		}
		if (!list_operations(list, listed))
			return false;
		if (!portion->known ||
		    (is_chosen(portion, listed->part, claim,
			       &listed->scenario) &&
		     (*number)++ % portion->count == portion->first))
			return true;
	}
	return false;
}

enum portion_result portion_try(const struct portion *portion, char *why,
				size_t size)
{
	static struct exploration *exploration;
	static struct listed listed;
	struct list list = { .at = corpus_text };
	const struct part *const part = part_find(portion->part);
	const struct claim claim = claim_of(&kernel);
	const char *missing = part->needs(&claim, &(struct scenario){ 0 }) ?:
			      part->prepare();
	int number = 0, told = 0;

	snprintf(why, size, "%s", missing ?: "");
	if (missing)
		return PORTION_LACKS;
	if (!TAKE_ARRAY(exploration, 1)) {
		snprintf(why, size, "memory for what is found");
		return PORTION_LACKS;
	}
	memset(exploration, 0, sizeof(*exploration));
	exploration->part = part;
	exploration->claim = claim;
	exploration->first = true;
	while (!exploration->failure &&
	       next_chosen(portion, &list, &claim, &number, &listed)) {
		explore_one(exploration, listed.seed, &listed.scenario);
		for (; told < exploration->findings_count; told++)
			if (documented(&exploration->findings[told]))
				return said(&exploration->findings[told], why,
					    size);
	}
	snprintf(why, size, "%s", exploration->failure ?: exploration->undecided ?
		 "more time: a scenario was not done" : "");
	return exploration->undecided ? PORTION_LACKS :
	       exploration->failure ? PORTION_BROKEN : PORTION_AGREES;
}
