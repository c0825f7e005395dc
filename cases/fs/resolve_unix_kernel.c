// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_RESOLVE_UNIX: a call that the kernel makes by itself. */
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "resolve_unix_server.h"

#define CORE_PATTERN "/proc/sys/kernel/core_pattern"

/* Takes the core dump's connection, and has seen enough. */
static void collect(struct scene *scene)
{
	const int peer = accept(scene->fd[0], NULL, NULL);

	scene->value[1] = peer >= 0;
	close(peer);
	pause();
	_exit(0);
}

static int collector(struct scene *scene)
{
	char where[64], pattern[128];
	const int ret = resolve_stream_server(scene);

	if (ret)
		return ret;
	if (read_file(CORE_PATTERN, scene->text, sizeof(scene->text)) < 0 ||
	    !getcwd(where, sizeof(where)))
		return errno;
	if (scene_fork(scene) == 0)
		collect(scene);
	snprintf(pattern, sizeof(pattern), "@%s/dir/socket", where);
	return write_file(CORE_PATTERN, pattern);
}

static bool collected(struct scene *scene)
{
	write_file(CORE_PATTERN, scene->text);
	return scene->value[1];
}

/* The kernel waits until the collector is done, and so do we. */
static int dump_core(struct scene *scene)
{
	const struct rlimit no_limit = { RLIM_INFINITY, RLIM_INFINITY };
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		setrlimit(RLIMIT_CORE, &no_limit);
		abort();
	}
	if (pid < 0 || waitpid_retry(pid, &status) || !WIFSIGNALED(status))
		return broken(scene, "no process that dumps its core");
	if (scene->world == WORLD_CONTROL && !scene->value[1])
		return cannot(scene, "core dumps to a UNIX socket (Linux 6.16)");
	return scene->value[1] ? WORKED : EACCES;
}

CASE("fs.resolve_unix.coredump",
	.claim	 = "the core dump of a sandboxed process to a UNIX socket",
	.guard	 = FS(RESOLVE_UNIX),
	.promise = { ALLOWED },
	.needs	 = "guest",
	.scene	 = collector,
	.witness = resolve_refused,
	.attempt = dump_core,
	.effect	 = collected,
	.source	 = "security/landlock/fs.c: hook_unix_find(), SOCK_COREDUMP");
