// SPDX-License-Identifier: GPL-2.0
/*
 * Writes a finding as a program in C that needs nothing but the C library: it
 * does the list without and with the sandbox, and says what came out.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "explore/engine/finding.h"
#include "explore/model/clause.h"

static void put_comment(FILE *out, const struct finding *finding)
{
	const struct clause_text *text =
		&clause_texts[finding->trial.wanted.clause];
	char wanted[128];

	finding_wanted(finding, wanted, sizeof(wanted));
	fprintf(out, "/*\n * landproof explore, part %s, seed %" PRIu64 ": step %d\n"
		     " * is promised to answer %s, and answers %s.\n",
		finding->part->name, finding->seed, finding->trial.index,
		wanted, answer_name(finding->trial.got));
	if (text->name)
		fprintf(out, " * \"%s\" (%s)\n", text->sentence,
			text->source);
	fprintf(out, " */\n");
}

static void put_statements(FILE *out, const struct finding *finding)
{
	const struct scenario *scenario = &finding->scenario;
	int i;

	fprintf(out, "\nstatic long step(int n)\n{\n\tswitch (n) {\n");
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];

		fprintf(out, "\tcase %d: /* %s */ return ", i,
			finding->part->actors[op->actor]);
		finding->part->statement(out, op,
					 &scenario->policies[op->policy], i);
		fprintf(out, ";\n");
	}
	fprintf(out, "\t}\n\treturn 0;\n}\n\n");
}

/* With the helpers that they call */
static void put_steps(FILE *out, const struct finding *finding)
{
	const struct helper *helper = finding->part->helpers;
	char *text = NULL;
	size_t size;
	FILE *buffer = open_memstream(&text, &size);

	if (!buffer)
		return;
	put_statements(buffer, finding);
	fclose(buffer);
	for (; helper->text; helper++)
		if (!helper->used || strstr(text, helper->used))
			fputs(helper->text, out);
	fputs(text, out);
	free(text);
}

/* Who does each operation, and whether the control does it */
static void put_actors(FILE *out, const struct finding *finding)
{
	const struct scenario *scenario = &finding->scenario;
	int i;

	fprintf(out, "static const char actors[] = \"");
	for (i = 0; i < scenario->count; i++)
		fputc('a' + scenario->operations[i].actor, out);
	fprintf(out, "\", enforces[] = \"");
	for (i = 0; i < scenario->count; i++)
		fputc(finding->part->kinds[scenario->operations[i].kind]
		      .enforces ? 'y' : 'n', out);
	fprintf(out, "\";\n");
}

/*
 * Actor 'a' is the parent, 'b' its child.  A descriptor's number goes from one
 * to the other; nothing else does.
 */
static const char run_all[] =
"\n"
"static int run(int sandbox)\n"
"{\n"
"\tint turn[2], back[2], n, last = 0;\n"
"\n"
"\tif (pipe(turn) || pipe(back) || fork() == 0) {\n"
"\t\tclose(turn[1]);\n"
"\t\tprctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);\n"
"\t\twhile (read(turn[0], &n, sizeof(n)) == sizeof(n)) {\n"
"\t\t\tlast = step(n) < 0 ? errno : 0;\n"
"\t\t\twrite(back[1], &last, sizeof(last));\n"
"\t\t}\n"
"\t\t_exit(0);\n"
"\t}\n"
"\tfor (n = 0; actors[n]; n++) {\n"
"\t\tif (actors[n] == 'a') {\n"
"\t\t\tlast = step(n) < 0 ? errno : 0;\n"
"\t\t} else if (sandbox || enforces[n] == 'n') {\n"
"\t\t\twrite(turn[1], &n, sizeof(n));\n"
"\t\t\tread(back[0], &last, sizeof(last));\n"
"\t\t}\n"
"\t}\n"
"\tclose(turn[1]);\n"
"\treturn last;\n"
"}\n"
"\n";

void finding_program(FILE *out, const struct finding *finding)
{
	const struct expected *wanted = &finding->trial.wanted;
	int i;

	put_comment(out, finding);
	put_steps(out, finding);
	put_actors(out, finding);
	fputs(finding->part->runner ?: run_all, out);
	fprintf(out, "int main(void)\n{\n\tint with;\n\n"
		     "\town_place();\n"
		     "\tprintf(\"without a sandbox: %%s\\n\", strerror(run(0)));\n"
		     "\town_place();\n"
		     "\twith = run(1);\n"
		     "\tprintf(\"with it: %%s\\n\", strerror(with));\n");
	fprintf(out, "\treturn !(");
	for (i = 0; i < wanted->count; i++) {
		fprintf(out, "%swith == ", i ? " || " : "");
		if (wanted->answers[i])
			fputs(strerrorname_np(wanted->answers[i]), out);
		else
			fputs("0", out);
	}
	fprintf(out, ");\n}\n");
}
