/* SPDX-License-Identifier: GPL-2.0 */
/* What is not normal here, and so not the kernel's doing. */
#ifndef LANDPROOF_MACHINE_ENVIRONMENT_H
#define LANDPROOF_MACHINE_ENVIRONMENT_H

#include <stdbool.h>

/*
 * Sets right what a parent may have left: signals, descriptors, limits ...
 * NULL, or what is so low that nothing can be tried
 */
const char *environment_reset(void);
/* Finds what cannot be set right; after kernel_probe(). */
void environment_probe(void);

/* How much of what cases show can come from it */
enum influence {
	INFLUENCE_NONE,
	INFLUENCE_REFUSES,	/* calls, in all worlds alike */
	INFLUENCE_ANSWERS,	/* with errors of its own where others err later */
	INFLUENCE_RESTRICTS,	/* more, once there is a domain of ours too */
	INFLUENCE_SPOILS,	/* whatever is tried may come out differently */
};
/* On a case; @ports: it uses ports */
enum influence environment_influence(bool ports);
/* What is not normal, in words for people: "RLIMIT_NOFILE 8"; or NULL */
const char *environment_words(void);
/* Which call without which nothing is enforced something else refuses; or NULL */
const char *environment_refused_call(void);

#endif
