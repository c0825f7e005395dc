// SPDX-License-Identifier: GPL-2.0
/* Tracing: a tracer must be in the tracee's domain or in one above it. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

#include "bricks/compat.h"
#include "bricks/nest.h"
#include "bricks/target.h"
#include "landproof.h"

#define DOC_PTRACE "userspace-api/landlock: Ptrace restrictions"

/* A process that is stopped is traced: nothing else stops it. */
static int await_stop(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, __WALL) != pid)
		return errno;
	return WIFSTOPPED(status) ? WORKED : NO_EFFECT;
}

static int attach(pid_t pid)
{
	int ret;

	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL))
		return errno;
	ret = await_stop(pid);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return ret;
}

static int attach_target(struct scene *scene)
{
	return attach(scene->pid[0]);
}

/*
 * Nothing that a ruleset handles is about tracing: every domain has these
 * restrictions, so there is no bystander.
 */
CASE("domain.ptrace.attach",
	.claim	  = "PTRACE_ATTACH to a process outside the domain",
	.promise  = { DENIED(EPERM) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.scene	  = target_scene,
	.attempt  = attach_target,
	.source	  = DOC_PTRACE);

static int target_and_compat(struct scene *scene)
{
	return compat_scene(scene) ?: target_start(scene, 0);
}

static int attach_by_compat(struct scene *scene)
{
	const long result = compat_call(COMPAT_PTRACE, PTRACE_ATTACH,
					scene->pid[0], 0);

	if (result < 0)
		return -result;
	return await_stop(scene->pid[0]) ?:
	       errno_of(ptrace(PTRACE_DETACH, scene->pid[0], NULL, NULL));
}

CASE("domain.ptrace.compat",
	.claim	  = "PTRACE_ATTACH of a 32-bit program to a process outside the domain",
	.promise  = { DENIED(EPERM) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.scene	  = target_and_compat,
	.attempt  = attach_by_compat,
	.source	  = DOC_PTRACE);

CASE("domain.ptrace.attach_net",
	.claim	  = "PTRACE_ATTACH out of a domain that only handles ports",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EPERM) },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.scene	  = target_scene,
	.attempt  = attach_target,
	.source	  = DOC_PTRACE);

CASE("domain.ptrace.attach_scope",
	.claim	  = "PTRACE_ATTACH out of a domain that only scopes signals",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.scene	  = target_scene,
	.attempt  = attach_target,
	.source	  = DOC_PTRACE);

static int seize_target(struct scene *scene)
{
	const pid_t pid = scene->pid[0];
	int ret;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL))
		return errno;
	ret = await_stop(pid);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return ret;
}

CASE("domain.ptrace.seize",
	.claim	  = "PTRACE_SEIZE of a process outside the domain",
	.promise  = { DENIED(EPERM) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.scene	  = target_scene,
	.attempt  = seize_target,
	.source	  = DOC_PTRACE);

/* A child from before the domain asks its parent to trace it. */
static void fork_tracee(struct scene *scene)
{
	pid_t pid;

	meeting_init(scene);
	pid = fork();
	if (pid == 0) {
		await(scene, 0);
		scene->value[0] = errno_of(ptrace(PTRACE_TRACEME, 0, 0, 0));
		if (!scene->value[0])
			raise(SIGSTOP);
		_exit(0);
	}
	scene->pid[0] = pid;
}

static int fork_then_enforce(struct scene *scene)
{
	fork_tracee(scene);
	return nest_layers(scene, PLAIN);
}

static int be_asked(struct scene *scene)
{
	int ret;

	if (!scene->pid[0])
		fork_tracee(scene);
	wake(scene, 0);
	ret = await_stop(scene->pid[0]);
	kill(scene->pid[0], SIGKILL);
	return scene->value[0] ?: ret;
}

CASE("domain.ptrace.traceme",
	.own_memory = true,
	.claim	  = "PTRACE_TRACEME of an unsandboxed child with a sandboxed parent",
	.promise  = { DENIED(EPERM) },
	.enforce  = fork_then_enforce,
	.attempt  = be_asked,
	.source	  = DOC_PTRACE "; security/landlock/task.c, hook_ptrace_traceme");

static int enforce_in_tracee(struct scene *scene)
{
	pid_t pid;
	int ret;

	pid = fork();
	if (pid == 0) {
		scene->value[0] = nest_layers(scene, PLAIN);
		if (scene->world != WORLD_CONTROL && !scene->value[0] &&
		    !nest_holds())
			scene->value[0] = UNENFORCED;
		if (!scene->value[0])
			scene->value[0] = errno_of(ptrace(PTRACE_TRACEME, 0,
							  0, 0));
		if (!scene->value[0])
			raise(SIGSTOP);
		_exit(0);
	}
	ret = await_stop(pid);
	kill(pid, SIGKILL);
	return scene->value[0] ?: ret;
}

CASE("domain.ptrace.traceme_sandboxed",
	.own_memory = true,
	.claim	  = "PTRACE_TRACEME of a sandboxed child with an unsandboxed parent",
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.attempt  = enforce_in_tracee,
	.source	  = DOC_PTRACE);

static int attach_related(struct scene *scene)
{
	int ret = target_pair(scene);

	ret = ret ?: nest_enter(scene, target_prepare, target_serve);
	if (ret)
		return ret;
	close(scene->fd[1]);
	return attach(scene->pid[0]);
}

static const struct variant refused[] = {
	{ "", NEST(PLAIN, PLAIN, NO_LAYER) },
	{ "siblings", NEST(NO_LAYER, PLAIN, PLAIN) },
	{ "siblings_below", NEST(PLAIN, PLAIN, PLAIN) },
	{ "two_above", NEST(PLAIN, PLAIN_PLAIN, NO_LAYER) },
	{ "deeper_stranger", NEST(NO_LAYER, PLAIN, PLAIN_PLAIN) },
	{ NULL }
};

CASE("domain.ptrace.related_refused",
	.own_memory = true,
	.claim	  = "PTRACE_ATTACH to a process above or beside the domain",
	.promise  = { DENIED(EPERM) },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = refused,
	.attempt  = attach_related,
	.source	  = DOC_PTRACE);

static const struct variant reached[] = {
	{ "", NEST(PLAIN, NO_LAYER, NO_LAYER) },
	{ "same_deep", NEST(PLAIN_PLAIN, NO_LAYER, NO_LAYER) },
	{ "below", NEST(PLAIN, NO_LAYER, PLAIN) },
	{ "two_below", NEST(PLAIN, NO_LAYER, PLAIN_PLAIN) },
	{ "no_domain", NEST(NO_LAYER, NO_LAYER, PLAIN) },
	{ NULL }
};

CASE("domain.ptrace.related_reached",
	.own_memory = true,
	.claim	  = "PTRACE_ATTACH to a process of the same domain or one below",
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = reached,
	.attempt  = attach_related,
	.source	  = DOC_PTRACE);
