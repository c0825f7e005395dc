/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of a trace: whose call of which hook, and what it returned. */
#ifndef LANDPROOF_ENGINE_HOOKS_TRACE_H
#define LANDPROOF_ENGINE_HOOKS_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/json.h"

/* What the subject writes between its privileges and its attempt, and after. */
#define TRACE_BEGIN	"landproof: attempt"
#define TRACE_END	"landproof: attempt ended"
/* The event at the entry of security_socket_create() */
#define CREATED		"create_arguments"

/* On whose behalf a hook was called */
enum caller {
	NOBODYS,	/* a process of the scene, a peer, the harness */
	SUBJECTS,	/* the attempt, what it forked and its threads */
	URING,		/* threads of its io_uring */
	SOFTIRQ,	/* the network's receiving side, whoever it interrupts */
	KERNELS,	/* threads of the kernel */
};

/* struct made - what security_socket_create() was asked about */
struct made {
	bool is_socket;
	int family, type, protocol, kern;
};

/* struct call - calls of a hook with one answer */
struct call {
	char hook[48];
	enum caller by;
	char thread[16];	/* name of the kernel's thread */
	struct made made;
	int value;
	bool has_value;
	unsigned int count;
};

struct task {
	pid_t pid;
	enum caller who;
};

#define TRACE_CALLS	64
#define TRACE_TASKS	128

/* struct trace - what one attempt called, in the order of the first calls */
struct trace {
	bool seen;		/* the attempt was begun */
	bool running;
	bool lost;		/* not all of it was seen */
	pid_t subject;
	struct task tasks[TRACE_TASKS];
	size_t tasks_count;
	struct made made;	/* what is being made */
	struct call calls[TRACE_CALLS];
	size_t calls_count;
};

void trace_line(struct trace *trace, const char *line);
/* The member "hooks"; nothing where the trace does not tell the whole. */
void trace_put(struct json *json, const struct trace *trace);

#endif
