// SPDX-License-Identifier: GPL-2.0
/* What a scene's processes say, and how they start. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/programs.h"
#include "cases/case.h"
#include "cases/outcome.h"
#include "cases/scene.h"

static void say(struct scene *scene, const char *fmt, va_list args)
{
	vsnprintf(scene->note, sizeof(scene->note), fmt, args);
}

int cannot(struct scene *scene, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(scene, fmt, args);
	va_end(args);
	return CANNOT;
}

int broken(struct scene *scene, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(scene, fmt, args);
	va_end(args);
	return BROKEN;
}

void remark(struct scene *scene, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(scene, fmt, args);
	va_end(args);
}

pid_t scene_fork(struct scene *scene)
{
	const pid_t pid = fork();

	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	else
		scene->processes++;
	return pid;
}

#define SPAWN_STACK 16384

pid_t scene_spawn(struct scene *scene, int (*body)(void *data), void *data)
{
	static char (*stacks)[SPAWN_STACK];
	const struct landproof_case *test = scene->test;
	const bool shares = test->guard.fs || test->guard.net ||
			    test->guard.scoped;
	const int number = scene->processes++;

	if (!stacks)
		stacks = mmap(NULL, SCENE_PIDS * SPAWN_STACK,
			      PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stacks == MAP_FAILED || number >= SCENE_PIDS) {
		errno = ENOMEM;
		return -1;
	}
	return clone(body, stacks[number + 1],
		     (shares ? SHARE_MEMORY : 0) | SIGCHLD, data);
}

int child_outcome(struct scene *scene, pid_t pid)
{
	int status;

	if (pid < 0)
		return broken(scene, "fork: %s", strerrorname_np(errno));
	if (waitpid_retry(pid, &status))
		return broken(scene, "waitpid: %s", strerrorname_np(errno));
	if (!scene->finished) {
		if (WIFSIGNALED(status))
			remark(scene, "signal %d", WTERMSIG(status));
		return WIFSIGNALED(status) ? KILLED : BROKEN;
	}
	return scene->outcome;
}

int in_child(struct scene *scene, int (*body)(struct scene *scene))
{
	pid_t pid;

	scene->finished = false;
	pid = fork();
	if (pid == 0) {
		scene->outcome = body(scene);
		scene->finished = true;
		_exit(0);
	}
	return child_outcome(scene, pid);
}

struct body {
	struct scene *scene;
	int (*run)(struct scene *scene);
	int outcome;
};

static void *thread_main(void *arg)
{
	struct body *body = arg;

	body->outcome = body->run(body->scene);
	return NULL;
}

int in_thread(struct scene *scene, int (*run)(struct scene *scene))
{
	struct body body = { scene, run, BROKEN };
	pthread_t thread;
	int error;

	error = pthread_create(&thread, NULL, thread_main, &body);
	if (error)
		return broken(scene, "pthread_create: %s",
			      strerrorname_np(error));
	pthread_join(thread, NULL);
	return body.outcome;
}
