// SPDX-License-Identifier: GPL-2.0
/*
 * A case whose policy a tool enforces.  The scene, the attempt and its proof
 * are the case's; raw calls through the same exec say what is possible here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <unistd.h>

#include "base/programs.h"
#include "cases/worlds.h"
#include "engine/enforced.h"
#include "engine/needs.h"
#include "engine/process.h"
#include "engine/told.h"
#include "landlock/layers.h"
#include "landlock/port.h"
#include "machine/subject.h"

const char *const tool_verdict_names[] = {
	"enforced", "inexpressible", "refused-start", "open-told",
	"open-silent", "overblock", "kernel", "confounded", "cannot-run",
	"broken", "not-applicable",
};

const char *const tool_world_names[] = {
	"control", "deny", "grant", "strictest",
};

static struct command_line *line;	/* shared with the worlds' processes */
static int layers_free;			/* before any tool */

const char *enforced_init(void)
{
	line = mmap(NULL, sizeof(*line), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (line == MAP_FAILED)
		return "memory for command lines";
	layers_free = layers_left();
	return layers_free < 0 ? "a count of Landlock's layers" : NULL;
}

static bool given(const struct ruleset *set)
{
	return set->fs || set->net || set->scoped;
}

/* A policy that tools can be asked for has one layer and no flags. */
static const char *inapplicable(const struct landproof_case *test)
{
	struct ruleset layers[POLICY_LAYERS];
	const unsigned int worlds = case_worlds(test);

	if (worlds & W(CALL))
		return "the attempt is about the Landlock calls themselves";
	if (test->enforce)
		return "its policy is C code";
	if (!(worlds & W(DENY)))
		return "nothing is denied in it";
	if (test->promise[0].kind == PROMISE_ALLOWED ||
	    test->promise[0].kind == PROMISE_UNCHANGED)
		return "it is promised to stay open";
	if (needs_get(test->needs) & GETS_LOG)
		return "it reads the log";
	policy_layers(test, WORLD_DENY, &kernel, layers);
	if (!given(&layers[0]))
		return "it has no policy";
	if (layers[0].flags || layers[0].quiet_fs || layers[0].quiet_net ||
	    layers[0].quiet_scoped)
		return "its policy has flags";
	return NULL;
}

/* As a shell reads it: only what needs quotes has them. */
static void quote(char *buf, size_t size, const char *text)
{
	const size_t used = strlen(buf);
	const bool bare = *text && !text[strspn(text,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-+=/.,:@%")];

	snprintf(buf + used, size - used, bare ? "%s%s" : "%s'%s'",
		 used ? " " : "", text);
}

static void write_command(struct tool_world_result *out)
{
	int i;

	out->command[0] = '\0';
	for (i = 0; i < line->variables_count; i++)
		quote(out->command, sizeof(out->command), line->variables[i]);
	for (i = 0; i < line->argc; i++)
		quote(out->command, sizeof(out->command), line->argv[i]);
}

/* A layer that grants the probe, which must be executed after it */
static void add_probe(struct ruleset *set)
{
	const uint32_t access = set->fs & (FS_EXECUTE | FS_READ_FILE);
	struct rule *rule = set->rules;

	while (rule < set->rules + RULES_MAX - 1 &&
	       (rule->path || rule->is_port))
		rule++;
	if (access)
		*rule = (struct rule)PATH(SELF, .access = access);
}

/* All that the tool can deny; raw: all that the kernel can */
static struct ruleset strictest(const struct tool *tool)
{
	struct ruleset set = {
		.fs = tool ? tool->handles[SET_FS] : kernel.fs,
		.net = tool ? tool->handles[SET_NET] : kernel.net,
		.scoped = tool ? tool->handles[SET_SCOPE] : kernel.scoped,
	};
	int i;

	for (i = 0; tool && i < tool->rights_count; i++)
		*(tool->rights[i].set == SET_FS ? &set.fs :
		  tool->rights[i].set == SET_NET ? &set.net : &set.scoped) |=
			tool->rights[i].bit;
	return set;
}

static bool policy_of(const struct tool_case *tc, const struct tool *tool,
		      enum tool_world which, struct ruleset *set)
{
	const bool grants = case_worlds(tc->test) & W(GRANT);
	struct ruleset layers[POLICY_LAYERS];

	if (which == TOOL_STRICTEST) {
		*set = strictest(tool);
		return true;
	}
	if (which == TOOL_GRANT && !grants)
		return false;
	policy_layers(tc->test, which == TOOL_GRANT ? WORLD_GRANT : WORLD_DENY,
		      &kernel, layers);
	*set = layers[0];
	return true;
}

static void run_world(const struct tool_case *tc, const struct tool *tool,
		      enum tool_world which, struct tool_world_result *out)
{
	static struct plan plan;
	struct ruleset set;
	struct tool_road road = {
		.tool = tool, .probe = tc->probe, .line = line,
	};
	const enum world world = which == TOOL_CONTROL ? WORLD_CONTROL :
				 which == TOOL_GRANT ? WORLD_GRANT : WORLD_DENY;
	struct world_result seen = { 0 };
	const struct tool_trace *trace;

	*out = (struct tool_world_result) { .layers = -1 };
	if (which != TOOL_CONTROL) {
		if (!policy_of(tc, tool, which, &set))
			return;
		if (!tool)
			add_probe(&set);
		road.policy = (struct policy) {
			.set = &set,
			.guard_fs = tc->test->guard.fs,
			.guard_net = tc->test->guard.net,
			.uses = { tc->test->uses.fs, tc->test->uses.net,
				  tc->test->uses.scoped },
		};
	}
	plan = (struct plan) { .test = tc->test, .variant = tc->variant };
	plan.worlds[world] = (struct world_plan) {
		.planned = true, .enforcer = ENFORCER_TOOL, .through = &road,
	};
	world_run(&plan, world, &seen);
	trace = world_trace();
	out->ran = true;
	out->started = trace->started;
	out->inexpressible = trace->inexpressible;
	out->coarse = line->coarse;
	out->outcome = seen.outcome;
	out->status = trace->status;
	out->lost = trace->lost;
	if (trace->layers_left >= 0)
		out->layers = layers_free - trace->layers_left;
	memcpy(out->note, seen.note, sizeof(out->note));
	snprintf(out->said, sizeof(out->said), "%.1000s",
		 trace->said);
	write_command(out);
}

void enforced_begin(struct tool_case *tc, const struct landproof_case *test,
		    const struct variant *variant, const char *probe)
{
	static struct plan plan;
	struct world_result plain = { 0 };
	const char *need;
	enum tool_world world;

	*tc = (struct tool_case) {
		.test = test, .variant = variant, .probe = probe,
		.inapplicable = inapplicable(test),
		.missing = need_missing(test->needs, &need),
	};
	if (tc->inapplicable || tc->missing)
		return;
	plan = (struct plan) { .test = test, .variant = variant };
	plan.worlds[WORLD_CONTROL].planned = true;
	world_run(&plan, WORLD_CONTROL, &plain);
	tc->plain = plain.outcome;
	memcpy(tc->plain_note, plain.note, sizeof(tc->plain_note));
	if (tc->plain != WORKED)
		return;
	for (world = 0; world < TOOL_WORLDS; world++)
		run_world(tc, NULL, world, &tc->raw.worlds[world]);
}

static bool refused(int outcome)
{
	return outcome > 0 || outcome == NO_EFFECT;
}

static void say(struct tool_result *result, enum tool_verdict verdict,
		const char *why)
{
	result->verdict = verdict;
	snprintf(result->why, sizeof(result->why), "%s", why);
}

/* The tool ended without executing the attempt: with which words? */
static void say_refused(struct tool_result *result,
			const struct tool_world_result *world)
{
	const int length = strcspn(world->said, "\n");

	result->verdict = TOOL_REFUSED_START;
	snprintf(result->why, sizeof(result->why), "%s %d: %.*s",
		 WIFEXITED(world->status) ? "exit status" : "signal",
		 WIFEXITED(world->status) ? WEXITSTATUS(world->status) :
					    WTERMSIG(world->status),
		 length, length ? world->said : "it says nothing");
}

/* What is wrong with the world, whoever made it: true if something is */
static bool judge_trouble(struct tool_result *result,
			  const struct tool_world_result *world)
{
	if (world->outcome == HUNG)
		say(result, TOOL_BROKEN, "no answer in time");
	else if (world->outcome == CANNOT)
		say(result, TOOL_CANNOT_RUN, world->note);
	else if (!refused(world->outcome) && world->outcome != WORKED)
		say(result, TOOL_BROKEN, world->note[0] ? world->note :
		    "the attempt did not come to an end");
	else
		return false;
	return true;
}

static void judge_refusal(const struct tool_case *tc,
			  struct tool_result *result)
{
	const struct tool_world_result *deny = &result->worlds[TOOL_DENY];
	const int raw = tc->raw.worlds[TOOL_DENY].outcome;
	char got[32], would[32];

	if (deny->layers <= 0) {
		say(result, TOOL_CONFOUNDED,
		    "refused, but there is no Landlock domain");
	} else if (refused(raw) && raw != deny->outcome) {
		result->verdict = TOOL_CONFOUNDED;
		snprintf(result->why, sizeof(result->why),
			 "refused with %s, and by raw calls with %s",
			 outcome_name(deny->outcome, got, sizeof(got)),
			 outcome_name(raw, would, sizeof(would)));
	} else {
		result->verdict = TOOL_ENFORCED;
		snprintf(result->why, sizeof(result->why), "%s",
			 outcome_name(deny->outcome, got, sizeof(got)));
	}
	result->coarse = deny->coarse;
}

static void judge_open(const struct tool_case *tc, struct tool_result *result)
{
	const struct tool_world_result *deny = &result->worlds[TOOL_DENY];
	const struct tool_world_result *raw = &tc->raw.worlds[TOOL_DENY];
	struct ruleset set;
	char line_told[160];

	policy_of(tc, result->tool, TOOL_DENY, &set);
	if (raw->started && raw->outcome == WORKED && raw->layers > 0)
		say(result, TOOL_KERNEL, "raw calls do not stop it either");
	else if (tool_told(result->tool, &set,
			   result->worlds[TOOL_CONTROL].said, deny->said,
			   line_told, sizeof(line_told)))
		say(result, TOOL_OPEN_TOLD, line_told);
	else if (deny->layers == 0)
		say(result, TOOL_OPEN_SILENT,
		    "it got through: there is no Landlock domain");
	else
		say(result, TOOL_OPEN_SILENT, "it got through the domain");
}

static void judge_deny(const struct tool_case *tc, struct tool_result *result)
{
	const struct tool_world_result *deny = &result->worlds[TOOL_DENY];

	if (deny->inexpressible)
		say(result, TOOL_INEXPRESSIBLE, deny->note);
	else if (!deny->started && deny->outcome == BROKEN)
		say_refused(result, deny);
	else if (judge_trouble(result, deny))
		return;
	else if (refused(deny->outcome))
		judge_refusal(tc, result);
	else
		judge_open(tc, result);
}

/* What is granted must work, if raw calls can make it work. */
static void judge_grant(const struct tool_case *tc, struct tool_result *result)
{
	const struct tool_world_result *grant = &result->worlds[TOOL_GRANT];
	const struct tool_world_result *raw = &tc->raw.worlds[TOOL_GRANT];
	char name[32];

	if (result->verdict != TOOL_ENFORCED || !grant->ran ||
	    !grant->started || !refused(grant->outcome))
		return;
	if (raw->outcome != WORKED || grant->coarse || grant->layers <= 0)
		return;
	result->verdict = TOOL_OVERBLOCK;
	snprintf(result->why, sizeof(result->why), "granted, and refused: %s",
		 outcome_name(grant->outcome, name, sizeof(name)));
}

static bool judge_control(struct tool_result *result)
{
	const struct tool_world_result *control = &result->worlds[TOOL_CONTROL];
	char name[32];

	if (!control->started || control->outcome == WORKED)
		return true;
	if (!judge_trouble(result, control)) {
		result->verdict = TOOL_CONFOUNDED;
		snprintf(result->why, sizeof(result->why),
			 "with a policy that denies nothing: %s",
			 outcome_name(control->outcome, name, sizeof(name)));
	}
	return false;
}

void enforced_run(const struct tool_case *tc, const struct tool *tool,
		  struct tool_result *result)
{
	bool inexpressible;

	*result = (struct tool_result) { .tool = tool };
	if (tc->inapplicable) {
		say(result, TOOL_NOT_APPLICABLE, tc->inapplicable);
		return;
	}
	if (tc->missing || tc->plain != WORKED) {
		say(result, TOOL_CANNOT_RUN, tc->missing ?: tc->plain_note[0] ?
		    tc->plain_note : "it does not work without a tool either");
		return;
	}
	run_world(tc, tool, TOOL_DENY, &result->worlds[TOOL_DENY]);
	inexpressible = result->worlds[TOOL_DENY].inexpressible;
	/* Of what a tool cannot say, the strictest that it can shows the rest. */
	if (inexpressible) {
		run_world(tc, tool, TOOL_STRICTEST,
			  &result->worlds[TOOL_STRICTEST]);
	} else {
		run_world(tc, tool, TOOL_CONTROL,
			  &result->worlds[TOOL_CONTROL]);
		run_world(tc, tool, TOOL_GRANT, &result->worlds[TOOL_GRANT]);
	}
	if (inexpressible || judge_control(result)) {
		judge_deny(tc, result);
		judge_grant(tc, result);
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
