// SPDX-License-Identifier: GPL-2.0
/* Tells a difference, to people and to programs. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/engine/finding.h"
#include "explore/engine/text.h"
#include "explore/model/clause.h"

#define LINE 2048

const char *answer_name(int answer)
{
	const char *name = answer ? strerrorname_np(answer) : "works";

	return name ?: "?";
}

static bool is_state(const struct finding *finding)
{
	return finding->trial.index == finding->scenario.count;
}

const char *finding_verdict(const struct finding *finding)
{
	const struct trial *trial = &finding->trial;

	if (finding->agreement == FAILED)
		return "broken";
	if (is_state(finding))
		return "state";
	if (finding->part->kinds[finding->scenario.operations[trial->index]
				 .kind].hears)
		return "log";
	if (trial->wanted.denied && trial->got == 0)
		return "bypass";
	if (expected_has(&trial->wanted, 0))
		return "overblock";
	return "errno";
}

void finding_wanted(const struct finding *finding, char *text, size_t size)
{
	const struct expected *wanted = &finding->trial.wanted;
	size_t at = 0;
	int i;

	text[0] = '\0';
	for (i = 0; i < wanted->count && at < size; i++)
		at += snprintf(text + at, size - at, "%s%s", i ? " or " : "",
			       answer_name(wanted->answers[i]));
}

static const struct clause_text *clause(const struct finding *finding)
{
	return &clause_texts[finding->trial.wanted.clause];
}

void operations_json(struct json *json, const struct part *part,
		     const struct scenario *scenario)
{
	char line[LINE];
	int i;

	json_array(json, "operations");
	for (i = 0; i < scenario->count; i++) {
		text_operation(part, scenario, i, line, sizeof(line));
		json_string(json, NULL, line);
	}
	json_array_end(json);
}

void operations_print(FILE *out, const struct part *part,
		      const struct scenario *scenario)
{
	char line[LINE];
	int i;

	for (i = 0; i < scenario->count; i++) {
		text_operation(part, scenario, i, line, sizeof(line));
		fprintf(out, "  %s\n", line);
	}
}

void finding_json(struct json *json, const struct finding *finding)
{
	const struct clause_text *text = clause(finding);
	char line[LINE], seed[24], *program = NULL;
	size_t size;
	FILE *out;

	json_string(json, "part", finding->part->name);
	json_string(json, "verdict", finding_verdict(finding));
	snprintf(seed, sizeof(seed), "%" PRIu64, finding->seed);
	json_string(json, "seed", seed);
	if (!is_state(finding)) {
		text_operation(finding->part, &finding->scenario,
			       finding->trial.index, line, sizeof(line));
		json_string(json, "operation", line);
		finding_wanted(finding, line, sizeof(line));
		json_string(json, "wanted", line);
		json_string(json, "got", answer_name(finding->trial.got));
		json_string(json, "control", answer_name(finding->control));
	}
	if (text->name) {
		json_string(json, "clause", text->name);
		json_string(json, "sentence", text->sentence);
		json_bool(json, "documented", text->support != SILENT);
	}
	json_integer(json, "decisions", finding->at);
	json_integer(json, "times", finding->times);
	json_integer(json, "shrunk_from", finding->operations);
	json_real(json, "shrink_ms", finding->shrink_ms);
	operations_json(json, finding->part, &finding->scenario);
	out = open_memstream(&program, &size);
	if (!out)
		return;
	finding_program(out, finding);
	fclose(out);
	json_string(json, "program", program);
	free(program);
}

void finding_print(FILE *out, const struct finding *finding)
{
	const struct clause_text *text = clause(finding);
	char line[LINE];

	fprintf(out, "%s: %s, %lu times, seed %" PRIu64 "\n",
		finding->part->name, finding_verdict(finding), finding->times,
		finding->seed);
	operations_print(out, finding->part, &finding->scenario);
	if (is_state(finding)) {
		fprintf(out, "  what is left of the tree is not what the answers say\n");
	} else {
		finding_wanted(finding, line, sizeof(line));
		fprintf(out, "  wanted %s, got %s; without a sandbox %s\n",
			line, answer_name(finding->trial.got),
			answer_name(finding->control));
	}
	if (text->name)
		fprintf(out, "  %s: \"%s\" (%s)\n", text->name,
			text->sentence, text->source);
}
