/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scenario: a list of operations, each by one actor, and the policies that
 * some of them enforce.  A part says what its actors and operations are; the
 * list is all there is, so the tree and the sockets are made by operations too.
 */
#ifndef LANDPROOF_MODEL_SCENARIO_H
#define LANDPROOF_MODEL_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

#include "rights.h"

#define OPERATIONS_MAX	120
#define TEXT_MAX	40
#define POLICIES_MAX	24
#define GRANTS_MAX	7

/* A rule: it names a path or a port. */
struct grant {
	char path[TEXT_MAX];
	uint16_t port;
	bool quiet;		/* LANDLOCK_ADD_RULE_QUIET */
	uint32_t access;
};

/* A layer of policy */
struct policy {
	uint32_t handled[SETS];
	uint32_t quiet[SETS];	/* of these */
	uint32_t flags;		/* of landlock_restrict_self(2) */
	struct grant grants[GRANTS_MAX];
	int grants_count;
};

struct operation {
	uint8_t kind;		/* of the part */
	uint8_t actor;		/* of the part */
	uint8_t slot;		/* a descriptor, or another actor */
	uint8_t policy;		/* of an operation that enforces one */
	uint32_t flags;
	char text[2][TEXT_MAX];	/* paths, or what the part takes */
};

struct scenario {
	struct operation operations[OPERATIONS_MAX];
	struct policy policies[POLICIES_MAX];
	int count, policies_count;
};

/*
 * What an operation has to answer.  Where several errors are possible and
 * nothing says which one comes first, each will do.
 */
#define ANSWERS_MAX 4
struct expected {
	int16_t answers[ANSWERS_MAX];	/* 0 or errno; the first is likeliest */
	uint8_t count;
	uint8_t clause;		/* that decided, of enum clause */
	bool denied;		/* by Landlock */
	bool partial;		/* denied, after something happened */
	bool unspecified;	/* what it answers, and all that follows */
};

bool expected_has(const struct expected *expected, int answer);
void expected_add(struct expected *expected, int answer);

#endif
