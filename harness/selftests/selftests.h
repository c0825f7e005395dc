/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own Landlock selftests, run in a machine of their own. */
#ifndef LANDPROOF_SELFTESTS_SELFTESTS_H
#define LANDPROOF_SELFTESTS_SELFTESTS_H

#include <stdbool.h>

#include "base/json.h"
#include "landlock/abi.h"
#include "output/arguments.h"

/*
 * The command: runs the programs that the selection's globs name.  Its exit
 * status: 0, or 2 if there are none.
 */
int command_selftests(struct arguments *arguments);

#define SELFTEST_FEATURES FEATURES_MAX

struct selftest_call {
	char name[32];
	char detail[160];
	int error;		/* 0: it succeeded; only of Landlock's calls */
	bool creates, enforces;	/* a ruleset; it */
	bool uses[SELFTEST_FEATURES];	/* names of the UAPI; of them ... */
	bool lacks[SELFTEST_FEATURES];	/* those that this kernel lacks */
};

/* From what vm/recorder.c wrote of it; false: that is no call. */
bool selftest_call_parse(const char *text, struct selftest_call *call);
void selftest_call_put(struct json *json, const struct selftest_call *call);
/* An array of the names in @set */
void selftest_names_put(struct json *json, const char *key, const bool *set);

/*
 * The output of @program, line by line: KTAP, text, or a call that
 * vm/recorder.c tells of.  Each test becomes a record of this @kind; @failed
 * (or NULL) hears of those that fail, "net_test.mini.unknown_access".
 */
void selftest_begin(const char *program, const char *kind,
		    void (*failed)(const char *id));
void selftest_line(char *line);
void selftest_end(int status);

#endif
