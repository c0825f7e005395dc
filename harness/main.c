// SPDX-License-Identifier: GPL-2.0
/* landproof-guest: runs cases, lists them, and is PID 1 of a guest. */
#include <argp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "hooks.h"
#include "list.h"
#include "records.h"
#include "selftests.h"
#include "version.h"

#define RECORDS_PORT "/dev/ttyS1"

const char *argp_program_version = "landproof-guest " LANDPROOF_VERSION;

enum option_key {
	OPTION_UNREPORTED = 256, OPTION_RESUME, OPTION_SABOTAGE,
	OPTION_RECORDS, OPTION_KTAP, OPTION_JSON, OPTION_COVERAGE,
	OPTION_CHECK, OPTION_WORLD, OPTION_PORT, OPTION_HOOKS,
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
	{ "sabotage", OPTION_SABOTAGE, "allow|deny", 0,
	  "Prove the suite: enforce nothing, or drop every rule", 0 },
	{ "world", OPTION_WORLD, "WORLD", 0,
	  "Only these worlds, and control", 0 },
	{ "port", OPTION_PORT, "N", 0,
	  "Peers listen on this port, and policies name it", 0 },
	{ "hooks", OPTION_HOOKS, 0, 0,
	  "Trace which hooks the attempts call, in a guest", 0 },
	{ "records", OPTION_RECORDS, "FD", 0,
	  "Write records to this descriptor", 0 },
	{ "ktap", OPTION_KTAP, 0, 0, "Write KTAP to standard output", 0 },
	{ "json", OPTION_JSON, 0, 0, "list: JSON", 0 },
	{ "coverage", OPTION_COVERAGE, 0, 0,
	  "list: which cases guard which name of the UAPI", 0 },
	{ "check", OPTION_CHECK, 0, 0, "list: look for defects of the table",
	  0 },
	{ 0 }
};

struct arguments {
	const char *command;
	struct selection selection;
	int records_fd;
	bool ktap, json, coverage, check, hooks;
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

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	struct selection *s = &a->selection;

	switch (key) {
	case 'c':
		add_word(state, s->globs, &s->globs_count, SELECT_MAX, arg);
		break;
	case 'l':
		add_word(state, s->labels, &s->labels_count, 16, arg);
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
	case OPTION_RESUME:
		s->resume_after = arg;
		break;
	case OPTION_SABOTAGE:
		if (strcmp(arg, "allow") == 0)
			sabotage = SABOTAGE_ALLOW;
		else if (strcmp(arg, "deny") == 0)
			sabotage = SABOTAGE_DENY;
		else
			argp_failure(state, 2, 0,
				     "--sabotage is allow or deny");
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
	case OPTION_RECORDS:
		a->records_fd = number(state, arg, 1 << 20);
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
	case ARGP_KEY_ARG:
		if (a->command)
			argp_failure(state, 2, 0, "one command, not also %s",
				     arg);
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
	.args_doc = "run|host|list|selftests",
	.doc = "Conformance and bypass tests for Landlock.\v"
	       "Exit status: 0 no deviation, 1 deviations, 2 could not run.",
};

/* The worst of all verdicts, as an exit status. */
static int run_all(const struct selection *selection)
{
	const double start = now_ms();
	const struct variant *variant;
	bool resumed = !selection->resume_after;
	double cases_ms = 0;
	int status = 0;
	char id[128];
	size_t i;

	for (i = 0; i < cases_count; i++) {
		for (variant = case_variants(cases[i]); variant->name;
		     variant++) {
			struct result result = {
				.test = cases[i], .variant = variant,
			};

			if (!selected(selection, cases[i], variant))
				continue;
			case_id(cases[i], variant, id, sizeof(id));
			if (!resumed) {
				resumed = strcmp(id, selection->resume_after)
					  == 0;
				continue;
			}
			record_case(id);
			run_case(&result);
			record_result(&result);
			cases_ms += result.ms;
			if (result.verdict == BROKEN_RUN)
				status = 2;
			else if (is_deviation(result.verdict) && !status)
				status = 1;
		}
	}
	record_end(cases_ms, now_ms() - start);
	return status;
}

/* The port for records in a guest without the driver's log; else -1. */
static int guest_port(void)
{
	if (getpid() != 1)
		return -1;
	return open(RECORDS_PORT, O_WRONLY | O_NOCTTY | O_CLOEXEC);
}

static void open_records(const struct arguments *a)
{
	if (getpid() != 1 || a->records_fd >= 0 || !records_open_log(a->ktap))
		records_open(a->records_fd >= 0 ? a->records_fd :
			     guest_port(), a->ktap);
}

static int run(struct arguments *a)
{
	const size_t count = count_selected(&a->selection);
	int error;

	if (count == 0) {
		fprintf(stderr, "landproof-guest: no case matches; see landproof-guest list\n");
		return 2;
	}
	if (a->records_fd < 0 && getpid() != 1)
		a->ktap = true;
	error = process_init();
	if (error) {
		fprintf(stderr, "landproof-guest: cannot start: %s\n",
			strerror(error));
		return 2;
	}
	if (getpid() == 1)
		kmsg_init();
	measure_speed();
	kernel_probe();
	open_records(a);
	record_start(count);
	if (a->hooks && !record_hooks(hooks_start()))
		return 2;
	return run_all(&a->selection);
}

/*
 * The kernel's selftests, in the current directory or the guest's own.  They
 * need the machine as it is: the initial namespaces, no scratch file system.
 */
static int run_selftests(struct arguments *a)
{
	if (a->records_fd < 0 && getpid() != 1)
		a->records_fd = STDOUT_FILENO;
	kernel_probe();
	open_records(a);
	/* The tests end themselves after 30 seconds. */
	world_timeout_ms = 6000;
	record_start(0);
	return selftests_run(&a->selection);
}

static int list(const struct arguments *a)
{
	if (a->check)
		return list_check() ? 2 : 0;
	if (a->coverage) {
		list_coverage(a->json);
		return 0;
	}
	if (count_selected(&a->selection) == 0) {
		fprintf(stderr, "landproof-guest: no case matches\n");
		return 2;
	}
	list_cases(&a->selection, a->json);
	return 0;
}

int main(int argc, char **argv)
{
	static struct arguments a = { .records_fd = -1 };
	const bool guest = getpid() == 1;
	int status;

	if (argc == 4 && strcmp(argv[0], "landproof-attempt") == 0)
		return attempt_main(atoi(argv[1]), argc - 2, argv + 2);
	cases_sort();
	signal(SIGPIPE, SIG_IGN);
	if (guest) {
		guest_init();
		argv = guest_arguments(&argc);
	}
	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, guest ? ARGP_NO_EXIT : 0, NULL, &a);
	if (!a.command || strcmp(a.command, "run") == 0 ||
	    strcmp(a.command, "host") == 0) {
		status = run(&a);
	} else if (strcmp(a.command, "selftests") == 0) {
		status = run_selftests(&a);
	} else if (strcmp(a.command, "list") == 0) {
		status = list(&a);
	} else {
		fprintf(stderr, "landproof-guest: unknown command %s; try --help\n",
			a.command);
		status = 2;
	}
	if (guest)
		guest_exit();
	return status;
}
