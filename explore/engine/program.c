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

#define WIDTH	75
#define TAB	8

/* Writes one line; where it is too long, it goes on behind @begin in the next. */
static void put_folded(FILE *out, const char *line, size_t length,
		       const char *begin, size_t begin_width)
{
	size_t tabs = strspn(line, "\t"), width = WIDTH - tabs * (TAB - 1);

	while (length > width) {
		size_t at = width;

		while (at > tabs && line[at] != ' ')
			at--;
		if (at <= tabs)
			break;
		fprintf(out, "%.*s\n%s", (int)at, line, begin);
		line += at + 1;
		length -= at + 1;
		width = WIDTH - begin_width;
		tabs = 0;
	}
	fprintf(out, "%.*s\n", (int)length, line);
}

static void fold(FILE *out, const char *text, const char *begin,
		 size_t begin_width)
{
	while (*text) {
		const size_t length = strcspn(text, "\n");

		put_folded(out, text, length, begin, begin_width);
		text += length + (text[length] == '\n');
	}
}

static void put_comment(FILE *out, const struct finding *finding)
{
	const struct clause_text *clause =
		&clause_texts[finding->trial.wanted.clause];
	char wanted[128], text[1024];
	int length;

	finding_wanted(finding, wanted, sizeof(wanted));
	length = snprintf(text, sizeof(text), " * landproof explore, part %s, seed %" PRIu64
			  ": step %d is promised to answer %s, and answers %s.\n",
			  finding->part->name, finding->seed,
			  finding->trial.index, wanted,
			  answer_name(finding->trial.got));
	if (clause->name)
		snprintf(text + length, sizeof(text) - length,
			 " * \"%s\" (%s)\n", clause->sentence, clause->source);
	fputs("/*\n", out);
	fold(out, text, " * ", 3);
	fputs(" */\n", out);
}

static void put_statements(FILE *out, const struct finding *finding)
{
	const struct scenario *scenario = &finding->scenario;
	int i;

	fprintf(out, "static long step(int n)\n{\n\tswitch (n) {\n");
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];

		fprintf(out, "\tcase %d: return ", i);
		finding->part->statement(out, op,
					 &scenario->policies[op->policy], i);
		fprintf(out, ";\n");
	}
	fprintf(out, "\tdefault: return 0;\n\t}\n}\n\n");
}

/* Is one of the words, between which "|" stands, among the statements? */
static bool is_used(const char *words, const char *statements)
{
	char word[32];

	while (*words) {
		const size_t length = strcspn(words, "|");

		snprintf(word, sizeof(word), "%.*s", (int)length, words);
		if (strstr(statements, word))
			return true;
		words += length + (words[length] == '|');
	}
	return false;
}

static void put_used(FILE *out, const struct helper *helper,
		     const char *statements)
{
	for (; helper->text; helper++)
		if (!helper->used || is_used(helper->used, statements))
			fputs(helper->text, out);
}

/* Who does each operation, by the first letter, and what a control leaves out */
static void put_actors(FILE *out, const struct finding *finding)
{
	const struct scenario *scenario = &finding->scenario;
	int i;

	fprintf(out, "static const char actors[] = \"");
	for (i = 0; i < scenario->count; i++)
		fputc(finding->part->actors[scenario->operations[i].actor][0],
		      out);
	if (!finding->part->runner)
		fprintf(out, "\", enforces[] = \"");
	for (i = 0; !finding->part->runner && i < scenario->count; i++)
		fputc(finding->part->kinds[scenario->operations[i].kind]
		      .enforces ? 'y' : 'n', out);
	fprintf(out, "\";\n");
}

/*
 * Outside is the parent, inside its child.  A descriptor's number goes from one
 * to the other; nothing else does.
 */
static const struct helper run_all[] = { { NULL,
"\n"
"static int run(int sandbox)\n"
"{\n"
"\tint turn[2], back[2], n, last = 0;\n"
"\n"
"\town_place();\n"
"\tif (pipe(turn) || pipe(back) || fork() == 0) {\n"
"\t\tclose(turn[1]);\n"
"\t\tprctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);\n"
"\t\twhile (read(turn[0], &n, sizeof(n)) == sizeof(n))\n"
"\t\t\tlast = step(n) < 0 ? errno : 0,\n"
"\t\t\twrite(back[1], &last, 4);\n"
"\t\t_exit(0);\n"
"\t}\n"
"\tfor (n = 0; actors[n]; n++)\n"
"\t\tif (actors[n] == 'o')\n"
"\t\t\tlast = step(n) < 0 ? errno : 0;\n"
"\t\telse if (sandbox || enforces[n] == 'n')\n"
"\t\t\twrite(turn[1], &n, 4), read(back[0], &last, 4);\n"
"\treturn last;\n"
"}\n"
"\n" }, { NULL, NULL } };

static void put_main(FILE *out, const struct part *part,
		     const struct expected *wanted)
{
	int i;

	fputs(part->uncontrolled ?
	      "int main(void)\n{\n\tint with = run(1);\n\n"
	      "\tprintf(\"the last call: %s\\n\", strerror(with));\n" :
	      "int main(void)\n{\n\tint without = run(0), with = run(1);\n\n"
	      "\tprintf(\"without a sandbox: %s\\nwith it: %s\\n\",\n"
	      "\t       strerror(without), strerror(with));\n", out);
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

void finding_program(FILE *out, const struct finding *finding)
{
	const struct part *part = finding->part;
	char *statements = NULL;
	size_t size;
	FILE *buffer = open_memstream(&statements, &size);

	if (!buffer)
		return;
	put_statements(buffer, finding);
	fclose(buffer);
	put_comment(out, finding);
	put_used(out, part->helpers, statements);
	fold(out, statements, "\t\t\t", 3 * TAB);
	put_actors(out, finding);
	put_used(out, part->runner ?: run_all, statements);
	put_main(out, part, &finding->trial.wanted);
	free(statements);
}
