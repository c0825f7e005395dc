/* SPDX-License-Identifier: GPL-2.0 */
/* A portion of the corpus, tried on the running kernel: what cases use. */
#ifndef LANDPROOF_EXPLORE_PORTION_H
#define LANDPROOF_EXPLORE_PORTION_H

#include <stddef.h>

enum portion_result {
	PORTION_AGREES,
	PORTION_BYPASSED,	/* what the model denies got through */
	PORTION_DIFFERS,	/* refused, or with another error */
	PORTION_LACKS,		/* something is missing here */
	PORTION_BROKEN,		/* the model of the rest of the kernel, or us */
};

/*
 * Each @count-th scenario of a part, from the @first one on, until one differs
 * in what is documented.  @why says what, in a line.
 */
enum portion_result portion_try(const char *part, int first, int count,
				char *why, size_t size);

#endif
