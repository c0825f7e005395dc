/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Races: processes in a sandbox act while others, outside, change what they act
 * on.  No answer can be predicted, but some things may never come of it.
 */
#ifndef LANDPROOF_EXPLORE_RACE_H
#define LANDPROOF_EXPLORE_RACE_H

#include <stdbool.h>
#include <stdint.h>

#include "explore/engine/random.h"

/*
 * struct racer - one process, in memory that all of them share
 * @number: among those on its side
 * @attempts: of who is inside
 * @succeeded, @refused: of these; the rest came to nothing, as when a file was
 *	somewhere else just then
 * @acts: of who is outside
 */
struct racer {
	struct random random;
	int number;
	unsigned long attempts, succeeded, refused, acts, violations;
} __attribute__((aligned(64)));

/*
 * struct race
 * @invariant: what has to be so at any time
 * @outsiders: what they do meanwhile
 * @missing: what this kernel lacks for it; NULL: nothing
 * @build: makes the files, in the current directory, which is empty
 * @enter: puts a process into the sandbox: 0 or errno; NULL: @inside does
 * @inside, @outside: one step of a process of this side, again and again
 */
struct race {
	const char *name, *invariant, *outsiders;
	const char *(*missing)(void);
	bool (*build)(void);
	int (*enter)(void);
	void (*inside)(struct racer *racer);
	void (*outside)(struct racer *racer);
};

extern const struct race race_open, race_refer, race_tsync;
extern const struct race *const races[];

struct race_result {
	const struct race *race;
	unsigned long attempts, succeeded, refused, acts, violations;
	int processors;
	double ms;
	char example[160];	/* the first violation */
	const char *failure;	/* it shows nothing, because */
};

/* Called now and then. */
typedef void (*race_progress)(const struct race_result *result);

/* Once, before any race: what is missing for it, or NULL */
const char *races_prepare(void);
/* Until the time is over, or something is violated. */
void race_run(const struct race *race, double seconds, uint64_t seed,
	      race_progress progress, struct race_result *result);

/* For races: ends the race, and says how the invariant was violated. */
void race_violated(struct racer *racer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Ends the race, and the process: it shows nothing, because of this errno. */
void race_failed(int error) __attribute__((noreturn));
void race_count(unsigned long *counter);

/* A rule on what @fd is open on */
struct race_rule {
	int fd;
	uint64_t access;
};

/* Enforces, unless --sabotage is at work: 0 or errno. */
int race_enforce(uint64_t handled, const struct race_rule *rules, int count,
		 uint32_t flags);

/* What outsiders of all races do: a child that ends at once */
void race_fork(struct racer *racer);
/* One more act, if it was done. */
void race_acted(struct racer *racer, bool done);
/* A directory, made anew, opened with O_PATH: -1 if it cannot be */
int race_directory(int at, const char *path);

#endif
