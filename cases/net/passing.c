// SPDX-License-Identifier: GPL-2.0
/* Sockets that cross the border of the sandbox: whose connect(2) is it? */
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "net.h"
#include "bricks/unix.h"

static int channel(struct scene *scene)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return errno;
	scene->fd[0] = ends[0];
	scene->fd[1] = ends[1];
	return 0;
}

/* What is sent waits in the channel; nobody outside needs to be there. */
static int pass_new(struct scene *scene, int type)
{
	const int fd = lasting_socket(AF_INET, type, 0);
	const int ret = channel(scene) ?: unix_pass(scene->fd[1], fd);

	close(fd);
	return ret;
}

static int pass_socket(struct scene *scene)
{
	return pass_new(scene, SOCK_STREAM);
}

static int connect_received(struct scene *scene)
{
	const int fd = unix_receive(scene->fd[0]);
	int ret;

	if (fd < 0)
		return broken(scene, "recvmsg: %s", strerrorname_np(-fd));
	ret = connect_echo(fd, AF_INET, LAB_TCP);
	close(fd);
	return ret;
}

CASE("net.passing.scm_rights",
	.claim	 = "connect(2) of a TCP socket received from outside",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_TCP) },
	.labels	 = "reach-tcp",
	.needs	 = "peer-tcp",
	.bare	 = true,
	.scene	 = pass_socket,
	.attempt = connect_received,
	.source	 = "userspace-api/landlock: the restriction is that of the calling thread; landlock-lsm/linux#33");

static int pass_udp_socket(struct scene *scene)
{
	return pass_new(scene, SOCK_DGRAM);
}

static int send_by_received(struct scene *scene)
{
	const int fd = unix_receive(scene->fd[0]);
	int ret;

	if (fd < 0)
		return broken(scene, "recvmsg: %s", strerrorname_np(-fd));
	ret = udp_send_echo(fd, AF_INET, LAB_UDP);
	close(fd);
	return ret;
}

CASE("net.passing.scm_rights_udp",
	.claim	 = "sendto(2) of a UDP socket received from outside",
	.guard	 = NET(CONNECT_SEND_UDP),
	.uses	 = NET(BIND_UDP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_UDP) },
	.labels	 = "reach-udp",
	.needs	 = "peer-udp",
	.bare	 = true,
	.scene	 = pass_udp_socket,
	.attempt = send_by_received,
	.source	 = "userspace-api/landlock: the restriction is that of the calling thread; landlock-lsm/linux#33");

static int pass_connection(struct scene *scene)
{
	const int fd = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	const int ret = connect_echo(fd, AF_INET, LAB_TCP) ?:
			channel(scene) ?: unix_pass(scene->fd[1], fd);

	close(fd);
	return ret;
}

static int use_received(struct scene *scene)
{
	const int fd = unix_receive(scene->fd[0]);
	int ret;

	if (fd < 0)
		return -fd;
	ret = echo_token(fd);
	close(fd);
	return ret;
}

CASE("net.passing.scm_rights_connected",
	.claim	 = "data on a TCP connection received from outside",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { ALLOWED },
	.labels	 = "reach-tcp",
	.needs	 = "peer-tcp",
	.bare	 = true,
	.scene	 = pass_connection,
	.witness = witness_connect_tcp,
	.attempt = use_received,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_* are of bind(2) and connect(2); landlock-lsm/linux#33");

/* Outside: connects what it receives, and says how that went. */
static int helper_outside(struct scene *scene)
{
	const int error = channel(scene);
	pid_t pid;

	if (error)
		return error;
	meeting_init(scene);
	pid = scene_fork(scene);
	if (pid == 0) {
		struct sockaddr_storage to;
		const socklen_t len = peer_address(AF_INET, LAB_TCP, &to);
		const int fd = unix_receive(scene->fd[1]);

		scene->value[0] = fd < 0 ? -fd :
			errno_of(connect(fd, (struct sockaddr *)&to, len));
		wake(scene, 0);
		_exit(0);
	}
	return pid < 0 ? errno : 0;
}

static int have_it_connected(struct scene *scene)
{
	const int fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = unix_pass(scene->fd[0], fd) ?: await(scene, 0) ?:
	      (int)scene->value[0] ?: echo_token(fd);
	close(fd);
	return ret;
}

CASE("net.passing.connected_outside",
	.claim	 = "a TCP socket of the sandbox that somebody outside connects",
	.guard	 = NET(CONNECT_TCP),
	.promise = { ALLOWED },
	.labels	 = "reach-tcp",
	.needs	 = "peer-tcp",
	.bare	 = true,
	.scene	 = helper_outside,
	.witness = witness_connect_tcp,
	.attempt = have_it_connected,
	.source	 = "userspace-api/landlock: the restriction is that of the calling thread");

/* A process of the same user, with a socket that it would rather keep. */
static int owner_outside(struct scene *scene)
{
	pid_t pid;

	meeting_init(scene);
	pid = scene_fork(scene);
	if (pid == 0) {
		scene->value[0] = lasting_socket(AF_INET, SOCK_STREAM,
						 IPPROTO_TCP);
		if (become_subject() || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
			_exit(1);
		/* Yama lets descendants only, unless told otherwise. */
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
		wake(scene, 0);
		pause();
		_exit(1);
	}
	scene->pid[0] = pid;
	return pid < 0 ? errno : await(scene, 0);
}

static int take_socket(struct scene *scene)
{
	const int pidfd = syscall(SYS_pidfd_open, scene->pid[0], 0);
	int fd, ret;

	if (pidfd < 0)
		return broken(scene, "pidfd_open: %s", strerrorname_np(errno));
	fd = syscall(SYS_pidfd_getfd, pidfd, scene->value[0], 0);
	ret = fd < 0 ? errno : local_port(fd) == 0 ? WORKED : NO_EFFECT;
	if (fd >= 0)
		close(fd);
	close(pidfd);
	return ret;
}

CASE("net.passing.pidfd_getfd",
	.claim	 = "pidfd_getfd(2) of a TCP socket from a process outside",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { DENIED(EPERM) },
	.worlds	 = W(CONTROL) | W(DENY) | W(INHERITED),
	.labels	 = "reach-tcp",
	.needs	 = "lab",
	.bare	 = true,
	.scene	 = owner_outside,
	.attempt = take_socket,
	.source	 = "userspace-api/landlock: Ptrace restrictions; pidfd_getfd(2)");

static int serve_client(struct scene *scene)
{
	return accept_token(scene->fd[0]);
}

CASE("net.passing.inherited",
	.claim	 = "accept(2) on an inherited listener",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { ALLOWED },
	.labels	 = "serve-tcp",
	.needs	 = "lab",
	.bare	 = true,
	.scene	 = listener_with_client,
	.witness = witness_bind_tcp,
	.attempt = serve_client,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_* are of bind(2) and connect(2)");
