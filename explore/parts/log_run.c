// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a scenario of the log: this process is outside, has the tasks act in turn,
 * and listens.  What was heard is sorted out in the end: waiting for each record
 * would take longer than all the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/programs.h"
#include "base/time.h"
#include "explore/parts/log.h"
#include "machine/audit.h"
#include "machine/guest.h"
#include "machine/privilege.h"

#define PATIENCE_MS	20000	/* only bounds a hang */
/*
 * Part of the patience with a case that may be spent on the records of ends
 * that have to come: a difference is confirmed five times, each of which waits.
 */
#define END_PART	8
/* So many operations at a time: the kernel keeps 64 records for who is slow. */
#define WINDOW		12
#define SENTINEL	"S"

static struct log_ear ear;
static int listener;	/* of the outside's, with the abstract name */
static const char *failure;

/* The place */

static bool place(int fd, int number)
{
	const bool placed = fd >= 0 && dup2(fd, number) == number;

	if (fd >= 0)
		close(fd);
	return placed;
}

static bool make_tree(void)
{
	int i;

	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("explore", "/tmp", "tmpfs", 0, "mode=0755") || chdir("/tmp"))
		return false;
	for (i = 0; i < LOG_PATHS; i++) {
		if (i && (i < LOG_DIRS ? mkdir(log_paths[i], 0755) :
			  mknod(log_paths[i], S_IFREG | 0644, 0)))
			return false;
		if (!place(open(log_paths[i], O_PATH), FD_LOG_PATH + i))
			return false;
	}
	return true;
}

static bool make_descriptors(void)
{
	int i;

	if (!place(memfd_create("landproof", 0), FD_LOG_ARENA) ||
	    ftruncate(FD_LOG_ARENA, sizeof(struct log_arena)) ||
	    !place(eventfd(0, 0), FD_LOG_BACK) ||
	    !place(socket(AF_INET, SOCK_DGRAM, 0), FD_LOG_UDP))
		return false;
	for (i = 0; i < LOG_TASKS; i++)
		if (!place(eventfd(0, 0), FD_LOG_GO + i))
			return false;
	return true;
}

/* A socket with the abstract name, which each type has of its own, or -1 */
static int named_socket(int type)
{
	const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	const size_t length = log_address(&address);

	return bind(fd, (struct sockaddr *)&address, length) ? -1 : fd;
}

/* Nobody sends anything to it. */
static bool make_server(void)
{
	listener = named_socket(SOCK_STREAM | SOCK_NONBLOCK);
	return named_socket(SOCK_DGRAM) >= 0 && !listen(listener, LOG_TASKS);
}

/* A connection that is not taken keeps the domain of who made it. */
static void drop_connection(void)
{
	const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		close(fd);
}

/* A socket that has a port, so that sending needs no other */
static bool bind_datagrams(void)
{
	const struct sockaddr any = { .sa_family = AF_INET };

	return bind(FD_LOG_UDP, &any, 16) == 0;
}

const char *log_missing(void)
{
	static const char *missing;
	static bool asked;

	if (asked)
		return missing;
	asked = true;
	privilege_init();
	if (privilege != FULL)
		missing = "root privileges (audit log)";
	else if (is_guest() && audit_switch(true))
		missing = "audit (CONFIG_AUDIT)";
	else
		missing = log_ear_open();
	return missing;
}

const char *log_prepare(void)
{
	if (log_arena)
		return NULL;
	if (self_fd < 0 && self_open())
		return "its own program";
	if (!make_tree())
		return "a mount namespace";
	if (!make_descriptors() || !bind_datagrams())
		return "descriptors";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return "prctl(2)";
	umask(0);
	log_arena = mmap(NULL, sizeof(*log_arena), PROT_READ | PROT_WRITE,
			 MAP_SHARED, FD_LOG_ARENA, 0);
	if (log_arena == MAP_FAILED) {
		log_arena = NULL;
		return "shared memory";
	}
	log_arena->process[LOG_OUTSIDE] = getpid();
	return make_server() ? NULL : "a server";
}

/* Tasks */

static bool is_alive(int task)
{
	return task == LOG_OUTSIDE || log_arena->alive >> task & 1;
}

static bool wake(int task)
{
	const uint64_t one = 1;

	return write(FD_LOG_GO + task, &one, sizeof(one)) == sizeof(one);
}

static int ask(int task, int index)
{
	uint64_t turns;

	log_arena->index = index;
	if (task == LOG_OUTSIDE)
		return log_perform(task);
	if (!wake(task) || poll(&(struct pollfd){ FD_LOG_BACK, POLLIN }, 1,
				PATIENCE_MS) != 1 ||
	    read(FD_LOG_BACK, &turns, sizeof(turns)) != sizeof(turns)) {
		failure = "a task hangs";
		return EIO;
	}
	return log_arena->answer;
}

static void await_end(int task)
{
	while (kill_one(log_arena->process[task], 0) == 0)
		sched_yield();
	log_arena->alive &= ~(1U << task);
	log_arena->process[task] = -1;
}

static void leave(int task)
{
	log_arena->index = -1;
	wake(task);
	await_end(task);
}

/* Operations */

static void entry_of(const struct operation *op, char *path, size_t size)
{
	snprintf(path, size, "%s/n", op->text[0]);
}

static void before(const struct operation *op)
{
	char path[TEXT_MAX + 4];

	if (op->kind != LOG_REMOVE)
		return;
	entry_of(op, path, sizeof(path));
	if (op->flags)
		mkdir(path, 0755);
	else
		mknod(path, S_IFREG | 0644, 0);
}

static void after(const struct operation *op, int answer)
{
	char path[TEXT_MAX + 4];

	if (op->kind == LOG_REACH && op->flags & LOG_STREAM && !answer)
		drop_connection();
	if (op->kind == LOG_MOUNT && !answer)
		umount2(op->text[0], MNT_DETACH);
	if (op->kind != LOG_REMOVE && op->kind != LOG_MAKE)
		return;
	entry_of(op, path, sizeof(path));
	if (unlink(path))
		rmdir(path);
}

static void remember(int task)
{
	ear.processes[ear.processes_count++] = (struct log_process) {
		log_arena->process[task], task,
	};
}

static int execute(int index)
{
	const struct operation *op = &log_arena->scenario.operations[index];
	int answer;

	if (!is_alive(op->actor))
		return ESRCH;
	if (op->kind == LOG_EXIT) {
		leave(op->actor);
		return 0;
	}
	before(op);
	answer = ask(op->actor, index);
	if (op->kind == LOG_FORK && !answer)
		remember(log_task(op->text[0]));
	after(op, answer);
	return answer;
}

/* The log */

static int hear(const struct operation *op, int after_index)
{
	const struct log_heard *found = NULL;
	const struct log_known *known;
	int i, j, count = 0;

	for (i = 0; i < ear.count; i++) {
		const struct log_heard *heard = &ear.heard[i];

		if (heard->after != after_index)
			continue;
		/* Others have domains, too. */
		for (j = 0; j < ear.known_count; j++) {
			if (ear.known[j].id != heard->id)
				continue;
			known = &ear.known[j];
			found = heard;
			count++;
		}
	}
	if (!found)
		return ENODATA;
	return count == 1 && found->blockers == op->flags &&
	       strcmp(known->name, op->text[0]) == 0 &&
	       strcmp(found->object, op->text[1]) == 0 ? 0 : EBADMSG;
}

static int end_of(const struct operation *op)
{
	int i;

	for (i = 0; i < ear.known_count; i++)
		if (strcmp(ear.known[i].name, op->text[0]) == 0 &&
		    ear.known[i].ends)
			return ear.known[i].ends == 1 && ear.known[i].denials ==
			       atol(op->text[1]) ? 0 : EBADMSG;
	return ENODATA;
}

/* A domain that is sure to be heard of, and ends after all others */
static void be_sentinel(void)
{
	const struct ruleset_attr attr = { .handled_access_fs = READ_DIR };
	char name[16];

	snprintf(name, sizeof(name), "%.9s" SENTINEL, log_arena->name);
	prctl(PR_SET_NAME, name);
	landlock_restrict(landlock_create(&attr, sizeof(uint64_t), 0), 0);
	open(".", O_RDONLY | O_DIRECTORY);
	_exit(0);
}

static bool send_sentinel(void)
{
	const pid_t pid = fork();

	if (pid == 0)
		be_sentinel();
	while (pid > 0 && kill(pid, 0) == 0)
		sched_yield();
	return pid > 0;
}

/* Is an end asked for that need not, or must not, be told? */
static bool has_silent_end(const struct scenario *scenario,
			   const struct prediction *prediction,
			   const bool *skip)
{
	int i;

	for (i = 0; i < prediction->count; i++)
		if (scenario->operations[i].kind == LOG_ENDED &&
		    (skip || prediction->expected[i].answers[0]))
			return true;
	return false;
}

/*
 * Waits for the records that have to come, and, where one may be missing, for
 * that of the sentinel: records of ends keep their order, so none follows it.
 * Each takes two RCU grace periods; the sentinel ends before we wait, so that
 * its own pass together with those of the others.
 */
static void hear_ends(const struct scenario *scenario,
		      const struct prediction *prediction, const bool *skip)
{
	const bool sentinel = has_silent_end(scenario, prediction, skip);
	const double end = now_ms() + patience_ms / END_PART;
	double left;
	int i;

	if (sentinel && !send_sentinel())
		failure = "fork(2)";
	for (i = 0; i < prediction->count && !skip && !failure; i++) {
		const struct operation *op = &scenario->operations[i];

		if (op->kind == LOG_ENDED &&
		    !prediction->expected[i].answers[0]) {
			left = end - now_ms();
			log_ear_end(&ear, op->text[0], left > 0 ? left : 0);
		}
	}
	if (sentinel && !failure && !log_ear_end(&ear, SENTINEL,
						 PATIENCE_MS))
		failure = "the audit log does not tell the end of a domain";
}

static void sort_out(const struct scenario *scenario, const bool *skip,
		     struct observation *observation)
{
	int i, last = -1;

	for (i = 0; i < observation->count; i++) {
		const struct operation *op = &scenario->operations[i];

		if (op->kind < LOG_HEARD)
			last = skip && skip[i] ? -1 : i;
		else if (op->kind == LOG_HEARD)
			observation->answers[i] = last < 0 ? ENODATA :
						  hear(op, last);
		else
			observation->answers[i] = end_of(op);
	}
}

static void listen_to(int error)
{
	if (error)
		failure = error == ENOBUFS ? "the audit log lost records" :
					     "the audit log cannot be read";
}

/* A scenario */

struct setting {
	struct sigaction child;
	cpu_set_t processors;
};

static void begin(struct setting *setting, const struct claim *claim,
		  const struct scenario *scenario)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	static unsigned int number;
	cpu_set_t one;

	failure = NULL;
	log_arena->claim = *claim;
	log_arena->scenario = *scenario;
	log_arena->alive = 0;
	log_arena->sabotage = sabotage;
	snprintf(log_arena->name, sizeof(log_arena->name), "lp%04x%03x",
		 getpid() & 0xffff, number++ & 0xfff);
	memset(&ear, 0, sizeof(ear));
	ear.prefix = log_arena->name;
	remember(LOG_OUTSIDE);
	sigaction(SIGCHLD, &ignore, &setting->child);
	sched_getaffinity(0, sizeof(setting->processors), &setting->processors);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void finish(const struct setting *setting)
{
	int i;

	for (i = 1; i < LOG_TASKS; i++) {
		if (!is_alive(i))
			continue;
		kill_one(log_arena->process[i], SIGKILL);
		await_end(i);
	}
	sched_setaffinity(0, sizeof(setting->processors), &setting->processors);
	sigaction(SIGCHLD, &setting->child, NULL);
}

bool log_run(const struct claim *claim, const struct scenario *scenario,
	     const bool *skip, struct observation *observation,
	     const char **why)
{
	static struct prediction prediction;
	struct setting setting;
	int i, acted = 0;

	log_predict(claim, scenario, &prediction);
	begin(&setting, claim, scenario);
	memset(observation->answers, 0xff, sizeof(observation->answers));
	observation->digest = 0;
	for (i = 0; i < prediction.count && !failure; i++) {
		if (scenario->operations[i].kind >= LOG_HEARD ||
		    (skip && skip[i]))
			continue;
		observation->answers[i] = execute(i);
		/* What nobody asks about is worth one if it left records. */
		if (!observation->answers[i] && (i + 1 == prediction.count ||
		    scenario->operations[i + 1].kind != LOG_HEARD))
			continue;
		listen_to(log_ear_mark(i));
		if (++acted % WINDOW == 0 && !failure)
			listen_to(log_ear_listen(&ear, i));
	}
	observation->count = i;
	/* In scenarios that are shrunk it may be the last one. */
	if (!failure)
		listen_to(log_ear_mark(OPERATIONS_MAX) ?:
			  log_ear_listen(&ear, OPERATIONS_MAX));
	if (!failure)
		hear_ends(scenario, &prediction, skip);
	sort_out(scenario, skip, observation);
	finish(&setting);
	*why = failure;
	return !failure;
}
