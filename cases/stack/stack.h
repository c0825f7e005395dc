/* SPDX-License-Identifier: GPL-2.0 */
/* What the cases share in which another security module decides too. */
#ifndef LANDPROOF_STACK_H
#define LANDPROOF_STACK_H

#include "bricks/apparmor.h"
#include "bricks/bpf.h"
#include "bricks/modules.h"
#include "landproof.h"

/* Who decides beside Landlock: a variant's .arg */
enum other {
	APPARMOR,	/* refuses by its profile: one of two objects */
	BPF,		/* refuses to who has a name: from other_begins() on */
	SECCOMP,	/* refuses a system call: the same */
};

/* What programs and filters refuse with: no module of the kernel's own does. */
#define OTHER_ERRNO EUCLEAN

/* Two objects that are alike to Landlock: what the other refuses is the second. */
enum object {
	FREE,
	REFUSED,
};

/*
 * struct refusal - how others refuse one operation
 * @hook: the LSM hook in which Landlock is asked about it, and a program too
 * @calls: the system calls that do it
 * @asked_early: an AppArmor that knows one end of a UNIX socket only is asked
 *	in an earlier hook than Landlock
 * @logged: AppArmor writes a record of it
 */
struct refusal {
	const char *hook;
	int calls[2];
	bool asked_early;
	bool logged;
};

/* struct decision - an operation that Landlock and another decide about */
struct decision {
	struct refusal refusal;
	int (*act)(struct scene *scene, enum object object);
};

/*
 * For .scene, last: what may need privileges, or has to be there before a
 * domain is.  0 or an outcome
 */
int other_prepare(struct scene *scene, const struct refusal *refusal);
/* In the attempt, before what it is to refuse: 0 or an outcome */
int other_begins(struct scene *scene, const struct refusal *refusal);
/* Is the other asked before Landlock?  Known once it is prepared. */
bool other_comes_first(const struct scene *scene);

/*
 * The attempt: what nobody else refuses, where Landlock denies nothing; else
 * what another does, by whose error the first one that was asked is known.
 */
int decide(struct scene *scene, const struct decision *decision);

/* The variants: each other, and each but AppArmor, which knows no such thing */
extern const struct variant others[], others_by_hook[];

/*
 * Where both refuse, and where Landlock grants: there the other one refuses,
 * for Landlock gives nothing that was not there.
 */
#define BOTH_DECIDE(more)						\
	.worlds	 = W(CONTROL) | W(DENY) | W(EXTRA) | (more),		\
	.source	 = "admin-guide/LSM/index: the list reflects the order in which checks are made"

#endif
