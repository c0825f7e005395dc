/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of scenarios: each begins with a line "= PART SEED", then an operation a
 * line, until the next.  Empty lines and lines that begin with "#" are skipped.
 */
#ifndef LANDPROOF_EXPLORE_LIST_H
#define LANDPROOF_EXPLORE_LIST_H

#include <stdio.h>

#include "explore/engine/part.h"

struct list {
	const char *at;		/* of the text */
	int line;
	const char *why;	/* what is wrong there */
};

struct listed {
	const struct part *part;
	uint64_t seed;
	struct scenario scenario;
};

/* Reads the next scenario: false at the end, or with list->why. */
bool list_next(struct list *list, struct listed *listed);
/*
 * The same in two steps, for who wants only some of them: its heading, then its
 * operations, or over them to the next one.
 */
bool list_heading(struct list *list, struct listed *listed);
bool list_operations(struct list *list, struct listed *listed);
void list_skip(struct list *list);
void list_write(FILE *out, const struct listed *listed);

#endif
