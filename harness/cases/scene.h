/* SPDX-License-Identifier: GPL-2.0 */
/* What stands before the attempt, and the processes around it. */
#ifndef LANDPROOF_CASES_SCENE_H
#define LANDPROOF_CASES_SCENE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cases/world.h"

/*
 * struct variant - one line of a table that multiplies a case
 * @name: written in brackets behind the case's name; "" for the first
 * @family: an address family, for network cases
 * @filesystem: what the world's directory lies on, if not on what all do; such
 *	a variant runs only when asked for
 * @grants: whether a rule is found may depend on it, so that grant runs too
 * @arg, @op: whatever the case makes of them
 * @data: or a structure of the case's own
 */
struct scene;
struct variant {
	const char *name;
	int family;
	int64_t arg;
	int (*op)(struct scene *scene);
	const void *data;
	const char *filesystem;
	bool grants;
};

/*
 * struct scene - what stands before the attempt.  It lies in memory shared by
 * all processes of one world, exec'd ones included: no pointers in it but
 * those into the binary's own data.
 */
#define SCENE_PIDS	8
#define SCENE_FDS	8
#define SCENE_NOTE	240

struct landproof_case;
struct scene {
	const struct landproof_case *test;
	const struct variant *variant;
	enum world world;

	/* outside the sandbox, for the case's own use */
	pid_t pid[SCENE_PIDS];		/* as the scene's processes see them */
	int fd[SCENE_FDS];		/* inherited by the attempt */
	long value[8];
	char text[256];

	/* the harness's own */
	int processes;
	int outcome;
	bool finished;
	char note[SCENE_NOTE];
};

/* Says what is missing; returns CANNOT. */
int cannot(struct scene *scene, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Says what went wrong in the suite itself; returns BROKEN. */
int broken(struct scene *scene, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds a remark to the world's result. */
void remark(struct scene *scene, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A process of the scene, outside the sandbox, killed with the world: runs
 * @body, which must end in _exit(2).  Returns its PID, or -1.
 */
pid_t scene_fork(struct scene *scene);

/*
 * For clone(2): spares the copying of memory, and the switches between address
 * spaces.  The address sanitizer's notes on a stack do not survive its second
 * use.
 */
#ifdef __SANITIZE_ADDRESS__
#define SHARE_MEMORY 0
#else
#define SHARE_MEMORY CLONE_VM
#endif

/*
 * A process that only answers: runs @body(@data), which must end in _exit(2),
 * on a small stack of its own.  It shares the caller's memory unless the case
 * is about memory, which means: unless the case guards no right at all.  The
 * caller waits until @body has used @data.  Returns its PID, or -1.
 */
pid_t scene_spawn(struct scene *scene, int (*body)(void *data), void *data);

/* A child of the attempt, in the sandbox: runs @body, returns its outcome. */
int in_child(struct scene *scene, int (*body)(struct scene *scene));

/* Runs @body in a thread of its own that shares the process; its outcome. */
int in_thread(struct scene *scene, int (*body)(struct scene *scene));

/* Waits for a child that puts its outcome into the scene; that outcome. */
int child_outcome(struct scene *scene, pid_t pid);

#endif
