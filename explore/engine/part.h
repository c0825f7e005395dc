/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A part of the explorer: what its operations are, how they are made up,
 * predicted, run and printed as C.  The engine knows nothing else of it.
 */
#ifndef LANDPROOF_EXPLORE_PART_H
#define LANDPROOF_EXPLORE_PART_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "explore/engine/random.h"
#include "explore/model/scenario.h"

/*
 * struct kind - an operation in words
 * @name: one word
 * @texts: how many of its texts it uses
 * @slot: it uses a descriptor
 * @enforces: it has a policy
 * @hears: it asks what the kernel said of others, which is nothing without a
 *	sandbox: ENODATA
 * @flags: the names of its flags, bit by bit
 */
struct kind {
	const char *name;
	int texts;
	bool slot, enforces, hears;
	const char *const *flags;
};

/*
 * What a program needs besides its statements, if these have one of the words
 * @used in them ("a|b+c": a, or both b and c); without, every program has it.
 */
struct helper {
	const char *used, *text;
};
#define HELPERS_MAX 2

/* What has to come out of a scenario */
struct prediction {
	struct expected expected[OPERATIONS_MAX];
	int count;		/* operations until nothing is specified */
	int decisions;		/* of these, by who is sandboxed */
	bool digested;		/* all is specified: @digest counts */
	uint64_t digest;	/* of what is left in the end */
};

/* What came out */
struct observation {
	int16_t answers[OPERATIONS_MAX];
	uint64_t digest;
	int count;
	bool late;		/* time ran out before it was done */
};

/*
 * struct part
 * @actors: their names; the first one is never sandboxed
 * @slots: how many descriptors
 * @independent: no operation changes what a later one answers
 * @uncontrolled: its operations are Landlock's own: without them nothing is left
 * @needs: what this machine lacks for @scenario, in words; NULL: nothing
 * @prepare: once, before anything runs; NULL or what is missing
 * @generate: makes up a scenario, of the random numbers alone
 * @predict: what the model says, with the clause that is mutated
 * @run: runs it; operations that @skip names are left out.  False, with a
 *	reason in @why: no fault of the kernel, or late.
 * @statement: the operation as C, for the program; see program.c
 * @sequence: all of them as one function, where nobody has to take turns, and
 *	false elsewhere; or NULL
 * @helpers: what stands before the statements in a program, one after the other
 * @runner: what stands behind them, and runs them: run(); none: see program.c
 */
struct part {
	const char *name;
	const char *const *actors;
	const struct kind *kinds;
	int actors_count, kinds_count, slots;
	bool independent, uncontrolled;
	const char *(*prepare)(void);
	const char *(*needs)(const struct claim *claim,
			     const struct scenario *scenario);
	void (*generate)(struct random *random, const struct claim *claim,
			 struct scenario *scenario);
	void (*predict)(const struct claim *claim,
			const struct scenario *scenario,
			struct prediction *prediction);
	bool (*run)(const struct claim *claim, const struct scenario *scenario,
		    const bool *skip, struct observation *observation,
		    const char **why);
	void (*statement)(FILE *out, const struct scenario *scenario,
			  int number);
	bool (*sequence)(FILE *out, const struct scenario *scenario);
	const struct helper *helpers[HELPERS_MAX], *runner[HELPERS_MAX];
};

extern const struct part part_fs, part_overlay, part_net, part_domain,
			 part_calls, part_log;

extern const struct part *const parts[];
const struct part *part_find(const char *name);

#endif
