// SPDX-License-Identifier: GPL-2.0
/* Verdicts by name. */
#include "cases/verdict.h"

const char *const verdict_names[] = {
	[HOLDS]		= "holds",
	[ABSENT]	= "absent",
	[OPEN_GAP]	= "open",
	[CLOSED]	= "closed",
	[BYPASS]	= "bypass",
	[OVERBLOCK]	= "overblock",
	[ERRNO]		= "errno",
	[DISHONEST]	= "dishonest",
	[CRASH]		= "crash",
	[HANG]		= "hang",
	[CANNOT_RUN]	= "cannot-run",
	[BROKEN_RUN]	= "broken",
};

bool is_deviation(enum verdict verdict)
{
	return verdict >= BYPASS && verdict <= HANG;
}
