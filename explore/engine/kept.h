/* SPDX-License-Identifier: GPL-2.0 */
/* Memory for what is too large for a stack, and seldom needed. */
#ifndef LANDPROOF_EXPLORE_KEPT_H
#define LANDPROOF_EXPLORE_KEPT_H

#include <err.h>
#include <stdlib.h>

/*
 * A @type that is kept from call to call, as static memory is.  That would
 * count against RLIMIT_DATA already when the program starts, for every user.
 */
#define KEPT(type)							\
	({								\
		static type *kept;					\
									\
		if (!kept)						\
			kept = calloc(1, sizeof(type));			\
		if (!kept)						\
			err(2, "%zu bytes of memory", sizeof(type));	\
		kept;							\
	})

#endif
