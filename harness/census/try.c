// SPDX-License-Identifier: GPL-2.0
/* Tries numbers that may end, block or change whoever tries them. */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/programs.h"
#include "census/census.h"
#include "machine/subject.h"

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS | \
		    CLONE_NEWPID | CLONE_NEWCGROUP)

/*
 * Who does not move during so many turns of waiting is suspected to wait for
 * ever, and the second time it is believed.  Turns, because a machine that
 * stands still for a while must not count.
 */
#define TURN_MS		20
#define SUSPECTED	5
#define BELIEVED	25

struct progress {
	int current;
	int answers[];
};

static void own_nothing(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct none[2] = { { 0 } };
	const struct rlimit zero = { 0, 0 };

	setrlimit(RLIMIT_CORE, &zero);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		errno = 0;	/* in a user namespace there is but one user */
	syscall(SYS_capset, &header, none);
}

static void __attribute__((noreturn))
try_from(struct progress *progress, int count, int (*call)(int number))
{
	int i;

	own_nothing();
	for (i = progress->current; i < count; i++) {
		progress->current = i;
		progress->answers[i] = call(i);
	}
	progress->current = count;
	_exit(0);
}

/* Waits until the child ends, or does not come from one number to the next. */
static int await_child(pid_t pid, const struct progress *progress, int turns)
{
	struct pollfd ended = {
		.fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN,
	};
	int answer = ANSWER_ENDED, seen = -1, left = turns;

	while (poll(&ended, 1, TURN_MS) == 0 && left--) {
		const int now = __atomic_load_n(&progress->current,
						__ATOMIC_RELAXED);

		if (now != seen)
			left = turns;
		seen = now;
	}
	if (!(ended.revents & POLLIN))
		answer = ANSWER_BLOCKED;
	kill(pid, SIGKILL);
	waitpid_retry(pid, NULL);
	close(ended.fd);
	return answer;
}

/*
 * The first process of a PID namespace: one child after the other.  What ends
 * a child may be a number before (seccomp's strict mode), and what delays it
 * the machine, so a number has to do so to a new child too.
 */
static void __attribute__((noreturn))
try_all(struct progress *progress, int count, int (*call)(int number))
{
	int suspect = -1;

	while (progress->current < count) {
		const pid_t pid = fork();
		int answer;

		if (pid < 0)
			_exit(1);
		if (pid == 0)
			try_from(progress, count, call);
		answer = await_child(pid, progress,
				     suspect < 0 ? SUSPECTED : BELIEVED);
		if (progress->current == count)
			break;
		if (progress->current != suspect) {
			suspect = progress->current;
			continue;
		}
		progress->answers[progress->current++] = answer;
		suspect = -1;
	}
	_exit(0);
}

static void __attribute__((noreturn))
isolate(struct progress *progress, int count, int (*call)(int number),
	int namespaces)
{
	int status;
	pid_t pid;

	if (unshare(namespaces) && unshare(CLONE_NEWUSER | namespaces))
		_exit(2);
	pid = fork();
	if (pid == 0)
		try_all(progress, count, call);
	_exit(pid < 0 || waitpid_retry(pid, &status) || status);
}

static const char *try(int count, int (*call)(int number), int *answers,
		       int namespaces)
{
	const size_t size = sizeof(struct progress) + count * sizeof(int);
	struct progress *const progress =
		mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i, status = 0;
	pid_t pid;

	if (progress == MAP_FAILED)
		return "memory";
	for (i = 0; i < count; i++)
		progress->answers[i] = ANSWER_NONE;
	pid = fork();
	if (pid == 0)
		isolate(progress, count, call, namespaces);
	if (pid < 0 || waitpid_retry(pid, &status))
		status = -1;
	for (i = 0; i < count; i++)
		answers[i] = progress->answers[i];
	munmap(progress, size);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		return "namespaces (root, or user namespaces)";
	return status ? "processes to try numbers in" : NULL;
}

const char *try_numbers(int count, int (*call)(int number), int *answers)
{
	return try(count, call, answers, NAMESPACES);
}

const char *try_numbers_on_net(int count, int (*call)(int number),
			       int *answers)
{
	return try(count, call, answers, NAMESPACES & ~CLONE_NEWNET);
}
