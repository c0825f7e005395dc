/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of a policy, as linux/landlock.h documents them, and what a kernel
 * says of itself: the inputs of the model.
 */
#ifndef LANDPROOF_MODEL_RIGHTS_H
#define LANDPROOF_MODEL_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>

#define MODEL_ABI_NEWEST 11

enum right {
	EXECUTE		= 1 << 0,
	WRITE_FILE	= 1 << 1,
	READ_FILE	= 1 << 2,
	READ_DIR	= 1 << 3,
	REMOVE_DIR	= 1 << 4,
	REMOVE_FILE	= 1 << 5,
	MAKE_CHAR	= 1 << 6,
	MAKE_DIR	= 1 << 7,
	MAKE_REG	= 1 << 8,
	MAKE_SOCK	= 1 << 9,
	MAKE_FIFO	= 1 << 10,
	MAKE_BLOCK	= 1 << 11,
	MAKE_SYM	= 1 << 12,
	REFER		= 1 << 13,
	TRUNCATE	= 1 << 14,
	IOCTL_DEV	= 1 << 15,
	RESOLVE_UNIX	= 1 << 16,
};

/* "The following access rights apply only to files" */
#define FILE_RIGHTS							\
	(EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV |	\
	 RESOLVE_UNIX)

enum net_right {
	BIND_TCP		= 1 << 0,
	CONNECT_TCP		= 1 << 1,
	BIND_UDP		= 1 << 2,
	CONNECT_SEND_UDP	= 1 << 3,
};

enum scope_right {
	SCOPE_ABSTRACT	= 1 << 0,
	SCOPE_SIGNALS	= 1 << 1,
};

enum set { SET_FS, SET_NET, SET_SCOPED, SETS };

/* What a kernel says of itself */
struct claim {
	int abi;
	bool newer;		/* than the newest that the model knows */
	uint32_t errata;	/* bit N - 1: erratum N is fixed */
};

/* Does it say that erratum @number is fixed? */
bool claim_fixed(const struct claim *claim, int number);

/* The words of a set; a word's place is its bit. */
struct word {
	const char *name;
	int abi;		/* since which version */
};

#define WORDS_MAX 32
extern const struct word model_words[SETS][WORDS_MAX];

/* The bits of a set that ABI version @abi has */
uint32_t model_rights(enum set set, int abi);

#endif
