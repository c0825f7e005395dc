/* SPDX-License-Identifier: GPL-2.0 */
/* Allocations of the kernel that fail on demand (fault-injection.rst). */
#ifndef LANDPROOF_ENGINE_FAULT_H
#define LANDPROOF_ENGINE_FAULT_H

#include <stdbool.h>

#include "cases/scene.h"

/* NULL, or what is missing */
const char *fault_missing(void);

/*
 * The @nth allocation from now on that the kernel makes for this thread fails
 * (.needs "fault-injection"); 0: none.  0 or errno.
 */
int fail_alloc(int nth);
/* Has it failed?  If not, it does not fail any more. */
bool alloc_failed(void);
/*
 * Repeats @call with its first, second ... allocation failing, until it makes
 * no more and so works.  @call is to return ENOMEM each time and @unchanged 0,
 * because nothing happened: then ENOMEM, else what was returned instead.
 */
int fail_each_alloc(struct scene *scene, int (*call)(struct scene *scene),
		    int (*unchanged)(struct scene *scene));

#endif
