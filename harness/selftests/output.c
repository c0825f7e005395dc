// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel's selftests say: a record for each test, with the calls that
 * it made before its first failed assertion.
 */
#include <string.h>

#include "base/time.h"
#include "output/records.h"
#include "selftests/selftests.h"

#define MARK		"#@ "	/* vm/recorder.c */
#define CALLS		8	/* the last ones before the assertion */
#define LINES		16

static struct {
	const char *program;
	const char *kind;	/* of its tests' records */
	unsigned int planned, seen;
	void (*failed)(const char *id);
	struct {
		char id[192];		/* "": no test is under way */
		double start;
		bool asserted;		/* an assertion has failed */
		bool enforced;		/* it has entered a domain */
		bool handled[SELFTEST_FEATURES]; /* by the rulesets it got */
		struct selftest_call calls[CALLS];
		unsigned int calls_count;
		char lines[LINES][512];
		unsigned int lines_count;
	} test;
} now;

static void take_call(const char *text)
{
	struct selftest_call call = { 0 };
	size_t i;

	/* After an assertion that failed, a test is in no state to tell. */
	if (!now.test.id[0] || now.test.asserted)
		return;
	if (!selftest_call_parse(text, &call))
		return;
	for (i = 0; i < features_count; i++)
		now.test.handled[i] |= call.creates && call.uses[i];
	now.test.enforced |= call.enforces;
	/* Of those that succeed, only the answer to a question counts. */
	if (call.error || call.detail[0])
		now.test.calls[now.test.calls_count++ % CALLS] = call;
}

static void put_test(struct json *json, bool ok, const char *directive)
{
	unsigned int i = now.test.calls_count > CALLS ? now.test.calls_count - CALLS : 0;

	json_string(json, "id", now.test.id);
	json_bool(json, "ok", ok);
	json_string(json, "directive", directive);
	json_real(json, "ms", now_ms() - now.test.start);
	json_bool(json, "enforced", now.test.enforced);
	selftest_names_put(json, "handled", now.test.handled);
	json_array(json, "calls");
	/* Those of a test that passes are no news. */
	for (; !ok && i < now.test.calls_count; i++)
		selftest_call_put(json, &now.test.calls[i % CALLS]);
	json_array_end(json);
	json_array(json, "lines");
	for (i = 0; !ok && i < now.test.lines_count; i++)
		json_string(json, NULL, now.test.lines[i]);
	json_array_end(json);
}

static void take_start(const char *name)
{
	memset(&now.test, 0, sizeof(now.test));
	now.test.start = now_ms();
	snprintf(now.test.id, sizeof(now.test.id), "%s.%.*s", now.program,
		 (int)strcspn(name, " "), name);
	record_case(now.test.id);
}

static void take_end(bool ok, const char *directive)
{
	if (!now.test.id[0])
		return;
	put_test(record_begin(now.kind), ok, directive);
	record_done();
	now.seen++;
	if (!ok && now.failed)
		now.failed(now.test.id);
	now.test.id[0] = '\0';
}

/* "# net_test.c:12:connect:Expected 0 (0) == ret (-13)" */
static bool is_assertion(const char *line)
{
	const char *dot = strstr(line, "_test.c:");

	if (!dot)
		dot = strstr(line, ".h:");
	return strncmp(line, "# ", 2) == 0 && dot && strstr(line, ":Expected ");
}

static void take_text(const char *line)
{
	now.test.asserted |= is_assertion(line);
	if (now.test.id[0] && now.test.lines_count < LINES)
		snprintf(now.test.lines[now.test.lines_count++], sizeof(now.test.lines[0]),
			 "%s", line);
}

void selftest_begin(const char *program, const char *kind,
		    void (*failed)(const char *id))
{
	memset(&now, 0, sizeof(now));
	now.program = program;
	now.kind = kind;
	now.failed = failed;
}

void selftest_line(char *line)
{
	char *directive = strstr(line, " # ");
	char *mark = strstr(line, MARK);

	/* It can be written in the middle of another process's line. */
	if (mark) {
		take_call(mark + strlen(MARK));
		*mark = '\0';
		if (mark == line)
			return;
	}
	directive = directive ? directive + 3 : "";
	if (sscanf(line, "1..%u", &now.planned) == 1)
		return;
	if (strncmp(line, "#  RUN ", 7) == 0)
		take_start(line + 7 + strspn(line + 7, " "));
	else if (strncmp(line, "ok ", 3) == 0)
		take_end(true, directive);
	else if (strncmp(line, "not ok ", 7) == 0)
		take_end(false, directive);
	else
		take_text(line);
}

void selftest_end(int status)
{
	struct json *record;

	take_end(false, "the program ended");
	/* One test of them, run again, says nothing about the program. */
	if (!now.failed)
		return;
	record = record_begin("program");
	json_string(record, "name", now.program);
	json_integer(record, "planned", now.planned);
	json_integer(record, "seen", now.seen);
	json_integer(record, "status", status);
	record_done();
}
