// SPDX-License-Identifier: GPL-2.0
/* Scene and attempt: SIGIO to a process group. */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

static sigset_t sigio;
static int ask[2], target;

static int is_pending(void)
{
	sigset_t pending;

	return sigpending(&pending) || sigismember(&pending, SIGIO);
}

/* A process outside, in a group of its own, says whether it got SIGIO. */
static void scene(void)
{
	char answer;

	sigaddset(&sigio, SIGIO);
	sigprocmask(SIG_BLOCK, &sigio, NULL);
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ask);
	if ((target = fork()) < 0)
		err(CANNOT, "a process outside");
	if (target == 0) {
		recv(ask[1], &answer, 1, 0);
		_exit(send(ask[1], is_pending() ? "y" : "", 1, 0));
	}
	setpgid(target, target);
}

/* Who joins the group last is the one that the kernel looks at first. */
static int attempt(void)
{
	char answer = 0;
	int end[2];

	if (setpgid(0, target) || socketpair(AF_UNIX, SOCK_STREAM, 0, end))
		err(CANNOT, "the process group");
	if (fcntl(*end, F_SETOWN, -target) || fcntl(*end, F_SETFL, O_ASYNC) ||
	    send(end[1], "", 1, 0) < 0)
		return errno;
	send(ask[0], "", 1, 0);
	if (!is_pending() || recv(ask[0], &answer, 1, 0) != 1)
		errx(CANNOT, "the sender's own SIGIO, or the target's answer");
	return answer ? 0 : NO_EFFECT;
}
