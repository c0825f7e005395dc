// SPDX-License-Identifier: GPL-2.0
/* Processes to send signals to, or to look into. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/errors.h"
#include "bricks/target.h"
#include "cases/outcome.h"
#include "landlock/exercise.h"
#include "machine/privilege.h"
#include "machine/subject.h"

static void block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

static bool anything_pending(void)
{
	sigset_t pending;
	int sig;

	/* Who cannot look has seen nothing. */
	if (sigpending(&pending))
		return false;
	for (sig = 1; sig < NSIG; sig++)
		if (sigismember(&pending, sig) == 1)
			return true;
	return false;
}

static void __attribute__((noreturn)) answer(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, 0) == 1) {
		byte = anything_pending() ? 'y' : 'n';
		if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
			break;
	}
	_exit(0);
}

int target_pair(struct scene *scene)
{
	return errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0, scene->fd));
}

int target_prepare(struct scene *scene)
{
	(void)scene;
	block_signals();
	/* Yama (admin-guide/LSM/Yama.rst) has no part in the cases. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	return 0;
}

void target_serve(struct scene *scene)
{
	close(scene->fd[0]);
	answer(scene->fd[1]);
}

/* Leads the session of a terminal, where the scene has one for it. */
static int become_target(struct scene *scene, int terminal)
{
	int error = 0;

	if (privilege != FULL || getuid() != subject_uid())
		error = become_subject();
	if (!error && terminal >= 0 &&
	    (setsid() < 0 || ioctl(terminal, TIOCSCTTY, 0)))
		error = errno;
	return error ?: target_prepare(scene);
}

struct start {
	struct scene *scene;
	int ends[2];		/* ours, its */
	int terminal, master;	/* or -1 */
};

static int target_main(void *data)
{
	const struct start *start = data;
	const int fd = start->ends[1];
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(start->ends[0]);
	close(start->master);
	byte = become_target(start->scene, start->terminal);
	if (send(fd, &byte, 1, MSG_NOSIGNAL) == 1)
		answer(fd);
	_exit(1);
}

static int start(struct scene *scene, int slot, int terminal, int master)
{
	struct start start = {
		.scene = scene, .terminal = terminal, .master = master
	};
	char byte = 1;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, start.ends))
		return broken(scene, "socketpair: %s", strerrorname_np(errno));
	scene->fd[slot] = start.ends[0];
	pid = scene_spawn(scene, target_main, &start);
	if (pid < 0)
		return broken(scene, "clone: %s", strerrorname_np(errno));
	close(start.ends[1]);
	scene->pid[slot] = pid;
	if (recv(start.ends[0], &byte, 1, 0) != 1 || byte)
		return broken(scene, "no target: %s", strerrorname_np(byte));
	return 0;
}

int target_start(struct scene *scene, int slot)
{
	return start(scene, slot, -1, -1);
}

int target_on_terminal(struct scene *scene)
{
	const int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	int unlock = 0, terminal, ret;

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock))
		return cannot(scene, "a pseudo-terminal: %s",
			      strerrorname_np(errno));
	terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	if (terminal < 0)
		return cannot(scene, "TIOCGPTPEER: %s",
			      strerrorname_np(errno));
	ret = start(scene, 0, terminal, master);
	close(terminal);
	scene->fd[1] = master;
	return ret;
}

int target_scene(struct scene *scene)
{
	return target_start(scene, 0);
}

bool target_hit(struct scene *scene, int slot)
{
	char byte = '?';

	if (send(scene->fd[slot], &byte, 1, MSG_NOSIGNAL) != 1 ||
	    recv(scene->fd[slot], &byte, 1, 0) != 1)
		return true;
	return byte == 'y';
}

bool target_was_hit(struct scene *scene)
{
	return target_hit(scene, 0);
}

int target_kill(struct scene *scene)
{
	exercises(FEATURE_SCOPE, SCOPE_SIGNAL);
	return errno_of(kill(scene->pid[0], SIGUSR2));
}

int target_guarded(struct scene *scene)
{
	const int error = target_kill(scene);

	if (scene->world != WORLD_CONTROL)
		return error ? 0 : UNENFORCED;
	/* What is refused without a domain shows nothing of one. */
	return error ? cannot(scene, "kill(2): %s", strerrorname_np(error)) : 0;
}
