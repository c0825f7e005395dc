/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Landlock's own calls: one process that makes rulesets, fills and enforces
 * them, rightly and wrongly.  What each call answers, by the documentation.
 */
#ifndef LANDPROOF_MODEL_CALLS_H
#define LANDPROOF_MODEL_CALLS_H

#include "scenario.h"

enum calls_actor { CALLS_OUTSIDE, CALLS_INSIDE, CALLS_ACTORS };

/* Numbers in texts are hexadecimal, but for ports. */
enum calls_kind {
	CALLS_CREATE,	/* "fs/net/scoped/quiet fs/net/scoped", as ruleset slot */
	CALLS_QUERY,	/* landlock_create_ruleset(2) for a number */
	CALLS_ADD_PATH,	/* rights, on /dev or what the flags say */
	CALLS_ADD_PORT,	/* rights, port */
	CALLS_RESTRICT,
	CALLS_CLOSE,
	CALLS_SET_NNP,	/* PR_SET_NO_NEW_PRIVS */
	CALLS_IS_NNP,	/* 0 where no_new_privs is set, else ENODATA */
	CALLS_DROP,	/* CAP_SYS_ADMIN */
	CALLS_USERNS,	/* into a user namespace of its own, with all of them */
	CALLS_READ,	/* opens /dev/null for reading */
	CALLS_BIND,	/* a TCP socket to port 0 */
	CALLS_KINDS
};

/* The first seven say how large it is; without, it is as documented. */
enum calls_create_flag {
	CREATE_EMPTY	= 1 << 0,	/* 0 bytes */
	CREATE_SHORT	= 1 << 1,	/* 7 */
	CREATE_FIRST	= 1 << 2,	/* 8: that of ABI version 1 */
	CREATE_SECOND	= 1 << 3,	/* 16: that of ABI version 4 */
	CREATE_PAGE	= 1 << 4,	/* a page, with zeros */
	CREATE_TAIL	= 1 << 5,	/* a page, that ends with a one */
	CREATE_OVER	= 1 << 6,	/* a page and a byte, with zeros */
	CREATE_NULL	= 1 << 7,	/* no address */
	CREATE_BAD	= 1 << 8,	/* a bad address */
	CREATE_FS_BIT	= 1 << 9,	/* and a bit that means nothing */
	CREATE_NET_BIT	= 1 << 10,
	CREATE_SCOPED_BIT = 1 << 11,
	CREATE_UNKNOWN	= 1 << 12,	/* a flag that is none */
};

enum calls_query_flag {
	QUERY_VERSION	= 1 << 0,
	QUERY_ERRATA	= 1 << 1,
	QUERY_UNKNOWN	= 1 << 2,
	QUERY_ATTR	= 1 << 3,	/* with an address */
	QUERY_SIZE	= 1 << 4,	/* with a size */
};

enum calls_add_flag {
	ADD_QUIETLY	= 1 << 0,	/* LANDLOCK_ADD_RULE_QUIET */
	ADD_UNKNOWN	= 1 << 1,
	ADD_NULL	= 1 << 2,
	ADD_NO_RULESET	= 1 << 3,	/* the descriptor of something else */
	ADD_BIT		= 1 << 4,	/* and a bit that means nothing */
	/* Of paths: what the rule is on */
	ADD_FILE	= 1 << 5,	/* /dev/null */
	ADD_CLOSED	= 1 << 6,	/* -1 */
	ADD_PIPE	= 1 << 7,
	ADD_MEMFD	= 1 << 8,
};

enum calls_restrict_flag {
	/* As linux/landlock.h has them */
	RESTRICT_SAME	= 1 << 0,
	RESTRICT_NEW	= 1 << 1,
	RESTRICT_MUTE	= 1 << 2,
	RESTRICT_SYNC	= 1 << 3,
	RESTRICT_NNP	= 1 << 4,
	RESTRICT_NEXT	= 1 << 5,	/* the first bit that means nothing */
	RESTRICT_LAST	= 1 << 6,	/* the last one: bit 31 */
	RESTRICT_NONE	= 1 << 7,	/* -1 instead of a ruleset */
	RESTRICT_MINUS	= 1 << 8,	/* -2 */
	RESTRICT_OTHER	= 1 << 9,	/* the descriptor of something else */
};

/* A bit that means nothing */
#define CALLS_BIT (1ULL << 40)

#define RULESETS_MAX	4
#define CALLS_LAYERS_MAX 16

struct calls_attr {
	uint32_t handled[SETS], quiet[SETS];
};

struct calls_ruleset {
	struct calls_attr attr;
	uint32_t on_path, on_port_zero;	/* what rules grant */
	bool open;
};

struct calls_state {
	struct claim claim;
	struct calls_ruleset rulesets[RULESETS_MAX];
	struct calls_ruleset layers[CALLS_LAYERS_MAX];
	int layers_count;
	bool nnp, capable, own_namespace;
};

/* What of it a kernel of this ABI version can be asked for */
struct calls_attr calls_attr(const char *text, int abi);
uint32_t calls_restrict_flags(uint32_t flags, int abi);
uint32_t calls_add_flags(uint32_t flags, int abi);
uint32_t calls_access(enum set set, const char *text, int abi);

/* The errata that a kernel of this version's documentation tells of */
uint32_t calls_errata(int abi);

/* It begins with CAP_SYS_ADMIN, and without no_new_privs. */
void calls_init(struct calls_state *state, const struct claim *claim);
struct expected calls_apply(struct calls_state *state,
			    const struct operation *operation);

#endif
