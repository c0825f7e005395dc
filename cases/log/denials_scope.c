// SPDX-License-Identifier: GPL-2.0
/* Processes, sockets and mounts that a domain denies; see denials.h. */
#include <signal.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/un.h>

#include "../fs/mount_calls.h"
#include "denials.h"
#include "bricks/target.h"

int do_signal(struct scene *scene)
{
	return errno_of(kill(scene->pid[DENIAL_TARGET], 0));
}

/* Nobody is told that SIGIO was denied: it does not arrive. */
int do_sigio(struct scene *scene)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ||
	    fcntl(ends[0], F_SETFL, O_ASYNC) ||
	    fcntl(ends[0], F_SETOWN, scene->pid[DENIAL_TARGET]) ||
	    write(ends[1], "", 1) != 1)
		return broken(scene, "SIGIO: %s", strerrorname_np(errno));
	close(ends[0]);
	close(ends[1]);
	return target_hit(scene, DENIAL_TARGET) ? 0 : EPERM;
}

/* To the server in this slot of scene->fd[] */
static int call(struct scene *scene, int slot, int type)
{
	struct sockaddr_un address;
	socklen_t len = sizeof(address);
	const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0 || getsockname(scene->fd[slot],
				  (struct sockaddr *)&address, &len))
		return broken(scene, "socket: %s", strerrorname_np(errno));
	error = errno_of(connect(fd, (struct sockaddr *)&address, len));
	close(fd);
	return error;
}

int do_abstract(struct scene *scene)
{
	return call(scene, DENIAL_SERVERS, SOCK_STREAM);
}

int do_abstract_dgram(struct scene *scene)
{
	return call(scene, DENIAL_SERVERS + 1, SOCK_DGRAM);
}

int do_seize(struct scene *scene)
{
	return errno_of(ptrace(PTRACE_SEIZE, scene->pid[DENIAL_TARGET], NULL,
			       NULL));
}

void tracee_serve(struct scene *scene)
{
	await(scene, 0);
	scene->value[0] = errno_of(ptrace(PTRACE_TRACEME, 0, 0, 0));
	wake(scene, 1);
	_exit(0);
}

int tracee_start(struct scene *scene)
{
	pid_t pid;

	meeting_init(scene);
	pid = fork();
	if (pid == 0)
		tracee_serve(scene);
	scene->pid[DENIAL_TARGET] = pid;
	return pid < 0 ? errno : 0;
}

/*
 * The object is the child that asks to be traced. The parent's domain denies.
 */
int do_traceme(struct scene *scene)
{
	int status;

	if (scene->world == WORLD_CONTROL && tracee_start(scene))
		return BROKEN;
	wake(scene, 0);
	await(scene, 1);
	waitpid_retry(scene->pid[DENIAL_TARGET], &status);
	return scene->value[0];
}

int do_mount(struct scene *scene)
{
	(void)scene;
	return errno_of(mount("tmpfs", "b", "tmpfs", 0, NULL));
}

int do_umount(struct scene *scene)
{
	(void)scene;
	return errno_of(umount2("mnt", MNT_DETACH));
}

int do_reconfigure(struct scene *scene)
{
	const int fd = lp_fspick("mnt");
	int error;

	(void)scene;
	if (fd < 0)
		return errno;
	error = errno_of(lp_fsconfig(fd, LP_FSCONFIG_RECONFIGURE, NULL));
	close(fd);
	return error;
}

int do_move_mount(struct scene *scene)
{
	const int fd = lp_open_tree("mnt", LP_OPEN_TREE_CLONE | O_CLOEXEC);
	int error;

	(void)scene;
	if (fd < 0)
		return errno;
	error = errno_of(lp_move_mount(fd, "", "b", LP_MOVE_FROM_EMPTY));
	close(fd);
	return error;
}

/* The root of an initramfs cannot be pivoted, but that of a chroot can. */
int do_pivot_root(struct scene *scene)
{
	if (chroot(".") || chdir("/"))
		return broken(scene, "chroot: %s", strerrorname_np(errno));
	return errno_of(syscall(SYS_pivot_root, "mnt", "mnt/old"));
}
