// SPDX-License-Identifier: GPL-2.0
/*
 * Scenarios as text.  A line is: who, what, "#2" for a descriptor, "+write|create"
 * for flags, then paths.  A policy is written as "fs=READ_FILE,EXECUTE", what
 * of it is quiet as "quiet_fs=EXECUTE", then its rules: "a/b:READ_FILE",
 * "port/80:BIND_TCP", and "a/b:EXECUTE:quiet".
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/engine/text.h"

#define LINE_MAX_TEXT 2048

static const char *const set_names[SETS] = { "fs", "net", "scoped" };
static const char quiet_word[] = "quiet_", quiet_mark[] = ":quiet";

struct text {
	char *at;
	size_t left;
};

static void __attribute__((format(printf, 2, 3)))
put(struct text *text, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text->at, text->left, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= text->left)
		length = text->left ? text->left - 1 : 0;
	text->at += length;
	text->left -= length;
}

static void put_rights(struct text *text, enum set set, uint32_t bits)
{
	const char *comma = "";
	int i;

	for (i = 0; i < WORDS_MAX; i++) {
		if (!(bits >> i & 1) || !model_words[set][i].name)
			continue;
		put(text, "%s%s", comma, model_words[set][i].name);
		comma = ",";
	}
}

static void put_policy(struct text *text, const struct policy *policy)
{
	int i;

	for (i = 0; i < SETS; i++) {
		if (!policy->handled[i])
			continue;
		put(text, " %s=", set_names[i]);
		put_rights(text, i, policy->handled[i]);
		if (!policy->quiet[i])
			continue;
		put(text, " quiet_%s=", set_names[i]);
		put_rights(text, i, policy->quiet[i]);
	}
	if (policy->flags)
		put(text, " flags=%u", policy->flags);
	for (i = 0; i < policy->grants_count; i++) {
		const struct grant *grant = &policy->grants[i];

		if (grant->path[0])
			put(text, " %s:", grant->path);
		else
			put(text, " port/%u:", grant->port);
		put_rights(text, grant->path[0] ? SET_FS : SET_NET,
			   grant->access);
		if (grant->quiet)
			put(text, "%s", quiet_mark);
	}
}

void text_operation(const struct part *part, const struct scenario *scenario,
		    int index, char *buffer, size_t size)
{
	const struct operation *op = &scenario->operations[index];
	const struct kind *kind = &part->kinds[op->kind];
	struct text text = { buffer, size };
	const char *sign = " +";
	int i;

	put(&text, "%s %s", part->actors[op->actor], kind->name);
	if (kind->slot)
		put(&text, " #%u", op->slot);
	for (i = 0; kind->flags && kind->flags[i]; i++) {
		if (!(op->flags >> i & 1))
			continue;
		put(&text, "%s%s", sign, kind->flags[i]);
		sign = "|";
	}
	for (i = 0; i < kind->texts; i++)
		put(&text, " %s", op->text[i]);
	if (kind->enforces)
		put_policy(&text, &scenario->policies[op->policy]);
}

static bool read_rights(enum set set, char *words, uint32_t *bits)
{
	char *word, *rest;
	int i;

	*bits = 0;
	for (word = strtok_r(words, ",", &rest); word;
	     word = strtok_r(NULL, ",", &rest)) {
		for (i = 0; i < WORDS_MAX && model_words[set][i].name; i++)
			if (strcmp(model_words[set][i].name, word) == 0)
				break;
		if (i == WORDS_MAX || !model_words[set][i].name)
			return false;
		*bits |= 1U << i;
	}
	return true;
}

static bool read_grant(struct policy *policy, char *word)
{
	struct grant *grant = &policy->grants[policy->grants_count];
	char *rights = strchr(word, ':'), *mark = strstr(word, quiet_mark);
	bool port;

	if (!rights || policy->grants_count == GRANTS_MAX)
		return false;
	*rights++ = '\0';
	if (mark)
		*mark = '\0';
	port = strncmp(word, "port/", 5) == 0;
	memset(grant, 0, sizeof(*grant));
	grant->quiet = mark;
	if (port)
		grant->port = atoi(word + 5);
	else if (strlen(word) < sizeof(grant->path))
		strcpy(grant->path, word);
	else
		return false;
	policy->grants_count++;
	return read_rights(port ? SET_NET : SET_FS, rights, &grant->access);
}

static bool read_policy(struct policy *policy, char **rest)
{
	char *word;
	bool quiet;
	int i;

	memset(policy, 0, sizeof(*policy));
	while ((word = strtok_r(NULL, " ", rest))) {
		if (strncmp(word, "flags=", 6) == 0) {
			policy->flags = atoi(word + 6);
			continue;
		}
		quiet = strncmp(word, quiet_word, strlen(quiet_word)) == 0;
		if (quiet)
			word += strlen(quiet_word);
		for (i = 0; i < SETS; i++) {
			const size_t length = strlen(set_names[i]);

			if (strncmp(word, set_names[i], length) == 0 &&
			    word[length] == '=')
				break;
		}
		if (i < SETS ? !read_rights(i, strchr(word, '=') + 1, quiet ?
					    &policy->quiet[i] :
					    &policy->handled[i]) :
			       !read_grant(policy, word))
			return false;
	}
	return true;
}

static bool read_flags(const struct kind *kind, char *words, uint32_t *bits)
{
	char *word, *rest;
	int i;

	for (word = strtok_r(words, "|", &rest); word;
	     word = strtok_r(NULL, "|", &rest)) {
		for (i = 0; kind->flags && kind->flags[i]; i++)
			if (strcmp(kind->flags[i], word) == 0)
				break;
		if (!kind->flags || !kind->flags[i])
			return false;
		*bits |= 1U << i;
	}
	return true;
}

static bool read_arguments(const struct kind *kind, struct operation *op,
			   char **rest)
{
	int texts = 0;
	char *word;

	while ((word = strtok_r(NULL, " ", rest))) {
		if (word[0] == '#' && kind->slot)
			op->slot = atoi(word + 1);
		else if (word[0] == '+' && kind->flags) {
			if (!read_flags(kind, word + 1, &op->flags))
				return false;
		} else if (texts < kind->texts && strlen(word) < TEXT_MAX)
			strcpy(op->text[texts++], word);
		else
			return false;
	}
	return texts == kind->texts;
}

bool text_read(const struct part *part, struct scenario *scenario,
	       const char *line, const char **why)
{
	struct operation op = { 0 };
	char copy[LINE_MAX_TEXT], *word, *rest;
	int i;

	*why = "too long";
	if (strlen(line) >= sizeof(copy) || scenario->count == OPERATIONS_MAX)
		return false;
	strcpy(copy, line);
	*why = "no such actor";
	word = strtok_r(copy, " ", &rest);
	for (i = 0; i < part->actors_count; i++)
		if (word && strcmp(word, part->actors[i]) == 0)
			break;
	if (i == part->actors_count)
		return false;
	op.actor = i;
	*why = "no such operation";
	word = strtok_r(NULL, " ", &rest);
	for (i = 0; i < part->kinds_count; i++)
		if (word && strcmp(word, part->kinds[i].name) == 0)
			break;
	if (i == part->kinds_count)
		return false;
	op.kind = i;
	if (part->kinds[i].enforces) {
		*why = "no such policy";
		word = part->kinds[i].texts ? strtok_r(NULL, " ", &rest) : "";
		if (scenario->policies_count == POLICIES_MAX || !word ||
		    strlen(word) >= TEXT_MAX)
			return false;
		strcpy(op.text[0], word);
		op.policy = scenario->policies_count;
		if (!read_policy(&scenario->policies[op.policy], &rest))
			return false;
		scenario->policies_count++;
	} else {
		*why = "its arguments are others";
		if (!read_arguments(&part->kinds[i], &op, &rest) ||
		    (part->kinds[i].slot && op.slot >= part->slots))
			return false;
	}
	scenario->operations[scenario->count++] = op;
	return true;
}
