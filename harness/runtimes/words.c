// SPDX-License-Identifier: GPL-2.0
/* A ruleset in the words of a tool: each grants what its manual says. */
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "runtimes/saying.h"

/* The parts of a variable are joined by colons. */
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
	if (i == out->variables_count)
		snprintf(text, sizeof(text), "%s=%s", name, value);
	else if (!*value)
		return;
	else
		snprintf(text, sizeof(text), "%s%s%s", out->variables[i],
			 out->variables[i][length + 1] ? ":" : "", value);
	out->variables[i] = keep_text(out, text);
	if (i == out->variables_count)
		out->variables_count++;
}

void words_base(struct saying *s)
{
	const struct form *const form = &s->tool->environment;
	char text[PATH_MAX];
	int i;

	for (i = 0; i < form->count; i++) {
		snprintf(text, sizeof(text), "%s", form->part[i]);
		*strchrnul(text, '=') = '\0';
		put_variable(s->out, text,
			     form->part[i] + MIN(strlen(text) + 1,
						 strlen(form->part[i])));
	}
}

static void put_word(struct saying *s, const struct word *word,
		     const struct about *about)
{
	struct command_line *const out = s->out;

	if (word->way == WAY_VARIABLE)
		put_variable(out, word->form.part[0], word->form.count > 1 ?
			     word->form.part[1] : about->object);
	else if (word->way == WAY_ARGUMENTS)
		put_form(out, &word->form, about);
	else if (out->listed_count < 16)
		out->listed[out->listed_count++] = (struct listed) {
			word, keep_text(out, about->object),
		};
}

/* Lists: each word once, then all that it is about */
void words_end(struct saying *s)
{
	const struct listed *const listed = s->out->listed;
	const struct word *w;
	bool said;
	int i;

	for (w = s->tool->words; w < s->tool->words + s->tool->words_count;
	     w++) {
		said = false;
		for (i = 0; i < s->out->listed_count; i++) {
			if (listed[i].word != w)
				continue;
			if (!said)
				put_form(s->out, &w->form, NULL);
			put_argument(s->out, listed[i].object);
			said = true;
		}
	}
}

/* What @word grants on what @about is */
static uint32_t grants_on(const struct word *word, const struct about *about)
{
	if (word->on == (about->is_file ? SUBJECT_DIRECTORY : SUBJECT_FILE))
		return 0;
	return about->is_file && word->set == SET_FS ?
	       word->grants & FS_FILE_RIGHTS : word->grants;
}

/*
 * The best word for some of @left.  @within: one that grants nothing else, and
 * the most; else the one that grants the most of it, and the least besides.
 */
static const struct word *best(struct saying *s, const struct grant *grant,
			       uint32_t left, uint32_t within)
{
	const struct word *found = NULL, *w;
	int points, most = -1000;

	for (w = s->tool->words; w < s->tool->words + s->tool->words_count;
	     w++) {
		const uint32_t grants = w->set != grant->set ? 0 :
					grants_on(w, &grant->about);

		if (!(grants & left) || grants & ~within)
			continue;
		points = 32 * __builtin_popcount(grants & left) -
			 __builtin_popcount(grants & ~left);
		if (points > most) {
			most = points;
			found = w;
		}
	}
	return found;
}

/* The words, at most four, that grant @access: how many, or 0 */
static int cover(struct saying *s, const struct grant *grant, uint32_t access,
		 uint32_t within, const struct word *found[4])
{
	int count = 0;

	while (access && count < 4) {
		found[count] = best(s, grant, access, within);
		if (!found[count])
			return 0;
		access &= ~grants_on(found[count], &grant->about);
		count++;
	}
	return access ? 0 : count;
}

/* Who handles any right of files denies REFER (landlock.rst), known or not. */
static uint32_t handled_by(const struct tool *tool, enum set set)
{
	const uint32_t handled = tool->handles[set];

	return set == SET_FS && handled && !tool->no_landlock ?
	       handled | FS_REFER : handled;
}

static uint32_t guard_of(const struct policy *policy, enum set set)
{
	return set == SET_FS ? policy->guard_fs : policy->guard_net;
}

bool words_grant(struct saying *s, const struct grant *grant, uint32_t denied)
{
	const uint32_t access = grant->access &
				handled_by(s->tool, grant->set);
	const struct word *words[4];
	int i, count;

	if (!access)
		return true;
	if (s->policy->word && !grant->own) {
		put_word(s, s->policy->word, &grant->about);
		return true;
	}
	count = cover(s, grant, access, access, words) ?:
		cover(s, grant, access, ~0U, words);
	if (!count)
		return cannot_say(s, "no word that grants %s",
				  right_name(grant->set, access));
	for (i = 0; i < count; i++) {
		const uint32_t more = (grants_on(words[i], &grant->about) |
				       words[i]->also) & denied & ~access;

		if (more & guard_of(s->policy, grant->set) && !grant->own)
			return cannot_say(s, "no word for %s without %s",
					  right_name(grant->set, access),
					  right_name(grant->set, more));
		if (more && !grant->own)
			s->out->coarse = true;
		put_word(s, words[i], &grant->about);
	}
	return true;
}

/* Whatever the tool denies by itself is granted everywhere, if words do. */
static void grant_the_rest(struct saying *s, uint32_t denied)
{
	const struct about root = { .object = "/" };
	uint32_t left = s->tool->handles[SET_FS] & ~denied;
	const struct word *w;
	int i;

	for (i = 0; i < s->tool->words_count; i++) {
		w = &s->tool->words[i];
		if (w->set != SET_FS || w->on == SUBJECT_FILE || w->denies ||
		    (w->grants | w->also) & denied || !(w->grants & left))
			continue;
		put_word(s, w, &root);
		left &= ~w->grants;
	}
	s->out->wide |= left;
	if (left & s->policy->uses[SET_FS])
		s->out->coarse = true;
}

/* Words that handle what they grant: those of what is denied are said. */
static uint32_t say_denying(struct saying *s, enum set set, uint32_t denied)
{
	const struct about nothing = { .object = "" };
	uint32_t said = 0;
	const struct word *w;

	for (w = s->tool->words; w < s->tool->words + s->tool->words_count;
	     w++)
		if (w->set == set && w->denies) {
			said |= w->grants;
			if (w->grants & denied)
				put_word(s, w, &nothing);
		}
	return said;
}

bool words_handle(struct saying *s, enum set set, uint32_t denied)
{
	const uint32_t handled = handled_by(s->tool, set);
	uint32_t on_demand;

	if (denied & ~handled)
		return cannot_say(s, "no word for %s",
				  right_name(set, denied & ~handled));
	if (!denied) {
		put_form(s->out, &s->tool->alone[set], NULL);
		if (set == SET_FS && handled && !s->tool->can_leave[set])
			grant_the_rest(s, 0);
		return true;
	}
	on_demand = say_denying(s, set, denied);
	if (set == SET_FS)
		grant_the_rest(s, denied);
	else if (handled & ~denied & ~on_demand)
		s->out->wide = true;
	if (set != SET_FS && handled & ~denied & ~on_demand &
	    s->policy->uses[set])
		s->out->coarse = true;
	return true;
}
