/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the running kernel offers, counted: the names and numbers of roads,
 * which `landproof census` holds against the tables of roads/.
 */
#ifndef LANDPROOF_CENSUS_CENSUS_H
#define LANDPROOF_CENSUS_CENSUS_H

#include <stdbool.h>

#include "output/arguments.h"

/* The command: a record a family.  Its exit status */
int command_census(struct arguments *arguments);

/*
 * Each counts one family: puts what there is with offer_number() and
 * offer_name(), and returns NULL or what it lacks for that.
 */
const char *count_syscalls(void);
const char *count_syscalls_i386(void);
const char *count_syscalls_x32(void);
const char *count_uring_opcodes(void);
const char *count_uring_registers(void);
const char *count_socket_families(void);
const char *count_socket_types(void);
const char *count_inet_protocols(void);
const char *count_netlink_protocols(void);
const char *count_sockopt_levels(void);
const char *count_hooks(void);
const char *count_filesystems(void);
const char *count_ioctls(void);
const char *count_fcntls(void);
const char *count_prctls(void);

/* The record of a family, around what it offers; NULL: it could be counted */
void offers_begin(const char *family);
void offers_end(const char *missing);
/* One road that is there, and how the kernel showed it (or NULL) */
void offer_number(long number, const char *answer);
void offer_name(const char *name, const char *answer);
const char *answer_of_error(int error);

/* What trying a number can come to, beside 0 and an errno */
enum answer {
	ANSWER_ENDED = -1,	/* the caller ended */
	ANSWER_BLOCKED = -2,	/* the caller waits */
	ANSWER_NONE = -3,	/* it was not tried */
};

/*
 * Tries @call with 0 to @count - 1, in children that own nothing: an ordinary
 * user in new namespaces, so that no number can do harm.  Puts into
 * @answers what each came to; NULL, or what is missing.
 */
const char *try_numbers(int count, int (*call)(int number), int *answers);
/* The same in the network namespace of the caller */
const char *try_numbers_on_net(int count, int (*call)(int number),
			       int *answers);

/*
 * The kernel's description of its own types (BTF): calls @found for each
 * member of the union called @name.  False if that cannot be read.
 */
bool btf_union_members(const char *name, void (*found)(const char *member));
/* The value of a name in any enumeration: -1 if there is none */
long btf_enum_value(const char *name);

#endif
