/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line asks for, and the functions that do it. */
#ifndef LANDPROOF_OUTPUT_ARGUMENTS_H
#define LANDPROOF_OUTPUT_ARGUMENTS_H

#include <stdint.h>

#include "cases/select.h"

/* What explore says of itself, in place of exploring */
enum explore_about {
	EXPLORE, EXPLORE_MUTANTS, EXPLORE_CORPUS, EXPLORE_DISTILL,
	EXPLORE_MODEL, EXPLORE_SHRINK,
};

struct arguments {
	const char *command;
	struct selection selection;
	int records_fd;
	bool kselftest;		/* an entry of a collection, by argv[0] */
	bool ktap, json, coverage, check, hooks;
	bool controls;		/* only the control worlds, all of them */
	const char *plan_for;	/* a kernel in words; NULL: the running one */
	const char *tools;	/* descriptions of tools, a file */
	const char *probe;	/* this binary, where anybody can execute it */
	bool words;		/* also what single words of tools grant */
	const char *scripts;	/* a directory of shell scripts */
	bool audit;		/* is on while they run */
	const char *strace;	/* a script that becomes strace */
	bool gcov;		/* also records of what ran of Landlock */
	struct {
		const char *part, *mutant, *replay;
		double seconds;
		unsigned long decisions;
		uint64_t seed;
		bool seeded, first, races;
		enum explore_about about;
	} explore;
};

/* tools/testing/selftests/kselftest.h */
enum kselftest_status {
	KSELFTEST_FAIL = 1,
	KSELFTEST_SKIP = 4,
};

/* Each returns an exit status. */
int command_run(struct arguments *arguments);
int command_list(const struct arguments *arguments);
int command_plan(const struct arguments *arguments);

#endif
