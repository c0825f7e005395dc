/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel's documentation promises of a case. */
#ifndef LANDPROOF_CASES_PROMISE_H
#define LANDPROOF_CASES_PROMISE_H

#include <stdbool.h>

/*
 * Promises: what the kernel's documentation says of the deny, stacked and
 * inherited worlds (and of the call and extra worlds).  The first clause whose
 * condition is true counts; a clause without condition is always true.
 */
enum promise_kind {
	PROMISE_OPEN = 1,	/* nothing is promised */
	PROMISE_DENIED,		/* refused with this errno */
	PROMISE_ALLOWED,	/* must work, in every domain */
	PROMISE_UNCHANGED,	/* as in the control world, errno and all */
};

struct promise {
	enum promise_kind kind;
	int error;		/* for DENIED; also ANY_ERRNO and LOG_RIGHT */
	int from_abi;		/* condition: this ABI or a later one */
	int fixed;		/* condition: this erratum is fixed */
};

#define PROMISES_MAX 3

#define OPEN			{ CLAUSE_OPEN }
#define ALLOWED			{ CLAUSE_ALLOWED }
#define UNCHANGED		{ CLAUSE_UNCHANGED }
#define DENIED(e)		{ CLAUSE_DENIED(e) }
#define LOGGED			{ CLAUSE_DENIED(LOG_RIGHT) }
/* Conditions on a clause: FROM_ABI(11, DENIED(EINVAL)), FIXED(1, OPEN) */
#define FROM_ABI(n, clause)	{ .from_abi = (n), CLAUSE_##clause }
#define FIXED(n, clause)	{ .fixed = (n), CLAUSE_##clause }

/* What is between the braces of a clause; cases do not use these. */
#define CLAUSE_OPEN		.kind = PROMISE_OPEN
#define CLAUSE_ALLOWED		.kind = PROMISE_ALLOWED
#define CLAUSE_UNCHANGED	.kind = PROMISE_UNCHANGED
#define CLAUSE_DENIED(e)	.kind = PROMISE_DENIED, .error = (e)

struct landproof_case;
struct kernel;
/* The clause that counts on @kernel; none: PROMISE_OPEN */
const struct promise *promise_on(const struct landproof_case *test,
				 const struct kernel *kernel);
/* The ABI version that a case needs: its guard's, and its features' */
int case_abi(const struct landproof_case *test);
/* Does @kernel take all that the case's policy speaks of? */
bool case_expressible(const struct landproof_case *test,
		      const struct kernel *kernel);

#endif
