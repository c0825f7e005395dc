/* SPDX-License-Identifier: GPL-2.0 */
/* process.landlock of a config.json, read and checked. */
#ifndef LANDPROOF_TESTS_OCI_POLICY_H
#define LANDPROOF_TESTS_OCI_POLICY_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#define POLICY_RULES	256

/* A path, or a port where .path is NULL */
struct policy_rule {
	const char *path;
	uint64_t port;
	uint64_t allowed;
};

struct policy {
	uint64_t fs, net;	/* handled */
	bool strict;
	struct policy_rule rules[POLICY_RULES];
	int count;
};

/* The block in any of the three forms; ends the program if it is wrong. */
void policy_read(struct json_object *landlock, struct policy *policy);

/*
 * Leaves of @policy what this kernel can do: the rest is an error where the
 * policy is strict, and a warning where it is not.
 */
void policy_fit(struct policy *policy);

/*
 * The ruleset, whose paths are those below @root; -1: there is nothing that
 * can be enforced.  -2: an error, which was said.
 */
int policy_ruleset(const struct policy *policy, int root);

void warn_user(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...);

#endif
