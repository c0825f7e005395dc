// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_SCOPE_SIGNAL: SIGIO that stays within the scope. */
#include <signal.h>

#include "bricks/nest.h"
#include "bricks/target.h"
#include "landproof.h"

static int own_and_fire(pid_t owner)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) || fcntl(ends[0], F_SETOWN, owner) ||
	    fcntl(ends[0], F_SETFL, O_ASYNC))
		return errno;
	return errno_of(write(ends[1], "", 1));
}

static void block_sigio(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int arrived(void)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, SIGIO) == 1 ? WORKED : NO_EFFECT;
}

static int own_self(struct scene *scene)
{
	block_sigio();
	/* A group of its own: nothing else may be hit. */
	if (scene->variant->arg && setpgid(0, 0))
		return broken(scene, "setpgid: %s", strerrorname_np(errno));
	return own_and_fire(scene->variant->arg ? -getpid() : getpid()) ?:
	       arrived();
}

static const struct variant process_and_group[] = {
	{ "" },
	{ "pgrp", .arg = 1 },
	{ NULL }
};

CASE("scope.signal.sigio_self",
	.own_memory = true,
	.claim	  = "SIGIO to oneself",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { ALLOWED },
	.variants = process_and_group,
	.scene	  = target_scene,
	.witness  = target_kill,
	.attempt  = own_self,
	.source	  = "security/landlock/fs.c, control_current_fowner");

static int own_child(struct scene *scene)
{
	const int ret = target_start(scene, 1);

	if (ret)
		return ret;
	return own_and_fire(scene->pid[1]) ?:
	       (target_hit(scene, 1) ? WORKED : NO_EFFECT);
}

CASE("scope.signal.sigio_child",
	.own_memory = true,
	.claim	  = "SIGIO to a child of the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { ALLOWED },
	.scene	  = target_scene,
	.witness  = target_kill,
	.attempt  = own_child,
	.source	  = "userspace-api/landlock: LANDLOCK_SCOPE_SIGNAL");

/* Only the thread is in a domain; the signal goes to its leader. */
static int own_from_thread(struct scene *scene)
{
	const pid_t self = getpid();
	const int ret = nest_layers(scene, GUARD) ?: target_guarded(scene);

	if (ret)
		return ret;
	return own_and_fire(scene->variant->arg ? -self : self);
}

enum { ONE_PROCESS, ITS_GROUP, A_LARGER_GROUP };

static const struct variant owners[] = {
	{ "", .arg = ONE_PROCESS },
	{ "pgrp", .arg = ITS_GROUP },
	{ "pgrp_of_two", .arg = A_LARGER_GROUP },
	{ NULL }
};

static int own_leader(struct scene *scene)
{
	block_sigio();
	if (scene->variant->arg && setpgid(0, 0))
		return broken(scene, "setpgid: %s", strerrorname_np(errno));
	if (scene->variant->arg == A_LARGER_GROUP) {
		/* Nobody is sandboxed yet; it is killed with the world. */
		const pid_t pid = fork();

		if (pid < 0)
			return broken(scene, "fork: %s",
				      strerrorname_np(errno));
		while (pid == 0)
			pause();
	}
	return in_thread(scene, own_from_thread) ?: arrived();
}

CASE("scope.signal.sigio_thread",
	.own_memory = true,
	.claim	  = "SIGIO to another thread of the process, which is not sandboxed",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { FIXED(2, ALLOWED), OPEN },
	.gap	  = "no promise before erratum 2",
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = owners,
	.scene	  = target_scene,
	.attempt  = own_leader,
	.source	  = "userspace-api/landlock: erratum 2");

static int own_related(struct scene *scene)
{
	int ret = target_pair(scene);

	ret = ret ?: nest_enter(scene, target_prepare, target_serve);
	if (ret)
		return ret;
	close(scene->fd[1]);
	return own_and_fire(scene->pid[0]) ?:
	       (target_hit(scene, 0) ? WORKED : NO_EFFECT);
}

static const struct variant refused[] = {
	{ "", NEST(GUARD, GUARD, NO_LAYER) },
	{ "siblings", NEST(NO_LAYER, GUARD, GUARD) },
	{ "unscoped_below_scoped", NEST(PLAIN, GUARD_PLAIN, NO_LAYER) },
	{ NULL }
};

CASE("scope.signal.sigio_related_refused",
	.own_memory = true,
	.claim	  = "SIGIO to a process above or beside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(NO_EFFECT) },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = refused,
	.attempt  = own_related,
	.source	  = "security/landlock/task.c, hook_file_send_sigiotask");

static const struct variant reached[] = {
	{ "", NEST(GUARD, NO_LAYER, GUARD) },
	{ "shared_scope_above", NEST(GUARD, PLAIN, NO_LAYER) },
	{ "unscoped_sender", NEST(NO_LAYER, PLAIN, GUARD) },
	{ NULL }
};

CASE("scope.signal.sigio_related_reached",
	.own_memory = true,
	.claim	  = "SIGIO to a process within the scope",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = reached,
	.attempt  = own_related,
	.source	  = "security/landlock/task.c, hook_file_send_sigiotask");
