// SPDX-License-Identifier: GPL-2.0
/* A ruleset in a tool's own words. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/programs.h"
#include "landlock/port.h"
#include "runtimes/tool.h"

/* struct saying - a command line that is being made */
struct saying {
	const struct tool *tool;
	const struct policy *policy;
	const char *probe;
	struct command_line *out;
};

/* What stands for the words in braces of a form */
struct about {
	char rights[512];
	char object[PATH_MAX];
};

static const enum feature_kind kinds[SETS] = {
	FEATURE_FS, FEATURE_NET, FEATURE_SCOPE,
};

static bool cannot_say(struct saying *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(s->out->inexpressible, sizeof(s->out->inexpressible), fmt,
		  args);
	va_end(args);
	return false;
}

static char *keep(struct command_line *out, const char *text)
{
	const size_t length = strlen(text) + 1;
	char *const place = out->text + out->used;

	if (length > sizeof(out->text) - out->used)
		return NULL;
	memcpy(place, text, length);
	out->used += length;
	return place;
}

static void put(struct command_line *out, const char *text)
{
	if (out->argc < 255)
		out->argv[out->argc++] = keep(out, text);
	out->argv[out->argc] = NULL;
}

static void replace(char *buf, size_t size, const char *form,
		    const struct about *about)
{
	size_t used = 0;

	buf[0] = '\0';
	while (*form && used < size - 1) {
		const char *text = NULL;

		if (about && *form == '{') {
			if (strncmp(form, "{right", 6) == 0)
				text = about->rights;
			else if (strncmp(form, "{path}", 6) == 0 ||
				 strncmp(form, "{port}", 6) == 0)
				text = about->object;
		}
		if (text) {
			used += snprintf(buf + used, size - used, "%s", text);
			form = strchrnul(form, '}');
			form += *form != '\0';
		} else {
			buf[used++] = *form++;
			buf[used] = '\0';
		}
	}
}

static void put_form(struct command_line *out, const struct form *form,
		     const struct about *about)
{
	char text[PATH_MAX + 512];
	int i;

	for (i = 0; i < form->count; i++) {
		replace(text, sizeof(text), form->part[i], about);
		put(out, text);
	}
}

static const char *name_of(enum set set, uint32_t bits)
{
	const struct feature *f;

	for (f = features; f < features + features_count; f++)
		if (f->kind == kinds[set] && (bits & f->value))
			return f->name;
	return "?";
}

const char *tool_right(const struct tool *tool, enum set set, uint32_t bits)
{
	int i;

	for (i = 0; i < tool->rights_count; i++)
		if (tool->rights[i].set == set && (tool->rights[i].bit & bits))
			return tool->rights[i].name;
	return NULL;
}

/* The tool's names of @bits, joined; false: it lacks one. */
static bool join(struct saying *s, enum set set, uint32_t bits, char *buf,
		 size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (; bits; bits &= bits - 1) {
		const uint32_t bit = bits & -bits;
		const char *const name = tool_right(s->tool, set, bit);

		if (!name)
			return cannot_say(s, "no word for %s",
					  name_of(set, bit));
		used += snprintf(buf + used, size - used, "%s%s",
				 used ? "," : "", name);
	}
	return true;
}

static void find_path(struct saying *s, const struct rule *rule,
		      struct about *about)
{
	char here[PATH_MAX / 2] = "";

	if (rule->path == SELF)
		snprintf(about->object, sizeof(about->object), "%s", s->probe);
	else if (rule->path[0] == '/' || !getcwd(here, sizeof(here)))
		snprintf(about->object, sizeof(about->object), "%s",
			 rule->path);
	else
		snprintf(about->object, sizeof(about->object), "%s/%.1000s",
			 here, rule->path);
}

/* What @rule grants, and what it is about */
static uint32_t granted(struct saying *s, const struct rule *rule,
			struct about *about)
{
	const struct policy *const policy = s->policy;
	uint32_t access = rule->access;
	struct stat st;

	if (rule->is_port) {
		snprintf(about->object, sizeof(about->object), "%d",
			 lab_port(rule->port));
		return access ? access : policy->guard_net;
	}
	find_path(s, rule, about);
	if (!access)
		access = policy->guard_fs;
	if (!stat(about->object, &st) && !S_ISDIR(st.st_mode))
		access &= FS_FILE_RIGHTS;
	return access;
}

/* By names of rights: what is handled, then each rule */
static bool say_handled(struct saying *s, enum set set, uint32_t bits)
{
	const struct form *const form = &s->tool->handle[set];
	struct about about = { "", "" };

	if (!bits)
		return true;
	if (!form->count)
		return cannot_say(s, "no word for %s", name_of(set, bits));
	if (!join(s, set, bits, about.rights, sizeof(about.rights)))
		return false;
	put_form(s->out, form, &about);
	return true;
}

static bool say_rule(struct saying *s, const struct rule *rule)
{
	const enum set set = rule->is_port ? SET_NET : SET_FS;
	struct about about;
	const uint32_t access = granted(s, rule, &about);

	if (!access)
		return true;
	if (!s->tool->rule[set].count)
		return cannot_say(s, "no rule that grants %s",
				  name_of(set, access));
	if (!join(s, set, access, about.rights, sizeof(about.rights)))
		return false;
	put_form(s->out, &s->tool->rule[set], &about);
	return true;
}

/* By words: each grants what its manual says. */
static void put_variable(struct command_line *out, const char *name,
			 const char *value)
{
	const size_t length = strlen(name);
	char text[PATH_MAX * 2];
	int i = 0;

	while (i < out->variables_count &&
	       (strncmp(out->variables[i], name, length) ||
		out->variables[i][length] != '='))
		i++;
	if (i == 16)
		return;
	if (i < out->variables_count)
		snprintf(text, sizeof(text), "%s:%s", out->variables[i],
			 value);
	else
		snprintf(text, sizeof(text), "%s=%s", name, value);
	out->variables[i] = keep(out, text);
	if (i == out->variables_count)
		out->variables_count++;
}

/* A list goes on where it begins: each word has one place for all of it. */
static void put_word(struct saying *s, const struct word *word,
		     const struct about *about)
{
	if (word->way == WAY_VARIABLE)
		put_variable(s->out, word->form.part[0],
			     word->form.count > 1 ? word->form.part[1] :
						    about->object);
	else
		put_form(s->out, &word->form, about);
	if (word->way == WAY_LIST)
		put(s->out, about->object);
}

/* The narrowest word of @set that grants all of @access */
static const struct word *narrowest(const struct tool *tool, enum set set,
				    uint32_t access)
{
	const struct word *best = NULL, *w;

	for (w = tool->words; w < tool->words + tool->words_count; w++)
		if (w->set == set && (w->grants & access) == access &&
		    (!best || __builtin_popcount(w->grants) <
			      __builtin_popcount(best->grants)))
			best = w;
	return best;
}

static bool say_rule_word(struct saying *s, const struct rule *rule,
			  uint32_t denied)
{
	const enum set set = rule->is_port ? SET_NET : SET_FS;
	struct about about = { "", "" };
	const uint32_t access = granted(s, rule, &about) &
				s->tool->handles[set];
	const struct word *word;

	if (!access)
		return true;
	word = narrowest(s->tool, set, access);
	if (!word)
		return cannot_say(s, "no word that grants %s",
				  name_of(set, access));
	if (word->grants & denied & ~access && rule->path != SELF)
		s->out->coarse = true;
	put_word(s, word, &about);
	return true;
}

/* Whatever the tool denies by itself is granted everywhere, if words do. */
static void grant_the_rest(struct saying *s, uint32_t denied)
{
	const struct about root = { "", "/" };
	uint32_t left = s->tool->handles[SET_FS] & ~denied;
	const struct word *w;
	int i;

	for (i = 0; i < s->tool->words_count; i++) {
		w = &s->tool->words[i];
		if (w->set != SET_FS || w->grants & denied ||
		    !(w->grants & left))
			continue;
		put_word(s, w, &root);
		left &= ~w->grants;
	}
	if (left & s->policy->uses[SET_FS])
		s->out->coarse = true;
}

static bool say_words_of(struct saying *s, enum set set, uint32_t denied)
{
	const uint32_t handled = s->tool->handles[set];
	const struct about nothing = { "", "" };
	const struct word *w;
	int i;

	if (denied & ~handled)
		return cannot_say(s, "no word for %s",
				  name_of(set, denied & ~handled));
	if (!denied) {
		put_form(s->out, &s->tool->alone[set], NULL);
		if (set == SET_FS && handled)
			grant_the_rest(s, 0);
		return true;
	}
	if (set == SET_FS)
		grant_the_rest(s, denied);
	else if (handled & ~denied & s->policy->uses[set])
		s->out->coarse = true;
	for (i = 0; set == SET_SCOPE && i < s->tool->words_count; i++) {
		w = &s->tool->words[i];
		if (w->set == set && (w->grants & denied))
			put_word(s, w, &nothing);
	}
	return true;
}

static bool say_policy(struct saying *s)
{
	const struct ruleset *const set = s->policy->set;
	const uint32_t denied[SETS] = { set->fs, set->net, set->scoped };
	const bool by_words = s->tool->words_count;
	const uint32_t start = FS_EXECUTE | FS_READ_FILE;
	const uint32_t handled = by_words ? s->tool->handles[SET_FS] : set->fs;
	const struct rule self = PATH(SELF, .access = handled & start);
	const struct rule *rule;
	int i;

	for (i = 0; i < SETS; i++)
		if (!(by_words ? say_words_of(s, i, denied[i]) :
				 say_handled(s, i, denied[i])))
			return false;
	for (rule = set->rules; rule < set->rules + RULES_MAX &&
	     (rule->path || rule->is_port); rule++)
		if (!(by_words ? say_rule_word(s, rule,
					       denied[rule->is_port]) :
				 say_rule(s, rule)))
			return false;
	/* The tool must be able to execute the probe. */
	if (self.access && !(by_words ? say_rule_word(s, &self, set->fs) :
					say_rule(s, &self)))
		return false;
	return true;
}

bool tool_says(const struct tool *tool, const struct policy *policy,
	       const char *const program[], struct command_line *out)
{
	struct saying saying = { tool, policy, program[0], out };

	out->argc = out->variables_count = 0;
	out->used = 0;
	out->coarse = false;
	out->inexpressible[0] = '\0';
	put_form(out, &tool->command, NULL);
	if (!policy->set)
		put_form(out, &tool->allow, NULL);
	else if (!say_policy(&saying))
		return false;
	put_form(out, &tool->end, NULL);
	while (*program)
		put(out, *program++);
	return true;
}
