// SPDX-License-Identifier: GPL-2.0
/* Sockets of the kernel itself: the baseline of what Landlock leaves alone. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/mount.h>

#include "net.h"

/*
 * Somebody outside, who notes what a 9p client says first, and hangs up: at once,
 * because a connection that lingers keeps the port from the cases to come.
 */
static int file_server(struct scene *scene)
{
	pid_t pid;

	scene->fd[0] = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	if (bind_own(scene->fd[0], AF_INET, LAB_FREE) ||
	    listen(scene->fd[0], 1))
		return errno;
	pid = scene_fork(scene);
	if (pid == 0) {
		const int fd = accept(scene->fd[0], NULL, NULL);
		char text[64];
		const struct linger at_once = { .l_onoff = 1 };
		const ssize_t got = recv(fd, text, sizeof(text), 0);

		scene->value[0] = got > 0 && memmem(text, got, "9P2000", 6);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once,
			   sizeof(at_once));
		_exit(0);
	}
	return pid < 0 ? errno : 0;
}

static bool was_called(struct scene *scene)
{
	return scene->value[0];
}

/* Nobody serves files there: that it fails in the end is no refusal. */
static int mount_9p(struct scene *scene)
{
	struct sockaddr_storage to;
	char name[INET_ADDRSTRLEN], options[64];
	int ret;

	(void)scene;
	own_address(AF_INET, LAB_FREE, &to);
	inet_ntop(AF_INET, &((struct sockaddr_in *)&to)->sin_addr, name,
		  sizeof(name));
	snprintf(options, sizeof(options), "trans=tcp,port=%d",
		 lab_port(LAB_FREE));
	ret = errno_of(mount(name, "decoy", "9p", 0, options));
	return ret == EACCES || ret == EPERM ? ret : WORKED;
}

CASE("net.kernel.mount_9p",
	.claim	 = "root's mount(2) of 9p over TCP, for which the kernel connects",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "by design: rules are for sockets of user space",
	.labels	 = "reach-tcp",
	.needs	 = "root 9p lab",
	.root	 = true,
	.enforce = deny_all_net,
	.scene	 = file_server,
	.witness = witness_connect_tcp,
	.attempt = mount_9p,
	.effect	 = was_called,
	.source	 = "net/9p/trans_fd.c: p9_fd_create_tcp() connects below the hooks");
