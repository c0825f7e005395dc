// SPDX-License-Identifier: GPL-2.0
/* What single words of a tool grant, held against what its manual says. */
#include <stdio.h>

#include "cases/table.h"
#include "cases/worlds.h"
#include "engine/enforced.h"

/* Cases that may be tried for a right until one shows what a word grants */
#define TRIES 4

/* struct asked - what is asked of a word on a case */
struct asked {
	struct tool_case *tc;
	const struct tool *tool;
	const struct word *word;	/* NULL: all rights but the case's */
	enum set set;
	uint32_t guard, uses;
	const char *right;
};

static enum set set_of(const struct landproof_case *test)
{
	return test->guard.fs ? SET_FS : SET_NET;
}

/* One right, denied as such and granted by one rule */
static bool shows_words(const struct tool_case *tc)
{
	const struct landproof_case *const test = tc->test;
	struct rule rules[RULES_MAX];

	return !tc->inapplicable && !tc->missing[0] &&
	       tc->variant == case_variants(test) &&
	       case_worlds(test) & W(GRANT) && !test->guard.scoped &&
	       __builtin_popcount(test->guard.fs) +
	       __builtin_popcount(test->guard.net) == 1 &&
	       word_rules(test, rules) == 1;
}

/* Does the attempt exercise rights of one set only? */
static bool only_uses(const struct landproof_case *test, enum set set)
{
	return !test->uses.scoped &&
	       !(set == SET_FS ? test->uses.net : test->uses.fs);
}

static void say(struct tool_result *result, enum tool_verdict verdict,
		const char *fmt, const char *right)
{
	result->verdict = verdict;
	snprintf(result->why, sizeof(result->why), fmt, right);
}

/* The attempt was refused although the word grants all that it exercises. */
static void judge_missing(const struct asked *asked, struct tool_result *result)
{
	struct tool_world_result raw;

	tool_world_run(asked->tc, NULL, TOOL_WORD, asked->word, &raw);
	if (raw.outcome == WORKED)
		say(result, TOOL_OVERBLOCK,
		    "the word does not grant %s, which its manual says",
		    asked->right);
}

/* TOOL_CANNOT_RUN: nothing is shown. */
static void judge_word(const struct asked *asked, struct tool_result *result)
{
	const struct word *const word = asked->word;
	const int outcome = result->worlds[TOOL_WORD].outcome;
	const bool documented = word && (word->grants & asked->guard);
	/* Without these a refusal says nothing of the case's own right. */
	const uint32_t lacking = word ? asked->uses & ~word->grants &
					asked->tool->handles[asked->set] : 0;

	if (!result->worlds[TOOL_WORD].started)
		return;
	if (outcome == WORKED && documented)
		say(result, TOOL_ENFORCED, "the word grants %s", asked->right);
	else if (outcome == WORKED)
		say(result, TOOL_OPEN_SILENT, word ?
		    "the word grants %s, which its manual does not say" :
		    "the names of other rights grant %s, too", asked->right);
	else if (outcome > 0 && !lacking && !documented)
		say(result, TOOL_ENFORCED, "%s is not granted", asked->right);
	else if (outcome > 0 && !lacking &&
		 only_uses(asked->tc->test, asked->set))
		judge_missing(asked, result);
}

/* With nothing granted it must be refused, or a word shows nothing. */
static bool strictest_refuses(struct tool_case *tc, const struct tool *tool,
			      struct tool_world_result *world)
{
	tool_world_run(tc, tool, TOOL_STRICTEST, NULL, world);
	return world->started && world->layers > 0 && world->outcome > 0;
}

void words_run(struct tool_case *tc, const struct tool *tool, int index,
	       void (*tell)(const char *id, const struct tool_result *result))
{
	static uint32_t known[TOOLS_MAX][WORDS_MAX + 1][SETS];
	static uint8_t tries[TOOLS_MAX][SETS][32];
	static struct tool_world_result strictest;
	static struct tool_result result;
	const struct landproof_case *const test = tc->test;
	struct asked asked = { .tc = tc, .tool = tool };
	bool ready = false;
	char id[200];
	int i;

	if (!shows_words(tc) || raw_world(tc, TOOL_DENY)->outcome <= 0)
		return;
	asked.set = set_of(test);
	asked.guard = test->guard.fs | test->guard.net;
	asked.uses = asked.set == SET_FS ? test->uses.fs : test->uses.net;
	asked.right = right_name(asked.set, asked.guard);
	if (!(tool->handles[asked.set] & asked.guard) &&
	    !tool_right(tool, asked.set, asked.guard))
		return;
	for (i = 0; i < (tool->words_count ?: 1); i++) {
		asked.word = tool->words_count ? &tool->words[i] : NULL;
		if ((asked.word && asked.word->set != asked.set) ||
		    known[index][i][asked.set] & asked.guard)
			continue;
		if (!ready && (tries[index][asked.set]
			       [__builtin_ctz(asked.guard)]++ == TRIES ||
			       !strictest_refuses(tc, tool, &strictest)))
			return;
		ready = true;
		result = (struct tool_result) {
			.tool = tool, .verdict = TOOL_CANNOT_RUN,
		};
		result.worlds[TOOL_STRICTEST] = strictest;
		tool_world_run(tc, tool, TOOL_WORD, asked.word,
			       &result.worlds[TOOL_WORD]);
		judge_word(&asked, &result);
		if (result.verdict == TOOL_CANNOT_RUN)
			continue;
		known[index][i][asked.set] |= asked.guard;
		snprintf(id, sizeof(id), "word.%s.%s",
			 asked.word ? asked.word->name : "others", asked.right);
		tell(id, &result);
	}
}
