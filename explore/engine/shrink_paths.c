// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a scenario of files smaller: leaves an operation out, and has the paths
 * of the others lead to something else.  Most of what comes of it is nonsense,
 * which the model says at once.
 */
#include <stdio.h>
#include <string.h>

#include "explore/engine/shrink_work.h"

#define PATHS_MAX 64

struct words {
	char text[PATHS_MAX][TEXT_MAX];
	int count;
};

/* Replaces @from in a path, by @to; "" is nothing.  False: it is too long. */
typedef bool (*replace)(char *path, const char *from, const char *to);

static bool put(char *path, const char *text)
{
	if (strlen(text) >= TEXT_MAX)
		return false;
	strcpy(path, text);
	return true;
}

/* A component, wherever it is; a descriptor without any is reached by %. */
static bool replace_name(char *path, const char *from, const char *to)
{
	char left[TEXT_MAX], text[3 * TEXT_MAX] = "", *rest = left, *name;

	strcpy(left, path);
	while ((name = strsep(&rest, "/"))) {
		if (strcmp(name, from) == 0)
			name = (char *)to;
		if (*name && *text)
			strcat(text, "/");
		if (strlen(text) + strlen(name) >= sizeof(text) - 1)
			return false;
		strcat(text, name);
	}
	if (*text == '@' && !strchr(text, '/') && *path && strcmp(text, path))
		*text = '%';
	return put(path, *path && !*text ? "." : text);
}

/* What a path begins with */
static bool replace_place(char *path, const char *from, const char *to)
{
	const size_t length = strlen(from);
	char text[2 * TEXT_MAX];

	if (strncmp(path, from, length) || (path[length] && path[length] != '/'))
		return true;
	if (path[length] && (!*to || !strcmp(to, ".")))
		snprintf(text, sizeof(text), "%s", path + length + 1);
	else
		snprintf(text, sizeof(text), "%s%s", *to ? to : ".",
			 path + length);
	return put(path, text);
}

/* In operations from @first on, until @end */
static bool replace_all(const struct part *part, struct scenario *scenario,
			int first, int end, replace how, const char *from,
			const char *to)
{
	bool possible = true;
	int i, j;

	for (i = first; i < end && possible; i++) {
		struct operation *op = &scenario->operations[i];
		struct policy *policy = &scenario->policies[op->policy];

		for (j = 0; j < 2; j++)
			possible &= how(op->text[j], from, to);
		if (!part->kinds[op->kind].enforces)
			continue;
		for (j = 0; j < policy->grants_count; j++)
			possible &= how(policy->grants[j].path, from, to);
	}
	return possible;
}

static void add_word(struct words *words, const char *text)
{
	int i;

	for (i = 0; i < words->count; i++)
		if (strcmp(words->text[i], text) == 0)
			return;
	if (*text && words->count < PATHS_MAX)
		strcpy(words->text[words->count++], text);
}

static void add_names(struct words *words, const char *path)
{
	char left[TEXT_MAX], *rest = left, *name;

	strcpy(left, path);
	while ((name = strsep(&rest, "/")))
		if (*name != '@' && *name != '%')
			add_word(words, name);
}

/* A path, and what is above it */
static void add_places(struct words *words, const char *path)
{
	char left[TEXT_MAX], *end;

	strcpy(left, path);
	do {
		add_word(words, left);
		end = strrchr(left, '/');
		if (end)
			*end = '\0';
	} while (end);
}

static void gather(const struct scenario *scenario, struct words *words,
		   void (*add)(struct words *words, const char *path))
{
	int i, j;

	words->count = 0;
	for (i = 0; i < scenario->count; i++)
		for (j = 0; j < 2; j++)
			add(words, scenario->operations[i].text[j]);
}

static bool beneath(const char *path, const char *above)
{
	const size_t length = strlen(above);

	return strncmp(path, above, length) == 0 && path[length] == '/';
}

static bool has_paths(const struct part *part)
{
	int i;

	for (i = 0; i < part->kinds_count; i++)
		if (strcmp(part->kinds[i].name, "mkdir") == 0)
			return true;
	return false;
}

/* Without operation @index, and with another name, or none, for a name */
static bool without_name(struct work *work, int index,
			 const struct words *names)
{
	struct scenario *const smaller = &work->candidate;
	int from, to;

	for (from = 0; from < names->count; from++) {
		for (to = -1; to < names->count && !late(work); to++) {
			work->candidate = work->best;
			cut(smaller, index, 1);
			if (from != to &&
			    replace_all(work->part, smaller, 0, smaller->count,
					replace_name, names->text[from],
					to < 0 ? "" : names->text[to]) &&
			    take(work))
				return true;
		}
	}
	return false;
}

/* Has each rule be on what is deepest beneath its directory, if that will do. */
static bool deeper_rules(struct work *work, const struct words *places)
{
	bool better = false;
	int i, j, to;

	for (i = 0; i < work->best.count; i++) {
		const struct operation *op = &work->best.operations[i];
		struct policy *policy = &work->candidate.policies[op->policy];

		if (!work->part->kinds[op->kind].enforces)
			continue;
		for (j = 0; j < work->best.policies[op->policy].grants_count;
		     j++) {
			for (to = 0; to < places->count && !late(work); to++) {
				work->candidate = work->best;
				if (beneath(places->text[to],
					    policy->grants[j].path)) {
					strcpy(policy->grants[j].path,
					       places->text[to]);
					better |= take(work);
				}
			}
		}
	}
	return better;
}

/* What was in a directory is in the one above it, or in another one. */
bool fewer_names(struct work *work)
{
	static struct words names;
	bool better = false;
	int i;

	if (!has_paths(work->part))
		return false;
	gather(&work->best, &names, add_names);
	for (i = work->best.count - 1; i >= 0; i--)
		if (i < work->best.count)
			better |= without_name(work, i, &names);
	return better;
}

/* Without operation @index, and with another place in all before or behind it */
static bool without_place(struct work *work, int index, const char *from,
			  const struct words *places)
{
	struct scenario *const smaller = &work->candidate;
	int to, behind;

	for (to = 0; to < places->count; to++) {
		for (behind = 0; behind < 2 && !late(work); behind++) {
			work->candidate = work->best;
			cut(smaller, index, 1);
			if (replace_all(work->part, smaller,
					behind ? index : 0,
					behind ? smaller->count : index,
					replace_place, from,
					places->text[to]) &&
			    take(work))
				return true;
		}
	}
	return false;
}

/* What an exchange exchanges is exchanged from the beginning. */
static bool without_exchange(struct work *work, int index)
{
	const struct operation op = work->best.operations[index];
	struct scenario *const smaller = &work->candidate;
	int behind;

	for (behind = 0; behind < 2; behind++) {
		const int first = behind ? index : 0;
		int end;

		work->candidate = work->best;
		cut(smaller, index, 1);
		end = behind ? smaller->count : index;
		if (replace_all(work->part, smaller, first, end, replace_place,
				op.text[0], "?") &&
		    replace_all(work->part, smaller, first, end, replace_place,
				op.text[1], op.text[0]) &&
		    replace_all(work->part, smaller, first, end, replace_place,
				"?", op.text[1]) &&
		    take(work))
			return true;
	}
	return false;
}

/* Nothing is moved, linked, mounted or opened: it is where it is used. */
bool fewer_places(struct work *work)
{
	static struct words places;
	bool better = false;
	int i, j;

	if (!has_paths(work->part))
		return false;
	gather(&work->best, &places, add_places);
	for (i = work->best.count - 1; i >= 0 && !late(work); i--) {
		const struct operation op = work->best.operations[i];
		char descriptor[2][TEXT_MAX];
		bool one = *op.text[1] && without_exchange(work, i);

		for (j = 0; j < 2 && !one; j++)
			one = *op.text[j] && without_place(work, i, op.text[j],
							   &places);
		for (j = 0; j < 2 && !one && work->part->kinds[op.kind].slot;
		     j++) {
			snprintf(descriptor[j], TEXT_MAX, "%c%d", "@%"[j],
				 op.slot);
			one = without_place(work, i, descriptor[j], &places);
		}
		better |= one;
		if (i > work->best.count)
			i = work->best.count;
	}
	return better;
}

bool fewer_with_deeper_rules(struct work *work)
{
	static struct scenario before;
	const struct trial trial = work->trial;
	static struct words places;

	if (!has_paths(work->part))
		return false;
	before = work->best;
	gather(&work->best, &places, add_places);
	if (deeper_rules(work, &places) &&
	    (fewer_names(work) || fewer_places(work)))
		return true;
	work->best = before;
	work->trial = trial;
	return false;
}
