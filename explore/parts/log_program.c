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
"/* It needs root, and turns audit on. */\n"
"enum { EAR = 98 };\n"
"static char said[99999], *latest = said;\n" },
	{ "list(void)", "static int sandbox, status, set;\n" },
	{ "actors", "static int set;\n" },
	{ "again", "static int again;\t/* how often it was executed */\n" },
	{ "&server",
"static struct sockaddr_un server = { AF_UNIX, \"\\0landproof\" };\n" },
	{ "&to", "static struct sockaddr_in to = { .sin_family = AF_INET };\n" },
	{ "struct beneath", "struct beneath { long long access; int fd; };\n" },
	{ NULL, "\n" },
	{ "hear(",
"/* Reads what the log says, up to a mark of its own. */\n"
"static void hear(void)\n"
"{\n"
"\tstruct { struct nlmsghdr head; char text[9000]; } m = {\n"
"\t\t{ 20, 2999, NLM_F_REQUEST, 0, 0 }, \"\" };\n"
"\n"
"\tlatest = said + strlen(said);\n"
"\tsend(EAR, &m, 20, 0);\n"
"\twhile (memset(&m, 0, sizeof(m)), recv(EAR, &m, sizeof(m) - 1, 0) > 0 &&\n"
"\t       m.head.nlmsg_type != 2999)\n"
"\t\tif (m.head.nlmsg_type == 1423 || m.head.nlmsg_type == 1424)\n"
"\t\t\tstrcat(strcat(said, m.text), \"\\n\");\n"
"}\n"
"\n" },
	{ "id(\"",
"/* \"domain=ID\" of the domain that a task of this name made, and the rest */\n"
"static char *id(const char *name, const char *rest)\n"
"{\n"
"\tstatic char of[999];\n"
"\tchar *at;\n"
"\n"
"\tsprintf(of, \"comm=\\\"%s\\\"\", name);\n"
"\tfor (at = strstr(said, of); at && strncmp(at, \"domain=\", 7); at--)\n"
"\t\t;\n"
"\tat = at ?: \"none\";\n"
"\tsprintf(of, \"%.*s%s\", (int)strcspn(at, \" \"), at, rest);\n"
"\treturn of;\n"
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
"static long heard(int new, const char *denial, const char *object,\n"
"\t\t  const char *domain)\n"
"{\n"
"\tdprintf(1, \"%s\", latest);\n"
"\terrno = strstr(latest, \"blockers=\") ? EBADMSG : ENODATA;\n"
"\treturn -!(strstr(latest, denial) && strstr(latest, object) &&\n"
"\t\t  strstr(latest, domain) && new == !!strstr(latest, \"=alloc\"));\n"
"}\n"
"\n" },
	{ "ended(",
"static long ended(const char *end, long denials)\n"
"{\n"
"\tchar *at = strstr(said, end);\n"
"\n"
"\tdprintf(1, \"%s\", latest);\n"
"\terrno = at ? EBADMSG : ENODATA;\n"
"\treturn -!(at && atol(at + strlen(end)) == denials);\n"
"}\n"
"\n" },
	{ NULL, NULL }
};

const struct helper log_runner[] = {
	{ NULL,
"\n"
"static int run(int with)\n"
"{\n" },
	{ "hear(",
"\tstruct sockaddr_nl log = { .nl_family = AF_NETLINK, .nl_groups = 1 };\n"
"\tstruct { struct nlmsghdr head; int mask, enabled, rest[8]; } on = {\n"
"\t\t{ sizeof(on), 1001 /* AUDIT_SET */, 1, 0, 0 }, 1, 1, { 0 } };\n"
"\n"
"\t*(latest = said) = '\\0';\n"
"\tdup2(socket(AF_NETLINK, SOCK_RAW, 9 /* NETLINK_AUDIT */), EAR);\n"
"\tsetsockopt(EAR, SOL_SOCKET, SO_RCVTIMEO, (long[]){ 3, 0 }, 16);\n"
"\tif (bind(EAR, (void *)&log, 12) || send(EAR, &on, sizeof(on), 0) < 0)\n"
"\t\treturn errno;\n" },
	{ "\"/tmp",
"\tunshare(CLONE_NEWNS), mount(0, \"/\", 0, MS_REC | MS_PRIVATE, 0);\n"
"\tmount(\"none\", \"/tmp\", \"tmpfs\", 0, NULL);\n" },
	{ "\"/tmp/f", "\tcreat(\"/tmp/f\", 0644);\n" },
	{ "\"/tmp/x", "\tmkdir(\"/tmp/x\", 0755), creat(\"/tmp/x/f\", 0644);\n" },
	{ "\"/tmp/x/y", "\tmkdir(\"/tmp/x/y\", 0755), creat(\"/tmp/x/y/f\", 0644);\n" },
	{ "\"/tmp/z", "\tmkdir(\"/tmp/z\", 0755), creat(\"/tmp/z/f\", 0644);\n" },
	{ "&server",
"\tbind(socket(AF_UNIX, SOCK_DGRAM, 0), (void *)&server, 12);\n" },
	{ "sendto(97",
"\tto.sin_port = 0;\n"
"\tbind(dup2(socket(AF_INET, SOCK_DGRAM, 0), 97), (void *)&to, 16);\n" },
	{ "actors",
"\tall = (typeof(all)){ .sandbox = with, .process = { getpid() } };\n"
"\tsignal(SIGCHLD, SIG_IGN);\t/* Or they would keep their domains. */\n"
"\tlist(NULL);\n"
"\tusleep(500000);\t/* The other tasks end. */\n"
"\treturn all.last;\n"
"}\n"
"\n" },
	{ "list(void)",
"\tsandbox = with;\n"
"\tif (fork() == 0)\n"
"\t\t_exit(list() < 0 ? errno : 0);\n"
"\twait(&status);\n"
"\treturn WEXITSTATUS(status);\n"
"}\n"
"\n" },
	{ "again",
"__attribute__((constructor)) static void goes_on(int argc, char **argv)\n"
"{\n"
"\tif (argc > 1)\n"
"\t\tagain = *argv[0] - '0', sandbox = *argv[1] - '0',\n"
"\t\t_exit(list() < 0 ? errno : 0);\n"
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

/* What is looked for: of which domain, if not the record itself introduces it */
static void put_record(FILE *out, const struct scenario *scenario,
		       const char *domain, const char *text)
{
	if (are_named(scenario) &&
	    !(last_of(scenario)->flags >> BLOCKER_NEW & 1))
		fprintf(out, "id(\"%s\", \"%s\")", domain, text);
	else
		fprintf(out, "\"%s\"", text);
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

static void put_enforce(FILE *out, const struct told *told, const char *name,
			const struct policy *policy)
{
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
	if (count_of(told->scenario, LOG_EXEC))
		put_needed(out, layer.handled[SET_FS]);
	if (are_named(told->scenario))
		fprintf(out, "prctl(PR_SET_NAME, \"%s\"), ", name);
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
	const bool new = op->flags >> BLOCKER_NEW & 1;
	char text[512] = " blockers=";
	int i;

	for (i = 0; i < BLOCKER_NEW; i++)
		if (op->flags >> i & 1)
			strcat(strcat(text, log_blockers[i]), ",");
	text[strlen(text) - 1] = ' ';
	fprintf(out, "hear(), heard(%d, ", new);
	put_record(out, told->scenario, op->text[0], text);
	fputs(", ", out);
	put_object(out, told, op);
	if (new && are_named(told->scenario))
		fprintf(out, ", \"comm=\\\"%s\\\"\")", op->text[0]);
	else
		fputs(", \"\")", out);
}

static void put_operation(FILE *out, const struct told *told, int number)
{
	const struct operation *op = &told->scenario->operations[number];
	const struct policy *policy = &told->scenario->policies[op->policy];
	const char *const text = op->text[0];

	switch (op->kind) {
	case LOG_ENFORCE:
		put_enforce(out, told, text, policy);
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
		fputs("connect(socket(AF_UNIX, SOCK_DGRAM, 0), (void *)&server, 12)",
		      out);
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
		fputs("sleep(3), hear(), ended(", out);
		put_record(out, told->scenario, text,
			   " status=deallocated denials=");
		fprintf(out, ", %s)", op->text[1]);
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
	int i;

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
	for (i = 1; op->kind == LOG_EXEC && i <= order->depth; i++)
		if (order->ends[i])
			return false;
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

static void put_line(FILE *out, int tabs, const char *text)
{
	fprintf(out, "%.*s%s\n", tabs, "\t\t\t\t\t\t", text);
}

bool log_sequence(FILE *out, const struct scenario *scenario)
{
	struct order order = { { LOG_OUTSIDE }, 0 };
	const int execs = count_of(scenario, LOG_EXEC);
	int i, again = 0, tabs = 1;

	if (!is_in_order(scenario))
		return false;
	put_line(out, 0, "static long list(void)\n{");
	put_entries(out, scenario, "\t", ";\n");
	if (execs)
		put_line(out, tabs++, "if (again == 0) {");
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];

		in_order(&order, scenario, i);
		if (op->kind == LOG_FORK && order.ends[order.depth]) {
			put_line(out, tabs++, "if (fork() == 0) {");
		} else if (op->kind == LOG_FORK && !is_first(&order)) {
			put_line(out, tabs, "if (fork())");
			put_line(out, tabs + 1, "wait(&status), _exit(WEXITSTATUS(status));");
		} else if (op->kind == LOG_EXIT) {
			put_line(out, tabs--, "_exit(0);");
			put_line(out, tabs, "}\n");
			put_line(out, tabs, "wait(&status);");
		} else if (op->kind == LOG_EXEC) {
			fprintf(out, "\t\treturn execl(\"/proc/self/exe\", \"%d\", sandbox ? \"1\" : \"0\", NULL);\n\t}\n",
				++again);
			tabs = 1;
			if (again < execs)
				fprintf(out, "\tif (again == %d) {\n", again),
				tabs++;
		} else if (op->kind != LOG_FORK &&
			   (!hears(op) || op == last_of(scenario))) {
			const struct told told = { scenario, false,
						   acting(&order) };

			if (i == asked_about(scenario))
				put_line(out, tabs, "hear();");
			fprintf(out, "%.*s%s", tabs, "\t\t\t\t\t\t",
				op == last_of(scenario) ? "return " : "");
			put_operation(out, &told, i);
			fputs(";\n", out);
		}
	}
	put_line(out, 0, "}");
	return true;
}
