// SPDX-License-Identifier: GPL-2.0
/* A ruleset in a tool's own words. */
#include <stdio.h>
#include <string.h>

#include "base/programs.h"
#include "runtimes/saying.h"

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
					  right_name(set, bit));
		used += snprintf(buf + used, size - used, "%s%s",
				 used ? "," : "", name);
	}
	return true;
}

/* By names of rights: what is handled, then each rule */
static bool say_handled(struct saying *s, enum set set, uint32_t bits)
{
	const struct form *const form = &s->tool->handle[set];
	struct about about = { .object = "" };

	if (!bits)
		return true;
	if (!form->count)
		return cannot_say(s, "no word for %s", right_name(set, bits));
	if (!join(s, set, bits, about.rights, sizeof(about.rights)))
		return false;
	put_form(s->out, form, &about);
	return true;
}

static bool say_grant(struct saying *s, struct grant *grant)
{
	const struct form *const form = &s->tool->rule[grant->set];

	if (!grant->access)
		return true;
	if (!form->count)
		return cannot_say(s, "no rule that grants %s",
				  right_name(grant->set, grant->access));
	if (!join(s, grant->set, grant->access, grant->about.rights,
		  sizeof(grant->about.rights)))
		return false;
	put_form(s->out, form, &grant->about);
	return true;
}

static bool say_rule(struct saying *s, const struct rule *rule,
		     const uint32_t denied[SETS], bool own)
{
	static struct grant grant;

	read_rule(s, rule, &grant);
	grant.own = own;
	if (s->tool->words_count)
		return words_grant(s, &grant, denied[grant.set]);
	return say_grant(s, &grant);
}

/* What the tool and the probe need of the file system, if it is restricted */
static bool say_own(struct saying *s, const uint32_t denied[SETS])
{
	const struct tool *const tool = s->tool;
	const uint32_t handled = tool->words_count ? tool->handles[SET_FS] :
						     denied[SET_FS];
	const struct rule self = PATH(SELF, .access = handled &
				      (FS_EXECUTE | FS_READ_FILE));
	int i;

	if (!denied[SET_FS])
		return true;
	for (i = 0; i < tool->needs_count; i++) {
		const struct rule need = PATH(tool->needs[i].path, .access =
					      handled & tool->needs[i].access);

		if (need.access && !say_rule(s, &need, denied, true))
			return false;
	}
	return !self.access || say_rule(s, &self, denied, true);
}

static bool say_policy(struct saying *s)
{
	static const struct ruleset nothing;
	const struct ruleset *const set = s->policy->set ?: &nothing;
	const uint32_t about_fs = s->policy->guard_fs | s->policy->uses[SET_FS];
	const uint32_t denied[SETS] = {
		/* Who handles anything denies it (landlock.rst, REFER). */
		set->fs | (set->fs ? about_fs & FS_REFER : 0),
		set->net, set->scoped,
	};
	const bool by_words = s->tool->words_count;
	const uint32_t handled[SETS] = { set->fs, set->net, set->scoped };
	const struct rule *rule;
	int i;

	for (i = 0; i < SETS; i++)
		if (!(by_words ? words_handle(s, i, denied[i]) :
				 say_handled(s, i, handled[i])))
			return false;
	for (rule = set->rules; rule < set->rules + RULES_MAX &&
	     (rule->path || rule->is_port); rule++)
		if (!say_rule(s, rule, by_words ? denied : handled, false))
			return false;
	return say_own(s, by_words ? denied : handled);
}

bool tool_says(const struct tool *tool, const struct policy *policy,
	       const char *const program[], struct command_line *out)
{
	struct saying saying = { tool, policy, program[0], out };

	out->argc = out->variables_count = out->listed_count = 0;
	out->used = 0;
	out->coarse = out->wide = false;
	out->inexpressible[0] = '\0';
	out->bundle[0] = '\0';
	put_form(out, &tool->command, NULL);
	if (tool->bundle.handled)
		return bundle_says(&saying, program);
	words_base(&saying);
	if (!say_policy(&saying))
		return false;
	words_end(&saying);
	put_form(out, &tool->end, NULL);
	while (*program)
		put_argument(out, *program++);
	return true;
}
