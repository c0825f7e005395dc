// SPDX-License-Identifier: GPL-2.0
/* The way of 32-bit programs into the kernel. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/programs.h"
#include "bricks/compat.h"

#ifdef __x86_64__
#define LACKING	"32-bit system calls (CONFIG_IA32_EMULATION)"

int compat_call5(enum compat_call number, long a, long b, long c, long d,
		 long e)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" ((long)number), "b" (a), "c" (b), "d" (c), "S" (d),
		       "D" (e)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

#else
#define LACKING	"the 32-bit system calls of an x86-64 program"

int compat_call5(enum compat_call number, long a, long b, long c, long d,
		 long e)
{
	(void)number;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	(void)e;
	return -ENOSYS;
}

#endif

int compat_call(enum compat_call number, long a, long b, long c)
{
	return compat_call5(number, a, b, c, 0, 0);
}

#ifdef __x86_64__

#define X32_BIT 0x40000000

long x32_call(enum x32_call number, long a, long b, long c)
{
	return syscall(number | X32_BIT, a, b, c);
}

static bool x32_is_there(void)
{
	return syscall(SYS_getpid | X32_BIT) == getpid();
}

#else

long x32_call(enum x32_call number, long a, long b, long c)
{
	(void)number;
	(void)a;
	(void)b;
	(void)c;
	errno = ENOSYS;
	return -1;
}

static bool x32_is_there(void)
{
	return false;
}

#endif

int x32_scene(struct scene *scene)
{
	return x32_is_there() ? 0 :
	       cannot(scene, "x32 system calls (CONFIG_X86_X32_ABI, syscall.x32=y)");
}

int compat_socketcall(enum compat_socket_call call, int fd,
		      const void *address, unsigned int length,
		      const void *text, unsigned int size)
{
	static char to[128], data[128];
	static uint32_t iov[2], message[7], arguments[6];
	long result;

	memcpy(to, address, length);
	if (size)
		memcpy(data, text, size);
	if (call == COMPAT_SENDMSG) {
		/* linux/compat.h, net/compat.h: struct compat_msghdr */
		iov[0] = (uintptr_t)data;
		iov[1] = size;
		message[0] = (uintptr_t)to;
		message[1] = length;
		message[2] = (uintptr_t)iov;
		message[3] = 1;
		arguments[1] = (uintptr_t)message;
		arguments[2] = 0;
	} else if (call == COMPAT_SENDTO) {
		arguments[1] = (uintptr_t)data;
		arguments[2] = size;
		arguments[3] = 0;
		arguments[4] = (uintptr_t)to;
		arguments[5] = length;
	} else {
		arguments[1] = (uintptr_t)to;
		arguments[2] = length;
	}
	arguments[0] = fd;
	result = compat_call(COMPAT_SOCKETCALL, call, (long)arguments, 0);
	return result < 0 ? -result : 0;
}

static void no_such_way(int signal)
{
	(void)signal;
	_exit(1);
}

static bool kernel_is_entered(void)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		signal(SIGSEGV, no_such_way);
		_exit(compat_call(COMPAT_GETPID, 0, 0, 0) != getpid());
	}
	return pid > 0 && waitpid_retry(pid, &status) == 0 && status == 0;
}

bool compat_is_there(void)
{
	static int there = -1;

	if (there < 0)
		there = kernel_is_entered();
	return there;
}

int compat_scene(struct scene *scene)
{
	return compat_is_there() ? 0 : cannot(scene, LACKING);
}
