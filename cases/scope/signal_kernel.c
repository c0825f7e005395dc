// SPDX-License-Identifier: GPL-2.0
/* Signals that the kernel sends, on behalf of a process in a domain. */
#include <mqueue.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "bricks/nest.h"
#include "bricks/target.h"
#include "landproof.h"

static int signal_by_master(struct scene *scene)
{
	return errno_of(ioctl(scene->fd[1], TIOCSIG, SIGINT));
}

static int resize_by_master(struct scene *scene)
{
	struct winsize size = { .ws_row = 7, .ws_col = 7 };

	return errno_of(ioctl(scene->fd[1], TIOCSWINSZ, &size));
}

static const struct variant by_terminal[] = {
	{ "", .op = signal_by_master },
	{ "winch", .op = resize_by_master },
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("scope.signal.tiocsig",
	.claim	  = "signals through an inherited pty master to a session outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#5",
	.needs	  = "pty",
	.variants = by_terminal,
	.scene	  = target_on_terminal,
	.witness  = target_kill,
	.attempt  = by_variant,
	.effect	  = target_was_hit,
	.source	  = "drivers/tty/pty.c, pty_signal: kill_pgrp without a check");

/* Waiting for SIGXCPU would take a second: that the limit stands is enough. */
static int limit_target(struct scene *scene)
{
	const struct rlimit limit = { 1, 2 };
	struct rlimit now;

	if (prlimit(scene->pid[0], RLIMIT_CPU, &limit, NULL) ||
	    prlimit(scene->pid[0], RLIMIT_CPU, NULL, &now))
		return errno;
	return now.rlim_cur == 1 && now.rlim_max == 2 ? WORKED : NO_EFFECT;
}

CASE("scope.signal.prlimit_cpu",
	.claim	  = "prlimit(2) of the CPU time after which the kernel kills a process outside",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { OPEN },
	.gap	  = "none known: see SECURITY.md",
	.labels	  = "unreported",
	.scene	  = target_scene,
	.witness  = target_kill,
	.attempt  = limit_target,
	.source	  = "kernel/sys.c, do_prlimit: no task_prlimit hook of Landlock");

/* Enforces, then dies; a child outside the domain asked for a signal then. */
static int die_sandboxed(struct scene *scene)
{
	const pid_t pid = fork();

	if (pid == 0) {
		target_prepare(scene);
		prctl(PR_SET_PDEATHSIG, SIGUSR1);
		wake(scene, 0);
		target_serve(scene);
	}
	await(scene, 0);
	return nest_layers(scene, GUARD);
}

static int outlive_parent(struct scene *scene)
{
	int ret = target_pair(scene);

	meeting_init(scene);
	ret = ret ?: in_child(scene, die_sandboxed);
	close(scene->fd[1]);
	if (ret)
		return ret;
	return target_hit(scene, 0) ? WORKED : NO_EFFECT;
}

CASE("scope.signal.pdeathsig",
	.claim	  = "PR_SET_PDEATHSIG of an unsandboxed child when its sandboxed parent dies",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { OPEN },
	.gap	  = "none known: see SECURITY.md",
	.labels	  = "unreported",
	.worlds	  = W(CONTROL) | W(CALL),
	.attempt  = outlive_parent,
	.source	  = "kernel/exit.c, reparent_leader: sent as the dying parent");

/* Outside, and waits for a message by a signal */
static int notified_target(struct scene *scene)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	const struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1,
	};
	int error;
	pid_t pid;

	scene->fd[2] = mq_open("/landproof", O_RDWR | O_CREAT, 0600, &attr);
	if (scene->fd[2] < 0)
		return cannot(scene, "mq_open: %s", strerrorname_np(errno));
	fcntl(scene->fd[2], F_SETFD, 0);
	error = target_pair(scene);
	if (error)
		return error;
	meeting_init(scene);
	pid = scene_fork(scene);
	if (pid == 0) {
		if (become_subject() || target_prepare(scene) ||
		    mq_notify(scene->fd[2], &event))
			_exit(1);
		wake(scene, 0);
		target_serve(scene);
	}
	scene->pid[0] = pid;
	close(scene->fd[1]);
	return await(scene, 0);
}

static int send_message(struct scene *scene)
{
	return errno_of(mq_send(scene->fd[2], "message", 8, 0));
}

CASE("scope.signal.mq_notify",
	.claim	  = "a message to a queue of which a process outside is notified by a signal",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { OPEN },
	.gap	  = "by design: who gets the signal has asked for it",
	.needs	  = "mqueue",
	.newipc	  = true,
	.scene	  = notified_target,
	.witness  = target_kill,
	.attempt  = send_message,
	.effect	  = target_was_hit,
	.source	  = "ipc/mqueue.c: __do_notify() sends it without a check");
