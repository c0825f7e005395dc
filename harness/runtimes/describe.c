// SPDX-License-Identifier: GPL-2.0
/*
 * Reads descriptions of tools: a line for each item, whose parts are separated
 * by tabs.  cli/runtimes makes them from the files in runtimes/.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/words.h"
#include "machine/belongings.h"
#include "runtimes/tool.h"

static const char *const set_names[SETS] = { "fs", "net", "scope" };
static const char *const way_names[] = { "arguments", "list", "variable" };
static const char *const subject_names[] = { "any", "file", "directory" };

static int find(const char *const names[], int count, const char *name)
{
	while (count-- > 0)
		if (name && strcmp(names[count], name) == 0)
			return count;
	return -1;
}

/* The bits of names such as "fs.read_file", all of one set */
static uint32_t bits_of(const char *words)
{
	char word[WORD_MAX];
	uint32_t bits = 0;

	while (next_word(&words, word)) {
		const struct feature *const feature = feature_find(word);

		if (feature)
			bits |= feature->value;
	}
	return bits;
}

static const char *next_part(char **line)
{
	return strsep(line, "\t");
}

static bool read_form(struct form *form, char *line)
{
	const char *part;

	while ((part = next_part(&line))) {
		if (form->count == PARTS_MAX)
			return false;
		form->part[form->count++] = part;
	}
	return true;
}

static bool read_right(struct tool *tool, int set, char *line)
{
	struct right *const right = &tool->rights[tool->rights_count];

	if (tool->rights_count == RIGHTS_MAX)
		return false;
	*right = (struct right) { .set = set };
	right->bit = bits_of(next_part(&line));
	right->name = next_part(&line);
	tool->rights_count++;
	return right->bit && right->name;
}

/* SET WAY SUBJECT grants|denies NAME RIGHTS ALSO FORM */
static bool read_word(struct tool *tool, int set, char *line)
{
	struct word *const word = &tool->words[tool->words_count];
	const char *effect;
	int way, on;

	if (tool->words_count == WORDS_MAX)
		return false;
	way = find(way_names, 3, next_part(&line));
	on = find(subject_names, 3, next_part(&line));
	effect = next_part(&line);
	if (way < 0 || on < 0 || !effect)
		return false;
	*word = (struct word) {
		.set = set, .way = way, .on = on,
		.denies = strcmp(effect, "denies") == 0,
		.name = next_part(&line),
	};
	word->grants = bits_of(next_part(&line));
	word->also = bits_of(next_part(&line));
	tool->words_count++;
	return word->name && read_form(&word->form, line);
}

/* RIGHTS PATH */
static bool read_need(struct tool *tool, char *line)
{
	struct tool_need *const need = &tool->needs[tool->needs_count];

	if (tool->needs_count == TOOL_NEEDS_MAX)
		return false;
	need->access = bits_of(next_part(&line));
	need->path = next_part(&line);
	tool->needs_count++;
	return need->access && need->path;
}

static bool read_losses(struct tool *tool, char *line)
{
	const char *part;
	int lost;

	while ((part = next_part(&line))) {
		lost = find(belonging_names, BELONGINGS, part);
		if (lost < 0)
			return false;
		tool->loses |= 1U << lost;
	}
	return true;
}

/* An item about one of the sets */
static bool read_set_item(struct tool *tool, const char *key, char *line)
{
	const int set = find(set_names, SETS, next_part(&line));

	if (set < 0)
		return false;
	if (strcmp(key, "handle") == 0)
		return read_form(&tool->handle[set], line);
	if (strcmp(key, "rule") == 0)
		return read_form(&tool->rule[set], line);
	if (strcmp(key, "alone") == 0) {
		tool->can_leave[set] = true;
		return read_form(&tool->alone[set], line);
	}
	if (strcmp(key, "right") == 0)
		return read_right(tool, set, line);
	if (strcmp(key, "word") == 0)
		return read_word(tool, set, line);
	if (strcmp(key, "handles") == 0)
		tool->handles[set] = bits_of(next_part(&line));
	return tool->handles[set];
}

/* HANDLED NET PORTS STRICT VALUE, of which two may be empty */
static bool read_bundle(struct bundle *bundle, char *line)
{
	bundle->handled = next_part(&line);
	bundle->net = next_part(&line);
	bundle->ports = next_part(&line);
	bundle->strict = next_part(&line);
	bundle->strict_value = next_part(&line);
	if (!bundle->strict_value)
		return false;
	if (!*bundle->net)
		bundle->net = bundle->ports = NULL;
	return true;
}

static bool read_item(struct tool *tool, char *line)
{
	const char *const key = next_part(&line);

	if (strcmp(key, "command") == 0)
		return read_form(&tool->command, line);
	if (strcmp(key, "end") == 0)
		return read_form(&tool->end, line);
	if (strcmp(key, "version") == 0)
		return read_form(&tool->version, line);
	if (strcmp(key, "environment") == 0)
		return read_form(&tool->environment, line);
	if (strcmp(key, "chatter") == 0)
		return read_form(&tool->chatter, line);
	if (strcmp(key, "loses") == 0)
		return read_losses(tool, line);
	if (strcmp(key, "bundle") == 0)
		return read_bundle(&tool->bundle, line);
	if (strcmp(key, "need") == 0)
		return read_need(tool, line);
	if (strcmp(key, "always") == 0)
		return tool->always = true;
	if (strcmp(key, "no-landlock") == 0)
		return tool->no_landlock = true;
	if (strcmp(key, "by-directory") == 0)
		return tool->by_directory = true;
	return read_set_item(tool, key, line);
}

int tools_read(const char *path, struct tool tools[TOOLS_MAX],
	       const char **wrong)
{
	char *rest = read_whole(path), *line;
	int count = 0;

	*wrong = "it cannot be read";
	if (!rest)
		return -1;
	while ((line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		*wrong = line;
		if (strncmp(line, "tool\t", 5) == 0) {
			if (count == TOOLS_MAX)
				return -1;
			tools[count] = (struct tool) { .name = line + 5 };
			count++;
		} else if (!count || !read_item(&tools[count - 1], line)) {
			return -1;
		}
	}
	return count;
}
