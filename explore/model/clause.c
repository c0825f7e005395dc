// SPDX-License-Identifier: GPL-2.0
/* The clauses by number and by name. */
#include <string.h>

#include "clause.h"

enum clause clause_mutated;

const struct clause_text clause_texts[CLAUSES] = {
#define CLAUSE(id, ...) [CLAUSE_##id] = { __VA_ARGS__ },
#include "clauses.inc"
#undef CLAUSE
};

enum clause clause_find(const char *name)
{
	int clause;

	for (clause = 1; clause < CLAUSES; clause++)
		if (strcmp(clause_texts[clause].name, name) == 0)
			return clause;
	return CLAUSE_NONE;
}
