// SPDX-License-Identifier: GPL-2.0
/*
 * TSYNC at its worst moments: a probe there writes a trace, and a thread or
 * process that waits for it goes before the caller.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "tsync.h"

#define DOC "security/landlock/tsync.c, schedule_task_work"
#define TRACING		"/sys/kernel/tracing/"
#define INSTANCE	TRACING "instances/landproof_tsync/"
#define PROBE		"landproof/tsync"
#define A_TSYNC_CASE					\
	.own_memory = true,				\
	.worlds	  = W(CONTROL) | W(CALL),		\
	.root	  = true,				\
	.needs	  = "root guest tracefs",		\
	.promise  = { DENIED(EACCES) },			\
	.effect	  = remove_probe,			\
	.control  = read_guarded_file,			\
	.covers	  = "restrict.tsync"

enum { TRACE, SWITCH };			/* in scene->fd + 1 */
enum { READY, HELD, SENT };			/* in scene->value */

#define HELD_MS		1000	/* only bounds a hang */

static int add_probe(struct scene *scene, const char *function)
{
	char text[96];

	snprintf(text, sizeof(text), "p:" PROBE " %s", function);
	write_file(TRACING "kprobe_events", text);
	mkdir(INSTANCE, 0700);
	scene->fd[1 + TRACE] = open(INSTANCE "trace_pipe", O_RDONLY);
	scene->fd[1 + SWITCH] = open(INSTANCE "events/" PROBE "/enable",
				     O_WRONLY);
	if (scene->fd[1 + TRACE] < 0 || scene->fd[1 + SWITCH] < 0)
		return cannot(scene, "a probe of %s (CONFIG_KPROBE_EVENTS)",
			      function);
	return domain_files(scene);
}

/* Runs outside, when all is over: adds no evidence. */
static bool remove_probe(struct scene *scene)
{
	close(scene->fd[1 + TRACE]);
	close(scene->fd[1 + SWITCH]);
	write_file(INSTANCE "events/" PROBE "/enable", "0");
	rmdir(INSTANCE);
	write_file(TRACING "kprobe_events", "-:" PROBE);
	return scene->outcome == WORKED;
}

static int probe_giving_work(struct scene *scene)
{
	return add_probe(scene, "task_work_add");
}

static int probe_doing_work(struct scene *scene)
{
	return add_probe(scene, "restrict_one_thread_callback");
}

static bool wait_for_probe(struct scene *scene)
{
	char text[4096];

	tsync_go_first();
	tsync_set(scene, READY, 1);
	return read(scene->fd[1 + TRACE], text, sizeof(text)) > 0;
}

/* Nothing but the attempted call may call the probed function from here on. */
static int begin(struct scene *scene)
{
	while (!tsync_get(scene, READY))
		sched_yield();
	return write(scene->fd[1 + SWITCH], "1", 1) == 1 ?
	       0 : cannot(scene, "the probe");
}

static void *end_when_traced(void *arg)
{
	return wait_for_probe(arg) ? NULL : arg;
}

static int while_a_thread_ends(struct scene *scene)
{
	pthread_t thread;
	void *failed = NULL;
	int ret = tsync_ruleset(scene);

	if (ret || pthread_create(&thread, NULL, end_when_traced, scene))
		return ret ?: BROKEN;
	ret = sibling_start(scene, 0) ? BROKEN :
	      begin(scene) ?: tsync_enforce(scene);
	pthread_join(thread, &failed);
	if (ret || failed)
		return ret ?: broken(scene, "no trace");
	return tsync_all_get(scene, 1, EACCES);
}

CASE("domain.tsync.ending",
	A_TSYNC_CASE,
	.claim	  = "all threads are bound when one ends during TSYNC",
	.scene	  = probe_giving_work,
	.attempt  = while_a_thread_ends,
	.source	  = DOC ": task_work_add");

/* A thread cannot begin until its vfork(2) ends: here, after the signal. */
static void *begin_last(void *arg)
{
	const pid_t pid = vfork();
	int ms;

	if (pid < 0)
		tsync_set(arg, HELD, -1);
	if (pid)
		return NULL;
	tsync_set(arg, HELD, 1);
	for (ms = 0; ms < HELD_MS && !tsync_get(arg, SENT); ms++)
		poll(NULL, 0, 1);
	_exit(0);
}

static int while_only_some_have_begun(struct scene *scene)
{
	const pid_t caller = getpid();
	int ret = tsync_ruleset(scene) ?: tsync_start(scene, 1);
	pthread_t last;
	pid_t pid;

	if (ret || pthread_create(&last, NULL, begin_last, scene))
		return ret ?: BROKEN;
	tsync_take_alarms();
	pid = fork();
	if (!pid) {
		if (wait_for_probe(scene) && !kill(caller, SIGALRM))
			tsync_set(scene, SENT, 1);
		_exit(0);
	}
	while (!tsync_get(scene, HELD))
		sched_yield();
	ret = pid < 0 || tsync_get(scene, HELD) < 0 ?
	      broken(scene, "fork or vfork") : begin(scene);
	tsync_go_first();
	ret = ret ?: tsync_enforce(scene);
	if (pid > 0)
		kill(pid, SIGKILL);
	if (ret)
		return ret;
	ret = tsync_all_get(scene, 1, EACCES);
	return ret != EACCES || tsync_get(scene, SENT) ?
	       ret : broken(scene, "no trace");
}

CASE("domain.tsync.interrupted_begun",
	A_TSYNC_CASE,
	.claim	  = "all threads are bound when TSYNC is interrupted halfway",
	.scene	  = probe_doing_work,
	.attempt  = while_only_some_have_begun,
	.source	  = "security/landlock/tsync.c, cancel_tsync_works");
