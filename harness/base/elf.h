/* SPDX-License-Identifier: GPL-2.0 */
/* What an ELF file of this architecture says of itself. */
#ifndef LANDPROOF_BASE_ELF_H
#define LANDPROOF_BASE_ELF_H

#include <elf.h>
#include <endian.h>
#include <link.h>

#if __ELF_NATIVE_CLASS == 64
#define NATIVE_CLASS	ELFCLASS64
#else
#define NATIVE_CLASS	ELFCLASS32
#endif
#if BYTE_ORDER == LITTLE_ENDIAN
#define NATIVE_DATA	ELFDATA2LSB
#else
#define NATIVE_DATA	ELFDATA2MSB
#endif

#define NATIVE_FLAGS	0
#if defined(__x86_64__)
#define NATIVE_MACHINE	EM_X86_64
#elif defined(__i386__)
#define NATIVE_MACHINE	EM_386
#elif defined(__aarch64__)
#define NATIVE_MACHINE	EM_AARCH64
#elif defined(__arm__)
#define NATIVE_MACHINE	EM_ARM
#undef NATIVE_FLAGS
#define NATIVE_FLAGS	EF_ARM_EABI_VER5
#elif defined(__riscv)
#define NATIVE_MACHINE	EM_RISCV
#elif defined(__s390x__)
#define NATIVE_MACHINE	EM_S390
#elif defined(__powerpc64__)
#define NATIVE_MACHINE	EM_PPC64
#undef NATIVE_FLAGS
#define NATIVE_FLAGS	2	/* ELFv2: the entry is code, no descriptor */
#elif defined(__loongarch64)
#define NATIVE_MACHINE	258	/* EM_LOONGARCH */
#else
#error "base/elf.h does not know this architecture"
#endif

/* The members that are the same in every program */
#define NATIVE_HEADER							\
	.e_ident = {							\
		ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, NATIVE_CLASS,	\
		NATIVE_DATA, EV_CURRENT,				\
	},								\
	.e_type = ET_EXEC,						\
	.e_machine = NATIVE_MACHINE,					\
	.e_version = EV_CURRENT,					\
	.e_flags = NATIVE_FLAGS,					\
	.e_phoff = sizeof(ElfW(Ehdr)),					\
	.e_ehsize = sizeof(ElfW(Ehdr)),					\
	.e_phentsize = sizeof(ElfW(Phdr))

#endif
