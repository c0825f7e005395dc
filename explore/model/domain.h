/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domains: processes and threads that sandbox themselves and then signal, reach
 * and inspect each other.  What each operation answers, by the documentation.
 */
#ifndef LANDPROOF_MODEL_DOMAIN_H
#define LANDPROOF_MODEL_DOMAIN_H

#include "scenario.h"

/* The first actor is outside; the others are threads, by the names "a" to "h". */
#define DOMAIN_OUTSIDE	0
#define TASKS_MAX	9
#define ENDPOINTS_MAX	4	/* sockets: "s0" to "s3" */
#define FILES_MAX	2	/* whose events signal somebody: "f0", "f1" */
#define LAYERS_LIMIT	16

enum domain_kind {
	DOMAIN_ENFORCE,		/* landlock_restrict_self(2) */
	DOMAIN_FORK,		/* a process, in a place that is free */
	DOMAIN_THREAD,		/* the same for a thread */
	DOMAIN_EXIT,
	DOMAIN_EXEC,		/* the same program again */
	DOMAIN_GROUP,		/* setpgid(2) to the group of a task, or its own */
	DOMAIN_SOCKET,		/* "stream" or "dgram" */
	DOMAIN_BIND,		/* to an abstract name, and listen */
	DOMAIN_PASS,		/* a socket, to another process */
	DOMAIN_OWN,		/* F_SETOWN of a file */
	DOMAIN_KILL,		/* from here on: what a policy may forbid */
	DOMAIN_KILL_GROUP,	/* of a task, which is watched */
	DOMAIN_EVENT,		/* on a file: does the second one get a signal? */
	DOMAIN_REACH,		/* connect or send from a new socket */
	DOMAIN_CONNECT,		/* the first socket to the second */
	DOMAIN_SEND,		/* on a socket that is connected */
	DOMAIN_SENDTO,		/* from the first one to the second */
	DOMAIN_INSPECT,
	DOMAIN_TRACEME,		/* and exit */
	DOMAIN_KINDS
};

/* Which call: none of them is kill(2). */
enum domain_kill_flag {
	KILL_THREAD	= 1 << 0,
	KILL_PIDFD	= 1 << 1,
	KILL_QUEUE	= 1 << 2,
	KILL_ZERO	= 1 << 3,	/* no signal */
};

enum domain_own_flag { OWN_THREAD = 1 << 0, OWN_GROUP = 1 << 1 };

enum domain_inspect_flag {
	INSPECT_SEIZE	= 1 << 0,
	INSPECT_KCMP	= 1 << 1,
	INSPECT_GETFD	= 1 << 2,
	INSPECT_EXE	= 1 << 3,	/* the link in /proc */
};

/* Of landlock_restrict_self(2) */
enum domain_restrict_flag { RESTRICT_ALL_THREADS = 1 << 3 };

/* By name, or -1 */
int domain_task(const char *text);
int domain_endpoint(const char *text);
int domain_file(const char *text);

struct domain_task {
	bool alive;
	int process;		/* its first thread, which ends last */
	int domain;		/* 0: none */
	int parent;		/* -1: gone */
	/* Of a process: numbers that are not used again */
	int group, own_group;
};

struct domain_node {
	int parent, depth;
	uint32_t scoped;
};

struct domain_endpoint {
	uint32_t holders;	/* processes */
	int creator, creator_domain, binder_domain, holder_domain;
	bool datagram, bound, connected;
	int peer;
};

struct domain_file {
	bool owned;
	uint32_t how;		/* OWN_ flags */
	int target;		/* a task, or a group */
	int domain, process;	/* of who asked for it; -1: gone */
};

#define DOMAINS_MAX 256

struct domain_state {
	struct claim claim;
	struct domain_task tasks[TASKS_MAX];
	struct domain_node domains[DOMAINS_MAX];
	int domains_count, groups_count;
	struct domain_endpoint endpoints[ENDPOINTS_MAX];
	struct domain_file files[FILES_MAX];
};

void domain_init(struct domain_state *state, const struct claim *claim);
struct expected domain_apply(struct domain_state *state,
			     const struct operation *operation,
			     const struct policy *policy);

/* Is it an operation of somebody whom a policy restricts? */
bool domain_is_judged(const struct domain_state *state,
		      const struct operation *operation);

/* domain_reach.c: what a domain forbids */

struct expected domain_kill(const struct domain_state *state,
			    const struct operation *operation);
struct expected domain_kill_group(const struct domain_state *state,
				  const struct operation *operation);
struct expected domain_event(const struct domain_state *state,
			     const struct operation *operation);
/* May @task reach a socket, through a client socket that another one made? */
bool domain_reaches_endpoint(const struct domain_state *state, int task,
			     const struct domain_endpoint *client,
			     const struct domain_endpoint *server);
struct expected domain_inspect(const struct domain_state *state,
			       const struct operation *operation);
struct expected domain_traceme(const struct domain_state *state,
			       const struct operation *operation);

#endif
