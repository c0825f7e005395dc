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

/* Writes one line; where it is too long, it goes on behind @begin in the next. */
static void put_folded(FILE *out, const char *line, size_t length,
		       const char *begin, size_t begin_width)
{
	size_t tabs = strspn(line, "\t"), width = WIDTH - tabs * (TAB - 1);

	while (length > width) {
		const size_t at = last_space(line, tabs, width,
					     begin[0] == '\t');

		if (!at)
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

/* One step each; who does them, by the first letter, and what a control leaves out */
static void put_steps(FILE *out, const struct finding *finding)
{
	const struct scenario *scenario = &finding->scenario;
	const struct part *part = finding->part;
	bool skip[OPERATIONS_MAX];
	int i;

	control_skips(part, &finding->claim, scenario, finding->trial.index,
		      skip);
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

/* First all that is done outside, then the rest in a child */
static const struct helper run_ordered[] = {
	{ NULL,
"\n"
"static int run(int sandbox)\n"
"{\n"
"\tint n = 0, last = 0;\n"
"\n"
"\town_place();\n" },
	{ "\"o", "\tfor (; actors[n] == 'o'; n++)\n\t\tlast = step(n);\n" },
	{ NULL,
"\tif (fork())\n"
"\t\treturn wait(&last), WEXITSTATUS(last);\n"
"\tprctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);\n" },
	{ "\"o+slot[", "\tmemset(slot, -1, sizeof(slot));\n" },
	{ NULL,
"\tfor (; actors[n]; n++)\n"
"\t\tif (sandbox || skip[n] == 'n')\n"
"\t\t\tlast = step(n) < 0 ? errno : 0;\n"
"\t_exit(last);\n"
"}\n"
"\n" },
	{ NULL, NULL }
};

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

static const struct helper *runner(const struct scenario *scenario)
{
	int i;

	for (i = 1; i < scenario->count; i++)
		if (!scenario->operations[i].actor &&
		    scenario->operations[i - 1].actor)
			return run_alternating;
	return scenario->operations[i - 1].actor ? run_ordered : run_alternating;
}

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

static void put_without_tabs(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\t')
			fprintf(out, "%*s", TAB, "");
		else
			fputc(*text, out);
}

static void put_body(FILE *out, const struct finding *finding,
		     const char *statements)
{
	const struct part *part = finding->part;
	int i;

	for (i = 0; i < HELPERS_MAX; i++)
		put_used(out, part->helpers[i], statements);
	fold(out, statements, "\t\t\t", 3 * TAB);
	for (i = 0; i < HELPERS_MAX; i++)
		put_used(out, part->runner[i], statements);
	if (!part->runner[0])
		put_used(out, runner(&finding->scenario), statements);
	put_main(out, part, &finding->trial.wanted);
}

void finding_program(FILE *out, const struct finding *finding)
{
	const struct part *part = finding->part;
	char *statements = NULL, *body = NULL;
	size_t size;
	FILE *to = open_memstream(&statements, &size);

	if (!to)
		return;
	if (!part->sequence || !part->sequence(to, &finding->scenario))
		put_steps(to, finding);
	fclose(to);
	to = open_memstream(&body, &size);
	if (to) {
		put_body(to, finding, statements);
		fclose(to);
		put_comment(out, finding);
		fputs("#define _GNU_SOURCE\n", out);
		put_used(out, headers, body);
		put_without_tabs(out, body);
	}
	free(body);
	free(statements);
}
