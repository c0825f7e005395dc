// SPDX-License-Identifier: GPL-2.0
/* The cases, with their policies enforced by tools, as records. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/memory.h"
#include "base/time.h"
#include "cases/table.h"
#include "cases/worlds.h"
#include "engine/enforced.h"
#include "engine/process.h"
#include "machine/belongings.h"
#include "machine/environment.h"
#include "machine/guest.h"
#include "machine/kmsg.h"
#include "output/records.h"
#include "output/runtimes.h"

static struct tool *tools;
static int tools_count;

static void put_world(struct json *json, const struct tool_world_result *world,
		      const char *name)
{
	char outcome[32];
	int i;

	json_object(json, name);
	json_bool(json, "started", world->started);
	json_string(json, "result", !world->started ? NULL :
		    outcome_name(world->outcome, outcome, sizeof(outcome)));
	json_integer(json, "layers", world->layers);
	json_integer(json, "status", world->status);
	json_real(json, "ms", world->ms);
	json_bool(json, "coarse", world->coarse);
	json_bool(json, "inexpressible", world->inexpressible);
	json_array(json, "lost");
	for (i = 0; i < BELONGINGS; i++)
		if (world->lost & 1U << i)
			json_string(json, NULL, belonging_names[i]);
	json_array_end(json);
	json_string(json, "command", world->command);
	json_string(json, "said", world->said);
	json_string(json, "note", world->note);
	json_object_end(json);
}

/* @result NULL: of raw calls, which have no verdict */
static void put_result(const char *id, const char *tool,
		       const struct tool_world_result worlds[TOOL_WORLDS],
		       const struct tool_result *result)
{
	struct json *const json = record_begin("runtime");
	enum tool_world world;

	json_string(json, "tool", tool);
	json_string(json, "id", id);
	json_string(json, "verdict", result ?
		    tool_verdict_names[result->verdict] : "raw");
	json_bool(json, "coarse", result && result->coarse);
	json_string(json, "why", result ? result->why : "");
	json_object(json, "worlds");
	for (world = 0; world < TOOL_WORLDS; world++)
		if (worlds[world].ran)
			put_world(json, &worlds[world],
				  tool_world_names[world]);
	json_object_end(json);
	record_done();
}

static int status_of(enum tool_verdict verdict)
{
	if (verdict == TOOL_BROKEN)
		return 2;
	return verdict == TOOL_OPEN_SILENT || verdict == TOOL_OVERBLOCK;
}

static int words_status;

static void put_word(const char *id, const struct tool_result *result)
{
	const int status = status_of(result->verdict);

	put_result(id, result->tool->name, result->worlds, result);
	words_status = MAX(words_status, status);
}

static int put_tried(const char *id)
{
	json_string(record_begin("tried"), "id", id);
	record_done();
	return 0;
}

static int run_line(const struct line *line, const struct arguments *a)
{
	static struct tool_case tc;
	static struct tool_result result;
	int i, one, status = 0;
	char id[128];

	case_id(line->test, line->variant, id, sizeof(id));
	record_case(id);
	enforced_begin(&tc, line->test, line->variant, a->probe);
	if (tc.inapplicable) {
		result = (struct tool_result) {
			.verdict = TOOL_NOT_APPLICABLE,
		};
		snprintf(result.why, sizeof(result.why), "%s",
			 tc.inapplicable);
		put_result(id, "raw", tc.raw, &result);
		return put_tried(id);
	}
	for (i = 0; i < tools_count; i++) {
		enforced_run(&tc, &tools[i], &result);
		put_result(id, tools[i].name, result.worlds, &result);
		one = status_of(result.verdict);
		status = MAX(status, one);
		if (a->words)
			words_run(&tc, &tools[i], i, put_word);
	}
	put_result(id, "raw", tc.raw, NULL);
	put_tried(id);
	return status;
}

/* What does not even run is no tool: it is left out, and said to be missing. */
static void leave_out_missing(void)
{
	int i, kept = 0;

	for (i = 0; i < tools_count; i++) {
		const char *const missing = tool_missing(&tools[i]);
		struct json *const json = record_begin("tool");

		json_string(json, "tool", tools[i].name);
		json_string(json, "missing", missing);
		record_done();
		if (!missing)
			tools[kept++] = tools[i];
	}
	tools_count = kept;
}

static int cannot_start(const char *what)
{
	fprintf(stderr, "landproof-guest: cannot start without %s\n", what);
	return 2;
}

/*
 * Variants try the kernel in other ways, with the policy of the first: tools
 * get those that differ by address family, unless one is asked for by name.
 */
static size_t leave_out_variants(struct line *lines, size_t count,
				 const struct selection *selection)
{
	size_t i, kept = 0;

	for (i = 0; i < selection->globs_count; i++)
		if (strchr(selection->globs[i], '['))
			return count;
	for (i = 0; i < count; i++)
		if (lines[i].variant == case_variants(lines[i].test) ||
		    variant_worlds(lines[i].test, lines[i].variant) & W(GRANT))
			lines[kept++] = lines[i];
	return kept;
}

int command_runtimes(const struct arguments *a)
{
	const double start = now_ms();
	struct line *lines;
	const char *wrong;
	char id[128];
	size_t count, i;
	bool resumed = !a->selection.resume_after, full = false;
	int status = 0;

	if (!a->tools || !a->probe || (a->records_fd < 0 && !is_guest()))
		return cannot_start("--tools, --probe and --records");
	if (!TAKE_ARRAY(tools, TOOLS_MAX))
		return cannot_start("memory for tools");
	tools_count = tools_read(a->tools, tools, &wrong);
	if (tools_count < 0) {
		fprintf(stderr, "landproof-guest: %s: %s\n", a->tools, wrong);
		return 2;
	}
	lines = select_lines(&a->selection, &count);
	count = leave_out_variants(lines, count, &a->selection);
	wrong = process_init() ?: enforced_init();
	if (wrong)
		return cannot_start(wrong);
	guest_mount_cgroups();
	if (is_guest())
		kmsg_init();
	measure_speed();
	kernel_probe();
	environment_probe();
	records_open(a->records_fd, false);
	record_start(count);
	leave_out_missing();
	for (i = 0; i < count && !full; i++) {
		int one;

		if (!resumed) {
			case_id(lines[i].test, lines[i].variant, id,
				sizeof(id));
			resumed = strcmp(id, a->selection.resume_after) == 0;
			continue;
		}
		one = run_line(&lines[i], a);
		status = MAX(status, one);
		full = i + 1 < count && records_fill_up();
	}
	free(lines);
	if (full)
		record_renew();
	else
		record_end(now_ms() - start, now_ms() - start);
	status = MAX(status, words_status);
	return records_complete() ? status : 2;
}
