// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_SCOPE_SIGNAL: sending signals to processes outside the domain. */
#include <signal.h>
#include <sys/syscall.h>

#include "bricks/compat.h"
#include "bricks/target.h"
#include "landproof.h"

#define DOC_SIGNAL "userspace-api/landlock: LANDLOCK_SCOPE_SIGNAL"

static int send_kill(struct scene *scene)
{
	return errno_of(kill(scene->pid[0], scene->variant->arg));
}

static const struct variant signals[] = {
	{ "", .arg = SIGUSR1 },
	{ "kill", .arg = SIGKILL },
	{ "cont", .arg = SIGCONT },
	{ "realtime", .arg = 64 },
	{ NULL }
};

CASE("scope.signal.kill",
	.claim	  = "kill(2) of a process outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.variants = signals,
	.scene	  = target_scene,
	.attempt  = send_kill,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL);

static int target_and_compat(struct scene *scene)
{
	return compat_scene(scene) ?: target_start(scene, 0);
}

static int send_compat(struct scene *scene)
{
	return -compat_call(scene->variant->arg, scene->pid[0], SIGUSR1, 0);
}

static const struct variant compat_calls[] = {
	{ "", .arg = COMPAT_KILL },
	{ "tkill", .arg = COMPAT_TKILL },
	{ NULL }
};

CASE("scope.signal.compat",
	.claim	  = "kill(2) and tkill(2) of a 32-bit program",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.variants = compat_calls,
	.scene	  = target_and_compat,
	.attempt  = send_compat,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL);

static int send_tkill(struct scene *scene)
{
	return errno_of(syscall(SYS_tkill, scene->pid[0], SIGUSR1));
}

CASE("scope.signal.tkill",
	.claim	  = "tkill(2) of a thread outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.scene	  = target_scene,
	.attempt  = send_tkill,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL);

static int send_tgkill(struct scene *scene)
{
	const pid_t pid = scene->pid[0];

	return errno_of(syscall(SYS_tgkill, pid, pid, SIGUSR1));
}

CASE("scope.signal.tgkill",
	.claim	  = "tgkill(2) of a thread outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.scene	  = target_scene,
	.attempt  = send_tgkill,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL);

static siginfo_t queued(void)
{
	siginfo_t info = {
		.si_signo = SIGUSR1,
		.si_code = SI_QUEUE,
	};

	info.si_pid = getpid();
	info.si_uid = getuid();
	return info;
}

static int send_sigqueue(struct scene *scene)
{
	siginfo_t info = queued();

	return errno_of(syscall(SYS_rt_sigqueueinfo, scene->pid[0], SIGUSR1,
				&info));
}

CASE("scope.signal.sigqueue",
	.claim	  = "rt_sigqueueinfo(2) to a process outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.scene	  = target_scene,
	.attempt  = send_sigqueue,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL);

static int send_tgsigqueue(struct scene *scene)
{
	const pid_t pid = scene->pid[0];
	siginfo_t info = queued();

	return errno_of(syscall(SYS_rt_tgsigqueueinfo, pid, pid, SIGUSR1,
				&info));
}

CASE("scope.signal.tgsigqueue",
	.claim	  = "rt_tgsigqueueinfo(2) to a thread outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.scene	  = target_scene,
	.attempt  = send_tgsigqueue,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL);

static int open_pidfd(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

static int send_pidfd(struct scene *scene)
{
	if (scene->fd[1] < 0)
		scene->fd[1] = open_pidfd(scene->pid[0]);
	if (scene->fd[1] < 0)
		return cannot(scene, "pidfd_open: %s", strerrorname_np(errno));
	return errno_of(syscall(SYS_pidfd_send_signal, scene->fd[1], SIGUSR1,
				NULL, 0));
}

CASE("scope.signal.pidfd",
	.claim	  = "pidfd_send_signal(2) to a process outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.scene	  = target_scene,
	.attempt  = send_pidfd,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL);

static int target_and_pidfd(struct scene *scene)
{
	const int ret = target_start(scene, 0);

	/* pidfd_open(2) makes it close-on-exec; an attempt may be exec'd. */
	if (!ret)
		scene->fd[1] = dup(open_pidfd(scene->pid[0]));
	return ret;
}

CASE("scope.signal.pidfd_from_outside",
	.claim	  = "pidfd_send_signal(2) through a descriptor opened outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.scene	  = target_and_pidfd,
	.attempt  = send_pidfd,
	.effect	  = target_was_hit,
	.source	  = "security/landlock/task.c, hook_task_kill: the sender's domain");

static int probe(struct scene *scene)
{
	return errno_of(kill(scene->pid[0], 0));
}

CASE("scope.signal.null",
	.claim	  = "kill(2) with signal 0 of a process outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(EPERM) },
	.scene	  = target_scene,
	.attempt  = probe,
	.source	  = DOC_SIGNAL);

static int inspect(struct scene *scene)
{
	const int fd = open_pidfd(scene->pid[0]);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

CASE("scope.signal.pidfd_open",
	.claim	  = "pidfd_open(2) of a process outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#58",
	.scene	  = target_scene,
	.witness  = target_kill,
	.attempt  = inspect,
	.source	  = "kernel/pid.c, pidfd_open: no security hook");
