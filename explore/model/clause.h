/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clauses of the model: each is a sentence of the documentation made
 * executable, and each can be switched off, which makes a mutant of the model.
 */
#ifndef LANDPROOF_MODEL_CLAUSE_H
#define LANDPROOF_MODEL_CLAUSE_H

#include <stdbool.h>

enum clause {
	CLAUSE_NONE,
#define CLAUSE(id, ...) CLAUSE_##id,
#include "clauses.inc"
#undef CLAUSE
	CLAUSES
};

/* How well the documentation supports it */
enum support {
	STATED,		/* a sentence says it */
	READ,		/* it follows from what several say */
	SILENT,		/* nothing says it: what kernels do */
};

/*
 * struct clause_text - one clause, in words
 * @name: stable: "refer.gain"
 * @sentence: what the documentation says
 * @source: where
 * @mutant: what the model does when it is switched off
 * @note: how it is read, or what is silent
 */
struct clause_text {
	const char *name, *part, *sentence, *source, *mutant, *note;
	enum support support;
};

extern const struct clause_text clause_texts[CLAUSES];

/* The clause that is switched off; CLAUSE_NONE: none */
extern enum clause clause_mutated;

static inline bool clause_holds(enum clause clause)
{
	return clause_mutated != clause;
}

/* The clause called @name, or CLAUSE_NONE */
enum clause clause_find(const char *name);

#endif
