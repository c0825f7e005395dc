/* SPDX-License-Identifier: GPL-2.0 */
/* Which cases a run is about. */
#ifndef LANDPROOF_CASES_SELECT_H
#define LANDPROOF_CASES_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "cases/case.h"

#define SELECT_MAX 4096
#define LABELS_MAX	32	/* a policy may ask for each right */

struct selection {
	const char *globs[SELECT_MAX];
	const char *labels[LABELS_MAX], *families[16];
	size_t globs_count, labels_count, families_count;
	int abi;		/* only cases about rights of this ABI; 0: all */
	bool unreported;	/* also the cases with that label */
	bool filesystems;	/* runs: also variants on other file systems */
	const char *resume_after;
	unsigned int shuffle;	/* seed of a random order; 0: by name */
};

/* One line of the table. */
struct line {
	const struct landproof_case *test;
	const struct variant *variant;
};

/* Is this line of the table part of @selection? */
bool selected(const struct selection *selection,
	      const struct landproof_case *test,
	      const struct variant *variant);
/* All lines that are, in the order in which they run; @count of them. */
struct line *select_lines(const struct selection *selection, size_t *count);
/*
 * The first glob, family or label of @selection that not one case of the table
 * has, whatever else is asked for; NULL if there is none.  A misspelt one would
 * leave out what it stands for, and nobody would notice.
 */
const char *select_nothing(const struct selection *selection);
/* Does @test carry @label?  Its family and rights are labels too. */
bool has_label(const struct landproof_case *test, const char *label);
/* The labels that exist; NULL ends the list. */
extern const char *const labels[];

#endif
