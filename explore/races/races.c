// SPDX-License-Identifier: GPL-2.0
/* Runs a race: starts both sides at once, and sums up what they counted. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/programs.h"
#include "base/time.h"
#include "explore/races/race.h"
#include "landlock/landlock.h"
#include "machine/privilege.h"

#define SIDE_MAX	8	/* processes of one side */
#define LOOK_MS		20
#define PROGRESS_MS	2000

enum side { INSIDE, OUTSIDE, SIDES };

static struct shared {
	struct racer racers[SIDES][SIDE_MAX];
	bool over, violated;
	int errno_of_one;	/* who could not go on */
	char example[sizeof(((struct race_result *)0)->example)];
} *shared;

static int top_fd = -1;		/* above all that a race makes */

const struct race *const races[] = {
	&race_open, &race_refer, &race_tsync, NULL,
};

const char *races_prepare(void)
{
	privilege_init();
	if (privilege == UNPRIVILEGED || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("races", "/tmp", "tmpfs", 0, "mode=0755"))
		return "a mount namespace";
	top_fd = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	umask(0);
	return shared == MAP_FAILED || top_fd < 0 ? "memory" : NULL;
}

static bool is_over(void)
{
	return __atomic_load_n(&shared->over, __ATOMIC_RELAXED);
}

void race_count(unsigned long *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

void race_violated(struct racer *racer, const char *format, ...)
{
	va_list list;

	race_count(&racer->violations);
	if (!__atomic_test_and_set(&shared->violated, __ATOMIC_RELAXED)) {
		va_start(list, format);
		vsnprintf(shared->example, sizeof(shared->example), format,
			  list);
		va_end(list);
	}
	__atomic_store_n(&shared->over, true, __ATOMIC_RELEASE);
}

void race_failed(int error)
{
	shared->errno_of_one = error;
	__atomic_store_n(&shared->over, true, __ATOMIC_RELEASE);
	_exit(1);
}

void race_acted(struct racer *racer, bool done)
{
	if (done)
		race_count(&racer->acts);
}

void race_fork(struct racer *racer)
{
	const pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(0);
	race_acted(racer, pid > 0 && waitpid_retry(pid, &status) == 0);
}

int race_directory(int at, const char *path)
{
	if (mkdirat(at, path, 0755))
		return -1;
	return openat(at, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int add(int ruleset, const struct race_rule *rule)
{
	const struct path_beneath_attr attr = {
		.allowed_access = rule->access, .parent_fd = rule->fd,
	};

	return ll_add(ruleset, RULE_PATH_BENEATH, &attr, 0) ? errno : 0;
}

int race_enforce(uint64_t handled, const struct race_rule *rules, int count,
		 uint32_t flags)
{
	const struct race_rule everything = { top_fd, handled };
	int i, ruleset, error = 0;

	ruleset = ll_create(&handled, sizeof(handled), 0);
	if (ruleset < 0)
		return errno;
	for (i = 0; i < count && !error; i++)
		error = add(ruleset, &rules[i]);
	if (sabotage == SABOTAGE_GRANT && !error)
		error = add(ruleset, &everything);
	if (!error && ll_restrict(ruleset, flags))
		error = errno;
	close(ruleset);
	return error;
}

static void __attribute__((noreturn)) be(const struct race *race,
					 enum side side, struct racer *racer)
{
	int error = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (side == INSIDE)
		error = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? errno :
			race->enter ? race->enter() : 0;
	if (error)
		race_failed(error);
	while (!is_over())
		(side == INSIDE ? race->inside : race->outside)(racer);
	_exit(0);
}

static void sum_up(struct race_result *result)
{
	int side, i;

	result->attempts = result->succeeded = result->refused = 0;
	result->acts = result->violations = 0;
	for (side = 0; side < SIDES; side++) {
		for (i = 0; i < SIDE_MAX; i++) {
			const struct racer *racer = &shared->racers[side][i];

			result->attempts += racer->attempts;
			result->succeeded += racer->succeeded;
			result->refused += racer->refused;
			result->acts += racer->acts;
			result->violations += racer->violations;
		}
	}
	strcpy(result->example, shared->example);
}

static int processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
}

/* Who does not end when the race is over is ended: false */
static bool ends(pid_t pid, double deadline)
{
	int status = -1;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (now_ms() > deadline) {
			kill(pid, SIGKILL);
			waitpid_retry(pid, &status);
			return false;
		}
		poll(NULL, 0, 1);
	}
	return status == 0;
}

/* Why a race shows nothing, if nothing was violated either */
static const char *idle(const struct race_result *result)
{
	if (!result->acts)
		return "nothing was changed from outside";
	if (!result->succeeded)
		return "nothing was ever allowed";
	if (!result->refused)
		return "nothing was ever refused";
	return NULL;
}

static bool build(const struct race *race)
{
	return fchdir(top_fd) == 0 && mkdir(race->name, 0755) == 0 &&
	       chdir(race->name) == 0 && race->build();
}

/* Until the time is over; on a slow machine until the race shows something. */
static void watch(struct race_result *result, double start, double seconds,
		  race_progress progress)
{
	const double end = start + seconds * 1000;
	double now = start, told = start;

	while (!is_over() &&
	       (now < end || (idle(result) && now < end + patience_ms))) {
		poll(NULL, 0, LOOK_MS);
		now = now_ms();
		sum_up(result);
		if (progress && now - told > PROGRESS_MS) {
			progress(result);
			told = now;
		}
	}
	__atomic_store_n(&shared->over, true, __ATOMIC_RELEASE);
}

void race_run(const struct race *race, double seconds, uint64_t seed,
	      race_progress progress, struct race_result *result)
{
	struct random random = { seed };
	const double start = now_ms();
	pid_t pids[SIDES * SIDE_MAX];
	int side, i, each, count = 0;
	bool ended = true;

	*result = (struct race_result) { .race = race,
					 .processors = processors() };
	memset(shared, 0, sizeof(*shared));
	if (!build(race)) {
		result->failure = "its files cannot be made";
		return;
	}
	each = result->processors < 2 ? 2 : result->processors;
	if (each > SIDE_MAX)
		each = SIDE_MAX;
	fflush(NULL);
	for (i = 0; i < each; i++) {
		for (side = 0; side < SIDES; side++) {
			struct racer *racer = &shared->racers[side][i];

			racer->random.state = random_next(&random);
			racer->number = i;
			pids[count] = fork();
			if (pids[count] == 0)
				be(race, side, racer);
			if (pids[count] > 0)
				count++;
			else
				result->failure = "a process";
		}
	}
	watch(result, start, seconds, progress);
	for (i = 0; i < count; i++)
		ended &= ends(pids[i], now_ms() + patience_ms);
	sum_up(result);
	result->ms = now_ms() - start;
	if (result->violations)
		result->failure = NULL;
	else if (shared->errno_of_one)
		result->failure = strerrorname_np(shared->errno_of_one);
	else if (!ended)
		result->failure = "a process did not end as it should";
	else if (!result->failure)
		result->failure = idle(result);
}
