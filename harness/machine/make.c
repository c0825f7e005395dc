// SPDX-License-Identifier: GPL-2.0
/* Files, directories and a program that belong to the subject. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/make.h"
#include "machine/privilege.h"
#include "machine/subject.h"

/*
 * The smallest program that the kernel takes: one ELF header, one program
 * header, exit_group(EXEC_STATUS).
 */
#define TINY_BASE 0x400000

static const struct __attribute__((packed)) {
	Elf64_Ehdr header;
	Elf64_Phdr program;
#if defined(__x86_64__)
	unsigned char code[12];
#elif defined(__aarch64__)
	uint32_t code[3];
#endif
} tiny_program = {
	.header = {
		.e_ident = {
			ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			ELFDATA2LSB, EV_CURRENT,
		},
		.e_type = ET_EXEC,
		.e_version = EV_CURRENT,
		.e_entry = TINY_BASE + sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
#if defined(__x86_64__)
		.e_machine = EM_X86_64,
#elif defined(__aarch64__)
		.e_machine = EM_AARCH64,
#endif
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
#elif defined(__aarch64__)
	.code = {
		0xd2800000 | EXEC_STATUS << 5,	/* mov  x0, #42 */
		0xd2800000 | 94 << 5 | 8,	/* mov  x8, #SYS_exit_group */
		0xd4000001,			/* svc  #0 */
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
