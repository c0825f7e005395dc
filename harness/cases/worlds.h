/* SPDX-License-Identifier: GPL-2.0 */
/* Which worlds a case has, on whatever kernel. */
#ifndef LANDPROOF_CASES_WORLDS_H
#define LANDPROOF_CASES_WORLDS_H

#include "cases/case.h"

/* A set of W() */
unsigned int case_worlds(const struct landproof_case *test);
/* The same for one variant: those that can come out differently from the first. */
unsigned int variant_worlds(const struct landproof_case *test,
			    const struct variant *variant);

#endif
