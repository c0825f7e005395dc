// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a scenario of domains: this process is outside, and has the tasks act in
 * turn, all of them on one processor.  After a signal it asks who should have it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/programs.h"
#include "base/time.h"
#include "explore/parts/domain.h"
#include "machine/privilege.h"

#define PATIENCE_S	20	/* only bounds a hang: more on a slow machine */
#define PATIENCE_MOST_S	60

static bool has_kcmp, has_getfd, has_proc;
static volatile sig_atomic_t late;
static uint32_t holders[ENDPOINTS_MAX];	/* processes, by their first task */
static int parents[TASKS_MAX];
static uint64_t stale[TASKS_MAX];	/* signals that nobody asked for */

/* The place */

static void set_late(int number)
{
	late = number;
}

/* Under a number that all tasks know */
static bool place(int fd, int number)
{
	const bool placed = fd >= 0 && dup2(fd, number) == number;

	if (fd >= 0)
		close(fd);
	return placed;
}

static bool make_descriptors(void)
{
	int i, pair[2];

	if (!place(memfd_create("landproof", 0), FD_ARENA) ||
	    ftruncate(FD_ARENA, sizeof(struct domain_arena)) ||
	    !place(eventfd(0, 0), FD_BACK))
		return false;
	for (i = 0; i < TASKS_MAX; i++)
		if (!place(eventfd(0, 0), FD_GO + i))
			return false;
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) ||
	    !place(pair[0], FD_PASS) || !place(pair[1], FD_PASS + 1))
		return false;
	for (i = 0; i < FILES_MAX; i++)
		if (pipe(pair) || !place(pair[0], FD_FILE + 2 * i) ||
		    !place(pair[1], FD_FILE + 2 * i + 1) ||
		    fcntl(FD_FILE + 2 * i, F_SETFL, O_NONBLOCK | O_ASYNC))
			return false;
	return true;
}

static void probe(void)
{
	const int pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	const int fd = syscall(SYS_pidfd_getfd, pidfd, FD_BACK, 0);

	has_kcmp = syscall(SYS_kcmp, getpid(), getpid(), 1, 0, 0) == 0;
	has_getfd = fd >= 0;
	has_proc = access("/proc/self/exe", F_OK) == 0;
	close(fd);
	close(pidfd);
}

bool domain_has(const struct operation *op)
{
	if (op->kind == DOMAIN_EXEC)
		return has_proc;
	if (op->kind != DOMAIN_INSPECT)
		return true;
	return (has_kcmp || !(op->flags & INSPECT_KCMP)) &&
	       (has_getfd || !(op->flags & INSPECT_GETFD)) &&
	       (has_proc || !(op->flags & INSPECT_EXE));
}

const char *domain_prepare(void)
{
	const struct sigaction action = { .sa_handler = set_late };
	sigset_t set;
	int i;

	if (domain_arena)
		return NULL;
	privilege_init();
	if (!make_descriptors())
		return "descriptors";
	probe();
	if (has_proc && self_fd < 0 && self_open())
		return "its own program";
	/* Tasks whose parents end are its children, and leave nothing behind. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return "prctl(2)";
	sigemptyset(&set);
	for (i = SIGRTMIN; i <= SIGRTMAX; i++)
		sigaddset(&set, i);
	sigaddset(&set, SIGIO);
	if (sigprocmask(SIG_BLOCK, &set, NULL) ||
	    sigaction(SIGALRM, &action, NULL))
		return "signals";
	domain_arena = mmap(NULL, sizeof(*domain_arena), PROT_READ | PROT_WRITE,
			    MAP_SHARED, FD_ARENA, 0);
	if (domain_arena != MAP_FAILED)
		return NULL;
	domain_arena = NULL;
	return "shared memory";
}

/* Tasks */

static bool is_alive(int task)
{
	return task == DOMAIN_OUTSIDE ||
	       __atomic_load_n(&domain_arena->alive, __ATOMIC_ACQUIRE) >>
	       task & 1;
}

static int ask(int task, enum request request, int number)
{
	const uint64_t one = 1;
	uint64_t turns;

	if (!is_alive(task))
		return ESRCH;
	domain_arena->request = request;
	domain_arena->number = number;
	if (task == DOMAIN_OUTSIDE)
		return domain_serve(task);
	if (write(FD_GO + task, &one, sizeof(one)) != sizeof(one))
		return EIO;
	while (read(FD_BACK, &turns, sizeof(turns)) != sizeof(turns))
		if (late)
			return ETIME;
	return domain_arena->answer;
}

static int first_of(int task)
{
	int i;

	for (i = 0; i < TASKS_MAX; i++)
		if (domain_arena->thread[i] == domain_arena->process[task])
			return i;
	return task;
}

static void wait_until_gone(int task)
{
	const pid_t process = domain_arena->process[task];
	const pid_t thread = domain_arena->thread[task];

	while (!late && syscall(SYS_tgkill, process, thread, 0) == 0)
		sched_yield();
}

static void forget(int task)
{
	int i;

	if (first_of(task) == task)
		for (i = 0; i < ENDPOINTS_MAX; i++)
			holders[i] &= ~(1U << task);
	domain_arena->alive &= ~(1U << task);
	domain_arena->thread[task] = domain_arena->process[task] = -1;
	stale[task] = 0;
}

static void leave(int task)
{
	ask(task, REQUEST_LEAVE, 0);
	wait_until_gone(task);
	forget(task);
}

/* Of what must not have happened something may be left, in a control. */
static void end_task(int task)
{
	if (!is_alive(task) || task == DOMAIN_OUTSIDE)
		return;
	if (first_of(task) == task)
		kill_one(domain_arena->process[task], SIGKILL);
	else
		ask(task, REQUEST_LEAVE, 0);
	wait_until_gone(task);
	forget(task);
}

/* Signals */

/* Takes those that are left from an earlier operation with the same signal. */
static void clear(int task, int number)
{
	if (!(stale[task] >> number & 1))
		return;
	stale[task] &= ~(1ULL << number);
	ask(task, REQUEST_SIGNALS, number);
}

static bool is_received(int task, int number, bool thread)
{
	const int who = thread ? task : first_of(task);
	int i;

	for (i = 1; i < TASKS_MAX; i++)
		if (i != who)
			stale[i] |= 1ULL << number;
	return ask(who, REQUEST_SIGNALS, number) > 0;
}

/* What a call answered, held against what came of it */
static int after_signal(int error, bool received)
{
	if (received)
		return 0;
	return error ?: ENODATA;
}

/* Operations */

static int act(int task, int index)
{
	domain_arena->index = index;
	return ask(task, REQUEST_DO, 0);
}

static int do_kill(const struct operation *op, int index)
{
	const int target = domain_task(op->text[0]);
	const bool thread = op->flags & KILL_THREAD;
	const int number = domain_signal(index);
	int error;

	if (op->flags & KILL_ZERO)
		return act(op->actor, index);
	clear(thread ? target : first_of(target), number);
	error = act(op->actor, index);
	return after_signal(error, is_received(target, number, thread));
}

static int do_kill_group(const struct operation *op, int index)
{
	const int target = domain_task(op->text[0]);
	const int number = domain_signal(index);
	int error;

	clear(first_of(target), number);
	error = act(op->actor, index);
	return after_signal(error, is_received(target, number, false));
}

static int do_event(const struct operation *op, int index)
{
	const int file = domain_file(op->text[0]);
	const int watched = domain_task(op->text[1]);
	const int number = domain_arena->signals[file];
	int error;
	char byte;

	clear(watched, number);
	error = act(op->actor, index);
	if (error || read(FD_FILE + 2 * file, &byte, 1) != 1)
		return error ?: ENODATA;
	return is_received(watched, number, true) ? 0 : EPERM;
}

static int do_start(const struct operation *op, int index)
{
	const int task = domain_task(op->text[0]);
	int i, error;

	end_task(task);
	error = act(op->actor, index);
	if (error)
		return error;
	if (op->kind == DOMAIN_THREAD) {
		/* What is pending for its process is pending for it, too. */
		stale[task] = stale[first_of(op->actor)];
		return 0;
	}
	parents[task] = op->actor;
	for (i = 0; i < ENDPOINTS_MAX; i++)
		if (holders[i] >> first_of(op->actor) & 1)
			holders[i] |= 1U << task;
	/* What is outside has a group that may not be signalled. */
	if (op->actor == DOMAIN_OUTSIDE &&
	    setpgid(domain_arena->process[task], 0))
		return errno;
	return 0;
}

/* Who holds a socket takes what was sent to it. */
static int take_datagram(const char *text, const char *server, int error)
{
	const int endpoint = domain_endpoint(server[0] ? server : text);
	int task;

	for (task = 0; !error && task < TASKS_MAX; task++)
		if (holders[endpoint] >> task & 1)
			return ask(task, REQUEST_RECEIVE, endpoint) ? ENODATA :
								      0;
	return error;
}

static bool is_stream(int index, const char *text)
{
	bool stream = false;
	int i;

	for (i = 0; i < index; i++) {
		const struct operation *op =
			&domain_arena->scenario.operations[i];

		if (op->kind == DOMAIN_SOCKET && strcmp(op->text[0], text) == 0)
			stream = op->text[1][0] == 's';
	}
	return stream;
}

static int do_pass(const struct operation *op, int index)
{
	const int endpoint = domain_endpoint(op->text[0]);
	const int to = domain_task(op->text[1]);
	const int error = act(op->actor, index) ?:
			  ask(to, REQUEST_TAKE, endpoint);

	if (!error)
		holders[endpoint] |= 1U << first_of(to);
	return error;
}

static int do_socket(const struct operation *op, int index)
{
	const int error = act(op->actor, index);

	if (!error)
		holders[domain_endpoint(op->text[0])] =
			1U << first_of(op->actor);
	return error;
}

/* What was connected to which, to know who takes what is sent there */
static const char *peer_of(int index, const char *text)
{
	while (index--) {
		const struct operation *op =
			&domain_arena->scenario.operations[index];

		if (op->kind == DOMAIN_CONNECT &&
		    strcmp(op->text[0], text) == 0)
			return op->text[1];
	}
	return "";
}

/* A tracer has to wait for whom it traces. */
static int do_traceme(const struct operation *op, int index)
{
	const int error = act(op->actor, index);
	const pid_t process = domain_arena->process[op->actor];

	ask(op->actor, REQUEST_LEAVE, 0);
	if (!error)
		ask(parents[op->actor], REQUEST_REAP, process);
	wait_until_gone(op->actor);
	forget(op->actor);
	return error;
}

static int execute(int index)
{
	const struct operation *op = &domain_arena->scenario.operations[index];
	int error;

	if (!is_alive(op->actor))
		return ESRCH;
	switch (op->kind) {
	case DOMAIN_FORK:
	case DOMAIN_THREAD:
		return do_start(op, index);
	case DOMAIN_EXIT:
		leave(op->actor);
		return 0;
	case DOMAIN_TRACEME:
		return do_traceme(op, index);
	case DOMAIN_SOCKET:
		return do_socket(op, index);
	case DOMAIN_PASS:
		return do_pass(op, index);
	case DOMAIN_KILL:
		return do_kill(op, index);
	case DOMAIN_KILL_GROUP:
		return do_kill_group(op, index);
	case DOMAIN_EVENT:
		return do_event(op, index);
	case DOMAIN_REACH:
		error = act(op->actor, index);
		return is_stream(index, op->text[0]) ? error :
		       take_datagram(op->text[0], "", error);
	case DOMAIN_SENDTO:
		error = act(op->actor, index);
		return take_datagram(op->text[0], op->text[1], error);
	case DOMAIN_SEND:
		error = act(op->actor, index);
		return is_stream(index, op->text[0]) ? error :
		       take_datagram(op->text[0], peer_of(index, op->text[0]),
				     error);
	default:
		return act(op->actor, index);
	}
}

/* A scenario */

struct before {
	struct sigaction child;
	cpu_set_t processors;
};

static void begin(struct before *before, const struct claim *claim,
		  const struct scenario *scenario)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const int measured = PATIENCE_S * (patience_ms / 2000);
	const struct itimerval patience = {
		.it_value.tv_sec = measured < PATIENCE_MOST_S ? measured :
							PATIENCE_MOST_S,
	};
	struct domain_arena *arena = domain_arena;
	cpu_set_t one;

	arena->claim = *claim;
	arena->scenario = *scenario;
	arena->alive = 0;
	arena->thread[0] = arena->process[0] = getpid();
	arena->outside_group = getpgrp();
	arena->names = getpid();
	memset(holders, 0, sizeof(holders));
	memset(stale, 0, sizeof(stale));
	late = 0;
	sigaction(SIGCHLD, &ignore, &before->child);
	sched_getaffinity(0, sizeof(before->processors), &before->processors);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	setitimer(ITIMER_REAL, &patience, NULL);
}

static void empty(int fd)
{
	char bytes[64];

	while (poll(&(struct pollfd){ fd, POLLIN }, 1, 0) == 1 &&
	       read(fd, bytes, sizeof(bytes)) > 0)
		;
}

/*
 * When time runs out a task may begin or end that nobody knows of, and have a
 * turn to come.  So all children end, and orphans, which become children; and
 * what is in the descriptors of all tasks is taken out of them.
 */
static bool end_strays(void)
{
	char children[512], *at = children;
	ssize_t length = 0;
	int fd;

	/* None may be left when waitpid(2) has just taken the last one. */
	while (length >= 0 && waitpid(-1, NULL, WNOHANG | __WALL) >= 0) {
		fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
		length = fd < 0 ? -1 : read(fd, children, sizeof(children) - 1);
		close(fd);
		children[length < 0 ? 0 : length] = '\0';
		for (at = children; *at && *at != '\n'; at++)
			kill_one(strtol(at, &at, 10), SIGKILL);
		poll(NULL, 0, 1);
	}
	for (fd = FD_BACK; fd < FD_ENDPOINT; fd++)
		empty(fd);
	return length >= 0;
}

/* False: time ran out; @ended: all tasks have ended all the same. */
static bool finish(const struct before *before, bool *ended)
{
	const struct itimerval never = { 0 };
	const struct timespec now = { 0 };
	uint32_t left = 0;
	sigset_t pending;
	bool in_time;
	int i;

	for (i = 1; i < TASKS_MAX; i++) {
		if (is_alive(i) && first_of(i) == i) {
			kill_one(domain_arena->process[i], SIGKILL);
			left |= 1U << i;
		}
	}
	for (i = 1; i < TASKS_MAX; i++)
		if (left >> i & 1)
			wait_until_gone(i);
	setitimer(ITIMER_REAL, &never, NULL);
	in_time = !late;
	*ended = in_time || end_strays();
	sched_setaffinity(0, sizeof(before->processors), &before->processors);
	sigaction(SIGCHLD, &before->child, NULL);
	for (i = 0; i < ENDPOINTS_MAX; i++)
		if (holders[i] & 1)
			close(FD_ENDPOINT + i);
	for (i = 0; i < FILES_MAX; i++)
		fcntl(FD_FILE + 2 * i, F_SETOWN, 0);
	sigpending(&pending);
	for (i = SIGRTMIN; i <= SIGRTMAX; i++)
		sigaddset(&pending, i);
	while (sigtimedwait(&pending, NULL, &now) > 0)
		;
	return in_time;
}

bool domain_run(const struct claim *claim, const struct scenario *scenario,
		const bool *skip, struct observation *observation,
		const char **why)
{
	static struct prediction prediction;
	struct before before;
	bool in_time, ended;
	int i;

	domain_predict(claim, scenario, &prediction);
	begin(&before, claim, scenario);
	memset(observation->answers, 0xff, sizeof(observation->answers));
	for (i = 0; i < prediction.count && !late; i++)
		if (!skip || !skip[i])
			observation->answers[i] = execute(i);
	observation->count = i;
	observation->digest = 0;
	in_time = finish(&before, &ended);
	*why = "a task hangs";
	observation->late = !in_time && ended;
	return in_time;
}
