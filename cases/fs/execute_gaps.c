// SPDX-License-Identifier: GPL-2.0
/* Code that runs without LANDLOCK_ACCESS_FS_EXECUTE. */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "fs.h"

static char *const argv[] = { "program", NULL };
static char *const envp[] = { NULL };

static void by_path(struct scene *scene)
{
	(void)scene;
	execve("dir/program", argv, envp);
}

static int execute(struct scene *scene)
{
	return executes(scene, by_path);
}

static void by_descriptor(struct scene *scene)
{
	syscall(SYS_execveat, scene->fd[0], "", argv, envp, AT_EMPTY_PATH);
}

/* The program lies in a descriptor that was open before. */
static int program_in_memory(struct scene *scene)
{
	char program[512];
	int from, len;

	scene->fd[0] = memfd_create("program", MFD_CLOEXEC);
	if (scene->fd[0] < 0)
		return errno;
	from = scene->fd[1];
	len = pread(from, program, sizeof(program), 0);
	if (len < 0 || write(scene->fd[0], program, len) != len)
		return broken(scene, "copying the program");
	return executes(scene, by_descriptor);
}

static int opened_program(struct scene *scene)
{
	const int error = dir_program(scene);

	if (error)
		return error;
	scene->fd[1] = open("dir/program", O_RDONLY);
	return errno_of(scene->fd[1]);
}

CASE("fs.execute.memfd",
	.claim	 = "execveat(2) of a program in a memfd",
	.guard	 = FS(EXECUTE),
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#37",
	.scene	 = opened_program,
	.attempt = program_in_memory,
	.witness = execute,
	.source	 = "security/landlock/fs.c: is_access_to_paths_allowed(), MNT_INTERNAL");

static void jump_into(struct scene *scene)
{
	const size_t headers = sizeof(ElfW(Ehdr)) + sizeof(ElfW(Phdr));
	char *code;
	int fd;

	(void)scene;
	fd = open("dir/program", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (code == MAP_FAILED)
		return;
	((void (*)(void))(code + headers))();
}

static int map_and_jump(struct scene *scene)
{
	return executes(scene, jump_into);
}

CASE("fs.execute.mmap",
	.claim	 = "mmap(2) of a readable file with PROT_EXEC",
	.guard	 = FS(EXECUTE),
	.uses	 = FS(READ_FILE),
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#37 landlock-lsm/linux#49",
	.scene	 = dir_program,
	.attempt = map_and_jump,
	.witness = execute,
	.source	 = "security/landlock/fs.c: no mmap_file hook");
