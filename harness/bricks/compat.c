// SPDX-License-Identifier: GPL-2.0
/* The way of 32-bit programs into the kernel. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/programs.h"
#include "bricks/compat.h"

#ifdef __x86_64__

int compat_call(enum compat_call number, long a, long b, long c)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" ((long)number), "b" (a), "c" (b), "d" (c)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

#else

int compat_call(enum compat_call number, long a, long b, long c)
{
	(void)number;
	(void)a;
	(void)b;
	(void)c;
	return -ENOSYS;
}

#endif

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

int compat_scene(struct scene *scene)
{
	return kernel_is_entered() ? 0 :
	       cannot(scene, "32-bit system calls (CONFIG_IA32_EMULATION)");
}
