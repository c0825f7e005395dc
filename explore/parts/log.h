/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the part "log" share. */
#ifndef LANDPROOF_EXPLORE_LOG_H
#define LANDPROOF_EXPLORE_LOG_H

#include <sys/types.h>

#include "explore/engine/part.h"
#include "explore/model/log.h"
#include "landlock/landlock.h"

void log_predict(const struct claim *claim, const struct scenario *scenario,
		 struct prediction *prediction);
void log_generate(struct random *random, const struct claim *claim,
		  struct scenario *scenario);
/* What hinders from reading the log; NULL: nothing */
const char *log_missing(void);
const char *log_prepare(void);
bool log_run(const struct claim *claim, const struct scenario *scenario,
	     const bool *skip, struct observation *observation,
	     const char **why);

void log_statement(FILE *out, const struct scenario *scenario, int number);
/* All of it as a function that does it in order; false: the tasks take turns. */
bool log_sequence(FILE *out, const struct scenario *scenario);
extern const struct helper log_helpers[], log_runner[];

/* As "blockers=" has them, by bit; the last one is no blocker. */
extern const char *const log_blockers[];

/* log_task.c: what a task does */

struct log_arena {
	struct claim claim;
	struct scenario scenario;
	int index;		/* of the operation that is asked for, or -1 */
	int answer;
	pid_t process[LOG_TASKS];
	uint32_t alive;
	enum sabotage sabotage;	/* which execve(2) would forget */
	char name[16];		/* of who enforces, before the domain's own */
};
extern struct log_arena *log_arena;

/* Descriptors that all tasks have */
enum log_descriptor {
	FD_LOG_ARENA = 300,
	FD_LOG_BACK,			/* an answer is there */
	FD_LOG_UDP,			/* a socket that is bound */
	FD_LOG_GO,			/* one for each task */
	FD_LOG_PATH = FD_LOG_GO + LOG_TASKS,	/* one for each path */
	FD_LOG_END = FD_LOG_PATH + LOG_PATHS
};

/* Does the operation that is asked for: its answer */
int log_perform(int task);
/* Has one task after the other do so, until it is told to leave. */
int log_serve(int task);
/* The address of the server with an abstract name: its length */
struct sockaddr_un;
size_t log_address(struct sockaddr_un *address);

/* log_ear.c: the audit log */

/* What was heard of one denial */
struct log_heard {
	int after;		/* the operation */
	unsigned long long id;	/* of the domain */
	uint32_t blockers;
	char object[TEXT_MAX];
};

#define HEARD_MAX 512
struct log_ear {
	struct log_heard heard[HEARD_MAX];
	int count, waiting;	/* those whose operation is not known yet */
	struct log_known {
		unsigned long long id;
		char name[TEXT_MAX];
		long denials;
		int ends;
	} known[POLICIES_MAX + 1];	/* the domains that were introduced */
	int known_count;
	const char *prefix;	/* of their creators' names */
	/* All processes that there were, the newest one last */
	struct log_process {
		pid_t process;
		int task;
	} processes[OPERATIONS_MAX + 1];
	int processes_count;
};

const char *log_ear_open(void);
/* 0 or errno */
int log_ear_mark(int index);
/* Listens until it hears that mark: 0 or errno */
int log_ear_listen(struct log_ear *ear, int index);
/* Listens until the end of that domain: true if it came in time */
bool log_ear_end(struct log_ear *ear, const char *name, int ms);

#endif
