/* SPDX-License-Identifier: GPL-2.0 */
/* The case: one claim about one operation, as data. */
#ifndef LANDPROOF_CASES_CASE_H
#define LANDPROOF_CASES_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "cases/outcome.h"
#include "cases/promise.h"
#include "cases/scene.h"
#include "cases/world.h"
#include "landlock/abi.h"
#include "landlock/landlock.h"

/* A table of variants ends with an entry without a name. */
extern const struct variant ipv4_and_ipv6[];

/*
 * struct landproof_case - one claim about one operation
 * @id: dotted and stable: family.subject.name
 * @claim: the operation, in a few words
 * @source: where the promise stands, or the hook that shows there is none
 * @gap: the upstream issue of an open case
 * @guard: the rights that are promised to guard the operation
 * @uses: further rights that the attempt exercises; the bystander leaves
 *	them alone
 * @promise: what the kernel's documentation says; see cases/promise.h
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
 * @needs: words of engine/needs.c, separated by spaces
 * @labels: further labels, separated by spaces
 * @covers: features of abi.c that the case guards beside @guard's
 * @honesty: a deviation means that the kernel's claim is wrong
 * @root: the attempt keeps its privileges
 * @may_gain_privs: no_new_privs is left to the attempt
 * @bare: no namespaces and no scratch directory of its own
 * @own_memory: makes threads or user namespaces, which do not go with memory
 *	that is shared with the harness; or lets allocations fail
 * @newnet, @newipc: a network, an IPC namespace of its own
 * @private: built from outside the tree (SECURITY.md)
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
	bool newnet, newipc, private;
	const char *file;
	int line;
};

/* The Makefile says true for EXTRA_CASES. */
#ifndef LANDPROOF_PRIVATE
#define LANDPROOF_PRIVATE	false
#endif

/* Cases register themselves in a linker section; nobody keeps a list. */
#define CASE(name, ...)							\
	static const struct landproof_case LP_CAT_(lp_case_, __LINE__);	\
	static const struct landproof_case *const			\
	LP_CAT_(lp_case_ptr_, __LINE__)					\
	__attribute__((used, section("landproof_cases"))) =		\
		&LP_CAT_(lp_case_, __LINE__);				\
	static const struct landproof_case LP_CAT_(lp_case_, __LINE__) = { \
		.id = (name), .file = __FILE__, .line = __LINE__,	\
		.private = LANDPROOF_PRIVATE,				\
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

#endif
