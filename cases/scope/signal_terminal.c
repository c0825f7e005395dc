// SPDX-License-Identifier: GPL-2.0
/* Signals of terminals: what a master has sent to the session, and its end. */
#include <signal.h>
#include <sys/ioctl.h>

#include "bricks/nest.h"
#include "bricks/target.h"
#include "bricks/unix.h"
#include "landproof.h"

/* The echo tells that the terminal has read what was typed. */
static int type_character(struct scene *scene)
{
	const char typed = scene->variant->arg;

	if (write(scene->fd[1], &typed, 1) != 1)
		return errno;
	return await_input(scene->fd[1]) ? WORKED : NO_EFFECT;
}

static const struct variant characters[] = {
	{ "", .arg = 'C' & 0x1f },
	{ "quit", .arg = '\\' & 0x1f },
	{ "suspend", .arg = 'Z' & 0x1f },
	{ NULL }
};

CASE("scope.signal.terminal",
	.claim	  = "^C, ^\\ and ^Z typed into an inherited pty master, for a session outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#5",
	.needs	  = "pty",
	.variants = characters,
	.scene	  = target_on_terminal,
	.witness  = target_kill,
	.attempt  = type_character,
	.effect	  = target_was_hit,
	.source	  = "drivers/tty/n_tty.c: isig() sends to the terminal's group without a check");

/* What is in flight nobody else has. */
static int master_in_flight(struct scene *scene)
{
	int channel[2], error;

	error = target_on_terminal(scene) ?:
		errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0, channel)) ?:
		unix_pass(channel[1], scene->fd[1]);
	close(scene->fd[1]);
	scene->fd[1] = channel[0];
	scene->fd[2] = channel[1];
	return error;
}

static int close_master(struct scene *scene)
{
	const int master = unix_receive(scene->fd[1]);

	return master < 0 ? -master : errno_of(close(master));
}

CASE("scope.signal.hangup",
	.claim	  = "the last descriptor of a pty master closed, which ends a session outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#5",
	.needs	  = "pty",
	.scene	  = master_in_flight,
	.witness  = target_kill,
	.attempt  = close_master,
	.effect	  = target_was_hit,
	.source	  = "drivers/tty/tty_io.c: tty_signal_session_leader() without a check");

static int new_terminal(struct scene *scene)
{
	int unlock = 0;

	scene->fd[2] = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (scene->fd[2] < 0 || ioctl(scene->fd[2], TIOCSPTLCK, &unlock))
		return cannot(scene, "a pseudo-terminal: %s",
			      strerrorname_np(errno));
	scene->fd[3] = ioctl(scene->fd[2], TIOCGPTPEER, O_RDWR | O_NOCTTY);
	return errno_of(scene->fd[3]);
}

static int leave_by_exit(struct scene *scene)
{
	(void)scene;
	return WORKED;
}

/* The leader is signalled, too. */
static int leave_by_ioctl(struct scene *scene)
{
	signal(SIGHUP, SIG_IGN);
	return errno_of(ioctl(scene->fd[3], TIOCNOTTY));
}

/*
 * Leads the session of the terminal, with a process in its group that stays
 * outside the domain which it then enforces on itself; and leaves.
 */
static int lead_and_leave(struct scene *scene)
{
	pid_t pid;
	int ret;

	if (setsid() < 0 || ioctl(scene->fd[3], TIOCSCTTY, 0))
		return errno;
	pid = fork();
	if (pid == 0) {
		target_prepare(scene);
		wake(scene, 0);
		target_serve(scene);
	}
	if (pid < 0)
		return errno;
	await(scene, 0);
	ret = nest_layers(scene, GUARD);
	if (!ret && scene->world == WORLD_CALL && !nest_holds())
		ret = UNENFORCED;
	return ret ?: scene->variant->op(scene);
}

static int end_session(struct scene *scene)
{
	int ret = target_pair(scene);

	meeting_init(scene);
	ret = ret ?: in_child(scene, lead_and_leave);
	close(scene->fd[1]);
	return ret ?: target_hit(scene, 0) ? WORKED : NO_EFFECT;
}

#define SESSION								\
	.guard	  = SCOPE(SIGNAL),					\
	.worlds	  = W(CONTROL) | W(CALL),				\
	.needs	  = "pty",						\
	.scene	  = new_terminal,					\
	.attempt  = end_session

static const struct variant by_exit[] = {
	{ "", .op = leave_by_exit }, { NULL }
};

CASE("scope.signal.leader_exit",
	.claim	  = "the exit of a sandboxed session leader, by which its terminal's group outside the domain is signalled",
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#5",
	.variants = by_exit,
	.source	  = "drivers/tty/tty_jobctrl.c: disassociate_ctty() on exit, as the kernel",
	SESSION);

static const struct variant by_ioctl[] = {
	{ "", .op = leave_by_ioctl }, { NULL }
};

CASE("scope.signal.leader_notty",
	.claim	  = "TIOCNOTTY of a sandboxed session leader, by which its terminal's group outside the domain is signalled",
	.promise  = { DENIED(NO_EFFECT) },
	.variants = by_ioctl,
	.source	  = "userspace-api/landlock: LANDLOCK_SCOPE_SIGNAL; drivers/tty/tty_jobctrl.c: disassociate_ctty() sends as the caller",
	SESSION);
