// SPDX-License-Identifier: GPL-2.0
/*
 * What a tool made of the policy of a case.  Worlds run only as far as the
 * verdict needs them: starting a tool is nearly all that a world costs.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/programs.h"
#include "cases/table.h"
#include "cases/worlds.h"
#include "engine/enforced.h"
#include "engine/needs.h"
#include "engine/told.h"
#include "machine/belongings.h"
#include "machine/subject.h"

const char *const tool_verdict_names[] = {
	"enforced", "inexpressible", "refused-start", "open-told",
	"open-silent", "overblock", "kernel", "confounded", "cannot-run",
	"broken", "not-applicable",
};

const char *enforced_init(void)
{
	return tool_worlds_init();
}

static bool refused(int outcome)
{
	return outcome > 0 || outcome == NO_EFFECT;
}

void enforced_begin(struct tool_case *tc, const struct landproof_case *test,
		    const struct variant *variant, const char *probe)
{
	const struct tool_world_result *control;
	const char *need, *missing;

	*tc = (struct tool_case) {
		.test = test, .variant = variant, .probe = probe,
		.inapplicable = tool_inapplicable(test),
	};
	if (tc->inapplicable)
		return;
	missing = need_missing(test->needs, &need);
	if (!missing) {
		control = raw_world(tc, TOOL_CONTROL);
		if (control->outcome == WORKED)
			raw_world(tc, TOOL_DENY);
		else
			missing = control->note[0] ? control->note :
				  "it does not work without a tool either";
	}
	snprintf(tc->missing, sizeof(tc->missing), "%s", missing ?: "");
}

__attribute__((format(printf, 3, 4)))
static void say(struct tool_result *result, enum tool_verdict verdict,
		const char *fmt, ...)
{
	va_list args;

	result->verdict = verdict;
	va_start(args, fmt);
	vsnprintf(result->why, sizeof(result->why), fmt, args);
	va_end(args);
}

/* The world, run when it is asked for first */
static const struct tool_world_result *
world_of(struct tool_case *tc, struct tool_result *result,
	 enum tool_world which)
{
	struct tool_world_result *const world = &result->worlds[which];

	if (!world->ran)
		tool_world_run(tc, result->tool, which, NULL, world);
	return world;
}

/* ", without the environment, descriptors": what the tool took away */
static const char *losses(unsigned int lost)
{
	static char text[160];
	size_t used = 0;
	int i;

	text[0] = '\0';
	for (i = 0; i < BELONGINGS; i++)
		if (lost & 1U << i)
			used += snprintf(text + used, sizeof(text) - used,
					 "%s%s", used ? ", " :
					 ", and the tool takes away: ",
					 belonging_names[i]);
	return text;
}

/* Can the kernel not do all that the tool may want of it? */
static bool wants_more(const struct tool *tool)
{
	uint32_t wanted[SETS];
	int i;

	memcpy(wanted, tool->handles, sizeof(wanted));
	for (i = 0; i < tool->rights_count; i++)
		wanted[tool->rights[i].set] |= tool->rights[i].bit;
	return wanted[SET_FS] & ~kernel.fs || wanted[SET_NET] & ~kernel.net ||
	       wanted[SET_SCOPE] & ~kernel.scoped;
}

/* The tool ended without executing the attempt: with which words? */
static void judge_refused_start(struct tool_case *tc,
				struct tool_result *result,
				const struct tool_world_result *world)
{
	const int length = strcspn(world->said, "\n");
	const bool exited = WIFEXITED(world->status);
	/* Nothing is shown by a tool that would not start in any case. */
	const bool never = !wants_more(result->tool) &&
			   !world_of(tc, result, TOOL_CONTROL)->started;

	say(result, never ? TOOL_CANNOT_RUN : TOOL_REFUSED_START,
	    "%s%s %d: %.*s", never ? "not even with an empty policy: " : "",
	    exited ? "exit status" : "signal",
	    exited ? WEXITSTATUS(world->status) : WTERMSIG(world->status),
	    length ? length : 15, length ? world->said : "it says nothing");
}

/* What ended neither as it should nor refused: true */
static bool judge_trouble(struct tool_result *result,
			  const struct tool_world_result *world)
{
	char name[32];

	if (refused(world->outcome) || world->outcome == WORKED)
		return false;
	if (world->outcome == CANNOT)
		say(result, TOOL_CANNOT_RUN, "%s", world->note);
	else if (world->outcome == BROKEN && !world->started)
		say(result, TOOL_BROKEN, "%s", world->note);
	else if (world->outcome == BROKEN)
		say(result, TOOL_CONFOUNDED, "the attempt comes to its own"
		    " trouble: %s%s", world->note, losses(world->lost));
	else
		say(result, TOOL_CONFOUNDED, "%s%s",
		    outcome_name(world->outcome, name, sizeof(name)),
		    losses(world->lost));
	return true;
}

/* A line on what is not enforced?  What the tool always prints is none. */
static bool told(struct tool_case *tc, struct tool_result *result,
		 char *text, size_t size)
{
	const char *const said = result->worlds[TOOL_DENY].said;
	struct ruleset set;

	tool_policy(tc, result->tool, TOOL_DENY, &set);
	return tool_told(result->tool, &set, "", said, text, size) &&
	       tool_told(result->tool, &set,
			 world_of(tc, result, TOOL_CONTROL)->said, said, text,
			 size);
}

static void judge_open(struct tool_case *tc, struct tool_result *result)
{
	const struct tool_world_result *deny = &result->worlds[TOOL_DENY];
	const struct tool_world_result *raw = raw_world(tc, TOOL_DENY);
	char text[160];

	if (raw->started && raw->outcome == WORKED && raw->layers > 0 &&
	    deny->layers > 0)
		say(result, TOOL_KERNEL, "raw calls do not stop it either");
	else if (told(tc, result, text, sizeof(text)))
		say(result, TOOL_OPEN_TOLD, "%s", text);
	else
		say(result, TOOL_OPEN_SILENT, deny->layers == 0 ?
		    "it got through: there is no Landlock domain" :
		    "it got through the domain");
}

/*
 * Is it the policy that refuses?  Not if the attempt fails under this tool
 * with a policy that denies nothing; where the granting policy lets it
 * through, that need not be asked.
 */
static bool judge_control(struct tool_case *tc, struct tool_result *result)
{
	const struct tool_world_result *const deny =
		&result->worlds[TOOL_DENY];
	const struct tool_world_result *control =
		world_of(tc, result, TOOL_GRANT);
	char name[32];

	if (!control->started || control->outcome != WORKED)
		control = world_of(tc, result, TOOL_CONTROL);
	/* The layer and the error have to do. */
	if (result->tool->always && control->outcome != WORKED && !deny->lost)
		return true;
	/* Its empty policy makes a domain, too, and any domain refuses this. */
	if (control->layers > 0 && !deny->lost && refused(control->outcome) &&
	    control->outcome == raw_world(tc, TOOL_DENY)->outcome) {
		result->coarse = true;
		return true;
	}
	if (!control->started) {
		say(result, TOOL_CONFOUNDED,
		    "it does not start with a policy that denies nothing");
		return false;
	}
	if (control->outcome == WORKED) {
		if (!(deny->lost & ~control->lost))
			return true;
		say(result, TOOL_CONFOUNDED, "refused%s",
		    losses(deny->lost & ~control->lost));
	} else if (!judge_trouble(result, control)) {
		say(result, TOOL_CONFOUNDED,
		    "with a policy that denies nothing: %s%s",
		    outcome_name(control->outcome, name, sizeof(name)),
		    losses(control->lost));
	}
	return false;
}

/* What is granted must work, if raw calls can make it work. */
static bool judge_grant(struct tool_case *tc, struct tool_result *result)
{
	const struct tool_world_result *grant =
		world_of(tc, result, TOOL_GRANT);
	const char *name;
	char buf[32];

	if (!grant->started || !refused(grant->outcome) || grant->coarse ||
	    grant->layers <= 0 ||
	    raw_world(tc, TOOL_GRANT)->outcome != WORKED)
		return true;
	/* A deviation has to show twice. */
	tool_world_run(tc, result->tool, TOOL_GRANT, NULL,
		       &result->worlds[TOOL_GRANT]);
	name = outcome_name(grant->outcome, buf, sizeof(buf));
	if (refused(grant->outcome))
		say(result, TOOL_OVERBLOCK, "granted, and refused: %s", name);
	else
		say(result, TOOL_BROKEN, "granted, refused, and then %s", name);
	return false;
}

static void judge_refusal(struct tool_case *tc, struct tool_result *result)
{
	const struct tool_world_result *const deny =
		&result->worlds[TOOL_DENY];
	const int raw = raw_world(tc, TOOL_DENY)->outcome;
	char buf[32], other[32];
	const char *const got = outcome_name(deny->outcome, buf, sizeof(buf));
	const char *const would = outcome_name(raw, other, sizeof(other));

	if (!judge_control(tc, result))
		return;
	if (deny->layers <= 0)
		say(result, TOOL_CONFOUNDED, "refused with %s, but there is no"
		    " Landlock domain", got);
	else if (refused(raw) && raw != deny->outcome && !deny->wide)
		say(result, TOOL_CONFOUNDED,
		    "refused with %s, and by raw calls with %s", got, would);
	else if (judge_grant(tc, result))
		say(result, TOOL_ENFORCED, "%s", got);
	result->coarse |= deny->coarse || result->tool->always ||
			  (refused(raw) && raw != deny->outcome);
}

void enforced_run(struct tool_case *tc, const struct tool *tool,
		  struct tool_result *result)
{
	const struct tool_world_result *deny;

	*result = (struct tool_result) { .tool = tool };
	if (tc->missing[0]) {
		say(result, TOOL_CANNOT_RUN, "%s", tc->missing);
		return;
	}
	if (raw_world(tc, TOOL_DENY)->outcome == BROKEN) {
		say(result, TOOL_BROKEN, "by raw calls: %s: %.200s",
		    raw_world(tc, TOOL_DENY)->note,
		    raw_world(tc, TOOL_DENY)->said);
		return;
	}
	deny = world_of(tc, result, TOOL_DENY);
	if (deny->inexpressible) {
		/* The strictest that the tool can say shows what is left. */
		say(result, TOOL_INEXPRESSIBLE, "%s", deny->note);
		if (world_of(tc, result, TOOL_STRICTEST)->outcome == WORKED)
			raw_world(tc, TOOL_STRICTEST);
	} else if (!deny->started && deny->outcome == BROKEN) {
		judge_refused_start(tc, result, deny);
	} else if (!judge_trouble(result, deny)) {
		if (refused(deny->outcome))
			judge_refusal(tc, result);
		else
			judge_open(tc, result);
	}
}

const char *tool_missing(const struct tool *tool)
{
	static char said[300], rest[4096];
	char *argv[PARTS_MAX * 2 + 1];
	int pipes[2], status, i, argc = 0;
	size_t length = 0;
	ssize_t got;
	pid_t pid;

	for (i = 0; i < tool->version.count; i++)
		argv[argc++] = (char *)tool->version.part[i];
	argv[argc] = NULL;
	if (!argc || pipe(pipes))
		return NULL;
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		if (!become_subject())
			execv(argv[0], argv);
		dprintf(STDERR_FILENO, "%s: %s", argv[0], strerror(errno));
		_exit(127);
	}
	close(pipes[1]);
	/* All of it is read, or a closed pipe would kill the tool. */
	while ((got = read(pipes[0], rest, sizeof(rest))) > 0) {
		const size_t more = MIN((size_t)got, sizeof(said) - 1 - length);

		memcpy(said + length, rest, more);
		length += more;
	}
	close(pipes[0]);
	said[length] = '\0';
	if (pid < 0 || waitpid_retry(pid, &status))
		return "a process for it";
	said[strcspn(said, "\n")] = '\0';
	return WIFEXITED(status) && !WEXITSTATUS(status) ? NULL : said;
}
