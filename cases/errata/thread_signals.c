// SPDX-License-Identifier: GPL-2.0
/* Erratum 2: signals between threads, held against the kernel's claim. */
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>

#include "landproof.h"
#include "bricks/target.h"

/* The thread that enters no domain: it waits for a signal of its own. */
static pthread_t sibling;
static pid_t sibling_tid;
static int ready[2];

static void *wait_for_signal(void *arg)
{
	const struct timespec limit = { .tv_sec = 30 };
	const pid_t tid = syscall(SYS_gettid);
	sigset_t set;
	ssize_t done;

	(void)arg;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	done = write(ready[1], &tid, sizeof(tid));
	(void)done;
	return sigtimedwait(&set, NULL, &limit) == SIGUSR1 ? &sibling : NULL;
}

static int start_sibling(struct scene *scene)
{
	sigset_t set;
	int error;

	/* Blocked here, so that it is blocked there from the start. */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (pipe(ready))
		return errno;
	error = pthread_create(&sibling, NULL, wait_for_signal, NULL);
	if (error)
		return broken(scene, "pthread_create: %s",
			      strerrorname_np(error));
	if (read(ready[0], &sibling_tid, sizeof(sibling_tid)) !=
	    sizeof(sibling_tid))
		return broken(scene, "the thread did not start");
	return 0;
}

/* The sibling is there before the domain, so that it stays outside. */
static int enforce_on_this_thread(struct scene *scene)
{
	const struct ruleset set = { .scoped = SCOPE_SIGNAL };

	return start_sibling(scene) ?: enforce_ruleset(scene, &set);
}

static int signal_sibling(struct scene *scene)
{
	void *got = NULL;

	if (!sibling_tid) {
		const int error = start_sibling(scene);

		if (error)
			return error;
	}
	if (syscall(SYS_tgkill, getpid(), sibling_tid, SIGUSR1))
		return errno;
	pthread_join(sibling, &got);
	return got ? WORKED : NO_EFFECT;
}

CASE("errata.2",
	.own_memory = true,
	.claim	 = "tgkill(2) of a thread of the same process outside the domain",
	.guard	 = SCOPE(SIGNAL),
	.covers	 = "create.errata",
	.honesty = true,
	.promise = { FIXED(2, ALLOWED), DENIED(EPERM) },
	.worlds	 = W(CONTROL) | W(DENY),
	.enforce = enforce_on_this_thread,
	.scene	 = target_scene,
	.attempt = signal_sibling,
	.witness = target_kill,
	.source	 = "userspace-api/landlock: erratum 2");
