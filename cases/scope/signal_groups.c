// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_SCOPE_SIGNAL: one call that signals many processes. */
#include <signal.h>

#include "bricks/target.h"
#include "landproof.h"

#define DOC_SIGNAL "userspace-api/landlock: LANDLOCK_SCOPE_SIGNAL"

/* A process group of the target alone, which the attempt can join */
static int target_in_group(struct scene *scene)
{
	const int ret = target_start(scene, 0);

	return ret ?: errno_of(setpgid(scene->pid[0], scene->pid[0]));
}

static int kill_group(struct scene *scene)
{
	return errno_of(kill(-scene->pid[0], SIGUSR1));
}

CASE("scope.signal.kill_pgrp",
	.claim	  = "kill(2) of a process group outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.scene	  = target_in_group,
	.attempt  = kill_group,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL);

static void block(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static bool is_pending(int sig)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, sig) == 1;
}

/* The call succeeds when one process takes the signal: here, oneself. */
static int kill_own_group(struct scene *scene)
{
	const pid_t to = scene->variant->arg ? -scene->pid[0] : 0;

	block(SIGUSR1);
	if (setpgid(0, scene->pid[0]))
		return broken(scene, "setpgid: %s", strerrorname_np(errno));
	if (kill(to, SIGUSR1))
		return errno;
	if (!is_pending(SIGUSR1))
		return broken(scene, "the sender's own signal is missing");
	return 0;
}

static const struct variant own_group[] = {
	{ "" },
	{ "by_id", .arg = 1 },
	{ NULL }
};

CASE("scope.signal.kill_zero",
	.claim	  = "kill(2) of one's own process group, which reaches outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(NO_EFFECT) },
	.variants = own_group,
	.scene	  = target_in_group,
	.attempt  = kill_own_group,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL "; kernel/signal.c, __kill_pgrp_info");

static int kill_all(struct scene *scene)
{
	(void)scene;
	return errno_of(kill(-1, SIGUSR1));
}

/* The exec'd attempt of the inherited world has a parent in the domain. */
static int target_and_block(struct scene *scene)
{
	block(SIGUSR1);
	return target_start(scene, 0);
}

/* A PID namespace keeps it from the rest of the machine. */
CASE("scope.signal.kill_minus_one",
	.claim	  = "kill(2) of all processes, when all are outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(NO_EFFECT) },
	.needs	  = "pid-namespace",
	.scene	  = target_and_block,
	.attempt  = kill_all,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL "; kernel/signal.c, kill_something_info");
