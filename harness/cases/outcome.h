/* SPDX-License-Identifier: GPL-2.0 */
/* What an attempt comes to. */
#ifndef LANDPROOF_CASES_OUTCOME_H
#define LANDPROOF_CASES_OUTCOME_H

#include <stddef.h>

/*
 * What an attempt returns: 0 when it worked and its effect was proved, the
 * errno (positive) with which it was refused, or one of these.
 */
enum outcome {
	WORKED		= 0,
	NO_EFFECT	= -1,	/* reported success, but nothing happened */
	UNENFORCED	= -2,	/* the domain is not in force at all */
	CANNOT		= -3,	/* something is missing: see cannot() */
	BROKEN		= -4,	/* trouble of our own: see broken() */
	HUNG		= -5,	/* never came back */
	KILLED		= -6,	/* died of a signal */
	POLICY		= -7,	/* the kernel refused a valid policy */
};

/*
 * Stands for "any errno" in an expectation.  What comes after it are outcomes
 * of cases about the log and the trace, where the operation was refused, or
 * the call made, and what counts is what was recorded of it.
 */
#define ANY_ERRNO 4096

enum log_outcome {
	LOG_RIGHT	= ANY_ERRNO + 1,	/* just what it should say */
	LOG_SILENT,	/* a record is missing */
	LOG_WRONG,	/* a record says something else, or is one too many */
};

/* Stands for "nothing is promised" in an expectation. */
#define UNPROMISED (-100)

/* "ok", "EACCES", "no-effect"; @buf is for those without a name. */
const char *outcome_name(int outcome, char *buf, size_t size);

#endif
