/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log: which denials leave an audit record, what it says, and what is said of
 * a domain when it is first heard of and when it ends.  Its operations leave
 * nothing behind, so the tree, the ports and the processes are always the same.
 */
#ifndef LANDPROOF_MODEL_LOG_H
#define LANDPROOF_MODEL_LOG_H

#include "scenario.h"

/* The first actor is outside; the others are processes, "a" to "d". */
#define LOG_OUTSIDE	0
#define LOG_TASKS	5
#define LOG_LAYERS_MAX	16	/* the limit, which is never tried here */

enum log_kind {
	LOG_ENFORCE,	/* landlock_restrict_self(2); the domain has a name */
	LOG_MUTE,	/* LOG_SUBDOMAINS_OFF without a ruleset */
	LOG_FORK,
	LOG_EXEC,	/* the same program again */
	LOG_EXIT,
	LOG_OPEN,	/* from here on: what a policy may forbid */
	LOG_LIST,	/* open a directory */
	LOG_TRUNCATE,
	LOG_MAKE,	/* in a directory */
	LOG_REMOVE,	/* from a directory */
	LOG_MOUNT,	/* on a directory */
	LOG_BIND,	/* to a port */
	LOG_CONNECT,
	LOG_SEND,	/* a datagram */
	LOG_KILL,
	LOG_REACH,	/* a server of the outside's with an abstract name */
	LOG_INSPECT,	/* as a tracer may */
	LOG_HEARD,	/* the record of the operation before: is it this one? */
	LOG_ENDED,	/* the record of a domain's end: is it this one? */
	LOG_KINDS
};

enum log_open_flag { LOG_READ = 1, LOG_WRITE = 2, LOG_TRUNC = 4 };
/* What is made: a regular file without any, and so on */
enum log_make_flag {
	LOG_DIR = 1, LOG_FIFO = 2, LOG_SYM = 4, LOG_SOCK = 8
};
enum log_bind_flag { LOG_UDP = 1 };
enum log_reach_flag { LOG_STREAM = 1 };	/* a connection, and no datagrams */

/* Of landlock_restrict_self(2) */
enum log_restrict_flag {
	RESTRICT_SAME_OFF = 1, RESTRICT_NEW_ON = 2, RESTRICT_SUBDOMAINS_OFF = 4
};

/* What "blockers=" names, as bits: the flags of LOG_HEARD */
enum log_blocker {
	BLOCKER_NET	= 17,	/* the rights of files begin at bit 0 */
	BLOCKER_SCOPE	= 21,
	BLOCKER_PTRACE	= 23,
	BLOCKER_MOUNT	= 24,
	BLOCKER_NEW	= 25,	/* none: the record introduces the domain */
};

/* The tree: all paths that there are, and how many of them are directories */
#define LOG_PATHS 7
#define LOG_DIRS 4
extern const char *const log_paths[LOG_PATHS];
/* -1: none of them */
int log_path(const char *text);

#define LOG_PORTS 3
extern const uint16_t log_ports[LOG_PORTS];
extern const char *const log_tasks[LOG_TASKS];
int log_task(const char *text);
/* What the server is called in the log of operations */
extern const char log_server[];

struct log_domain {
	char name[TEXT_MAX];
	const struct policy *policy;
	int parent, depth;	/* 0: none */
	bool muted;		/* by LOG_SUBDOMAINS_OFF */
	bool muted_alone;	/* ... of one that had no domain */
	bool recorded;
	long denials;
};

struct log_task {
	bool alive, muted, muted_alone;
	int domain;
	uint32_t same_program;	/* has made these layers, or one it stems from */
};

/* What an operation leaves in the log, or would leave if it was not silent */
struct log_record {
	bool denied, logged;
	int domain;
	uint32_t blockers;
	char object[TEXT_MAX];
	uint8_t clause;
};

#define LOG_DOMAINS_MAX (POLICIES_MAX + 1)

struct log_state {
	struct claim claim;
	struct log_task tasks[LOG_TASKS];
	struct log_domain domains[LOG_DOMAINS_MAX];
	int domains_count;
	struct log_record record;
};

void log_init(struct log_state *state, const struct claim *claim);
struct expected log_apply(struct log_state *state, const struct operation *op,
			  const struct policy *policy);

/*
 * What a layer handles and is quiet about: what this ABI version has of the
 * policy.  A layer has to handle something.
 */
struct log_layer {
	uint32_t handled[SETS], quiet[SETS];
};
struct log_layer log_layer(const struct claim *claim,
			   const struct policy *policy);

#endif
