/* SPDX-License-Identifier: GPL-2.0 */
/* What the cases about the arguments of the three system calls share. */
#ifndef LANDPROOF_API_H
#define LANDPROOF_API_H

#include "landproof.h"

/* A case about one call: done right, then as the claim says. */
#define A_CALL .worlds = W(CONTROL) | W(CALL), .bare = true

/* The size of struct ruleset_attr that the running kernel knows. */
size_t known_attr_size(void);
/* The lowest bit above all of @mask. */
uint64_t next_bit(uint64_t mask);

/*
 * Memory that ends where a page without access begins: @data is @size bytes
 * before it; NULL for want of memory.  What follows can be unmapped instead.
 */
void *before_a_hole(const void *data, size_t size);
void *no_access(void);
void *not_mapped(void);

/* landlock_create_ruleset(2), closed again: 0 or errno */
int create_raw(const void *attr, size_t size, uint32_t flags);
/* A ruleset: the descriptor or -errno.  Bits are taken as they are. */
int new_ruleset(uint64_t fs, uint64_t net, uint64_t scoped);
int new_ruleset_of(const struct ruleset_attr *attr);

/* landlock_add_rule(2): 0 or errno */
int add_path_rule(int ruleset, const char *path, uint64_t access);
int add_fd_rule(int ruleset, int parent, uint64_t access, uint32_t flags);
int add_port_rule(int ruleset, uint64_t port, uint64_t access, uint32_t flags);

/* landlock_restrict_self(2): 0 or errno */
int restrict_self(int ruleset, uint32_t flags);

/* What was to be refused answers @error: WORKED, UNENFORCED or another errno */
int refused(int error);

/*
 * Shows that what was accepted is in force: enforces @ruleset, which handles
 * READ_DIR, and finds that "/" cannot be listed.  0, UNENFORCED or an errno.
 */
int proves_itself(int ruleset);
/* The same in a child, so that the caller is not restricted. */
int ruleset_works(struct scene *scene, int ruleset);

/* 0 or errno of opening, closed again */
int try_open(const char *path, int flags);
int list_root(void);
/* 0 when connect(2) to this TCP port gets as far as a peer, or errno */
int may_connect(unsigned int port);

/* Can the root directory be listed, and so on?  0 or errno */
int no_domain_yet(void);

/* Attempts that stand for "the call done right". */
int create_ruleset_rightly(struct scene *scene);
int add_rule_rightly(struct scene *scene);
int restrict_self_rightly(struct scene *scene);

/*
 * Descriptors of every sort that is no ruleset; the variant says which: the
 * descriptor, or CANNOT.
 */
extern const struct variant foreign_fds[];
int foreign_fd(struct scene *scene);
/* Numbers that are no usable descriptor at all: 0 or CANNOT */
extern const struct variant bad_fds[];
int bad_fd(struct scene *scene, int ruleset, int *fd);

#endif
