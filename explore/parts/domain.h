/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the part "domain" share. */
#ifndef LANDPROOF_EXPLORE_DOMAIN_H
#define LANDPROOF_EXPLORE_DOMAIN_H

#include <sys/types.h>

#include "explore/engine/part.h"
#include "explore/model/domain.h"

void domain_predict(const struct claim *claim, const struct scenario *scenario,
		    struct prediction *prediction);

void domain_generate(struct random *random, const struct claim *claim,
		     struct scenario *scenario);

/* Is the socket of that place, made before @index, for datagrams? */
bool domain_is_datagram(const struct scenario *scenario, int index,
			const char *text);

const char *domain_prepare(void);
/* Has this kernel such an operation? */
bool domain_has(const struct operation *operation);
bool domain_run(const struct claim *claim, const struct scenario *scenario,
		const bool *skip, struct observation *observation,
		const char **why);

void domain_statement(FILE *out, const struct scenario *scenario, int number);
extern const struct helper domain_helpers[];
extern const struct helper domain_runner[];

/* domain_task.c: what a task does */

/* A task is asked to do something; all of it is in shared memory. */
enum request {
	REQUEST_DO,		/* operation @index */
	REQUEST_SIGNALS,	/* take those with @number that are pending */
	REQUEST_TAKE,		/* a socket that is passed, to place @number */
	REQUEST_RECEIVE,	/* what was sent to socket @number */
	REQUEST_REAP,		/* process @number, which it traces */
	REQUEST_LEAVE,
};

struct domain_arena {
	struct claim claim;
	struct scenario scenario;
	enum request request;
	int index, number;
	int answer;
	pid_t thread[TASKS_MAX], process[TASKS_MAX];
	uint32_t alive;		/* by task */
	int signals[FILES_MAX];	/* of whom a file tells */
	pid_t outside_group;
	int names;		/* in which abstract names differ */
};
extern struct domain_arena *domain_arena;

/* Descriptors that all tasks have */
enum domain_descriptor {
	FD_ARENA = 200,
	FD_BACK,			/* an answer is there */
	FD_GO,				/* one for each task */
	FD_PASS = FD_GO + TASKS_MAX,	/* two */
	FD_FILE = FD_PASS + 2,		/* two for each file */
	FD_ENDPOINT = FD_FILE + 2 * FILES_MAX,
	FD_END = FD_ENDPOINT + ENDPOINTS_MAX
};

/* Does what is asked for, again and again; the outside once: its answer. */
int domain_serve(int task);
/* The signal of an operation */
int domain_signal(int index);

#endif
