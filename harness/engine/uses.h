/* SPDX-License-Identifier: GPL-2.0 */
/* Rights that a case exercises and does not name. */
#ifndef LANDPROOF_ENGINE_USES_H
#define LANDPROOF_ENGINE_USES_H

#include "cases/case.h"
#include "landlock/exercise.h"

/*
 * Runs the control world of @test, after exercise_watch(): what its helpers
 * exercise beside .guard and .uses.  Nothing where the bystander world would
 * not deny it, or where the case cannot run; the latter makes *@tried false.
 */
struct exercised uses_unsaid(const struct landproof_case *test,
			     const struct variant *variant, bool *tried);

#endif
