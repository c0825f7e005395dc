// SPDX-License-Identifier: GPL-2.0
/* A trace of our own, and how to find events in it. */
#include <poll.h>

#include "trace.h"

/*
 * One instance for all cases, which stays: to make and remove one costs more
 * than all that is traced in it.
 */
#define INSTANCE "/sys/kernel/tracing/instances/landproof/"

/* How long the trace may take to say what was written to it. */
#define PATIENCE_MS 1500

/* The places in scene->fd[] of what is read, and of what is written to mark */
enum { PIPE = 0, MARKER = 5 };

int trace_scene(struct scene *scene)
{
	int error = log_scene(scene) ?: denial_objects(scene);

	if (error)
		return error;
	if (mkdir(INSTANCE, 0700) && errno != EEXIST)
		return cannot(scene, INSTANCE ": %s", strerrorname_np(errno));
	error = write_file(INSTANCE "events/landlock/enable", "1");
	/* Inherited by the attempt, whose policy may forbid to open them. */
	scene->fd[PIPE] = open(INSTANCE "trace_pipe", O_RDONLY | O_NONBLOCK);
	scene->fd[MARKER] = open(INSTANCE "trace_marker", O_WRONLY);
	if (scene->fd[PIPE] < 0 || scene->fd[MARKER] < 0)
		return errno;
	/* What others left behind comes before this. */
	return error ?: trace_read(scene) ? 0 : CANNOT;
}

bool trace_off(struct scene *scene)
{
	close(scene->fd[PIPE]);
	close(scene->fd[MARKER]);
	write_file(INSTANCE "events/landlock/enable", "0");
	return scene->outcome == WORKED;
}

/* Appends what has come; false if nothing came in time. */
static bool read_more(struct scene *scene, char *trace, size_t size)
{
	struct pollfd poll_fd = { .fd = scene->fd[PIPE], .events = POLLIN };
	const size_t used = strlen(trace);
	const ssize_t len = read(scene->fd[PIPE], trace + used,
				 size - 1 - used);

	if (len > 0)
		trace[used + len] = '\0';
	return len > 0 || (len < 0 && errno == EAGAIN &&
			   poll(&poll_fd, 1, PATIENCE_MS) == 1);
}

char *trace_read(struct scene *scene)
{
	static char trace[1 << 17];
	char mark[64];

	trace[0] = '\0';
	snprintf(mark, sizeof(mark), "landproof %.15s %ld.", scene->text,
		 ++scene->value[6]);
	if (write(scene->fd[MARKER], mark, strlen(mark)) < 0) {
		cannot(scene, "marking the trace: %s", strerrorname_np(errno));
		return NULL;
	}
	while (!strstr(trace, mark))
		if (!read_more(scene, trace, sizeof(trace))) {
			cannot(scene, "the trace cannot be read");
			return NULL;
		}
	return trace;
}

/* Fills in the PIDs. */
static void complete(struct scene *scene, const char *pattern, char *text,
		     size_t size)
{
	size_t used = 0;

	for (; *pattern && used < size - 1; pattern++)
		if (*pattern == '#')
			used += snprintf(text + used, size - used, "%d",
					 scene->pid[DENIAL_TARGET]);
		else if (*pattern == '@')
			used += snprintf(text + used, size - used, "%ld",
					 scene->value[DENIAL_SERVER_PID]);
		else
			text[used++] = *pattern;
	text[used < size ? used : size - 1] = '\0';
}

bool trace_says(struct scene *scene, const char *trace, pid_t who,
		const char *event, const char *pattern, char *line)
{
	char name[96], says[512], task[32], buf[TRACE_LINE];
	const char *end;

	snprintf(name, sizeof(name), " landlock_%s: ", event);
	snprintf(task, sizeof(task), "-%d ", who);
	complete(scene, pattern, says, sizeof(says));
	remark(scene, "no event landlock_%s", event);
	for (; (end = strchr(trace, '\n')); trace = end + 1) {
		snprintf(buf, sizeof(buf), "%.*s", (int)(end + 1 - trace),
			 trace);
		/* By PID: the kernel keeps the names of tasks only as it can. */
		if (!strstr(buf, name) || (who && !strstr(buf, task)))
			continue;
		if (line_says(strstr(buf, name), says)) {
			if (line)
				memcpy(line, buf, sizeof(buf));
			scene->note[0] = '\0';
			return true;
		}
		remark(scene, "%.*s", (int)strcspn(strstr(buf, name) + 1, "\n"),
		       strstr(buf, name) + 1);
	}
	return false;
}

int trace_await(struct scene *scene, const char *event, const char *pattern)
{
	static char trace[1 << 17];

	trace[0] = '\0';
	while (!trace_says(scene, trace, 0, event, pattern, NULL))
		if (!read_more(scene, trace, sizeof(trace)))
			return CANNOT;
	return 0;
}

unsigned long long trace_number(const char *line, const char *name)
{
	const char *at = strstr(line, name);
	unsigned long long number;

	return at && sscanf(at + strlen(name), "%llx", &number) == 1 ? number :
								       0;
}
