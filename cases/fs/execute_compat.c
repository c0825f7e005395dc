// SPDX-License-Identifier: GPL-2.0
/* execve(2) by the calls of 32-bit and x32 programs: pointers are shorter. */
#include "bricks/compat.h"
#include "fs.h"

static const char path[] = "dir/program";
static uint32_t list[2];	/* of the arguments; from its end on, an empty one */

static void exec_compat(struct scene *scene)
{
	(void)scene;
	list[0] = (uintptr_t)path;
	errno = -compat_path(COMPAT_EXECVE, path, (long)list,
			     (long)(list + 1));
}

static int execute_compat(struct scene *scene)
{
	return executes(scene, exec_compat);
}

static int compat_program(struct scene *scene)
{
	return compat_scene(scene) ?: dir_program(scene);
}

#define EXECUTES							\
	.guard	 = FS(EXECUTE),						\
	.uses	 = FS(READ_FILE),					\
	.promise = { DENIED(EACCES) },					\
	.allow	 = ONLY(FS_EXECUTE | FS_READ_FILE, "dir"),		\
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_EXECUTE"

CASE("fs.execute.compat",
	.claim	 = "execve(2) by the call of 32-bit programs",
	EXECUTES,
	.scene	 = compat_program,
	.attempt = execute_compat);

static void exec_x32(struct scene *scene)
{
	(void)scene;
	list[0] = (uintptr_t)path;
	x32_call(X32_EXECVE, (long)path, (long)list, (long)(list + 1));
}

static int execute_x32(struct scene *scene)
{
	return executes(scene, exec_x32);
}

static int x32_program(struct scene *scene)
{
	return x32_scene(scene) ?: dir_program(scene);
}

CASE("fs.execute.x32",
	.claim	 = "execve(2) by the call of x32 programs",
	EXECUTES,
	.scene	 = x32_program,
	.attempt = execute_x32);
