// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_EXECUTE: executing a file. */
#include <sys/syscall.h>

#include "fs.h"

/* linux/fcntl.h of 6.14 */
#define EXECVE_CHECK 0x10000

static char *const argv[] = { "program", NULL };
static char *const envp[] = { NULL };

static int exec_at(int dir, const char *path, int flags)
{
	return syscall(SYS_execveat, dir, path, argv, envp, flags);
}

static void by_path(struct scene *scene)
{
	(void)scene;
	execve("dir/program", argv, envp);
}

static int execute(struct scene *scene)
{
	return executes(scene, by_path);
}

/* The kernel reads what it executes: fs.c, get_required_file_open_access() */
CASE("fs.execute.execve",
	.claim	 = "execve(2) of a program",
	.guard	 = FS(EXECUTE),
	.uses	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_EXECUTE | FS_READ_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_EXECUTE, "dir"),
	.scene	 = dir_program,
	.attempt = execute,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_EXECUTE");

CASE("fs.read_file.execve",
	.claim	 = "execve(2), which opens the program for reading",
	.guard	 = FS(READ_FILE),
	.uses	 = FS(EXECUTE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_EXECUTE | FS_READ_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.scene	 = dir_program,
	.attempt = execute,
	.source	 = "security/landlock/fs.c: get_required_file_open_access()");

static int opened_program(struct scene *scene)
{
	const int error = dir_program(scene);

	if (error)
		return error;
	scene->fd[0] = open("dir/program", scene->variant->arg);
	return errno_of(scene->fd[0]);
}

static void by_descriptor(struct scene *scene)
{
	exec_at(scene->fd[0], "", AT_EMPTY_PATH);
}

static int execute_descriptor(struct scene *scene)
{
	return executes(scene, by_descriptor);
}

static const struct variant open_modes[] = {
	{ "", .arg = O_RDONLY },
	{ "o_path", .arg = O_PATH },
	{ NULL }
};

CASE("fs.execute.execveat_fd",
	.claim	  = "execveat(2) of a descriptor from before the sandbox",
	.guard	  = FS(EXECUTE),
	.uses	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.allow	  = ONLY(FS_EXECUTE | FS_READ_FILE, "dir"),
	.extra	  = RULESET ALL_BUT(FS_EXECUTE, "dir"),
	.variants = open_modes,
	.scene	  = opened_program,
	.attempt  = execute_descriptor,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_FS_EXECUTE");

static int check(struct scene *scene)
{
	if (exec_at(AT_FDCWD, "dir/program", EXECVE_CHECK) == 0)
		return WORKED;
	if (errno == EINVAL && scene->world == WORLD_CONTROL)
		return cannot(scene, "AT_EXECVE_CHECK (Linux 6.14)");
	return errno;
}

CASE("fs.execute.check",
	.claim	 = "execveat(2) with AT_EXECVE_CHECK",
	.guard	 = FS(EXECUTE),
	.uses	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_EXECUTE | FS_READ_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_EXECUTE, "dir"),
	.scene	 = dir_program,
	.attempt = check,
	.source	 = "userspace-api/check_exec: AT_EXECVE_CHECK");
