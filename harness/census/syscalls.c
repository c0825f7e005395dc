// SPDX-License-Identifier: GPL-2.0
/*
 * System calls, found by calling: a number that does not say ENOSYS is there.
 * All arguments are -1, which no call takes for something to be done; a seccomp
 * filter would answer in the kernel's place.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/files.h"
#include "census/census.h"

#define NUMBERS	1024

static int answers[NUMBERS];

/* What fork(2) and the like bring into being must not go on here. */
static pid_t caller;

#ifdef __x86_64__

#define X32_BIT		0x40000000
#define GETPID_32	20

static inline long __attribute__((always_inline))
call_64(long number, long argument)
{
	register long r10 asm("r10") = argument;
	register long r8 asm("r8") = argument;
	register long r9 asm("r9") = argument;
	long result;

	asm volatile("syscall"
		     : "=a" (result)
		     : "a" (number), "D" (argument), "S" (argument),
		       "d" (argument), "r" (r10), "r" (r8), "r" (r9)
		     : "rcx", "r11", "memory");
	return result;
}

/* The way of 32-bit programs; %ebp is the sixth argument. */
static inline long __attribute__((always_inline))
call_32(long number, long argument)
{
	long result;

	asm volatile("sub $128, %%rsp\n\t"
		     "push %%rbp\n\t"
		     "mov %%ebx, %%ebp\n\t"
		     "int $0x80\n\t"
		     "pop %%rbp\n\t"
		     "add $128, %%rsp"
		     : "=a" (result)
		     : "a" (number), "b" (argument), "c" (argument),
		       "d" (argument), "S" (argument), "D" (argument)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

/* After vfork(2) there is but one stack: nothing is called before the end. */
#define leave_if_new()							\
	do {								\
		if (call_64(SYS_getpid, 0) != caller)			\
			call_64(SYS_exit_group, 0);			\
	} while (0)

static int __attribute__((noinline)) error_64(long number, long argument)
{
	const long result = call_64(number, argument);

	leave_if_new();
	return result < 0 && result > -4096 ? -result : 0;
}

static int __attribute__((noinline)) error_32(long number, long argument)
{
	const long result = call_32(number, argument);

	leave_if_new();
	return result < 0 && result > -4096 ? -result : 0;
}

#else

static int error_64(long number, long a)
{
	const long result = syscall(number, a, a, a, a, a, a);
	const int error = result < 0 ? errno : 0;

	if (getpid() != caller)
		_exit(0);
	return error;
}

#endif

/* Some say ENOSYS to -1 because they know no such command: not to 0. */
static int try_64(int number)
{
	int error;

	caller = getpid();
	error = error_64(number, -1);
	return error == ENOSYS ? error_64(number, 0) : error;
}

static const char *filtered(void)
{
	char text[4096];
	const char *line;

	if (read_file("/proc/self/status", text, sizeof(text)) < 0)
		return "procfs";
	line = strstr(text, "\nSeccomp:\t");
	return line && line[10] != '0' ?
		"a process without a seccomp filter" : NULL;
}

static const char *count(int (*call)(int number))
{
	const char *missing = filtered() ?: try_numbers(NUMBERS, call, answers);
	int i;

	if (missing)
		return missing;
	for (i = 0; i < NUMBERS; i++)
		if (answers[i] != ENOSYS)
			offer_number(i, answer_of_error(answers[i]));
	return NULL;
}

const char *count_syscalls(void)
{
	return count(try_64);
}

#ifdef __x86_64__

static int try_x32(int number)
{
	caller = getpid();
	return error_64(number | X32_BIT, -1);
}

static int try_32(int number)
{
	int error;

	caller = getpid();
	error = error_32(number, -1);
	return error == ENOSYS ? error_32(number, 0) : error;
}

/* Of the 32-bit table only what it has alone: below, the numbers are shared. */
const char *count_syscalls_x32(void)
{
	const char *missing = filtered() ?:
			      try_numbers(NUMBERS, try_x32, answers);
	bool any = false;
	int i;

	for (i = 512; i < NUMBERS && !missing; i++) {
		if (answers[i] == ENOSYS)
			continue;
		offer_number(i, answer_of_error(answers[i]));
		any = true;
	}
	return missing ?: any ? NULL :
		"the x32 ABI (CONFIG_X86_X32_ABI, syscall.x32=y)";
}

const char *count_syscalls_i386(void)
{
	const char *missing = filtered() ?:
			      try_numbers(GETPID_32 + 1, try_32, answers);

	/* Where there is no such gate, whoever tries it dies. */
	if (!missing && answers[GETPID_32] != 0)
		missing = "32-bit programs (CONFIG_IA32_EMULATION)";
	return missing ?: count(try_32);
}

#else

const char *count_syscalls_x32(void)
{
	return "an x86-64 processor";
}

const char *count_syscalls_i386(void)
{
	return "an x86-64 processor";
}

#endif
