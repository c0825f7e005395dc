// SPDX-License-Identifier: GPL-2.0
/* landproof-guest: runs cases, lists them, and is PID 1 of a guest. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cases/table.h"
#include "census/census.h"
#include "engine/process.h"
#include "engine/case.h"
#include "explore/command.h"
#include "landlock/landlock.h"
#include "landlock/port.h"
#include "machine/audit.h"
#include "machine/environment.h"
#include "machine/filesystem.h"
#include "machine/guest.h"
#include "output/arguments.h"
#include "output/runtimes.h"
#include "output/scripts.h"
#include "selftests/selftests.h"
#include "version.h"

const char *argp_program_version = "landproof-guest " LANDPROOF_VERSION;

enum option_key {
	OPTION_UNREPORTED = 256, OPTION_RESUME, OPTION_SABOTAGE,
	OPTION_RECORDS, OPTION_KTAP, OPTION_JSON, OPTION_COVERAGE,
	OPTION_CHECK, OPTION_WORLD, OPTION_PORT, OPTION_HOOKS,
	OPTION_SHUFFLE,
	OPTION_GCOV, OPTION_PLAN_FOR, OPTION_TOOLS, OPTION_PROBE, OPTION_WORDS,
	OPTION_CONTROLS, OPTION_SCRIPTS, OPTION_STRACE, OPTION_FILESYSTEM,
	OPTION_PART, OPTION_SECONDS, OPTION_DECISIONS, OPTION_SEED,
	OPTION_MUTANT, OPTION_REPLAY, OPTION_ABOUT, OPTION_FIRST, OPTION_RACES,
	OPTION_FILESYSTEMS, OPTION_AUDIT,
};

static const struct argp_option options[] = {
	{ "case", 'c', "GLOB", 0, "Cases by name, or by * and ?", 0 },
	{ "label", 'l', "LABEL", 0, "Cases with this label or right", 0 },
	{ "family", 'f', "FAMILY", 0, "Cases of this family", 0 },
	{ "abi", 'a', "N", 0, "Cases about rights of this ABI version", 0 },
	{ "unreported", OPTION_UNREPORTED, 0, 0,
	  "Also what SECURITY.md asks to keep private", 0 },
	{ "resume-after", OPTION_RESUME, "ID", 0,
	  "Skip the cases up to this one", 0 },
	{ "sabotage", OPTION_SABOTAGE, "allow|deny|grant", 0,
	  "Prove the suite: enforce nothing, or drop every rule; of races, add one that grants everything", 0 },
	{ "world", OPTION_WORLD, "WORLD", 0,
	  "Only these worlds, and control", 0 },
	{ "controls", OPTION_CONTROLS, 0, 0,
	  "Only the control worlds, of every variant", 0 },
	{ "port", OPTION_PORT, "N", 0,
	  "Peers listen on this port, and policies name it", 0 },
	{ "hooks", OPTION_HOOKS, 0, 0,
	  "Trace which hooks the attempts call, in a guest", 0 },
	{ "shuffle", OPTION_SHUFFLE, "SEED", 0,
	  "Run in a random order, the same for the same seed", 0 },
	{ "plan-for", OPTION_PLAN_FOR, "KERNEL", 0,
	  "plan: not this kernel but one described as abi=6,errata=3,-fs.refer",
	  0 },
	{ "tools", OPTION_TOOLS, "FILE", 0,
	  "runtimes: descriptions of the tools", 0 },
	{ "probe", OPTION_PROBE, "PATH", 0,
	  "runtimes: this program, where any user can execute it", 0 },
	{ "words", OPTION_WORDS, 0, 0,
	  "runtimes: also what each word of a tool grants", 0 },
	{ "scripts", OPTION_SCRIPTS, "DIR", 0,
	  "scripts: the directory of the shell scripts", 0 },
	{ "audit", OPTION_AUDIT, 0, 0,
	  "scripts: with audit turned on, in a guest", 0 },
	{ "filesystem", OPTION_FILESYSTEM, "FILE", 0,
	  "Scratch directories lie on what this describes, in a guest", 0 },
	{ "filesystems", OPTION_FILESYSTEMS, 0, 0,
	  "Also the variants of cases on other file systems, in a guest", 0 },
	{ "part", OPTION_PART, "PART", 0, "explore: only fs, net, or domain", 0 },
	{ "seconds", OPTION_SECONDS, "N", 0,
	  "explore: each part for so long (10)", 0 },
	{ "decisions", OPTION_DECISIONS, "N", 0,
	  "explore: each part until so many operations were judged", 0 },
	{ "seed", OPTION_SEED, "S", 0,
	  "explore: the same scenarios for the same seed", 0 },
	{ "replay", OPTION_REPLAY, "FILE", 0,
	  "explore: the scenarios in FILE, or those built in: corpus", 0 },
	{ "about", OPTION_ABOUT, "mutants|corpus|distill|shrink|model", 0,
	  "explore: how soon each clause of the model is missed; by how many scenarios of the corpus; a new corpus; what is left of scenarios that miss one; the clauses", 0 },
	{ "mutant", OPTION_MUTANT, "CLAUSE", 0,
	  "explore: prove it: the model without this clause", 0 },
	{ "first", OPTION_FIRST, 0, 0,
	  "explore: end at the first difference, and do not shrink it", 0 },
	{ "races", OPTION_RACES, 0, 0,
	  "explore: what may never come of races, with many processes at once", 0 },
	{ "strace", OPTION_STRACE, "FILE", 0,
	  "Be traced by strace, which this script starts, in a guest", 0 },
	{ "gcov", OPTION_GCOV, 0, 0,
	  "Write out the kernel's counters of Landlock's code", 0 },
	{ "records", OPTION_RECORDS, "FD", 0,
	  "Write records to this descriptor", 0 },
	{ "ktap", OPTION_KTAP, 0, 0, "Write KTAP to standard output", 0 },
	{ "json", OPTION_JSON, 0, 0, "list, plan: JSON", 0 },
	{ "coverage", OPTION_COVERAGE, 0, 0,
	  "list: which cases guard which name of the UAPI", 0 },
	{ "check", OPTION_CHECK, 0, 0, "list: look for defects of the table",
	  0 },
	{ 0 }
};

static void add_word(struct argp_state *state, const char **list,
		     size_t *count, size_t max, const char *word)
{
	if (*count == max)
		argp_failure(state, 2, 0, "too many of %s", word);
	list[(*count)++] = word;
}

static int number(struct argp_state *state, const char *text, int max)
{
	char *end;
	const long value = strtol(text, &end, 10);

	if (*end || end == text || value < 0 || value > max)
		argp_failure(state, 2, 0, "%s is no number from 0 to %d",
			     text, max);
	return value;
}

/* One that can be written to: results must not get lost in silence. */
static int descriptor(struct argp_state *state, const char *text)
{
	const int fd = number(state, text, 1 << 20);
	const int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		argp_failure(state, 2, 0,
			     "cannot write to descriptor %d: %s", fd,
			     flags < 0 ? strerror(errno) : "read-only");
	return fd;
}

static void add_world(struct argp_state *state, const char *name)
{
	enum world world;

	for (world = 0; world < WORLDS; world++) {
		if (strcmp(world_names[world], name))
			continue;
		worlds_wanted |= W(CONTROL) | 1U << world;
		return;
	}
	argp_failure(state, 2, 0, "there is no world %s", name);
}

static uint64_t big_number(struct argp_state *state, const char *text)
{
	char *end;
	const uint64_t value = strtoull(text, &end, 10);

	if (*end || end == text || *text == '-')
		argp_failure(state, 2, 0, "%s is no number", text);
	return value;
}

static void explore_about(struct argp_state *state, enum explore_about *about,
			  const char *word)
{
	static const char *const words[] = {
		[EXPLORE_MUTANTS] = "mutants", [EXPLORE_CORPUS] = "corpus",
		[EXPLORE_DISTILL] = "distill", [EXPLORE_MODEL] = "model",
		[EXPLORE_SHRINK] = "shrink",
	};
	size_t i;

	for (i = 1; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0)
			*about = i;
	if (*about == EXPLORE)
		argp_failure(state, 2, 0, "there is no --about=%s", word);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	const char *wrong;
	struct selection *s = &a->selection;

	switch (key) {
	case 'c':
		add_word(state, s->globs, &s->globs_count, SELECT_MAX, arg);
		break;
	case 'l':
		add_word(state, s->labels, &s->labels_count, LABELS_MAX,
			 arg);
		break;
	case 'f':
		add_word(state, s->families, &s->families_count, 16, arg);
		break;
	case 'a':
		s->abi = number(state, arg, 99);
		break;
	case OPTION_UNREPORTED:
		s->unreported = true;
		break;
	case OPTION_FILESYSTEMS:
		s->filesystems = true;
		break;
	case OPTION_RESUME:
		s->resume_after = arg;
		break;
	case OPTION_SABOTAGE:
		if (strcmp(arg, "allow") == 0)
			sabotage = SABOTAGE_ALLOW;
		else if (strcmp(arg, "deny") == 0)
			sabotage = SABOTAGE_DENY;
		else if (strcmp(arg, "grant") == 0)
			sabotage = SABOTAGE_GRANT;
		else
			argp_failure(state, 2, 0,
				     "--sabotage is allow, deny or grant");
		break;
	case OPTION_WORLD:
		add_world(state, arg);
		break;
	case OPTION_PORT:
		lab_guard(number(state, arg, 65535));
		break;
	case OPTION_HOOKS:
		a->hooks = true;
		break;
	case OPTION_SHUFFLE:
		s->shuffle = number(state, arg, INT_MAX);
		break;
	case OPTION_CONTROLS:
		a->controls = true;
		break;
	case OPTION_PLAN_FOR:
		a->plan_for = arg;
		break;
	case OPTION_TOOLS:
		a->tools = arg;
		break;
	case OPTION_PROBE:
		a->probe = arg;
		break;
	case OPTION_WORDS:
		a->words = true;
		break;
	case OPTION_SCRIPTS:
		a->scripts = arg;
		break;
	case OPTION_AUDIT:
		a->audit = true;
		break;
	case OPTION_FILESYSTEM:
		wrong = filesystem_read(arg);
		if (wrong)
			argp_failure(state, 2, 0, "%s: %s", arg, wrong);
		break;
	case OPTION_PART:
		a->explore.part = arg;
		break;
	case OPTION_SECONDS:
		a->explore.seconds = number(state, arg, INT_MAX);
		break;
	case OPTION_DECISIONS:
		a->explore.decisions = big_number(state, arg);
		break;
	case OPTION_SEED:
		a->explore.seed = big_number(state, arg);
		a->explore.seeded = true;
		break;
	case OPTION_REPLAY:
		a->explore.replay = arg;
		break;
	case OPTION_ABOUT:
		explore_about(state, &a->explore.about, arg);
		break;
	case OPTION_MUTANT:
		a->explore.mutant = arg;
		break;
	case OPTION_FIRST:
		a->explore.first = true;
		break;
	case OPTION_RACES:
		a->explore.races = true;
		break;
	case OPTION_STRACE:
		a->strace = arg;
		break;
	case OPTION_GCOV:
		a->gcov = true;
		break;
	case OPTION_RECORDS:
		a->records_fd = descriptor(state, arg);
		break;
	case OPTION_KTAP:
		a->ktap = true;
		break;
	case OPTION_JSON:
		a->json = true;
		break;
	case OPTION_COVERAGE:
		a->coverage = true;
		break;
	case OPTION_CHECK:
		a->check = true;
		break;
	case ARGP_KEY_END:
		if (sabotage == SABOTAGE_GRANT && !a->explore.races)
			argp_failure(state, 2, 0,
				     "--sabotage=grant is for explore --races");
		break;
	case ARGP_KEY_ARG:
		if (a->command && strcmp(a->command, "plan") == 0)
			add_word(state, s->globs, &s->globs_count, SELECT_MAX,
				 arg);
		else if (a->command)
			argp_failure(state, 2, 0, "one command, not also %s",
				     arg);
		else
			a->command = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "run|host|list|plan [CASE...]|runtimes|scripts|selftests|census|explore",
	.doc = "Conformance and bypass tests for Landlock.\v"
	       "Exit status: 0 no deviation, 1 deviations, 2 could not run.",
};

/*
 * A collection of the kernel's kselftest has an entry for each family: a link
 * to this binary by that name (kselftest/install.sh).
 */
static void become_entry(struct arguments *a)
{
	const char *name = program_invocation_short_name;
	size_t i;

	for (i = 0; i < cases_count && !a->kselftest; i++)
		a->kselftest = strcmp(case_family(cases[i]), name) == 0;
	if (a->kselftest) {
		a->selection.families[a->selection.families_count++] = name;
		argp_err_exit_status = KSELFTEST_FAIL;
	}
}

int main(int argc, char **argv)
{
	static struct arguments a = { .records_fd = -1 };
	const char *missing;
	bool guest;
	int status;

	if (argc == 6 && strcmp(argv[0], "landproof-attempt") == 0)
		return attempt_main(atoi(argv[1]), argc - 2, argv + 2);
	if (explore_task(argc, argv, &status))
		return status;
	if (argc == 6 && strcmp(argv[1], "attempt") == 0)
		return tool_attempt_main(argc - 2, argv + 2);
	cases_sort();
	missing = environment_reset();
	if (missing) {
		/* fprintf(3) to stderr takes 8 KiB of stack. */
		fputs("landproof-guest: cannot start without ", stderr);
		fputs(missing, stderr);
		fputs("\n", stderr);
		return 2;
	}
	guest = guest_init();
	if (guest) {
		audit_enable(false);
		argv = guest_arguments(&argc);
	}
	argp_err_exit_status = 2;
	become_entry(&a);
	argp_parse(&argp, argc, argv, guest ? ARGP_NO_EXIT : 0, NULL, &a);
	if (!a.command || strcmp(a.command, "run") == 0 ||
	    strcmp(a.command, "host") == 0) {
		status = command_run(&a);
	} else if (strcmp(a.command, "runtimes") == 0) {
		status = command_runtimes(&a);
	} else if (strcmp(a.command, "scripts") == 0) {
		status = command_scripts(&a);
	} else if (strcmp(a.command, "selftests") == 0) {
		status = command_selftests(&a);
	} else if (strcmp(a.command, "census") == 0) {
		status = command_census(&a);
	} else if (strcmp(a.command, "explore") == 0) {
		status = command_explore(&a);
	} else if (strcmp(a.command, "list") == 0) {
		status = command_list(&a);
	} else if (strcmp(a.command, "plan") == 0) {
		status = command_plan(&a);
	} else {
		fprintf(stderr, "landproof-guest: unknown command %s; try --help\n",
			a.command);
		status = 2;
	}
	if (guest)
		guest_exit();
	/* There, 2 is KSFT_XFAIL. */
	return a.kselftest && status == 2 ? KSELFTEST_FAIL : status;
}
