// SPDX-License-Identifier: GPL-2.0
/* Has strace(1) look at the harness, and writes into its output where a world is. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/programs.h"
#include "cases/table.h"
#include "cases/world.h"
#include "engine/strace.h"

static pid_t tracer;

static void __attribute__((noreturn)) become(const char *script, int said)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getppid());
	dup2(said, STDOUT_FILENO);
	dup2(said, STDERR_FILENO);
	execl("/bin/sh", "sh", script, pid, NULL);
	_exit(127);
}

/* It says of each process that it is attached; the first one is this. */
static bool await_attached(int said)
{
	char text[256];
	const ssize_t got = read(said, text, sizeof(text) - 1);

	if (got > 0) {
		text[got] = '\0';
		fprintf(stderr, "%s", text);
	}
	return got > 0 && strstr(text, "attached");
}

const char *strace_start(const char *script)
{
	int ends[2];

	/* Who says more than a pipe holds must not wait for a reader. */
	if (pipe2(ends, O_CLOEXEC) || fcntl(ends[1], F_SETFL, O_NONBLOCK))
		return "a pipe";
	tracer = fork();
	if (tracer == 0)
		become(script, ends[1]);
	close(ends[1]);
	if (tracer < 0 || !await_attached(ends[0])) {
		tracer = 0;
		return "strace";
	}
	return NULL;
}

const char *strace_stop(size_t *length)
{
	const int fd = open(STRACE_OUTPUT, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	struct stat st;
	ssize_t got;
	int status;

	kill(tracer, SIGTERM);
	waitpid_retry(tracer, &status);
	tracer = 0;
	if (fd >= 0 && fstat(fd, &st) == 0)
		text = malloc(st.st_size + 1);
	got = text ? read(fd, text, st.st_size) : -1;
	close(fd);
	*length = got > 0 ? got : 0;
	return got < 0 ? NULL : text;
}

/* A call that fails and changes nothing, and that strace shows */
void strace_mark(const struct scene *scene, const char *what)
{
	char id[128], text[256];
	int length;

	if (!tracer)
		return;
	case_id(scene->test, scene->variant, id, sizeof(id));
	length = snprintf(text, sizeof(text), "landproof: %s %s %s",
			  world_names[scene->world], what, id);
	if (write(-1, text, length) < 0)
		return;	/* as it should */
}
