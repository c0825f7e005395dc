// SPDX-License-Identifier: GPL-2.0
/* Files, directories and a program that belong to the subject. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/elf.h"
#include "machine/make.h"
#include "machine/privilege.h"
#include "machine/subject.h"

/*
 * The smallest program that the kernel takes: one ELF header, one program
 * header, exit_group(EXEC_STATUS).
 */
#define TINY_BASE 0x400000

static const struct __attribute__((packed)) {
	ElfW(Ehdr) header;
	ElfW(Phdr) program;
#if defined(__x86_64__) || defined(__i386__) || defined(__s390x__)
	unsigned char code[12];
#else
	uint32_t code[3];
#endif
} tiny_program = {
	.header = {
		NATIVE_HEADER,
		.e_entry = TINY_BASE + sizeof(ElfW(Ehdr)) + sizeof(ElfW(Phdr)),
		.e_phnum = 1,
	},
	.program = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_vaddr = TINY_BASE,
		.p_filesz = sizeof(tiny_program),
		.p_memsz = sizeof(tiny_program),
		.p_align = 0x1000,
	},
#if defined(__x86_64__)
	.code = {
		0xbf, EXEC_STATUS, 0, 0, 0,	/* mov  $42, %edi */
		0xb8, 231, 0, 0, 0,		/* mov  $SYS_exit_group, %eax */
		0x0f, 0x05,			/* syscall */
	},
#elif defined(__i386__)
	.code = {
		0xbb, EXEC_STATUS, 0, 0, 0,	/* mov  $42, %ebx */
		0xb8, 252, 0, 0, 0,		/* mov  $SYS_exit_group, %eax */
		0xcd, 0x80,			/* int  $0x80 */
	},
#elif defined(__s390x__)
	.code = {
		0xa7, 0x29, 0, EXEC_STATUS,	/* lghi %r2,42 */
		0x0a, 248,			/* svc  SYS_exit_group */
	},
#elif defined(__aarch64__)
	.code = {
		0xd2800000 | EXEC_STATUS << 5,	/* mov  x0, #42 */
		0xd2800000 | 94 << 5 | 8,	/* mov  x8, #SYS_exit_group */
		0xd4000001,			/* svc  #0 */
	},
#elif defined(__arm__)
	.code = {
		0xe3a00000 | EXEC_STATUS,	/* mov  r0, #42 */
		0xe3a07000 | 248,		/* mov  r7, #SYS_exit_group */
		0xef000000,			/* svc  0 */
	},
#elif defined(__riscv)
	.code = {
		0x00000513 | EXEC_STATUS << 20,	/* li   a0, 42 */
		0x00000893 | 94 << 20,		/* li   a7, SYS_exit_group */
		0x00000073,			/* ecall */
	},
#elif defined(__powerpc64__)
	.code = {
		0x38600000 | EXEC_STATUS,	/* li   r3, 42 */
		0x38000000 | 234,		/* li   r0, SYS_exit_group */
		0x44000002,			/* sc */
	},
#elif defined(__loongarch64)
	.code = {
		0x03800004 | EXEC_STATUS << 10,	/* li.w a0, 42 */
		0x0380000b | 94 << 10,		/* li.w a7, SYS_exit_group */
		0x002b0000,			/* syscall 0 */
	},
#endif
};

static int give_away(const char *path)
{
	if (privilege == FULL &&
	    fchownat(AT_FDCWD, path, subject_uid(), subject_gid(),
		     AT_SYMLINK_NOFOLLOW))
		return errno;
	return 0;
}

static int make(const char *path, const void *data, size_t size, mode_t mode)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			    mode);
	ssize_t done;

	if (fd < 0)
		return errno;
	done = write(fd, data, size);
	close(fd);
	if (done != (ssize_t)size)
		return EIO;
	return give_away(path);
}

int make_file(const char *path, const char *text)
{
	return make(path, text, strlen(text), 0644);
}

int make_program(const char *path)
{
	return make(path, &tiny_program, sizeof(tiny_program), 0755);
}

int make_dir(const char *path)
{
	char part[256];
	size_t i;
	int error;

	for (i = 1; i <= strlen(path) && i < sizeof(part); i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (mkdir(part, 0755)) {
			if (errno != EEXIST)
				return errno;
			continue;
		}
		error = give_away(part);
		if (error)
			return error;
	}
	return 0;
}
