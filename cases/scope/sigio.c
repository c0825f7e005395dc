// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_SCOPE_SIGNAL: signals that input and output send, fcntl(2). */
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "bricks/compat.h"
#include "bricks/nest.h"
#include "bricks/target.h"
#include "landproof.h"

#define DOC_SIGNAL "userspace-api/landlock: LANDLOCK_SCOPE_SIGNAL"
#define HOOK "; security/landlock/task.c, hook_file_send_sigiotask"

/* fd[1] tells its owner when fd[2] is written to. */
static int make_source(struct scene *scene)
{
	return errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0, scene->fd + 1));
}

static int fire(struct scene *scene)
{
	return send(scene->fd[2], "", 1, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

static int own(int fd, pid_t owner)
{
	if (fcntl(fd, F_SETOWN, owner) || fcntl(fd, F_SETFL, O_ASYNC))
		return errno;
	return 0;
}

static int own_and_fire(struct scene *scene, pid_t owner)
{
	return make_source(scene) ?: own(scene->fd[1], owner) ?: fire(scene);
}

static int own_by_fcntl(struct scene *scene)
{
	return own_and_fire(scene, scene->pid[0]);
}

static int own_by_ex(struct scene *scene)
{
	struct f_owner_ex owner = { scene->variant->arg, scene->pid[0] };

	if (make_source(scene) || fcntl(scene->fd[1], F_SETOWN_EX, &owner) ||
	    fcntl(scene->fd[1], F_SETFL, O_ASYNC))
		return errno;
	return fire(scene);
}

static int own_by_ioctl(struct scene *scene)
{
	int owner = scene->pid[0];

	if (make_source(scene) ||
	    ioctl(scene->fd[1], scene->variant->arg, &owner) ||
	    fcntl(scene->fd[1], F_SETFL, O_ASYNC))
		return errno;
	return fire(scene);
}

static int own_with_signal(struct scene *scene)
{
	if (make_source(scene) || fcntl(scene->fd[1], F_SETSIG, SIGRTMIN + 3))
		return errno;
	return own(scene->fd[1], scene->pid[0]) ?: fire(scene);
}

static int own_pipe(struct scene *scene)
{
	int ends[2];

	if (pipe(ends))
		return errno;
	return own(ends[0], scene->pid[0]) ?:
	       errno_of(write(ends[1], "", 1));
}

/* SIGURG goes through another function, send_sigurg(). */
static int own_urgent(struct scene *scene)
{
	if (make_source(scene) || fcntl(scene->fd[1], F_SETOWN, scene->pid[0]))
		return errno;
	return errno_of(send(scene->fd[2], "!", 1, MSG_OOB | MSG_NOSIGNAL));
}

static const struct variant ways_to_own[] = {
	{ "", .op = own_by_fcntl },
	{ "setown_ex_pid", .op = own_by_ex, .arg = F_OWNER_PID },
	{ "setown_ex_tid", .op = own_by_ex, .arg = F_OWNER_TID },
	{ "fiosetown", .op = own_by_ioctl, .arg = FIOSETOWN },
	{ "siocspgrp", .op = own_by_ioctl, .arg = SIOCSPGRP },
	{ "setsig", .op = own_with_signal },
	{ "pipe", .op = own_pipe },
	{ "urgent", .op = own_urgent },
	{ NULL }
};

static int own_somehow(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("scope.signal.sigio_pid",
	.claim	  = "SIGIO to a process outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(NO_EFFECT) },
	.variants = ways_to_own,
	.scene	  = target_scene,
	.attempt  = own_somehow,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL HOOK);

static int own_compat(struct scene *scene)
{
	const enum compat_call call = scene->variant->arg;

	return make_source(scene) ?:
	       -compat_call(call, scene->fd[1], F_SETOWN, scene->pid[0]) ?:
	       -compat_call(call, scene->fd[1], F_SETFL, O_ASYNC) ?:
	       fire(scene);
}

static int target_and_compat(struct scene *scene)
{
	return compat_scene(scene) ?: target_start(scene, 0);
}

static const struct variant compat_calls[] = {
	{ "", .arg = COMPAT_FCNTL },
	{ "fcntl64", .arg = COMPAT_FCNTL64 },
	{ NULL }
};

CASE("scope.signal.sigio_compat",
	.claim	  = "SIGIO to a process outside the domain, by fcntl(2) of a 32-bit program",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(NO_EFFECT) },
	.variants = compat_calls,
	.scene	  = target_and_compat,
	.attempt  = own_compat,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL HOOK);

static int target_in_group(struct scene *scene)
{
	const int ret = target_start(scene, 0);

	return ret ?: errno_of(setpgid(scene->pid[0], scene->pid[0]));
}

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

/* Who joins the group last is the one that the kernel looks at first. */
static int own_by_own_group(struct scene *scene)
{
	int ret;

	block(SIGIO);
	if (setpgid(0, scene->pid[0]))
		return broken(scene, "setpgid: %s", strerrorname_np(errno));
	ret = own_and_fire(scene, -scene->pid[0]);
	if (!ret && !is_pending(SIGIO))
		return broken(scene, "the sender's own SIGIO is missing");
	return ret;
}

CASE("scope.signal.sigio_pgrp",
	.claim	  = "SIGIO to one's own process group, which reaches outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(NO_EFFECT) },
	.labels	  = "bypass",
	.scene	  = target_in_group,
	.attempt  = own_by_own_group,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL "; fixed in 6.12.101 and 7.1");

static int own_by_their_group(struct scene *scene)
{
	return own_and_fire(scene, -scene->pid[0]);
}

CASE("scope.signal.sigio_foreign_pgrp",
	.claim	  = "SIGIO to a process group outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(NO_EFFECT) },
	.scene	  = target_in_group,
	.attempt  = own_by_their_group,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL HOOK);

/* The owner is set inside, the input comes from outside. */
static int target_and_source(struct scene *scene)
{
	return target_start(scene, 0) ?: make_source(scene);
}

static int own_given(struct scene *scene)
{
	return own(scene->fd[1], scene->pid[0]);
}

static bool fired_outside(struct scene *scene)
{
	return fire(scene) == 0 && target_hit(scene, 0);
}

CASE("scope.signal.sigio_from_outside",
	.claim	  = "SIGIO to a process outside the domain, for input from outside",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(NO_EFFECT) },
	.scene	  = target_and_source,
	.attempt  = own_given,
	.effect	  = fired_outside,
	.source	  = "security/landlock/fs.c, hook_file_set_fowner");

static int break_own_lease(struct scene *scene)
{
	const int fd = open("file", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fcntl(fd, F_SETOWN, scene->pid[0]) ||
	    fcntl(fd, F_SETLEASE, F_RDLCK))
		return errno;
	if (open("file", O_WRONLY | O_NONBLOCK | O_CLOEXEC) >= 0)
		return broken(scene, "the lease does not hold");
	return errno == EWOULDBLOCK ? 0 : errno;
}

static int target_and_file(struct scene *scene)
{
	return make_file("file", "") ?: target_start(scene, 0);
}

CASE("scope.signal.sigio_lease",
	.claim	  = "the signal of a broken lease to a process outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.uses	  = { .fs = FS_READ_FILE | FS_WRITE_FILE },
	.promise  = { DENIED(NO_EFFECT) },
	.scene	  = target_and_file,
	.attempt  = break_own_lease,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL HOOK);

static int notify_directory(struct scene *scene)
{
	const int fd = open("decoy", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fcntl(fd, F_SETOWN, scene->pid[0]) ||
	    fcntl(fd, F_NOTIFY, DN_CREATE))
		return errno;
	return errno_of(mknod("decoy/fifo", S_IFIFO | 0600, 0));
}

CASE("scope.signal.sigio_dnotify",
	.claim	  = "the signal of F_NOTIFY to a process outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.uses	  = { .fs = FS_READ_DIR | FS_MAKE_FIFO },
	.promise  = { DENIED(NO_EFFECT) },
	.scene	  = target_scene,
	.attempt  = notify_directory,
	.effect	  = target_was_hit,
	.source	  = DOC_SIGNAL HOOK);

static int own_then_enforce(struct scene *scene)
{
	return make_source(scene) ?: own(scene->fd[1], scene->pid[0]) ?:
	       nest_layers(scene, GUARD);
}

static int fire_again(struct scene *scene)
{
	if (scene->fd[1] >= 0)
		return fire(scene);
	return own_and_fire(scene, scene->pid[0]);
}

CASE("scope.signal.sigio_before",
	.claim	  = "SIGIO to an owner that was set before the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { ALLOWED },
	.scene	  = target_scene,
	.enforce  = own_then_enforce,
	.witness  = target_kill,
	.attempt  = fire_again,
	.effect	  = target_was_hit,
	.source	  = "security/landlock/fs.c, hook_file_set_fowner: the domain is recorded");

/* Setting the owner again records the domain of now. */
static int own_again_and_fire(struct scene *scene)
{
	if (scene->fd[1] < 0)
		return own_and_fire(scene, scene->pid[0]);
	return own(scene->fd[1], scene->pid[0]) ?: fire(scene);
}

CASE("scope.signal.sigio_again",
	.claim	  = "SIGIO to an owner that was set before the domain and again in it",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { DENIED(NO_EFFECT) },
	.scene	  = target_scene,
	.enforce  = own_then_enforce,
	.attempt  = own_again_and_fire,
	.effect	  = target_was_hit,
	.source	  = "security/landlock/fs.c, hook_file_set_fowner");

/* Nor does the domain of the one who was the first to set it stay. */
static bool owned_again_outside(struct scene *scene)
{
	return own(scene->fd[1], scene->pid[0]) == 0 && fired_outside(scene);
}

CASE("scope.signal.sigio_again_outside",
	.claim	  = "SIGIO to an owner that was set in the domain and again outside",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { ALLOWED },
	.scene	  = target_and_source,
	.witness  = target_kill,
	.attempt  = own_given,
	.effect	  = owned_again_outside,
	.source	  = "security/landlock/fs.c, hook_file_set_fowner");
