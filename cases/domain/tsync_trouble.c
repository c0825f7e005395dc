// SPDX-License-Identifier: GPL-2.0
/* TSYNC where memory is short, signals interrupt, or the first thread ended. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "tsync.h"

#define DOC "security/landlock/tsync.c, landlock_restrict_sibling_threads"
#define A_TSYNC_CASE					\
	.own_memory = true,				\
	.worlds	  = W(CONTROL) | W(CALL),		\
	.covers	  = "restrict.tsync",			\
	.control  = read_guarded_file

static int nobody_restricted(struct scene *scene)
{
	return tsync_all_get(scene, 3, WORKED);
}

static int caller_without_memory(struct scene *scene)
{
	int ret = tsync_ruleset(scene) ?: tsync_start(scene, 3);

	if (ret)
		return ret;
	ret = fail_each_alloc(scene, tsync_enforce, nobody_restricted);
	if (ret == ENOMEM && tsync_all_get(scene, 3, EACCES) != EACCES)
		return UNENFORCED;
	return ret;
}

CASE("domain.tsync.no_memory",
	A_TSYNC_CASE,
	.claim	  = "TSYNC by a thread for which there is no memory",
	.needs	  = "guest fault-injection",
	.promise  = { DENIED(ENOMEM) },
	.scene	  = domain_files,
	.attempt  = caller_without_memory,
	.source	  = DOC ": -ENOMEM, all or nothing");

enum { ARMED, OVER };	/* in scene->value */

/*
 * With credentials of its own, the sibling has to make new ones.  It makes no
 * call between: that would allocate too.
 */
static int fail_next(struct scene *scene)
{
	const int error = prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) ? errno :
			  fail_alloc(1);

	tsync_set(scene, ARMED, 1);
	while (!tsync_get(scene, OVER))
		;
	return error ? error : alloc_failed() ? 0 : NO_EFFECT;
}

static int sibling_without_memory(struct scene *scene)
{
	int ret = tsync_ruleset(scene) ?: tsync_start(scene, 3);

	if (ret)
		return ret;
	sibling_begin(1, fail_next);
	while (!tsync_get(scene, ARMED))
		sched_yield();
	ret = tsync_enforce(scene);
	tsync_set(scene, OVER, 1);
	if (sibling_end(1) && ret == ENOMEM)
		return NO_EFFECT;
	if (ret == ENOMEM && nobody_restricted(scene))
		return NO_EFFECT;
	return ret;
}

CASE("domain.tsync.sibling_no_memory",
	A_TSYNC_CASE,
	.claim	  = "TSYNC where there is no memory for another thread",
	.needs	  = "guest fault-injection",
	.promise  = { DENIED(ENOMEM) },
	.scene	  = domain_files,
	.attempt  = sibling_without_memory,
	.source	  = "security/landlock/tsync.c, restrict_one_thread: -ENOMEM, all or nothing");

/*
 * A process that wakes the caller when it waits, for each byte in the pipe:
 * on the caller's processor it runs then, and before all siblings.
 */
static pid_t start_alarm(int pipe_fd[2])
{
	const pid_t caller = getpid();
	pid_t pid;
	char byte;

	tsync_take_alarms();
	tsync_go_first();
	if (pipe(pipe_fd))
		return -1;
	pid = fork();
	if (pid)
		return pid;
	while (read(pipe_fd[0], &byte, 1) == 1)
		kill(caller, SIGALRM);
	_exit(0);
}

/* With -1 for a ruleset it takes no layer and can be done at will. */
static int silence_all(void)
{
	return ll_restrict(-1, RESTRICT_LOG_SUBDOMAINS_OFF | RESTRICT_TSYNC) ?
		errno : 0;
}

static int interrupted(struct scene *scene)
{
	int i, fds[2], ret = tsync_ruleset(scene) ?:
			     tsync_start(scene, SIBLINGS);
	const pid_t pid = ret ? -1 : start_alarm(fds);

	for (i = 0; i < 4 && pid > 0 && !ret; i++)
		ret = write(fds[1], "", 1) == 1 ? silence_all() : BROKEN;
	if (pid > 0 && !ret && write(fds[1], "", 1) == 1)
		ret = tsync_enforce(scene);
	if (pid > 0)
		kill(pid, SIGKILL);
	return ret ?: tsync_all_get(scene, SIBLINGS, EACCES);
}

CASE("domain.tsync.interrupted",
	A_TSYNC_CASE,
	.claim	  = "all threads are bound when signals interrupt TSYNC",
	.root	  = true,
	.needs	  = "root",
	.promise  = { DENIED(EACCES) },
	.scene	  = domain_files,
	.attempt  = interrupted,
	.source	  = DOC ": -ERESTARTNOINTR");

static pid_t first_thread;

static bool has_ended(pid_t thread)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread);
	return read_file(path, text, sizeof(text)) > 0 && strstr(text, ") Z ");
}

static void *enforce_without_leader(void *arg)
{
	struct scene *scene = arg;

	while (!has_ended(first_thread))
		sched_yield();
	scene->outcome = tsync_enforce(scene) ?: tsync_all_get(scene, 1, EACCES);
	scene->finished = true;
	_exit(0);
}

static int end_leader(struct scene *scene)
{
	pthread_t thread;
	int ret = tsync_ruleset(scene) ?: tsync_start(scene, 1);

	first_thread = getpid();
	if (ret || pthread_create(&thread, NULL, enforce_without_leader, scene))
		return ret ?: BROKEN;
	for (;;)
		syscall(SYS_exit, 0);
}

static int without_leader(struct scene *scene)
{
	return in_child(scene, end_leader);
}

CASE("domain.tsync.ended_leader",
	A_TSYNC_CASE,
	.claim	  = "all threads are bound by TSYNC when the first one has ended",
	.promise  = { DENIED(EACCES) },
	.scene	  = domain_files,
	.attempt  = without_leader,
	.source	  = "security/landlock/tsync.c, schedule_task_work: PF_EXITING");
