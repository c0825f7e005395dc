/* SPDX-License-Identifier: GPL-2.0 */
/* The three system calls, and policies as data. */
#ifndef LANDPROOF_LANDLOCK_LANDLOCK_H
#define LANDPROOF_LANDLOCK_LANDLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "landlock/abi.h"

/*
 * The system calls as they are: the return value, or -1 with errno.  What
 * decides how the suite itself behaves (the probe) uses these.
 */
int landlock_create(const void *attr, size_t size, uint32_t flags);
int landlock_add(int ruleset, int type, const void *attr, uint32_t flags);
int landlock_restrict(int ruleset, uint32_t flags);

/*
 * The same for cases: the return value, or -1 with errno, unless --sabotage
 * makes enforcement and argument checks vanish.
 */
int ll_create(const void *attr, size_t size, uint32_t flags);
int ll_add(int ruleset, int type, const void *attr, uint32_t flags);
int ll_restrict(int ruleset, uint32_t flags);

enum sabotage {
	SABOTAGE_NONE,
	SABOTAGE_ALLOW,		/* nothing is enforced, nothing is refused */
	SABOTAGE_DENY,		/* every domain denies all that it can */
	SABOTAGE_GRANT,		/* of races: every domain has a rule too many */
};

extern enum sabotage sabotage;

/*
 * struct rule - one rule of a ruleset
 * @path: PATH_BENEATH on this path, opened with O_PATH
 * @port: else NET_PORT on this port: a number, or one of enum lab_port
 * @access: what it grants; 0: what the case's guard names
 * @flags: of landlock_add_rule(2)
 */
struct rule {
	const char *path;
	uint32_t access;
	uint16_t port;
	uint8_t flags;
	bool is_port;
};

#define RULES_MAX 6

#define PATH(p, ...)	{ .path = (p), ##__VA_ARGS__ }
#define PORT(n, ...)	{ .is_port = true, .port = (n), ##__VA_ARGS__ }

/*
 * struct ruleset - one layer, as data.  There are thousands of these, so the
 * bits are 32: room for twice the rights of ABI 11.
 */
struct ruleset {
	uint32_t fs, net, scoped;
	uint32_t quiet_fs, quiet_net, quiet_scoped;
	uint32_t flags;		/* of landlock_restrict_self(2) */
	struct rule rules[RULES_MAX];
};

/*
 * Builds @set and enforces it on the calling thread, which must have
 * no_new_privs.  @guard_*: what a rule without access bits grants.
 * Returns 0, or the errno of the step that failed, which @step names.
 */
int ruleset_enforce(const struct ruleset *set, uint64_t guard_fs,
		    uint64_t guard_net, const char **step);

/* The step that is none of Landlock's: what a rule names is not there. */
extern const char OPENING[];

/* Builds it only: the descriptor, or -errno. */
int ruleset_build(const struct ruleset *set, uint64_t guard_fs,
		  uint64_t guard_net, const char **step);

#endif
