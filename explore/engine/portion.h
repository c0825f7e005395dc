/* SPDX-License-Identifier: GPL-2.0 */
/* A portion of the corpus, tried on the running kernel: what cases use. */
#ifndef LANDPROOF_EXPLORE_PORTION_H
#define LANDPROOF_EXPLORE_PORTION_H

#include <stddef.h>

enum portion_result {
	PORTION_AGREES,
	PORTION_BYPASSED,	/* what the model denies got through */
	PORTION_DIFFERS,	/* refused, or with another error */
	PORTION_SILENT,		/* a record is missing */
	PORTION_MISHEARD,	/* there is one that is wrong, or none should be */
	PORTION_LACKS,		/* something is missing here, or time */
	PORTION_BROKEN,		/* the model of the rest of the kernel, or us */
};

/*
 * struct portion - which scenarios of the corpus
 * @part: those of this part,
 * @known: in which no operation is decided by one of these clauses, because
 *	some kernels are known to decide otherwise; NULL or a list that ends
 *	with NULL
 * @clause: or those in which this one of @known is the first that decides
 * @first: each @count-th of them, from this one on
 */
struct portion {
	const char *part;
	const char *const *known;
	const char *clause;
	int first, count;
};

/* Until one differs in what is documented: @why says what, in a line. */
enum portion_result portion_try(const struct portion *portion, char *why,
				size_t size);

#endif
