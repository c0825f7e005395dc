/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The socket rules that are proposed (landlock-lsm/linux#6), in whichever form
 * the kernel has them: docs/socket-rules.md.  No release does, so far.
 */
#ifndef LANDPROOF_LANDLOCK_SOCKET_RULE_H
#define LANDPROOF_LANDLOCK_SOCKET_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The forms differ in the rule's structure, and with it in what it means:
 * SOCKET_EXACT (RFC v4, 20 bytes): any type and any protocol are -1, and a
 *	rule covers what was asked of socket(2), not what it stands for.
 * SOCKET_CANONICAL (its review of May 2026, 24 bytes): a flag says any
 *	protocol, and both sides are taken for what the kernel makes of them:
 *	protocol 0 of a TCP socket is IPPROTO_TCP.
 */
enum socket_form {
	SOCKET_NONE	 = 0,
	SOCKET_EXACT	 = 1 << 0,
	SOCKET_CANONICAL = 1 << 1,
	SOCKET_EITHER	 = SOCKET_EXACT | SOCKET_CANONICAL,
};

/*
 * struct socket_proposal - where the kernel keeps it: numbers that depend on
 * what else is in the tree
 * @offset: of the field in struct landlock_ruleset_attr
 * @right: the bit of that field, and of a rule
 */
struct socket_proposal {
	enum socket_form form;
	size_t offset;
	uint64_t right;
	int rule_type;
};

extern struct socket_proposal socket_proposal;

/* Asks the kernel; part of kernel_probe(). */
void socket_proposal_probe(void);
/* "any exact form: ...", for people */
const char *socket_proposal_text(void);

/* Arguments of socket(2), and of a rule. */
struct socket_kind {
	int family, type, protocol;
};

/* A rule's type (SOCKET_EXACT only) or protocol: any of them. */
#define SOCKET_ANY (-1)

/* Room for either form of struct landlock_socket_attr. */
struct socket_attr {
	uint64_t right;
	uint32_t words[4];
};

/* A rule as the kernel reads it */
struct socket_attr socket_attr(uint64_t right, const struct socket_kind *kind);

/*
 * For cases, like the ll_*() calls: a ruleset that handles @rights of the
 * field; a rule for @kind.  The return value, or -1 with errno.
 */
int socket_ruleset(uint64_t rights);
int socket_rule_add(int ruleset, const struct socket_kind *kind);

#endif
