/* SPDX-License-Identifier: GPL-2.0 */
/* What is said of a case on a kernel: docs/verdicts.md. */
#ifndef LANDPROOF_CASES_VERDICT_H
#define LANDPROOF_CASES_VERDICT_H

#include <stdbool.h>

enum verdict {
	HOLDS, ABSENT, OPEN_GAP, CLOSED, BYPASS, OVERBLOCK, ERRNO, DISHONEST,
	CRASH, HANG, CANNOT_RUN, BROKEN_RUN,
};

extern const char *const verdict_names[];
bool is_deviation(enum verdict verdict);

#endif
