// SPDX-License-Identifier: GPL-2.0
/* What a process does to a terminal that was opened before its sandbox. */
#include <signal.h>
#include <sys/ioctl.h>

#include "device.h"

#define LEGACY	"/proc/sys/dev/tty/legacy_tiocsti"

/* Somebody outside reads what is typed: descriptor 0, the terminal is 1. */
static int terminal(struct scene *scene)
{
	const int master = open(PTMX, O_RDWR | O_NOCTTY);
	int unlock = 0;

	/* Linux 6.2: administrators may forbid it to everybody. */
	write_file(LEGACY, "1");
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock))
		return cannot(scene, "a pseudo-terminal: %s",
			      strerrorname_np(errno));
	scene->fd[2] = master;
	scene->fd[0] = ioctl(master, TIOCGPTPEER,
			     O_RDWR | O_NOCTTY | O_NONBLOCK);
	scene->fd[1] = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	return scene->fd[0] < 0 || scene->fd[1] < 0 ?
		cannot(scene, "TIOCGPTPEER: %s", strerrorname_np(errno)) : 0;
}

/* As the leader of its session, who may type into it */
static int lead(struct scene *scene)
{
	if (setsid() < 0 || ioctl(scene->fd[1], TIOCSCTTY, 0))
		return errno;
	return 0;
}

static int type_text(struct scene *scene)
{
	const char *text;
	int error = lead(scene);

	for (text = "typed\n"; *text && !error; text++)
		error = errno_of(ioctl(scene->fd[1], TIOCSTI, text));
	if (error == EIO && scene->world == WORLD_CONTROL)
		return cannot(scene, "TIOCSTI (CONFIG_LEGACY_TIOCSTI, " LEGACY ")");
	return error;
}

static int type_in_child(struct scene *scene)
{
	return in_child(scene, type_text);
}

static bool was_typed(struct scene *scene)
{
	char text[16] = "";

	return read(scene->fd[0], text, sizeof(text) - 1) > 0 &&
	       !strcmp(text, "typed\n");
}

CASE("ioctl.device.tiocsti",
	.claim	 = "TIOCSTI on a terminal opened before the sandbox, which others read",
	.guard	 = FS(IOCTL_DEV),
	.promise = { ALLOWED },
	.needs	 = "guest pty",
	.scene	 = terminal,
	.attempt = type_in_child,
	.effect	 = was_typed,
	.witness = tcgets_ptmx,
	.source	 = "userspace-api/landlock: IOCTL support: pre-existing descriptors");

/* All who have the terminal lose it. */
static int hang_up(struct scene *scene)
{
	signal(SIGHUP, SIG_IGN);
	return lead(scene) ?: errno_of(vhangup());
}

static int hang_up_in_child(struct scene *scene)
{
	return in_child(scene, hang_up);
}

static bool was_hung_up(struct scene *scene)
{
	char byte;

	return read(scene->fd[0], &byte, 1) == 0 || errno == EIO;
}

CASE("ioctl.device.vhangup",
	.claim	 = "vhangup(2) of a terminal that others have open, by root",
	.guard	 = FS(IOCTL_DEV),
	.promise = { OPEN },
	.gap	 = "documented limit: rules are about objects; what capabilities permit stays permitted",
	.needs	 = "root guest pty",
	.root	 = true,
	.scene	 = terminal,
	.attempt = hang_up_in_child,
	.effect	 = was_hung_up,
	.witness = tcgets_ptmx,
	.source	 = "fs/open.c: vhangup(), CAP_SYS_TTY_CONFIG and no hook");
