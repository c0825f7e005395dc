// SPDX-License-Identifier: GPL-2.0
/* EXECUTE is asked for the script or program and for its interpreter. */
#include "fs.h"

#define INTERPRETER "interpreter/program"

static const char script[] = "#!" INTERPRETER "\n";

/* A program that the kernel hands to its interpreter at once. */
static const struct __attribute__((packed)) {
	ElfW(Ehdr) header;
	ElfW(Phdr) program[2];
	char interpreter[sizeof(INTERPRETER)];
} dynamic = {
	.header = {
		NATIVE_HEADER,
		.e_entry = 0x10000000,
		.e_phnum = 2,
	},
	.program = {
		{
			.p_type = PT_INTERP,
			.p_offset = sizeof(ElfW(Ehdr)) + 2 * sizeof(ElfW(Phdr)),
			.p_filesz = sizeof(INTERPRETER),
			.p_memsz = sizeof(INTERPRETER),
		}, {
			.p_type = PT_LOAD,
			.p_flags = PF_R,
			.p_vaddr = 0x10000000,
			.p_filesz = sizeof(dynamic),
			.p_memsz = sizeof(dynamic),
			.p_align = 0x1000,
		},
	},
	.interpreter = INTERPRETER,
};

static int make_dynamic(const char *path)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t done;

	if (fd < 0)
		return errno;
	done = write(fd, &dynamic, sizeof(dynamic));
	close(fd);
	return done == sizeof(dynamic) ? 0 : EIO;
}

/*
 * Older kernels clear the rest of an interpreter's last page, and fail where
 * that may not be written (6.1: fs/binfmt_elf.c, load_elf_interp()).
 */
static int make_writable(const char *path)
{
	const uint32_t flags = PF_R | PF_W | PF_X;
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t done;

	if (fd < 0)
		return errno;
	done = pwrite(fd, &flags, sizeof(flags), sizeof(ElfW(Ehdr)) +
		      offsetof(ElfW(Phdr), p_flags));
	close(fd);
	return done == sizeof(flags) ? 0 : EIO;
}

static int interpreted(struct scene *scene)
{
	(void)scene;
	return make_dir("dir") ?: make_dir("interpreter") ?:
	       make_program(INTERPRETER) ?: make_writable(INTERPRETER) ?:
	       make_file("dir/script", script) ?:
	       errno_of(chmod("dir/script", 0755)) ?:
	       make_dynamic("dir/dynamic");
}

static void run_script(struct scene *scene)
{
	char *const argv[] = { "script", NULL };

	(void)scene;
	execv("dir/script", argv);
}

static void run_dynamic(struct scene *scene)
{
	char *const argv[] = { "dynamic", NULL };

	(void)scene;
	execv("dir/dynamic", argv);
}

static int execute_script(struct scene *scene)
{
	return executes(scene, run_script);
}

static int execute_dynamic(struct scene *scene)
{
	return executes(scene, run_dynamic);
}

static const struct variant kinds[] = {
	{ "", .op = execute_script },
	{ "elf", .op = execute_dynamic },
	{ NULL }
};

#define EXECUTE_ON(...)							\
	{								\
		.fs = FS_EXECUTE,					\
		.rules = { __VA_ARGS__ },				\
	}

CASE("fs.execute.script_interpreter",
	.claim	  = "execve(2) with a denied interpreter",
	.guard	  = FS(EXECUTE),
	.uses	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.deny	  = EXECUTE_ON(PATH("dir")),
	.allow	  = EXECUTE_ON(PATH("dir"), PATH("interpreter")),
	.variants = kinds,
	.scene	  = interpreted,
	.attempt  = variant_op,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_FS_EXECUTE");

CASE("fs.execute.script",
	.claim	  = "execve(2) of a denied script with a granted interpreter",
	.guard	  = FS(EXECUTE),
	.uses	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.deny	  = EXECUTE_ON(PATH("interpreter")),
	.allow	  = EXECUTE_ON(PATH("dir"), PATH(INTERPRETER)),
	.variants = kinds,
	.scene	  = interpreted,
	.attempt  = variant_op,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_FS_EXECUTE");
