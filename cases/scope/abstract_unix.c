// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET: sockets from outside the domain. */
#include "abstract.h"
#include "bricks/compat.h"

static const struct variant types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "seqpacket", .arg = SOCK_SEQPACKET },
	{ "dgram", .arg = SOCK_DGRAM },
	{ NULL }
};

CASE("scope.abstract_unix.connect",
	.claim	  = "connect(2) to an abstract UNIX socket of another domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.variants = types,
	.bare	  = true,
	.scene	  = abstract_server,
	.attempt  = abstract_call,
	.effect	  = abstract_heard,
	.source	  = DOC_ABSTRACT);

static int compat_server(struct scene *scene)
{
	return compat_scene(scene) ?: abstract_server(scene);
}

static int compat_call_server(struct scene *scene)
{
	return unix_call_compat(scene->text, scene->variant->arg);
}

static const struct variant compat_types[] = {
	{ "", .arg = SOCK_STREAM },
	{ NULL }
};

CASE("scope.abstract_unix.compat",
	.claim	  = "connect(2) of a 32-bit program to an abstract UNIX socket of another domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.variants = compat_types,
	.bare	  = true,
	.scene	  = compat_server,
	.attempt  = compat_call_server,
	.effect	  = abstract_heard,
	.source	  = DOC_ABSTRACT);

static int autobound_server(struct scene *scene)
{
	scene->fd[0] = unix_serve("@", scene->variant->arg);
	if (scene->fd[0] < 0)
		return -scene->fd[0];
	return unix_name(scene->fd[0], scene->text, sizeof(scene->text));
}

CASE("scope.abstract_unix.autobound",
	.claim	  = "connect(2) to a UNIX socket that the kernel has named",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.variants = types,
	.bare	  = true,
	.scene	  = autobound_server,
	.attempt  = abstract_call,
	.effect	  = abstract_heard,
	.source	  = "unix(7), autobind; " DOC_ABSTRACT);

/* unix(7): a name of no letters is a name, of one byte that is zero. */
static int nameless_server(struct scene *scene)
{
	snprintf(scene->text, sizeof(scene->text), "@@");
	scene->fd[0] = unix_serve(scene->text, scene->variant->arg);
	return scene->fd[0] < 0 ? -scene->fd[0] : 0;
}

CASE("scope.abstract_unix.empty_name",
	.claim	  = "connect(2) to an abstract UNIX socket whose name is empty",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.variants = types,
	.bare	  = true,
	.scene	  = nameless_server,
	.attempt  = abstract_call,
	.effect	  = abstract_heard,
	.source	  = "unix(7), abstract; " DOC_ABSTRACT);

static int send_by_name(struct scene *scene)
{
	return unix_send(abstract_client(SOCK_DGRAM), scene->text);
}

static int sendmsg_by_name(struct scene *scene)
{
	struct sockaddr_un to;
	char text[] = "landproof";
	struct iovec data = { text, sizeof(text) };
	struct mmsghdr message = {
		.msg_hdr = {
			.msg_name = &to,
			.msg_namelen = unix_address(scene->text, &to),
			.msg_iov = &data,
			.msg_iovlen = 1,
		},
	};
	const int fd = abstract_client(SOCK_DGRAM);

	if (scene->variant->arg)
		return errno_of(sendmmsg(fd, &message, 1, 0));
	return errno_of(sendmsg(fd, &message.msg_hdr, 0));
}

static int uring_by_name(struct scene *scene)
{
	struct sockaddr_un to;
	char text[] = "landproof";
	struct iovec data = { text, sizeof(text) };
	struct msghdr message = {
		.msg_name = &to,
		.msg_namelen = unix_address(scene->text, &to),
		.msg_iov = &data,
		.msg_iovlen = 1,
	};
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_SENDMSG,
		.fd = abstract_client(SOCK_DGRAM),
		.addr = (uintptr_t)&message,
		.len = 1,
	};
	const int ret = uring_one(&sqe);

	if (ret == -ENOSYS || (ret == -EPERM && scene->world == WORLD_CONTROL))
		return cannot(scene, "io_uring: %s", strerrorname_np(-ret));
	return ret < 0 ? -ret : WORKED;
}

static const struct variant ways_to_send[] = {
	{ "", .op = send_by_name },
	{ "sendmsg", .op = sendmsg_by_name },
	{ "sendmmsg", .op = sendmsg_by_name, .arg = 1 },
	{ "io_uring", .op = uring_by_name },
	{ NULL }
};

static int send_somehow(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("scope.abstract_unix.sendto",
	.claim	  = "sendto(2) from an unconnected socket to an abstract one of another domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.variants = ways_to_send,
	.bare	  = true,
	.scene	  = abstract_dgram_server,
	.attempt  = send_somehow,
	.effect	  = abstract_heard,
	.source	  = DOC_ABSTRACT);

static int send_to_other(struct scene *scene)
{
	const int fd = abstract_client(SOCK_DGRAM);
	char own[64];
	int server, ret;

	unix_random_name(own, sizeof(own));
	server = unix_serve(own, SOCK_DGRAM);
	ret = unix_connect(fd, own) ?: unix_send(fd, scene->text);
	close(server);
	return ret;
}

CASE("scope.abstract_unix.sendto_other",
	.claim	  = "sendto(2) past the connected peer to a socket of another domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.bare	  = true,
	.scene	  = abstract_dgram_server,
	.attempt  = send_to_other,
	.effect	  = abstract_heard,
	.source	  = "security/landlock/task.c, hook_unix_may_send");

/* A socket of the scene that the sandbox binds is a socket of the scene. */
static int unbound_server(struct scene *scene)
{
	unix_random_name(scene->text, sizeof(scene->text));
	scene->fd[0] = socket(AF_UNIX, scene->variant->arg, 0);
	return scene->fd[0] < 0 ? errno : 0;
}

static int bind_and_call(struct scene *scene)
{
	struct sockaddr_un name;
	const socklen_t len = unix_address(scene->text, &name);

	if (bind(scene->fd[0], (struct sockaddr *)&name, len) ||
	    (scene->variant->arg != SOCK_DGRAM && listen(scene->fd[0], 1)))
		return broken(scene, "bind: %s", strerrorname_np(errno));
	return abstract_call(scene);
}

CASE("scope.abstract_unix.bound_inside",
	.claim	  = "connect(2) to a socket created outside and bound inside",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.variants = types,
	.bare	  = true,
	.scene	  = unbound_server,
	.attempt  = bind_and_call,
	.effect	  = abstract_heard,
	.source	  = "security/landlock/task.c, sock_is_scoped: f_cred");

static int client_and_server(struct scene *scene)
{
	scene->fd[1] = socket(AF_UNIX, scene->variant->arg, 0);
	return abstract_server(scene);
}

static int call_from_given(struct scene *scene)
{
	return unix_connect(scene->fd[1], scene->text) ?:
	       unix_send(scene->fd[1], NULL);
}

CASE("scope.abstract_unix.client_from_outside",
	.claim	  = "connect(2) of a socket created outside to another domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.variants = types,
	.bare	  = true,
	.scene	  = client_and_server,
	.attempt  = call_from_given,
	.effect	  = abstract_heard,
	.source	  = "security/landlock/task.c: the domain of the caller counts");

static int call_by_uring(struct scene *scene)
{
	struct sockaddr_un to;
	const int fd = abstract_client(SOCK_STREAM);
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_CONNECT,
		.fd = fd,
		.addr = (uintptr_t)&to,
		.off = unix_address(scene->text, &to),
	};
	const int ret = uring_one(&sqe);

	return ret < 0 ? -ret : unix_send(fd, NULL);
}

CASE("scope.abstract_unix.io_uring_connect",
	.claim	  = "IORING_OP_CONNECT to an abstract UNIX socket of another domain",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.promise  = { DENIED(EPERM) },
	.needs	  = "io_uring",
	.bare	  = true,
	.scene	  = abstract_stream_server,
	.attempt  = call_by_uring,
	.effect	  = abstract_heard,
	.source	  = DOC_ABSTRACT);
