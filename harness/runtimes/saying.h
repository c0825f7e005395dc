/* SPDX-License-Identifier: GPL-2.0 */
/* What the two ways to say a ruleset share: by names of rights, by words. */
#ifndef LANDPROOF_RUNTIMES_SAYING_H
#define LANDPROOF_RUNTIMES_SAYING_H

#include <limits.h>

#include "runtimes/tool.h"

/* struct saying - a command line that is being made */
struct saying {
	const struct tool *tool;
	const struct policy *policy;
	const char *probe;
	struct command_line *out;
};

/*
 * struct about - what stands for the words in braces of a form
 * @is_file: the object is a path, and no directory
 */
struct about {
	char rights[512];
	char object[PATH_MAX];
	bool is_file;
};

/*
 * struct grant - what a rule grants
 * @own: to the tool or the probe; no case is about it
 */
struct grant {
	enum set set;
	uint32_t access;
	bool own;
	struct about about;
};

bool cannot_say(struct saying *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
char *keep_text(struct command_line *out, const char *text);
void put_argument(struct command_line *out, const char *text);
void put_form(struct command_line *out, const struct form *form,
	      const struct about *about);

/* What @rule grants, and what it is about */
void read_rule(struct saying *s, const struct rule *rule, struct grant *grant);

/* bundle.c: the bundle, and the arguments that say where it is */
bool bundle_says(struct saying *s, const char *const program[]);

/* words.c: what @denied of @set needs, a rule, and what is left for the end */
bool words_handle(struct saying *s, enum set set, uint32_t denied);
bool words_grant(struct saying *s, const struct grant *grant, uint32_t denied);
void words_base(struct saying *s);
void words_end(struct saying *s);

#endif
