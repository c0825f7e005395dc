// SPDX-License-Identifier: GPL-2.0
/*
 * No thread is left outside.  In a process whose threads start others and end
 * all the time one of them binds all: as soon as that is done, none of them can
 * open what is denied.  This again and again, each time in another process.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/programs.h"
#include "base/time.h"
#include "explore/races/race.h"
#include "landlock/abi.h"

#define LINES		4	/* of threads, one after the other */
#define STACK_SIZE	(64 * 1024)
#define OPENS_MAX	4	/* of a thread */
#define OPENS_AFTER	32	/* of all of them, once they are bound */
#define ROUND_MS	200

/* Of one process, in which all threads share it */
static struct racer *self;
static bool bound, over;
static unsigned long opens, opens_bound;

static const char *missing(void)
{
	return kernel.restrict_flags & RESTRICT_TSYNC ? NULL : "TSYNC";
}

static bool build(void)
{
	const int fd = open("shut", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	close(fd);
	return fd >= 0;
}

static void open_one(void)
{
	const bool was_bound = __atomic_load_n(&bound, __ATOMIC_ACQUIRE);
	const int fd = open("shut", O_RDONLY | O_CLOEXEC);

	race_count(&self->attempts);
	if (fd >= 0) {
		close(fd);
		race_count(&self->succeeded);
		if (was_bound)
			race_violated(self, "a thread opened the file after TSYNC");
	} else if (errno == EACCES) {
		race_count(&self->refused);
	}
	race_count(was_bound ? &opens_bound : &opens);
}

static void begin_thread(void);

static void *thread(void *seed)
{
	struct random random = { (uintptr_t)seed };
	int i, count = random_below(&random, OPENS_MAX + 1);

	for (i = 0; i < count; i++)
		open_one();
	if (!__atomic_load_n(&over, __ATOMIC_RELAXED))
		begin_thread();
	return NULL;
}

static void begin_thread(void)
{
	static unsigned long number;
	const uintptr_t seed = self->random.state +
			       __atomic_fetch_add(&number, 1, __ATOMIC_RELAXED);
	pthread_attr_t attr;
	pthread_t id;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	race_acted(self, pthread_create(&id, &attr, thread,
					(void *)seed) == 0);
	pthread_attr_destroy(&attr);
}

/* Waits until there are so many opens, or for a while. */
static void await(const unsigned long *count, unsigned long wanted)
{
	const double start = now_ms();

	while (__atomic_load_n(count, __ATOMIC_RELAXED) < wanted &&
	       now_ms() - start < ROUND_MS)
		poll(NULL, 0, 0);
}

static void round_of_threads(void)
{
	int i, error;

	for (i = 0; i < LINES; i++)
		begin_thread();
	await(&opens, random_below(&self->random, 16));
	error = race_enforce(FS_READ_FILE, NULL, 0, RESTRICT_TSYNC);
	if (error)
		race_failed(error);
	__atomic_store_n(&bound, true, __ATOMIC_RELEASE);
	await(&opens_bound, OPENS_AFTER);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	_exit(0);
}

static void inside(struct racer *racer)
{
	pid_t pid;
	int status = -1;

	random_next(&racer->random);
	pid = fork();
	if (pid == 0) {
		self = racer;
		round_of_threads();
	}
	if (pid > 0)
		waitpid_retry(pid, &status);
	if (status)
		_exit(1);	/* the race is over, or it died */
}

const struct race race_tsync = {
	.name = "tsync",
	.invariant = "no thread is left outside after TSYNC",
	.outsiders = "begin and end threads and processes",
	.missing = missing,
	.build = build,
	.inside = inside,
	.outside = race_fork,
};
