// SPDX-License-Identifier: GPL-2.0
/* UNIX sockets: servers, and tokens sent to them. */
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/time.h"
#include "bricks/compat.h"
#include "bricks/unix.h"
#include "cases/outcome.h"
#include "landlock/exercise.h"

static const char token[] = "landproof";

socklen_t unix_address(const char *name, struct sockaddr_un *to)
{
	const size_t len = strlen(name);

	memset(to, 0, sizeof(*to));
	to->sun_family = AF_UNIX;
	if (strcmp(name, "@") == 0)
		return sizeof(to->sun_family);
	if (strcmp(name, "@@") == 0)
		return sizeof(to->sun_family) + 1;
	snprintf(to->sun_path, sizeof(to->sun_path), "%s", name);
	if (name[0] != '@')
		return sizeof(*to);
	to->sun_path[0] = '\0';
	return offsetof(struct sockaddr_un, sun_path) + len;
}

void unix_random_name(char *buf, size_t size)
{
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) < 0)
		number = getpid() * 1e6 + now_ms();
	snprintf(buf, size, "@landproof-%016llx", (unsigned long long)number);
}

int unix_name(int fd, char *buf, size_t size)
{
	struct sockaddr_un name = { 0 };
	socklen_t len = sizeof(name);

	if (getsockname(fd, (struct sockaddr *)&name, &len))
		return errno;
	len -= offsetof(struct sockaddr_un, sun_path);
	if (name.sun_path[0] == '\0')
		snprintf(buf, size, "@%.*s", (int)len - 1, name.sun_path + 1);
	else
		snprintf(buf, size, "%s", name.sun_path);
	return 0;
}

/* Everybody may write to it: DAC is not what the cases are about. */
int unix_serve(const char *name, int type)
{
	struct sockaddr_un address;
	const socklen_t len = unix_address(name, &address);
	const int fd = socket(AF_UNIX, type, 0);
	int error;

	if (fd < 0)
		return -errno;
	if (name[0] != '@')
		exercises(FEATURE_FS, FS_MAKE_SOCK);
	if (bind(fd, (struct sockaddr *)&address, len) ||
	    (type != SOCK_DGRAM && listen(fd, 4)) ||
	    (name[0] != '@' && chmod(name, 0666))) {
		error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

/* An autobound and the empty name are abstract, too. */
static void exercise_name(const char *name)
{
	if (name[0] == '@')
		exercises(FEATURE_SCOPE, SCOPE_ABSTRACT_UNIX_SOCKET);
	else
		exercises(FEATURE_FS, FS_RESOLVE_UNIX);
}

int unix_connect(int fd, const char *name)
{
	struct sockaddr_un to;
	const socklen_t len = unix_address(name, &to);

	exercise_name(name);
	return errno_of(connect(fd, (struct sockaddr *)&to, len));
}

int unix_send(int fd, const char *name)
{
	struct sockaddr_un to;
	const socklen_t len = name ? unix_address(name, &to) : 0;

	if (name)
		exercise_name(name);
	return errno_of(sendto(fd, token, sizeof(token), MSG_NOSIGNAL,
			       name ? (struct sockaddr *)&to : NULL, len));
}

static int connect_compat(int fd, const char *name)
{
	struct sockaddr_un to;
	const socklen_t len = unix_address(name, &to);

	exercise_name(name);
	return compat_socketcall(COMPAT_CONNECT, fd, &to, len, NULL, 0);
}

static int call_through(int (*connect_to)(int fd, const char *name),
			const char *name, int type)
{
	const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return errno;
	ret = connect_to(fd, name) ?: unix_send(fd, NULL);
	close(fd);
	return ret;
}

int unix_call(const char *name, int type)
{
	return call_through(unix_connect, name, type);
}

int unix_call_compat(const char *name, int type)
{
	return call_through(connect_compat, name, type);
}

static bool take(int fd, int flags)
{
	char buf[sizeof(token)] = "";

	return recv(fd, buf, sizeof(buf), flags) == sizeof(token) &&
	       memcmp(buf, token, sizeof(token)) == 0;
}

static bool listens(int fd)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) == 0 &&
	       value;
}

bool unix_heard(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	bool heard;
	int peer;

	if (poll(&poll_fd, 1, 0) != 1)
		return false;
	if (!listens(fd))
		return take(fd, MSG_DONTWAIT);
	peer = accept(fd, NULL, NULL);
	if (peer < 0)
		return false;
	heard = take(peer, MSG_DONTWAIT);
	close(peer);
	return heard;
}

bool unix_hear(int fd)
{
	bool heard;
	int peer;

	if (!listens(fd))
		return take(fd, 0);
	peer = accept(fd, NULL, NULL);
	if (peer < 0)
		return false;
	heard = take(peer, 0);
	close(peer);
	return heard;
}

union ancillary {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

static struct msghdr one_byte(struct iovec *iov, union ancillary *control)
{
	static char byte;

	iov->iov_base = &byte;
	iov->iov_len = 1;
	memset(control, 0, sizeof(*control));
	return (struct msghdr) {
		.msg_iov = iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(*control),
	};
}

int unix_pass(int through, int fd)
{
	union ancillary control;
	struct iovec iov;
	const struct msghdr message = one_byte(&iov, &control);

	control.header.cmsg_len = CMSG_LEN(sizeof(fd));
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return errno_of(sendmsg(through, &message, MSG_NOSIGNAL));
}

int unix_receive(int through)
{
	union ancillary control;
	struct iovec iov;
	struct msghdr message = one_byte(&iov, &control);
	int fd;

	if (recvmsg(through, &message, 0) != 1)
		return -errno;
	if (control.header.cmsg_type != SCM_RIGHTS)
		return -EBADMSG;
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

int unix_call_own(const char *name, int type, int server)
{
	const int ret = unix_call(name, type);

	if (ret)
		return ret;
	return unix_heard(server) ? WORKED : NO_EFFECT;
}
