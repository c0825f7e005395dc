// SPDX-License-Identifier: GPL-2.0
/*
 * Linked into the kernel's selftests with ld's --wrap: tells, on a descriptor
 * of its own, every Landlock call with its arguments and every other call that
 * fails.  A tracer would be seen by the tests: some of them trace each other.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

/* The same as in harness/selftests/selftests.c, which reads the lines. */
#define RECORDER_FD	1000
#define MARK		"#@ "

#define SYS_CREATE	444
#define SYS_ADD		445
#define SYS_RESTRICT	446

ssize_t __real_write(int fd, const void *data, size_t size);

/* One write(2) a line, so that processes do not mix theirs. */
static void __attribute__((format(printf, 1, 2))) tell(const char *format, ...)
{
	const int error = errno;
	char line[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length] = '\n';
	if (__real_write(RECORDER_FD, line, length + 1) < 0)
		errno = error; /* nobody listens */
	errno = error;
}

#define FAILED(name, format, ...)					\
	tell(MARK "call %d " name " " format, errno, ##__VA_ARGS__)

/* Fields of a structure that is as long as the test says, or longer ones. */
static void tell_create(long ret, const void *attr, size_t size, long flags)
{
	uint64_t field[6] = { 0 };

	if (attr && (ret >= 0 || errno != EFAULT))
		memcpy(field, attr, size < sizeof(field) ? size : sizeof(field));
	tell(MARK "create %d %ld %lx %zu %llx %llx %llx %llx %llx %llx",
	     ret < 0 ? errno : 0, ret, flags, size,
	     (long long)field[0], (long long)field[1], (long long)field[2],
	     (long long)field[3], (long long)field[4], (long long)field[5]);
}

static void tell_add(long ret, long type, const void *attr, long flags)
{
	uint64_t allowed = 0;

	if (attr && (ret >= 0 || errno != EFAULT))
		memcpy(&allowed, attr, sizeof(allowed));
	tell(MARK "add %d %ld %lx %llx", ret < 0 ? errno : 0, type, flags,
	     (long long)allowed);
}

/* Those of the tests that libc has no function for. */
static const char *syscall_name(long number)
{
	switch (number) {
	case SYS_execveat:	return "execveat";
	case SYS_keyctl:	return "keyctl";
	case SYS_move_mount:	return "move_mount";
	case SYS_open_tree:	return "open_tree";
	case SYS_pidfd_open:	return "pidfd_open";
	case SYS_pivot_root:	return "pivot_root";
	case SYS_renameat2:	return "renameat2";
	default:		return "syscall";
	}
}

long __real_syscall(long number, ...);

long __wrap_syscall(long number, ...)
{
	long a[6], ret;
	va_list args;
	int i;

	va_start(args, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	ret = __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (number == SYS_CREATE)
		tell_create(ret, (void *)a[0], a[1], (uint32_t)a[2]);
	else if (number == SYS_ADD)
		tell_add(ret, (int)a[1], (void *)a[2], (uint32_t)a[3]);
	else if (number == SYS_RESTRICT)
		tell(MARK "restrict %d %d %x", ret < 0 ? errno : 0, (int)a[0],
		     (uint32_t)a[1]);
	else if (ret < 0)
		FAILED("%s", "%ld", syscall_name(number), number);
	return ret;
}

#define WRAP(type, name, params, args, ...)				\
	type __real_##name params;					\
	type __wrap_##name params;					\
	type __wrap_##name params					\
	{								\
		const type ret = __real_##name args;			\
									\
		if (ret == (type)-1)					\
			FAILED(#name, __VA_ARGS__);			\
		return ret;						\
	}

#define PATH(type, name, params, args) WRAP(type, name, params, args, "%s", path)

typedef const char *text;
typedef const struct sockaddr *address;

WRAP(int, socket, (int family, int type, int protocol),
     (family, type, protocol), "%d %d %d", family, type & 0xf, protocol)
WRAP(int, socketpair, (int family, int type, int protocol, int *fds),
     (family, type, protocol, fds), "%d %d %d", family, type & 0xf, protocol)
WRAP(int, bind, (int fd, address to, socklen_t size), (fd, to, size),
     "family %d", to && size >= 2 ? to->sa_family : -1)
WRAP(int, connect, (int fd, address to, socklen_t size), (fd, to, size),
     "family %d", to && size >= 2 ? to->sa_family : -1)
WRAP(int, listen, (int fd, int backlog), (fd, backlog), "%d", backlog)
WRAP(int, setsockopt, (int fd, int level, int name, const void *value,
     socklen_t size), (fd, level, name, value, size), "%d %d", level, name)
WRAP(ssize_t, send, (int fd, const void *data, size_t size, int flags),
     (fd, data, size, flags), "%#x", flags)
WRAP(ssize_t, sendto, (int fd, const void *data, size_t size, int flags,
     address to, socklen_t length), (fd, data, size, flags, to, length),
     "%#x", flags)
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *msg, int flags),
     (fd, msg, flags), "%#x", flags)
WRAP(ssize_t, recv, (int fd, void *data, size_t size, int flags),
     (fd, data, size, flags), "%#x", flags)
WRAP(ssize_t, recvmsg, (int fd, struct msghdr *msg, int flags),
     (fd, msg, flags), "%#x", flags)
WRAP(ssize_t, write, (int fd, const void *data, size_t size),
     (fd, data, size), "%zu bytes", size)
WRAP(ssize_t, read, (int fd, void *data, size_t size), (fd, data, size),
     "%zu bytes", size)
WRAP(int, mount, (text source, text path, text type, unsigned long flags,
     const void *data), (source, path, type, flags, data), "%s %s %s",
     source ? source : "", path ? path : "", type ? type : "")
WRAP(int, unshare, (int flags), (flags), "%#x", flags)
WRAP(int, kill, (pid_t pid, int sig), (pid, sig), "%d", sig)
WRAP(int, setuid, (uid_t uid), (uid), "%u", uid)
WRAP(int, seteuid, (uid_t uid), (uid), "%u", uid)
WRAP(int, memfd_create, (text path, unsigned int flags), (path, flags),
     "%s", path)
WRAP(int, rename, (text path, text other), (path, other), "%s %s", path, other)
WRAP(int, renameat, (int fd, text path, int to, text other),
     (fd, path, to, other), "%s %s", path, other)
WRAP(int, link, (text path, text other), (path, other), "%s %s", path, other)
WRAP(int, linkat, (int fd, text path, int to, text other, int flags),
     (fd, path, to, other, flags), "%s %s", path, other)
WRAP(int, symlink, (text target, text path), (target, path), "%s", path)
PATH(int, umount, (text path), (path))
PATH(int, mkdir, (text path, mode_t mode), (path, mode))
PATH(int, mkdirat, (int fd, text path, mode_t mode), (fd, path, mode))
PATH(int, mknod, (text path, mode_t mode, dev_t dev), (path, mode, dev))
PATH(int, mkfifo, (text path, mode_t mode), (path, mode))
PATH(int, rmdir, (text path), (path))
PATH(int, unlink, (text path), (path))
PATH(int, unlinkat, (int fd, text path, int flags), (fd, path, flags))
PATH(int, truncate, (text path, off_t size), (path, size))
PATH(int, stat, (text path, struct stat *stat), (path, stat))
PATH(int, statfs, (text path, struct statfs *stat), (path, stat))
PATH(int, creat, (text path, mode_t mode), (path, mode))
PATH(int, chdir, (text path), (path))
PATH(int, chroot, (text path), (path))
PATH(int, execve, (text path, char *const argv[], char *const envp[]),
     (path, argv, envp))

/* AUDIT's answers and records come this way, or do not come. */
ssize_t __real_recvfrom(int fd, void *data, size_t size, int flags,
			struct sockaddr *from, socklen_t *length);

ssize_t __wrap_recvfrom(int fd, void *data, size_t size, int flags,
			struct sockaddr *from, socklen_t *length)
{
	const ssize_t ret = __real_recvfrom(fd, data, size, flags, from,
					    length);
	const int error = errno;
	int protocol = -1;
	socklen_t room = sizeof(protocol);

	if (ret < 0) {
		getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &room);
		errno = error;
		FAILED("recvfrom", "protocol %d", protocol);
	}
	return ret;
}

/* The third argument is there or not; the real function looks likewise. */
#define WRAP_VARIADIC(name, params, args, last, ...)			\
	int __real_##name(params, ...);					\
	int __wrap_##name(params, ...);					\
	int __wrap_##name(params, ...)					\
	{								\
		va_list list;						\
		long more;						\
		int ret;						\
									\
		va_start(list, last);					\
		more = va_arg(list, long);				\
		va_end(list);						\
		ret = __real_##name(args, more);			\
		if (ret < 0)						\
			FAILED(#name, __VA_ARGS__);			\
		return ret;						\
	}
#define AND ,

WRAP_VARIADIC(open, text path AND int flags, path AND flags, flags, "%s", path)
WRAP_VARIADIC(openat, int fd AND text path AND int flags,
	      fd AND path AND flags, flags, "%s", path)
WRAP_VARIADIC(ioctl, int fd AND unsigned long request, fd AND request, request,
	      "%#lx", request)
WRAP_VARIADIC(fcntl, int fd AND int command, fd AND command, command, "%d",
	      command)
