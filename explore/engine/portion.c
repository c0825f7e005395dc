// SPDX-License-Identifier: GPL-2.0
/* Tries a portion of the corpus. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
	return strcmp(verdict, "broken") == 0 ? PORTION_BROKEN :
	       strcmp(verdict, "bypass") == 0 ? PORTION_BYPASSED :
						PORTION_DIFFERS;
}

static bool documented(const struct finding *finding)
{
	return clause_texts[finding->trial.wanted.clause].support != SILENT;
}

enum portion_result portion_try(const char *name, int first, int count,
				char *why, size_t size)
{
	static struct exploration exploration;
	static struct listed listed;
	struct list list = { .at = corpus_text };
	const struct part *const part = part_find(name);
	const char *missing = part->prepare();
	int number = 0, told = 0;

	snprintf(why, size, "%s", missing ?: "");
	if (missing)
		return PORTION_LACKS;
	exploration = (struct exploration) {
		.part = part,
		.claim = claim_of(&kernel),
	};
	while (!exploration.failure && list_heading(&list, &listed)) {
		if (listed.part != part || number++ % count != first) {
			list_skip(&list);
			continue;
		}
		if (!list_operations(&list, &listed))
			break;
		explore_one(&exploration, listed.seed, &listed.scenario);
		for (; told < exploration.findings_count; told++)
			if (documented(&exploration.findings[told]))
				return said(&exploration.findings[told], why,
					    size);
	}
	if (!exploration.failure)
		return PORTION_AGREES;
	snprintf(why, size, "%s", exploration.failure);
	return PORTION_BROKEN;
}
