// SPDX-License-Identifier: GPL-2.0
/* Reads and writes lists of scenarios. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/engine/list.h"
#include "explore/engine/text.h"

#define LINE 2048

/* Copies one line and goes on behind it; false at the end. */
static bool next_line(struct list *list, char *line)
{
	const size_t length = strcspn(list->at, "\n");

	if (!*list->at)
		return false;
	snprintf(line, LINE, "%.*s", (int)length, list->at);
	list->at += length + (list->at[length] == '\n');
	list->line++;
	return true;
}

static bool read_heading(struct list *list, const char *line,
			 struct listed *listed)
{
	char name[16];

	list->why = "a scenario begins with \"= PART SEED\"";
	if (sscanf(line, "= %15s %" SCNu64, name, &listed->seed) != 2)
		return false;
	list->why = "there is no such part";
	listed->part = part_find(name);
	return listed->part;
}

bool list_heading(struct list *list, struct listed *listed)
{
	char line[LINE];

	while (next_line(list, line))
		if (line[0] && line[0] != '#')
			return read_heading(list, line, listed);
	list->why = NULL;
	return false;
}

bool list_operations(struct list *list, struct listed *listed)
{
	char line[LINE];

	listed->scenario.count = listed->scenario.policies_count = 0;
	while (*list->at && *list->at != '=') {
		next_line(list, line);
		if (line[0] && line[0] != '#' &&
		    !text_read(listed->part, &listed->scenario, line,
			       &list->why))
			return false;
	}
	list->why = NULL;
	return true;
}

void list_skip(struct list *list)
{
	while (*list->at && *list->at != '=') {
		list->at += strcspn(list->at, "\n");
		list->at += *list->at == '\n';
		list->line++;
	}
}

bool list_next(struct list *list, struct listed *listed)
{
	return list_heading(list, listed) && list_operations(list, listed);
}

void list_write(FILE *out, const struct listed *listed)
{
	char line[LINE];
	int i;

	fprintf(out, "= %s %" PRIu64 "\n", listed->part->name, listed->seed);
	for (i = 0; i < listed->scenario.count; i++) {
		text_operation(listed->part, &listed->scenario, i, line,
			       sizeof(line));
		fprintf(out, "%s\n", line);
	}
}
