/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tools that enforce policies, as data: how each says a ruleset.  The harness
 * knows none by name; a description comes from runtimes/ (docs/adding-a-runtime.md).
 */
#ifndef LANDPROOF_RUNTIMES_TOOL_H
#define LANDPROOF_RUNTIMES_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "landlock/landlock.h"

#define TOOLS_MAX	32
#define PARTS_MAX	12	/* arguments of one form */
#define RIGHTS_MAX	32
#define WORDS_MAX	32

/* The three sets of a ruleset */
enum set { SET_FS, SET_NET, SET_SCOPE, SETS };

/*
 * struct form - arguments in which {rights}, {right}, {path} and {port} stand
 * for what is said
 */
struct form {
	const char *part[PARTS_MAX];
	int count;
};

/* Where a word and what it is about go */
enum way {
	WAY_ARGUMENTS,	/* a form of arguments each time */
	WAY_LIST,	/* the word once, then all that it is about */
	WAY_VARIABLE,	/* an environment variable, its parts joined by colons */
};

/*
 * struct word - a word of a tool that grants rights on what it is about
 * @grants: as the tool's manual says
 * @about: a path, a port; of a scope: nothing
 */
struct word {
	enum set set;
	uint32_t grants;
	enum way way;
	struct form form;
};

/* A tool's name for a right, where it names rights one by one */
struct right {
	enum set set;
	uint32_t bit;
	const char *name;
};

/*
 * struct tool - how a tool says a ruleset
 * @command, @end: what comes before and after the policy
 * @allow: a policy that denies nothing
 * @version: arguments with which it runs without any policy
 * @handle, @rule, @rights: of one that names rights
 * @words, @handles: of one that has words; what it handles by itself
 * @alone: what must be said so that a set is left alone
 */
struct tool {
	const char *name;
	struct form command, end, allow, version;
	struct form handle[SETS], rule[SETS], alone[SETS];
	struct right rights[RIGHTS_MAX];
	struct word words[WORDS_MAX];
	int rights_count, words_count;
	uint32_t handles[SETS];
};

/* Reads descriptions: their number, or -1 and what is wrong */
int tools_read(const char *path, struct tool tools[TOOLS_MAX],
	       const char **wrong);

/*
 * struct command_line - a tool's own
 * @coarse: a refusal cannot be pinned to the right that is meant
 */
struct command_line {
	char *argv[256];
	int argc;
	char *variables[16];
	int variables_count;
	bool coarse;
	char inexpressible[120];
	char text[16384];
	size_t used;
};

/*
 * struct policy - what a tool is to say
 * @set: NULL: the policy that denies nothing
 * @guard_*: what a rule without access bits grants
 * @uses: what the attempt exercises beside the guard
 */
struct policy {
	const struct ruleset *set;
	uint32_t guard_fs, guard_net;
	uint32_t uses[SETS];
};

/*
 * Says @policy for the program whose arguments @program has, ended by NULL.
 * false: the tool has no words for it, and .inexpressible says for what.
 */
bool tool_says(const struct tool *tool, const struct policy *policy,
	       const char *const program[], struct command_line *out);

/* The tool's own word for the first bit of @bits in @set, or NULL */
const char *tool_right(const struct tool *tool, enum set set, uint32_t bits);

#endif
