// SPDX-License-Identifier: GPL-2.0
/*
 * Operations of the part "log" as C.  Most lists are done by one process after
 * the other: they become one function, list(), as a person would write it.  In
 * others tasks take turns (turns_program.c), and who is outside hears the log.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/parts/log.h"

const struct helper log_helpers[] = {
	{ "hear(",
"enum { EAR = 98 };\t/* hears the log: needs root, and turns audit on */\n"
"static char said[99999], *latest = said;\n" },
	{ "list(int", "static int status, set;\n" },
	{ "actors", "static int set;\n" },
	{ "&server",
"static struct sockaddr_un server = { AF_UNIX, \"\\0landproof\" };\n" },
	{ "&to", "static struct sockaddr_in to = { .sin_family = AF_INET };\n" },
	{ "struct beneath", "struct beneath { long long access; int fd; };\n" },
	{ NULL, "\n" },
	{ "hear(",
"/* Reads what the log says, up to a mark of its own. */\n"
"static void hear(void)\n"
"{\n"
"\tstruct nlmsghdr m[600] = { { 20, 2999, NLM_F_REQUEST, 0, 0 } };\n"
"\n"
"\tlatest = said + strlen(said);\n"
"\tfor (send(EAR, m, 20, 0); recv(EAR, m, sizeof(m) - 1, 0) > 0 &&\n"
"\t     m->nlmsg_type != 2999; memset(m, 0, sizeof(m)))\n"
"\t\tif (m->nlmsg_type == 1423 || m->nlmsg_type == 1424)\n"
"\t\t\tstrcat(strcat(said, (char *)(m + 1)), \"\\n\");\n"
"}\n"
"\n" },
	{ "opid(",
"static char *opid(int pid)\n"
"{\n"
"\tstatic char of[40];\n"
"\n"
"\tsprintf(of, \" opid=%d \", pid);\n"
"\treturn of;\n"
"}\n"
"\n" },
	{ "heard(",
"static long heard(int new, char *denial, char *object)\n"
"{\n"
"\tdprintf(1, \"%s\", latest);\n" },
	{ "ended(",
"static long ended(char *end, char *denials)\n"
"{\n"
"\tchar *at = strstr(said, end);\n"
"\n"
"\tdprintf(1, \"%s\", latest);\n" },
	{ "heard_of(|ended_of(",
"/* @name: of the task that made the domain of which the record is */\n" },
	{ "heard_of(",
"static long heard_of(char *name, int new, char *denial, char *object)\n" },
	{ "ended_of(",
"static long ended_of(char *name, char *end, char *denials)\n" },
	{ "heard_of(|ended_of(",
"{\n"
"\tchar *at = strstr(said, name) ?: name;\n"
"\n"
"\tdprintf(1, \"%s\", latest);\n"
"\twhile (at != name && strncmp(at, \"domain=\", 7))\n"
"\t\tat--;\n" },
	{ "heard_of(",
"\tasprintf(&denial, \"%.*s%s\", (int)strcspn(at, \" \"), at, denial);\n" },
	{ "ended_of(",
"\tasprintf(&end, \"%.*s%s\", (int)strcspn(at, \" \"), at, end);\n"
"\tat = strstr(said, end);\n" },
	{ "heard(|heard_of(",
"\terrno = strstr(latest, \"blockers=\") ? EBADMSG : ENODATA;\n"
"\treturn -!(strstr(latest, denial) && strstr(latest, object) &&\n"
"\t\t  new == !!strstr(latest, \"=alloc\"));\n"
"}\n"
"\n" },
	{ "ended(|ended_of(",
"\terrno = at ? EBADMSG : ENODATA;\n"
"\treturn at && strstr(at, denials) == at + strlen(end) ? 0 : -1;\n"
"}\n"
"\n" },
	{ NULL, NULL }
};

const struct helper log_runner[] = {
	{ NULL,
"\n"
"static int run(int sandbox)\n"
"{\n" },
	{ "hear(",
"\tstruct sockaddr_nl log = { .nl_family = AF_NETLINK, .nl_groups = 1 };\n"
"\tstruct { struct nlmsghdr head; int mask, enabled, rest[8]; } on = {\n"
"\t\t{ sizeof(on), 1001 /* AUDIT_SET */, 1, 0, 0 }, 1, 1, { 0 } };\n"
"\n"
"\tdup2(socket(AF_NETLINK, SOCK_RAW, 9 /* NETLINK_AUDIT */), EAR);\n"
"\tsetsockopt(EAR, SOL_SOCKET, SO_RCVTIMEO, (long[]){ 3, 0 }, 16);\n"
"\tif (bind(EAR, (void *)&log, 12) || send(EAR, &on, sizeof(on), 0) < 0)\n"
"\t\treturn errno;\n" },
	{ "\"/tmp",
"\tunshare(CLONE_NEWNS), mount(0, \"/\", 0, MS_REC | MS_PRIVATE, 0);\n"
"\tmount(\"none\", \"/tmp\", \"tmpfs\", 0, NULL), chdir(\"/tmp\");\n" },
	{ "\"/tmp/f", "\tcreat(\"f\", 0644);\n" },
	{ "\"/tmp/x", "\tmkdir(\"x\", 0755)" },
	{ "\"/tmp/x/f", ", creat(\"x/f\", 0644)" },
	{ "\"/tmp/x/y", ", mkdir(\"x/y\", 0755)" },
	{ "\"/tmp/x/y/f", ", creat(\"x/y/f\", 0644)" },
	{ "\"/tmp/x", ";\n" },
	{ "\"/tmp/z", "\tmkdir(\"z\", 0755)" },
	{ "\"/tmp/z/f", ", creat(\"z/f\", 0644)" },
	{ "\"/tmp/z", ";\n" },
	{ "AF_UNIX, SOCK_DGRAM",
"\tbind(socket(AF_UNIX, SOCK_DGRAM, 0), (void *)&server, 12);\n" },
	{ "AF_UNIX, SOCK_STREAM",
"\tbind(dup2(socket(AF_UNIX, SOCK_STREAM, 0), 96), (void *)&server, 12);\n"
"\tlisten(96, 9);\n" },
	{ "sendto(97",
"\tto.sin_port = 0;\n"
"\tbind(dup2(socket(AF_INET, SOCK_DGRAM, 0), 97), (void *)&to, 16);\n" },
	{ "actors+hear(", "\t*(latest = said) = '\\0';\n" },
	{ "actors",
"\tall = (typeof(all)){ .sandbox = sandbox, .process = { getpid() } };\n"
"\tsignal(SIGCHLD, SIG_IGN);\t/* Or they would keep their domains. */\n"
"\treturn list(NULL), usleep(500000) /* The others end. */, all.last;\n"
"}\n"
"\n" },
	{ "list(int sandbox)",
"\tif (fork() == 0)\n"
"\t\t_exit(list(sandbox) < 0 ? errno : 0);\n" },
	{ "list(int again",
"\tif (fork() == 0)\n"
"\t\t_exit(list(0, sandbox) < 0 ? errno : 0);\n" },
	{ "list(int",
"\treturn wait(&status), WEXITSTATUS(status);\n"
"}\n"
"\n" },
	{ "again",
"__attribute__((constructor)) static void goes_on(int argc, char **argv)\n"
"{\n"
"\tif (argc > 1)\n"
"\t\t_exit(list(**argv - '0', *argv[1] - '0') < 0 ? errno : 0);\n"
"}\n"
"\n" },
	{ NULL, NULL }
};

/* A list as a program does it */
struct told {
	const struct scenario *scenario;
	bool turns;		/* tasks take turns; otherwise: */
	int task;		/* who acts */
};

static const struct operation *last_of(const struct scenario *scenario)
{
	return &scenario->operations[scenario->count - 1];
}

static bool hears(const struct operation *op)
{
	return op->kind == LOG_HEARD || op->kind == LOG_ENDED;
}

static int count_of(const struct scenario *scenario, enum log_kind kind)
{
	int i, count = 0;

	for (i = 0; i < scenario->count; i++)
		count += scenario->operations[i].kind == kind;
	return count;
}

/* Do domains have to be told apart? */
static bool are_named(const struct scenario *scenario)
{
	return count_of(scenario, LOG_ENFORCE) > 1;
}

/* Asks for a record: of which domain, if there are several */
static void put_call(FILE *out, const struct scenario *scenario,
		     const char *call, const char *domain)
{
	fprintf(out, are_named(scenario) ? "%s_of(\"comm=\\\"%s\\\"\", " :
		"%s(", call, domain);
}

/* Which process it is about, or -1 */
static int target_of(const struct operation *op)
{
	return op->kind == LOG_KILL || op->kind == LOG_INSPECT ?
	       log_task(op->text[0]) :
	       op->kind == LOG_HEARD ? log_task(op->text[1]) : -1;
}

static void put_process(FILE *out, const struct told *told, int target)
{
	if (told->turns)
		fprintf(out, "all.process[%d]", target);
	else
		fputs(target == told->task ? "getpid()" : "getppid()", out);
}

/* What a dynamically linked program needs to be executed again, it may read. */
static void put_needed(FILE *out, uint32_t handled)
{
	static const char *const needed[] = { "/usr", "/etc", "/proc/self/exe" };
	const uint32_t access = handled & (EXECUTE | READ_FILE);
	size_t i;

	for (i = 0; access && i < sizeof(needed) / sizeof(needed[0]); i++)
		fprintf(out, "syscall(445, set, 1, &(struct beneath){ %u, open(\"%s\", O_PATH) }, 0), ",
			access, needed[i]);
}

static void put_rules(FILE *out, const struct policy *policy)
{
	int i;

	for (i = 0; i < policy->grants_count; i++) {
		const struct grant *grant = &policy->grants[i];
		const enum set set = grant->path[0] ? SET_FS : SET_NET;
		uint32_t access = grant->access & policy->handled[set];
		const bool quiet = grant->quiet && policy->quiet[set];

		if (set == SET_FS && log_path(grant->path) >= LOG_DIRS)
			access &= FILE_RIGHTS;
		if (!access && !quiet)
			continue;
		if (set == SET_FS)
			fprintf(out, "syscall(445, set, 1, &(struct beneath){ %u, open(\"/tmp/%s\", O_PATH) }, %d), ",
				access, grant->path, quiet);
		else
			fprintf(out, "syscall(445, set, 2, (long long[]){ %u, %u }, %d), ",
				access, grant->port, quiet);
	}
}

static bool is_executed_later(const struct scenario *scenario, int number)
{
	while (++number < scenario->count)
		if (scenario->operations[number].kind == LOG_EXEC)
			return true;
	return false;
}

static void put_enforce(FILE *out, const struct told *told, int number)
{
	const struct operation *op = &told->scenario->operations[number];
	const struct policy *policy = &told->scenario->policies[op->policy];
	const struct claim newest = { MODEL_ABI_NEWEST, ~0U };
	const struct log_layer layer = log_layer(&newest, policy);
	uint32_t values[2 * SETS];
	int i, count = 2 * SETS;

	memcpy(values, layer.handled, sizeof(layer.handled));
	memcpy(values + SETS, layer.quiet, sizeof(layer.quiet));
	/* The kernel takes three, or all of them. */
	while (count > 1 && !values[count - 1])
		count--;
	count = count > SETS ? 2 * SETS : count;
	fputs("set = syscall(444, (long long[]){ ", out);
	for (i = 0; i < count; i++)
		fprintf(out, "%u%s", values[i], i + 1 < count ? ", " : " }");
	fprintf(out, ", %d, 0), ", 8 * count);
	put_rules(out, policy);
	if (is_executed_later(told->scenario, number))
		put_needed(out, layer.handled[SET_FS]);
	if (are_named(told->scenario))
		fprintf(out, "prctl(PR_SET_NAME, \"%s\"), ",
			op->text[0]);
	fprintf(out, "%ssandbox ? syscall(446, set, %u) : 0",
		told->turns ? "all." : "", policy->flags & 7);
}

static void put_open(FILE *out, const struct operation *op)
{
	static const char *const modes[] = {
		[LOG_READ] = "O_RDONLY", [LOG_WRITE] = "O_WRONLY",
		[LOG_READ | LOG_WRITE] = "O_RDWR",
	};

	fprintf(out, "open(\"/tmp/%s\", %s%s)", op->text[0],
		modes[op->flags & 3] ?: "0",
		op->flags & LOG_TRUNC ? " | O_TRUNC" : "");
}

static void put_make(FILE *out, const struct operation *op, int number)
{
	static const char *const types[] = {
		[0] = "S_IFREG", [LOG_FIFO] = "S_IFIFO", [LOG_SOCK] = "S_IFSOCK",
	};

	fprintf(out, "%s\"/tmp/%s/n%d\"", op->flags == LOG_DIR ? "mkdir(" :
		op->flags == LOG_SYM ? "symlink(\"f\", " : "mknod(",
		op->text[0], number);
	if (op->flags == LOG_DIR)
		fputs(", 0700)", out);
	else if (op->flags == LOG_SYM)
		fputs(")", out);
	else
		fprintf(out, ", %s | 0600, 0)", types[op->flags]);
}

/* Only what Landlock says to a port counts, and that of the last call. */
static void put_port(FILE *out, const struct told *told,
		     const struct operation *op)
{
	const bool counts = op == last_of(told->scenario);

	fprintf(out, "to.sin_port = htons(%s), %s", op->text[0],
		counts ? "-(" : "");
	if (op->kind == LOG_SEND)
		fputs("sendto(97, \"\", 1, 0, (void *)&to, 16)", out);
	else
		fprintf(out, "%s(socket(AF_INET, %s, 0), (void *)&to, 16)",
			op->kind == LOG_BIND ? "bind" : "connect",
			op->flags ? "SOCK_DGRAM" : "SOCK_STREAM");
	fputs(counts ? " < 0 && errno == EACCES)" : "", out);
}

static void put_object(FILE *out, const struct told *told,
		       const struct operation *op)
{
	const char *const object = op->text[1];

	if (target_of(op) >= 0) {
		fputs("opid(", out);
		put_process(out, told, target_of(op));
		fputs(")", out);
	} else if (strcmp(object, log_server) == 0) {
		fputs("\"path=006C616E64\"", out);
	} else if (log_path(object) == 0) {
		fputs("\"path=\\\"/tmp\\\"\"", out);
	} else if (atoi(object)) {
		fprintf(out, "\"%s=%s\"",
			op->flags & (BIND_TCP | BIND_UDP) << BLOCKER_NET ?
			"src" : "dest", object);
	} else {
		fprintf(out, "\"path=\\\"/tmp/%s\\\"\"", object);
	}
}

static void put_heard(FILE *out, const struct told *told,
		      const struct operation *op)
{
	char text[512] = " blockers=";
	int i;

	for (i = 0; i < BLOCKER_NEW; i++)
		if (op->flags >> i & 1)
			strcat(strcat(text, log_blockers[i]), ",");
	text[strlen(text) - 1] = ' ';
	fputs("hear(), ", out);
	put_call(out, told->scenario, "heard", op->text[0]);
	fprintf(out, "%d, \"%s\", ", op->flags >> BLOCKER_NEW & 1, text);
	put_object(out, told, op);
	fputs(")", out);
}

static void put_operation(FILE *out, const struct told *told, int number)
{
	const struct operation *op = &told->scenario->operations[number];
	const char *const text = op->text[0];

	switch (op->kind) {
	case LOG_ENFORCE:
		put_enforce(out, told, number);
		break;
	case LOG_MUTE:
		fprintf(out, "%ssandbox ? syscall(446, -1, 4) : 0",
			told->turns ? "all." : "");
		break;
	case LOG_OPEN:
		put_open(out, op);
		break;
	case LOG_LIST:
		fprintf(out, "open(\"/tmp/%s\", O_DIRECTORY)", text);
		break;
	case LOG_TRUNCATE:
		fprintf(out, "truncate(\"/tmp/%s\", 0)", text);
		break;
	case LOG_MAKE:
		put_make(out, op, number);
		break;
	case LOG_REMOVE:
		fprintf(out, "%s(\"/tmp/%s/r%d\")",
			op->flags ? "rmdir" : "unlink", text, number);
		break;
	case LOG_MOUNT:
		fprintf(out, "mount(\"none\", \"/tmp/%s\", \"tmpfs\", 0, 0)",
			text);
		break;
	case LOG_BIND:
	case LOG_CONNECT:
	case LOG_SEND:
		put_port(out, told, op);
		break;
	case LOG_KILL:
		fputs("kill(", out);
		put_process(out, told, target_of(op));
		fputs(", SIGURG)", out);
		break;
	case LOG_REACH:
		fprintf(out, "connect(socket(AF_UNIX, %s, 0), (void *)&server, 12)",
			op->flags & LOG_STREAM ? "SOCK_STREAM" : "SOCK_DGRAM");
		break;
	case LOG_INSPECT:
		fputs("syscall(SYS_kcmp, getpid(), ", out);
		put_process(out, told, target_of(op));
		fputs(", 1, 0, 0)", out);
		break;
	case LOG_HEARD:
		put_heard(out, told, op);
		break;
	default:
		fputs("sleep(3), hear(), ", out);
		put_call(out, told->scenario, "ended", text);
		fprintf(out, "\" status=deallocated denials=\", \"%s\\n\")",
			op->text[1]);
	}
}

/* What will be removed, before anything is enforced */
static void put_entries(FILE *out, const struct scenario *scenario,
			const char *begin, const char *end)
{
	int i;

	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];

		if (op->kind == LOG_REMOVE)
			fprintf(out, "%s%s(\"/tmp/%s/r%d\", 0755)%s", begin,
				op->flags ? "mkdir" : "creat", op->text[0], i,
				end);
	}
}

/* The last operation that may leave a record: what was heard before is none. */
static int asked_about(const struct scenario *scenario)
{
	int i = scenario->count - 1;

	if (scenario->operations[i].kind != LOG_HEARD)
		return -1;
	while (i >= 0 && (scenario->operations[i].kind < LOG_OPEN ||
			  hears(&scenario->operations[i])))
		i--;
	return i;
}

void log_statement(FILE *out, const struct scenario *scenario, int number)
{
	const struct operation *op = &scenario->operations[number];
	const struct told told = { scenario, true };

	if (number == 0)
		put_entries(out, scenario, "", ", ");
	if (number == asked_about(scenario))
		fputs("hear(), ", out);
	if (op->kind == LOG_FORK)
		fprintf(out, "start(%d, SIGCHLD)", log_task(op->text[0]));
	else if (op->kind == LOG_EXEC)
		fprintf(out, "execl(\"/proc/self/exe\", \"task\", \"%d\", NULL)",
			op->actor);
	else if (op->kind == LOG_EXIT)
		fputs("(all.last = 0, all.at++, syscall(SYS_exit, 0))", out);
	else if (hears(op) && op != last_of(scenario))
		fputs("0", out);
	else
		put_operation(out, &told, number);
}

/* One process after the other */

struct order {
	int tasks[LOG_TASKS], depth;	/* those that are there, each its child's parent */
	bool ends[LOG_TASKS];		/* ... and waits for its end */
};

static int acting(const struct order *order)
{
	return order->tasks[order->depth];
}

static bool will_exit(const struct scenario *scenario, int number)
{
	const int task = log_task(scenario->operations[number].text[0]);

	for (; number < scenario->count; number++)
		if (scenario->operations[number].kind == LOG_EXIT &&
		    scenario->operations[number].actor == task)
			return true;
	return false;
}

/* Takes the next operation; false: somebody would have to take turns for it. */
static bool in_order(struct order *order, const struct scenario *scenario,
		     int number)
{
	const struct operation *op = &scenario->operations[number];
	const int target = target_of(op);

	if (hears(op) && op != last_of(scenario))
		return true;
	if (target >= 0 && target != acting(order) &&
	    (!order->depth || target != order->tasks[order->depth - 1]))
		return false;
	if (hears(op))
		return op->kind == LOG_ENDED ||
		       asked_about(scenario) == number - 1;
	if (op->actor != acting(order))
		return false;
	if (op->kind == LOG_FORK) {
		order->tasks[++order->depth] = log_task(op->text[0]);
		order->ends[order->depth] = will_exit(scenario, number);
	}
	if (op->kind == LOG_EXIT)
		order->depth--;
	return true;
}

static bool is_in_order(const struct scenario *scenario)
{
	struct order order = { { LOG_OUTSIDE }, 0 };
	int i;

	for (i = 0; i < scenario->count; i++)
		if (!in_order(&order, scenario, i))
			return false;
	return true;
}

/* Who is outside is the parent already. */
static bool is_first(const struct order *order)
{
	return order->depth == 1 && !order->ends[1];
}

/*
 * The function: what is done until somebody is executed again, and what that
 * one does from there on, are blocks of their own.
 */
struct block {
	FILE *out;
	char *text;
	size_t size;
	int tabs;		/* of what a task does in it that nobody waits for */
};

/* Where a task writes down what it does */
struct place {
	struct block *block;
	int tabs;
};

static void begin_line(const struct place *place)
{
	fprintf(place->block->out, "%.*s", place->tabs, "\t\t\t\t\t\t");
}

static void put_line(const struct place *place, const char *text)
{
	begin_line(place);
	fprintf(place->block->out, "%s\n", text);
}

static void put_fork(const struct order *order, struct place *places)
{
	const struct place *parent = &places[order->depth - 1];
	struct place *child = &places[order->depth];

	*child = *parent;
	if (order->ends[order->depth]) {
		put_line(parent, "if (fork() == 0) {");
		child->tabs++;
	} else if (!is_first(order)) {
		put_line(parent, "if (fork())");
		put_line(parent, "\twait(&status), _exit(WEXITSTATUS(status));");
	}
}

static void put_exec(struct place *place, struct block *next, int again)
{
	begin_line(place);
	fprintf(place->block->out, "return execl(\"/proc/self/exe\", \"%d\", sandbox ? \"1\" : \"0\", NULL);\n",
		again);
	*place = (struct place){ next, next->tabs };
}

static void put_exit(const struct place *parent, const struct place *child)
{
	put_line(child, "_exit(0);");
	put_line(parent, "}");
	put_line(parent, "wait(&status);");
}

static void put_other(const struct scenario *scenario, int number, int task,
		      const struct place *place)
{
	const struct operation *op = &scenario->operations[number];
	const struct told told = { scenario, false, task };

	if (hears(op) && op != last_of(scenario))
		return;
	if (number == asked_about(scenario))
		put_line(place, "hear();");
	begin_line(place);
	if (op == last_of(scenario))
		fputs("return ", place->block->out);
	put_operation(place->block->out, &told, number);
	fputs(";\n", place->block->out);
}

static void put_blocks(const struct scenario *scenario, struct block *blocks)
{
	struct order order = { { LOG_OUTSIDE }, 0 };
	struct place places[LOG_TASKS] = { { blocks, blocks->tabs } };
	int i, again = 0;

	for (i = 0; i < scenario->count; i++) {
		struct place *place = &places[order.depth];

		in_order(&order, scenario, i);
		switch (scenario->operations[i].kind) {
		case LOG_FORK:
			put_fork(&order, places);
			break;
		case LOG_EXEC:
			again++;
			put_exec(place, &blocks[again], again);
			break;
		case LOG_EXIT:
			put_exit(&places[order.depth], place);
			break;
		default:
			put_other(scenario, i, acting(&order), place);
		}
	}
}

bool log_sequence(FILE *out, const struct scenario *scenario)
{
	const int execs = count_of(scenario, LOG_EXEC);
	struct block blocks[OPERATIONS_MAX + 1] = { { NULL } };
	int i;

	if (!is_in_order(scenario))
		return false;
	for (i = 0; i <= execs; i++) {
		blocks[i].tabs = i < execs ? 2 : 1;
		blocks[i].out = open_memstream(&blocks[i].text,
					       &blocks[i].size);
	}
	put_entries(blocks->out, scenario, execs ? "\t\t" : "\t", ";\n");
	put_blocks(scenario, blocks);
	/* @again: how often it was executed */
	fprintf(out, "static long list(%sint sandbox)\n{\n",
		execs ? "int again, " : "");
	for (i = 0; i <= execs; i++) {
		fclose(blocks[i].out);
		if (i < execs)
			fprintf(out, "\tif (again == %d) {\n%s\t}\n", i,
				blocks[i].text);
		else
			fputs(blocks[i].text, out);
		free(blocks[i].text);
	}
	fputs("}\n", out);
	return true;
}
