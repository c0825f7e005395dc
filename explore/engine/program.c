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
#define TAB	4	/* A mail has no tabs. */

/* The last place to break the line at: a space, in code in no string; or 0 */
static size_t last_space(const char *line, size_t tabs, size_t width, bool code)
{
	size_t at, found = 0;
	bool quoted = false;

	for (at = tabs; at <= width; at++) {
		if (code && line[at] == '"' && (!at || line[at - 1] != '\\'))
			quoted = !quoted;
		if (line[at] == ' ' && !quoted && at > tabs)
			found = at;
	}
	return found;
}

static void put_without_tabs(FILE *out, const char *text, size_t length)
{
	while (length--)
		if (*text == '\t')
			text++, fprintf(out, "%*s", TAB, "");
		else
			fputc(*text++, out);
}

/*
 * Writes one line; where it is too long, it goes on behind @begin in the next,
 * or, as code does, behind one tab more than it has.
 */
static void put_folded(FILE *out, const char *line, size_t length,
		       const char *begin)
{
	const size_t tabs = strspn(line, "\t");
	size_t at, begun = 0, width = WIDTH - tabs * (TAB - 1);

	while (length > width) {
		at = last_space(line, begun ? 0 : tabs, width, !begin);
		if (!at)
			break;
		put_without_tabs(out, line, at);
		begun = begin ? strlen(begin) : (tabs + 1) * TAB;
		fprintf(out, "\n%*s", (int)begun, begin ?: "");
		line += at + 1;
		length -= at + 1;
		width = WIDTH - begun;
	}
	put_without_tabs(out, line, length);
	fputc('\n', out);
}

static void fold(FILE *out, const char *text, const char *begin)
{
	while (*text) {
		const size_t length = strcspn(text, "\n");

		put_folded(out, text, length, begin);
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
	fold(out, text, " * ");
	fputs(" */\n", out);
}

/* One step each; who does them, by the first letter, and what a control leaves out */
static void put_steps(FILE *out, const struct finding *finding,
		      const bool *skip)
{
	const struct scenario *scenario = &finding->scenario;
	const struct part *part = finding->part;
	int i;

	fprintf(out, "static long step(int n)\n{\n\tswitch (n) {\n");
	for (i = 0; i < scenario->count; i++) {
		fprintf(out, "\tcase %d: return ", i);
		part->statement(out, scenario, i);
		fprintf(out, ";\n");
	}
	fprintf(out, "\tdefault: return 0;\n\t}\n}\n\nstatic const char actors[] = \"");
	for (i = 0; i < scenario->count; i++)
		fputc(part->actors[scenario->operations[i].actor][0], out);
	if (!part->runner[0])
		fprintf(out, "\", skip[] = \"");
	for (i = 0; !part->runner[0] && i < scenario->count; i++)
		fputc(skip[i] ? 'y' : 'n', out);
	fprintf(out, "\";\n");
}

static void put_statement(FILE *out, const struct finding *finding, int i,
			  const char *begin)
{
	fputs(begin, out);
	finding->part->statement(out, &finding->scenario, i);
	fputs(";\n", out);
}

/* How many operations at the beginning are done outside */
static int count_outside(const struct scenario *scenario)
{
	int i = 0;

	while (i < scenario->count && !scenario->operations[i].actor)
		i++;
	return i;
}

/* Is the rest done inside, and does a control leave some of that out? */
static bool is_ordered(const struct scenario *scenario, const bool *skip)
{
	const int last = scenario->count - 1;
	bool skips = false;
	int i;

	for (i = count_outside(scenario); i <= last; i++) {
		if (!scenario->operations[i].actor)
			return false;
		skips |= skip[i];
	}
	return skips && !skip[last];
}

/* What is done outside, and then in a child, as two functions */
static void put_ordered(FILE *out, const struct finding *finding,
			const bool *skip)
{
	const int outside = count_outside(&finding->scenario);
	const int last = finding->scenario.count - 1;
	int i;

	fputs("static long inside(int sandbox)\n{\n"
	      "\tprctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);\n", out);
	for (i = 0; i < outside; i++)
		if (finding->part->kinds[finding->scenario.operations[i].kind].slot)
			break;
	if (i < outside)
		fputs("\tmemset(slot, -1, sizeof(slot));\n", out);
	for (i = outside; i <= last; i++)
		put_statement(out, finding, i, i == last ? "\treturn " :
			      skip[i] ? "\tif (sandbox)\n\t\t" : "\t");
	fputs("}\n\nstatic int run(int sandbox)\n{\n\tint last;\n\n"
	      "\town_place();\n", out);
	for (i = 0; i < outside; i++)
		put_statement(out, finding, i, "\t");
	fputs("\tif (fork() == 0)\n"
	      "\t\t_exit(inside(sandbox) < 0 ? errno : 0);\n"
	      "\treturn wait(&last), WEXITSTATUS(last);\n}\n\n", out);
}

/* Outside is the parent, inside its child: the number of each step goes there. */
static const struct helper run_alternating[] = { { NULL,
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
"\t\t\tlast = step(n) < 0 ? errno : 0, write(back[1], &last, 4);\n"
"\t\t_exit(0);\n"
"\t}\n"
"\tfor (n = 0; actors[n]; n++)\n"
"\t\tif (actors[n] == 'o')\n"
"\t\t\tlast = step(n) < 0 ? errno : 0;\n"
"\t\telse if (sandbox || skip[n] == 'n')\n"
"\t\t\twrite(turn[1], &n, 4), read(back[0], &last, 4);\n"
"\treturn last;\n"
"}\n"
"\n" }, { NULL, NULL } };

/* The operations; returns what has to stand behind them */
static const struct helper *put_operations(FILE *out,
					   const struct finding *finding)
{
	const struct part *part = finding->part;
	bool skip[OPERATIONS_MAX];

	if (part->sequence && part->sequence(out, &finding->scenario))
		return NULL;
	control_skips(part, &finding->claim, &finding->scenario,
		      finding->trial.index, skip);
	if (!part->runner[0] && is_ordered(&finding->scenario, skip)) {
		put_ordered(out, finding, skip);
		return NULL;
	}
	put_steps(out, finding, skip);
	return part->runner[0] ? NULL : run_alternating;
}

static bool has_all(char *words, const char *statements)
{
	char *word, *rest;

	for (word = strtok_r(words, "+", &rest); word;
	     word = strtok_r(NULL, "+", &rest))
		if (!strstr(statements, word))
			return false;
	return true;
}

/* Is "a", or are both of "b+c", among the statements?  @words: "a|b+c" */
static bool is_used(const char *words, const char *statements)
{
	char word[64];

	while (*words) {
		const size_t length = strcspn(words, "|");

		snprintf(word, sizeof(word), "%.*s", (int)length, words);
		if (has_all(word, statements))
			return true;
		words += length + (words[length] == '|');
	}
	return false;
}

static void put_used(FILE *out, const struct helper *helper, const char *among)
{
	for (; helper && helper->text; helper++)
		if (!helper->used || is_used(helper->used, among))
			fputs(helper->text, out);
}

/* What the text needs, by the words that are in it */
static const struct helper headers[] = {
	{ "inet_pton(", "#include <arpa/inet.h>\n" },
	{ "errno", "#include <errno.h>\n" },
	{ "open(|creat(|fcntl(|AT_FDCWD|O_PATH|O_ASYNC", "#include <fcntl.h>\n" },
	{ "__user_cap", "#include <linux/capability.h>\n" },
	{ "io_uring_", "#include <linux/io_uring.h>\n" },
	{ "nlmsghdr", "#include <linux/netlink.h>\n" },
	{ "ifreq", "#include <net/if.h>\n" },
	{ "sockaddr_in", "#include <netinet/in.h>\n" },
	{ "poll(", "#include <poll.h>\n" },
	{ "unshare(|clone(|CLONE_", "#include <sched.h>\n" },
	{ "kill(|signal(|SIGCHLD|SIGUSR1|sigqueue(", "#include <signal.h>\n" },
	{ "int64_t|int32_t", "#include <stdint.h>\n" },
	{ NULL, "#include <stdio.h>\n" },
	{ "atol(|system(", "#include <stdlib.h>\n" },
	{ NULL, "#include <string.h>\n" },
	{ "ioctl", "#include <sys/ioctl.h>\n" },
	{ "mmap(|memfd_create(", "#include <sys/mman.h>\n" },
	{ "mount(|umount2(", "#include <sys/mount.h>\n" },
	{ "prctl(", "#include <sys/prctl.h>\n" },
	{ "ptrace(", "#include <sys/ptrace.h>\n" },
	{ "socket(|AF_", "#include <sys/socket.h>\n" },
	{ "mkdir(|mkdirat(|mknod|umask(|S_I", "#include <sys/stat.h>\n" },
	{ "SYS_", "#include <sys/syscall.h>\n" },
	{ "sockaddr_un", "#include <sys/un.h>\n" },
	{ "wait(", "#include <sys/wait.h>\n" },
	{ NULL, "#include <unistd.h>\n\n" },
	{ NULL, NULL }
};

static void put_main(FILE *out, const struct part *part,
		     const struct expected *wanted)
{
	int i;

	fputs(part->uncontrolled ?
	      "int main(void)\n{\n\tint with = run();\n\n"
	      "\tprintf(\"the last call: %s\\n\", strerror(with));\n" :
	      "int main(void)\n{\n\tint without = run(0), with = run(1);\n\n"
	      "\tprintf(\"without a sandbox: %s\\nwith it: %s\\n\",\n"
	      "\t       strerror(without), strerror(with));\n", out);
	/* What is left of a tree has no answer that could be held against it. */
	if (!wanted->count) {
		fputs("\tsystem(\"ls -lR /tmp\");\n\treturn 2;\n}\n", out);
		return;
	}
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

static void put_body(FILE *out, const struct finding *finding,
		     const char *statements, const struct helper *behind)
{
	const struct part *part = finding->part;
	int i;

	for (i = 0; i < HELPERS_MAX; i++)
		put_used(out, part->helpers[i], statements);
	fputs(statements, out);
	for (i = 0; i < HELPERS_MAX; i++)
		put_used(out, part->runner[i], statements);
	put_used(out, behind, statements);
	put_main(out, part, &finding->trial.wanted);
}

void finding_program(FILE *out, const struct finding *finding)
{
	char *statements = NULL, *body = NULL;
	const struct helper *behind;
	size_t size;
	FILE *to = open_memstream(&statements, &size);

	if (!to)
		return;
	behind = put_operations(to, finding);
	fclose(to);
	to = open_memstream(&body, &size);
	if (to) {
		put_body(to, finding, statements, behind);
		fclose(to);
		put_comment(out, finding);
		fputs("#define _GNU_SOURCE\n", out);
		put_used(out, headers, body);
		fold(out, body, NULL);
	}
	free(body);
	free(statements);
}
