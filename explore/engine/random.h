/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers from a seed, the same on every machine (splitmix64). */
#ifndef LANDPROOF_EXPLORE_RANDOM_H
#define LANDPROOF_EXPLORE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* From 0 to @count - 1 */
static inline int random_below(struct random *random, int count)
{
	return (random_next(random) >> 32) * count >> 32;
}

/* True so many times out of a hundred */
static inline bool random_chance(struct random *random, int percent)
{
	return random_below(random, 100) < percent;
}

/* Those of @bits that are drawn, each so many times out of a hundred */
static inline uint32_t random_bits(struct random *random, uint32_t bits,
				   int percent)
{
	uint32_t drawn = 0;
	int i;

	for (i = 0; i < 32; i++)
		if (bits >> i & 1 && random_chance(random, percent))
			drawn |= 1U << i;
	return drawn;
}

/*
 * One of @count things, from 0, each as likely as its weight says.  The weights
 * lie @stride bytes apart, because a table has several for each thing.
 */
static inline int random_weighted(struct random *random, const uint8_t *weights,
				  int count, size_t stride)
{
	int i, sum = 0, at;

	for (i = 0; i < count; i++)
		sum += weights[i * stride];
	at = random_below(random, sum);
	for (i = 0; i < count; i++) {
		at -= weights[i * stride];
		if (at < 0)
			break;
	}
	return i;
}

#endif
