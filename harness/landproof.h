/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every case is written against: the case, its worlds, its promise and
 * the scene that stands before it.  docs/writing-a-case.md leads through it.
 */
#ifndef LANDPROOF_H
#define LANDPROOF_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "landlock/abi.h"
#include "lab/lab.h"
#include "landlock/landlock.h"

/*
 * What an attempt returns: 0 when it worked and its effect was proved, the
 * errno (positive) with which it was refused, or one of these.
 */
enum outcome {
	WORKED		= 0,
	NO_EFFECT	= -1,	/* reported success, but nothing happened */
	UNENFORCED	= -2,	/* the domain is not in force at all */
	CANNOT		= -3,	/* something is missing: see cannot() */
	BROKEN		= -4,	/* trouble of our own: see broken() */
	HUNG		= -5,	/* never came back */
	KILLED		= -6,	/* died of a signal */
	POLICY		= -7,	/* the kernel refused a valid policy */
};

/* Stands for "any errno" in an expectation. */
#define ANY_ERRNO 4096

/*
 * Worlds: the policies under which an attempt runs, each in a fresh child.
 *
 * WORLD_CALL and WORLD_EXTRA are for cases that bring their own: CALL enforces
 * nothing before the attempt, which makes the Landlock call under test itself;
 * EXTRA is a second denying policy (case field .extra).
 */
enum world {
	WORLD_CONTROL,
	WORLD_BYSTANDER,
	WORLD_DENY,
	WORLD_GRANT,
	WORLD_STACKED,
	WORLD_INHERITED,
	WORLD_CALL,
	WORLD_EXTRA,
	WORLDS,
};

#define W(name)		(1U << WORLD_##name)
#define W_ALL		(W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) | \
			 W(STACKED) | W(INHERITED))

/*
 * Promises: what the kernel's documentation says of the deny, stacked and
 * inherited worlds (and of the call and extra worlds).  The first clause whose
 * condition is true counts; a clause without condition is always true.
 */
enum promise_kind {
	PROMISE_OPEN = 1,	/* nothing is promised */
	PROMISE_DENIED,		/* refused with this errno */
	PROMISE_ALLOWED,	/* must work, in every domain */
	PROMISE_UNCHANGED,	/* as in the control world, errno and all */
};

struct promise {
	enum promise_kind kind;
	int error;		/* for DENIED; ANY_ERRNO, NO_EFFECT too */
	int from_abi;		/* condition: this ABI or a later one */
	int fixed;		/* condition: this erratum is fixed */
};

#define PROMISES_MAX 3

#define OPEN			{ CLAUSE_OPEN }
#define ALLOWED			{ CLAUSE_ALLOWED }
#define UNCHANGED		{ CLAUSE_UNCHANGED }
#define DENIED(e)		{ CLAUSE_DENIED(e) }
/* Conditions on a clause: FROM_ABI(11, DENIED(EINVAL)), FIXED(1, OPEN) */
#define FROM_ABI(n, clause)	{ .from_abi = (n), CLAUSE_##clause }
#define FIXED(n, clause)	{ .fixed = (n), CLAUSE_##clause }

/* What is between the braces of a clause; cases do not use these. */
#define CLAUSE_OPEN		.kind = PROMISE_OPEN
#define CLAUSE_ALLOWED		.kind = PROMISE_ALLOWED
#define CLAUSE_UNCHANGED	.kind = PROMISE_UNCHANGED
#define CLAUSE_DENIED(e)	.kind = PROMISE_DENIED, .error = (e)

/*
 * struct variant - one line of a table that multiplies a case
 * @name: written in brackets behind the case's name; "" for the first
 * @family: an address family, for network cases
 * @arg, @op: whatever the case makes of them
 */
struct scene;
struct variant {
	const char *name;
	int family;
	long arg;
	int (*op)(struct scene *scene);
};

/* A table of variants ends with an entry without a name. */
extern const struct variant ipv4_and_ipv6[];

/*
 * struct scene - what stands before the attempt.  It lies in memory shared by
 * all processes of one world, exec'd ones included: no pointers in it but
 * those into the binary's own data.
 */
#define SCENE_PIDS	8
#define SCENE_FDS	8
#define SCENE_NOTE	240

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

/*
 * struct landproof_case - one claim about one operation
 * @id: dotted and stable: family.subject.name
 * @claim: the operation, in a few words
 * @source: where the promise stands, or the hook that shows there is none
 * @gap: the upstream issue of an open case
 * @guard: the rights that are promised to guard the operation
 * @uses: further rights that the attempt exercises; the bystander leaves
 *	them alone
 * @promise: see above
 * @grant: the rules of the grant world; a rule without access bits grants
 *	the guard
 * @deny: the denying policy, where it is not "the guard and no rule"
 * @allow: the granting policy, where it is not "the guard and @grant"
 * @extra: policy of the extra world
 * @worlds: a set of W(); 0: those that fit the promise
 * @scene: builds what must stand, outside the sandbox: 0 or an outcome
 * @attempt: the operation, in the sandbox: an outcome or an errno
 * @control: for the control world, where it is another attempt
 * @enforce: replaces the policy of every world but control
 * @effect: run outside after the attempt: was its effect seen?
 * @witness: must be refused wherever the deny world's policy is in force;
 *	it is what makes "it works" mean something
 * @needs: words of needs.c, separated by spaces
 * @labels: further labels, separated by spaces
 * @covers: features of abi.c that the case guards beside @guard's
 * @honesty: a deviation means that the kernel's claim is wrong
 * @root: the attempt keeps its privileges
 * @may_gain_privs: no_new_privs is left to the attempt
 * @bare: no namespaces and no scratch directory of its own
 * @own_memory: makes threads or user namespaces, which do not go with memory
 *	that is shared with the harness; or lets allocations fail
 * @newnet, @newipc: a network, an IPC namespace of its own
 * @lab: runs in the lab's network namespace
 */
struct landproof_case {
	const char *id;
	const char *claim;
	const char *source;
	const char *gap;
	struct { uint32_t fs, net, scoped; } guard, uses;
	struct promise promise[PROMISES_MAX];
	struct rule grant[RULES_MAX];
	struct ruleset deny, allow;
	const struct ruleset *extra;
	unsigned int worlds;
	int (*scene)(struct scene *scene);
	int (*attempt)(struct scene *scene);
	int (*control)(struct scene *scene);
	int (*enforce)(struct scene *scene);
	bool (*effect)(struct scene *scene);
	int (*witness)(struct scene *scene);
	const struct variant *variants;
	const char *needs, *labels, *covers;
	bool honesty, root, may_gain_privs, bare, own_memory;
	bool newnet, newipc, lab;
	const char *file;
	int line;
};

/* Cases register themselves in a linker section; nobody keeps a list. */
#define CASE(name, ...)							\
	static const struct landproof_case LP_CAT_(lp_case_, __LINE__);	\
	static const struct landproof_case *const			\
	LP_CAT_(lp_case_ptr_, __LINE__)					\
	__attribute__((used, section("landproof_cases"))) =		\
		&LP_CAT_(lp_case_, __LINE__);				\
	static const struct landproof_case LP_CAT_(lp_case_, __LINE__) = { \
		.id = (name), .file = __FILE__, .line = __LINE__,	\
		__VA_ARGS__						\
	}
#define LP_CAT_(a, b)	LP_CAT__(a, b)
#define LP_CAT__(a, b)	a##b

/* .extra = RULESET { .fs = FS_EXECUTE }; few cases have it, and it is large */
#define RULESET		&(const struct ruleset)

/* .guard = FS(READ_FILE), .uses = NET(BIND_TCP) */
#define FS(right)	{ .fs = FS_##right }
#define NET(right)	{ .net = NET_##right }
#define SCOPE(right)	{ .scoped = SCOPE_##right }

/* Says what is missing; returns CANNOT. */
int cannot(struct scene *scene, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* For a part of a case: CANNOT if one of @words (see .needs) is missing, or 0 */
int scene_needs(struct scene *scene, const char *words);
/* Says what went wrong in the suite itself; returns BROKEN. */
int broken(struct scene *scene, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds a remark to the world's result. */
void remark(struct scene *scene, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* 0 or errno of a call that returns -1 on error */
#define errno_of(call)	((call) < 0 ? errno : 0)

/*
 * A process of the scene, outside the sandbox, killed with the world: runs
 * @body, which must end in _exit(2).  Returns its PID, or -1.
 */
pid_t scene_fork(struct scene *scene);

/* A child of the attempt, in the sandbox: runs @body, returns its outcome. */
int in_child(struct scene *scene, int (*body)(struct scene *scene));

/* Runs @body in a thread of its own that shares the process; its outcome. */
int in_thread(struct scene *scene, int (*body)(struct scene *scene));

/* The user that attempts run as: IDs to give scratch files to. */
uid_t subject_uid(void);
gid_t subject_gid(void);
/* Becomes that user without privileges; 0 or errno. */
int become_subject(void);

/* What the program of make_program() exits with. */
#define EXEC_STATUS 42

/* Files, relative to the scratch directory, owned by the subject: 0 or errno */
int make_file(const char *path, const char *text);
int make_dir(const char *path);		/* parents too */
int make_program(const char *path);	/* exits with EXEC_STATUS */
/* Reads at most @size - 1 bytes; the length, or -errno. */
int read_file(const char *path, char *buf, size_t size);
int write_file(const char *path, const char *text);
bool file_is(const char *path, const char *text);
bool exists(const char *path);

/* Runs a program, found in PATH or the usual places: its status, or -errno. */
int run_program(const char *const argv[]);
/* Absolute path of a program, or NULL. */
const char *find_program(const char *name);

/* Turns audit on or off, for the whole machine: 0 or errno */
int audit_switch(bool on);
/* Leaves records of this type out of the log, or not any more: 0 or errno */
int audit_exclude(int type, bool on);

/*
 * The @nth allocation from now on that the kernel makes for this thread fails
 * (.needs "fault-injection"); 0: none.  0 or errno.
 */
int fail_alloc(int nth);
/* Has it failed?  If not, it does not fail any more. */
bool alloc_failed(void);
/*
 * Repeats @call with its first, second ... allocation failing, until it makes
 * no more and so works.  @call is to return ENOMEM each time and @unchanged 0,
 * because nothing happened: then ENOMEM, else what was returned instead.
 */
int fail_each_alloc(struct scene *scene, int (*call)(struct scene *scene),
		    int (*unchanged)(struct scene *scene));

/* Two processes meet: wake() lets one await() on the same slot go on. */
void meeting_init(struct scene *scene);
void wake(struct scene *scene, int slot);
int await(struct scene *scene, int slot);

#endif
