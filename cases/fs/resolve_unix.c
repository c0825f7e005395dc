// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_RESOLVE_UNIX: calls to pathname UNIX sockets. */
#include "resolve_unix_server.h"
#include "bricks/compat.h"
#include "bricks/uring.h"

static const struct variant types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "dgram", .arg = SOCK_DGRAM },
	{ NULL }
};

static int call(struct scene *scene)
{
	return unix_call("dir/socket", scene->variant->arg);
}

CASE("fs.resolve_unix.connect",
	.claim	  = "connect(2) to a pathname UNIX socket of another domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = types,
	.scene	  = resolve_server,
	.attempt  = call,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE);

static int compat_server(struct scene *scene)
{
	return compat_scene(scene) ?: resolve_server(scene);
}

static int call_by_compat(struct scene *scene)
{
	(void)scene;
	return unix_call_compat("dir/socket", SOCK_STREAM);
}

static const struct variant compat_types[] = {
	{ "", .arg = SOCK_STREAM },
	{ NULL }
};

CASE("fs.resolve_unix.compat",
	.claim	  = "connect(2) of a 32-bit program to a pathname UNIX socket of another domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = compat_types,
	.scene	  = compat_server,
	.attempt  = call_by_compat,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE);

static int call_seqpacket(struct scene *scene)
{
	(void)scene;
	return unix_call("dir/socket", SOCK_SEQPACKET);
}

CASE("fs.resolve_unix.seqpacket",
	.claim	  = "connect(2) of a SOCK_SEQPACKET socket to one of another domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.scene	  = resolve_seqpacket_server,
	.attempt  = call_seqpacket,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE);

static int send_by_path(struct scene *scene)
{
	(void)scene;
	return unix_send(socket(AF_UNIX, SOCK_DGRAM, 0), "dir/socket");
}

CASE("fs.resolve_unix.sendto",
	.claim	  = "sendto(2) to a pathname UNIX socket of another domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.scene	  = resolve_dgram_server,
	.attempt  = send_by_path,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE);

static int message_by_path(struct scene *scene,
			   int (*send_by)(int fd, struct msghdr *message))
{
	struct sockaddr_un to;
	char text[] = "landproof";
	struct iovec data = { text, sizeof(text) };
	struct msghdr message = {
		.msg_name = &to,
		.msg_namelen = unix_address("dir/socket", &to),
		.msg_iov = &data,
		.msg_iovlen = 1,
	};

	const int ret = send_by(socket(AF_UNIX, SOCK_DGRAM, 0), &message);

	return ret == ENOSYS ? cannot(scene, "io_uring") : ret;
}

static int by_sendmsg(int fd, struct msghdr *message)
{
	return errno_of(sendmsg(fd, message, 0));
}

/* Both messages have the same path, which the kernel looks up for each. */
static int by_sendmmsg(int fd, struct msghdr *message)
{
	struct mmsghdr messages[2] = { { *message }, { *message } };
	const int sent = sendmmsg(fd, messages, 2, 0);

	return sent < 0 ? errno : sent == 2 ? WORKED : NO_EFFECT;
}

static int by_uring(int fd, struct msghdr *message)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_SENDMSG,
		.fd = fd,
		.addr = (uintptr_t)message,
		.len = 1,
	};
	const int ret = uring_one(&sqe);

	return ret < 0 ? -ret : WORKED;
}

static int sendmsg_by_path(struct scene *scene)
{
	return message_by_path(scene, by_sendmsg);
}

static int sendmmsg_by_path(struct scene *scene)
{
	return message_by_path(scene, by_sendmmsg);
}

static int uring_by_path(struct scene *scene)
{
	return message_by_path(scene, by_uring);
}

static const struct variant ways_to_send[] = {
	{ "", .op = sendmsg_by_path },
	{ "sendmmsg", .op = sendmmsg_by_path },
	{ "io_uring", .op = uring_by_path },
	{ NULL }
};

static int send_somehow(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("fs.resolve_unix.sendmsg",
	.claim	  = "sendmsg(2) to a pathname UNIX socket of another domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = ways_to_send,
	.scene	  = resolve_dgram_server,
	.attempt  = send_somehow,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE);

static int connect_by_uring(struct scene *scene)
{
	struct sockaddr_un to;
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_CONNECT,
		.fd = fd,
		.addr = (uintptr_t)&to,
		.off = unix_address("dir/socket", &to),
	};
	const int ret = uring_one(&sqe);

	(void)scene;
	return ret < 0 ? -ret : unix_send(fd, NULL);
}

CASE("fs.resolve_unix.io_uring_connect",
	.claim	  = "IORING_OP_CONNECT to a pathname UNIX socket of another domain",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.needs	  = "io_uring",
	.scene	  = resolve_stream_server,
	.attempt  = connect_by_uring,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE);

static int call_stream(struct scene *scene)
{
	(void)scene;
	return unix_call("dir/socket", SOCK_STREAM);
}

CASE("fs.resolve_unix.rule_on_socket",
	.claim	  = "a rule on the socket itself, not on its neighbours",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .fs = FS_RESOLVE_UNIX,
		      .rules = { PATH("dir/other"), PATH("links") } },
	.grant	  = { PATH("dir/socket") },
	.scene	  = resolve_stream_server,
	.attempt  = call_stream,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE);

CASE("fs.resolve_unix.other_rights",
	.claim	  = "rules that grant everything but RESOLVE_UNIX",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .fs = FS_RESOLVE_UNIX | FS_READ_FILE | FS_WRITE_FILE |
			    FS_READ_DIR | FS_MAKE_SOCK,
		      .rules = { PATH("/", .access = FS_READ_FILE |
					FS_WRITE_FILE | FS_READ_DIR |
					FS_MAKE_SOCK) } },
	.worlds	  = W(CONTROL) | W(DENY),
	.scene	  = resolve_stream_server,
	.attempt  = call_stream,
	.effect	  = resolve_heard,
	.source	  = DOC_RESOLVE);

/* Before ABI 9 no access right of the file system guarded connect(2). */
#define FS_ABI_1 (FS_REFER - 1)

static int list_directory(struct scene *scene)
{
	const int fd = open("dir", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

CASE("fs.resolve_unix.before_abi9",
	.claim	  = "connect(2) to a pathname UNIX socket with all rights of ABI 1 denied",
	.guard	  = { .fs = FS_ABI_1 },
	.promise  = { FROM_ABI(9, ALLOWED), OPEN },
	.gap	  = "landlock-lsm/linux#36",
	.worlds	  = W(CONTROL) | W(DENY),
	.scene	  = resolve_stream_server,
	.witness  = list_directory,
	.attempt  = call_stream,
	.effect	  = resolve_heard,
	.source	  = "userspace-api/landlock: Pathname UNIX sockets (ABI < 9); Backward and forward compatibility");
