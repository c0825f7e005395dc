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

#define TOOLS_MAX	48
#define PARTS_MAX	24	/* arguments of one form */
#define RIGHTS_MAX	32
#define TOOL_DESCRIPTORS 64	/* that an OCI runtime hands down */
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

/* What a word can be about: any path, or files or directories only */
enum subject { SUBJECT_ANY, SUBJECT_FILE, SUBJECT_DIRECTORY };

/*
 * struct word - a word of a tool that grants rights on what it is about
 * @grants: as the tool's manual says
 * @also: what it was found to grant beside that: it is not said where that
 *	would do harm
 * @denies: what it grants is handled only where the word is said; an empty one
 *	denies it everywhere
 */
struct word {
	const char *name;
	enum set set;
	uint32_t grants, also;
	enum way way;
	enum subject on;
	bool denies;
	struct form form;
};

/* A path that the tool itself needs, whatever the policy is */
struct tool_need {
	uint32_t access;
	const char *path;
};

#define TOOL_NEEDS_MAX 8

/* A tool's name for a right, where it names rights one by one */
struct right {
	enum set set;
	uint32_t bit;
	const char *name;
};

/*
 * struct bundle - the members of process.landlock in an OCI runtime's bundle
 * @handled: the object of what is handled
 * @net, @ports: NULL: this form has no rights of ports
 * @strict: what switches best effort off: its name and its value, "true"
 */
struct bundle {
	const char *handled, *net, *ports, *strict, *strict_value;
};

/*
 * struct tool - how a tool says a ruleset
 * @command, @end: what comes before and after the policy
 * @version: arguments with which it runs without any policy
 * @environment: variables that it is always given, NAME=VALUE
 * @chatter: what stands in lines that tell nothing
 * @handle, @rule, @rights: of one that names rights
 * @words, @handles: of one that has words; what it can handle
 * @alone, @can_leave: what must be said so that a set is left alone, perhaps
 *	nothing; without it all is granted on the root directory
 * @needs: paths that it must be granted for itself
 * @by_directory: it cannot grant a file: the probe's directory is granted
 * @bundle: it is an OCI runtime, and root starts it; .handled NULL: it is not
 * @always: there is no policy of it that denies nothing
 * @no_landlock: it restricts by other means
 * @loses: what it takes away from the program by its description: a set of
 *	1 << enum belonging
 */
struct tool {
	const char *name;
	struct form command, end, version, environment, chatter;
	struct form handle[SETS], rule[SETS], alone[SETS];
	bool can_leave[SETS];
	struct right rights[RIGHTS_MAX];
	struct word words[WORDS_MAX];
	struct tool_need needs[TOOL_NEEDS_MAX];
	int rights_count, words_count, needs_count;
	uint32_t handles[SETS];
	bool by_directory, always, no_landlock;
	struct bundle bundle;
	unsigned int loses;
};

/* Reads descriptions: their number, or -1 and what is wrong */
int tools_read(const char *path, struct tool tools[TOOLS_MAX],
	       const char **wrong);

/*
 * struct command_line - a tool's own
 * @coarse: a refusal cannot be pinned to the right that is meant
 * @bundle: a directory that it reads, which is thrown away afterwards
 * @wide: it denies more than the policy, which the attempt may come to
 */
struct command_line {
	char *argv[256];
	int argc;
	char *variables[16];
	int variables_count;
	struct listed {
		const struct word *word;
		const char *object;
	} listed[16];		/* goes below its word, at the end */
	int listed_count;
	bool coarse, wide;
	char bundle[32];	/* its directory, or "" */
	char inexpressible[120];
	char text[16384];
	size_t used;
};

/*
 * struct policy - what a tool is to say
 * @set: NULL: the policy that denies nothing
 * @guard_*: what a rule without access bits grants
 * @root: the attempt keeps its privileges
 * @uses: what the attempt exercises beside the guard
 * @word: what the rules of the ruleset grant is said with this word; NULL:
 *	with those that grant it
 */
struct policy {
	const struct ruleset *set;
	bool root;
	uint32_t guard_fs, guard_net;
	uint32_t uses[SETS];
	const struct word *word;
};

/*
 * Says @policy for the program whose arguments @program has, ended by NULL.
 * false: the tool has no words for it, and .inexpressible says for what.
 */
bool tool_says(const struct tool *tool, const struct policy *policy,
	       const char *const program[], struct command_line *out);

/* The kernel's name of the first of @bits */
const char *right_name(enum set set, uint32_t bits);
/* What tool_says() left in the file system, when the tool has ended */
void bundle_remove(struct command_line *line);

/* The tool's own word for the first bit of @bits in @set, or NULL */
const char *tool_right(const struct tool *tool, enum set set, uint32_t bits);

#endif
