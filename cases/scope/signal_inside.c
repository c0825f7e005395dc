// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_SCOPE_SIGNAL: what stays free, and related domains. */
#include <signal.h>
#include <sys/syscall.h>

#include "bricks/nest.h"
#include "bricks/target.h"
#include "landproof.h"

#define DOC_SIGNAL "userspace-api/landlock: LANDLOCK_SCOPE_SIGNAL"

static void block(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int arrived(int sig)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, sig) == 1 ? WORKED : NO_EFFECT;
}

static int kill_self(struct scene *scene)
{
	(void)scene;
	block(SIGUSR1);
	return kill(getpid(), SIGUSR1) ? errno : arrived(SIGUSR1);
}

CASE("scope.signal.kill_self",
	.own_memory = true,
	.claim	  = "kill(2) of oneself",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { ALLOWED },
	.scene	  = target_scene,
	.witness  = target_kill,
	.attempt  = kill_self,
	.source	  = DOC_SIGNAL);

static int kill_child(struct scene *scene)
{
	const int ret = target_start(scene, 1);

	if (ret)
		return ret;
	if (kill(scene->pid[1], SIGUSR1))
		return errno;
	return target_hit(scene, 1) ? WORKED : NO_EFFECT;
}

CASE("scope.signal.kill_child",
	.own_memory = true,
	.claim	  = "kill(2) of a child of the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { ALLOWED },
	.scene	  = target_scene,
	.witness  = target_kill,
	.attempt  = kill_child,
	.source	  = DOC_SIGNAL);

/* A thread that sandboxes itself, and its leader that does not */
static int thread_to_leader(struct scene *scene)
{
	const int ret = nest_layers(scene, GUARD) ?: target_guarded(scene);

	if (ret)
		return ret;
	return scene->variant->op(scene);
}

static int signal_from_thread(struct scene *scene)
{
	block(SIGUSR1);
	return in_thread(scene, thread_to_leader) ?: arrived(SIGUSR1);
}

static int by_tgkill(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1));
}

static int by_kill(struct scene *scene)
{
	(void)scene;
	return errno_of(kill(getpid(), SIGUSR1));
}

static const struct variant ways[] = {
	{ "", .op = by_tgkill },
	{ "kill", .op = by_kill },
	{ NULL }
};

CASE("scope.signal.thread",
	.own_memory = true,
	.claim	  = "tgkill(2) of another thread of the process, which is not sandboxed",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { FIXED(2, ALLOWED), DENIED(EPERM) },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = ways,
	.scene	  = target_scene,
	.attempt  = signal_from_thread,
	.source	  = "userspace-api/landlock: erratum 2");

static int kill_related(struct scene *scene)
{
	int ret = target_pair(scene);

	ret = ret ?: nest_enter(scene, target_prepare, target_serve);
	if (ret)
		return ret;
	close(scene->fd[1]);
	if (kill(scene->pid[0], SIGUSR1))
		return errno;
	return target_hit(scene, 0) ? WORKED : NO_EFFECT;
}

static const struct variant refused[] = {
	{ "", NEST(GUARD, GUARD, NO_LAYER) },
	{ "siblings", NEST(NO_LAYER, GUARD, GUARD) },
	{ "siblings_of_scoped", NEST(GUARD, GUARD, PLAIN) },
	{ "unscoped_below_scoped", NEST(PLAIN, GUARD_PLAIN, NO_LAYER) },
	{ "scoped_second", NEST(PLAIN, PLAIN_GUARD, PLAIN_PLAIN) },
	{ "outside_in_two", NEST(NO_LAYER, GUARD_GUARD, PLAIN) },
	{ "deeper_stranger", NEST(NO_LAYER, GUARD, PLAIN_PLAIN) },
	{ NULL }
};

CASE("scope.signal.related_refused",
	.own_memory = true,
	.claim	  = "kill(2) of a process above or beside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = refused,
	.attempt  = kill_related,
	.source	  = "security/landlock/task.c, domain_is_scoped");

static const struct variant reached[] = {
	{ "", NEST(GUARD, NO_LAYER, GUARD) },
	{ "same", NEST(GUARD, NO_LAYER, NO_LAYER) },
	{ "same_deep", NEST(GUARD_GUARD, NO_LAYER, NO_LAYER) },
	{ "two_below", NEST(GUARD, NO_LAYER, PLAIN_GUARD) },
	{ "unscoped_sender", NEST(NO_LAYER, PLAIN, GUARD) },
	{ "no_domain", NEST(NO_LAYER, NO_LAYER, GUARD) },
	{ "shared_scope", NEST(GUARD, PLAIN, PLAIN) },
	{ "shared_scope_above", NEST(GUARD, PLAIN, NO_LAYER) },
	{ NULL }
};

CASE("scope.signal.related_reached",
	.own_memory = true,
	.claim	  = "kill(2) of a process within the scope",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = reached,
	.attempt  = kill_related,
	.source	  = "security/landlock/task.c, domain_is_scoped");
