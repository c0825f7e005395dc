// SPDX-License-Identifier: GPL-2.0
/* Did a tool say what it does not enforce?  A line that names nothing is noise. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "engine/told.h"

static uint32_t bits(const struct ruleset *policy, enum set set)
{
	return set == SET_FS ? policy->fs : set == SET_NET ? policy->net :
							     policy->scoped;
}

/* Is there @word in @line, and not as a part of another word? */
static bool has_word(const char *line, const char *word)
{
	const size_t length = strlen(word);
	const char *at = line;

	while ((at = strcasestr(at, word))) {
		if ((at == line || !isalnum(at[-1])) && !isalnum(at[length]))
			return true;
		at++;
	}
	return false;
}

/* "connect_tcp" is also "connect-tcp" and "CONNECT_TCP". */
static bool mentions(const char *line, const char *word)
{
	char dashes[64];
	char *dash;

	if (!word)
		return false;
	snprintf(dashes, sizeof(dashes), "%s", word);
	while ((dash = strchr(dashes, '_')))
		*dash = '-';
	return has_word(line, word) || has_word(line, dashes);
}

/* Who repeats the policy says nothing of what is missing. */
static bool complains(const char *line)
{
	static const char *const complaints[] = {
		"not", "no", "cannot", "without", "unsupported", "unknown",
		"unavailable", "missing", "ignored", "ignoring", "dropped",
		"dropping", "skipped", "skipping", "disabled", "lacks",
		"failed", "requires", "needs", "invalid", "open", "unprotected",
		"downgraded",
	};
	size_t i;

	for (i = 0; i < sizeof(complaints) / sizeof(*complaints); i++)
		if (has_word(line, complaints[i]))
			return true;
	return strcasestr(line, "n't");
}

static bool is_chatter(const struct tool *tool, const char *line)
{
	int i;

	for (i = 0; i < tool->chatter.count; i++)
		if (strstr(line, tool->chatter.part[i]))
			return true;
	return false;
}

static bool names_right(const struct tool *tool, const struct ruleset *policy,
			const char *line)
{
	static const enum feature_kind kinds[SETS] = {
		FEATURE_FS, FEATURE_NET, FEATURE_SCOPE,
	};
	const struct feature *f;
	enum set set;

	for (set = 0; set < SETS; set++)
		for (f = features; f < features + features_count; f++) {
			if (f->kind != kinds[set] ||
			    !(bits(policy, set) & f->value))
				continue;
			if (mentions(line, strchr(f->name, '.') + 1) ||
			    mentions(line, tool_right(tool, set, f->value)))
				return true;
		}
	return false;
}

bool tool_told(const struct tool *tool, const struct ruleset *set,
	       const char *usual, const char *said, char *line, size_t size)
{
	while (*said) {
		const size_t length = strcspn(said, "\n");

		snprintf(line, size, "%.*s", (int)length, said);
		if (length && !strstr(usual, line) && complains(line) &&
		    !is_chatter(tool, line) && names_right(tool, set, line))
			return true;
		said += length + (said[length] == '\n');
	}
	return false;
}
