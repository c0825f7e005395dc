// SPDX-License-Identifier: GPL-2.0
/* A trace of our own, and how to find events in it. */
#include <poll.h>

#include "trace.h"

#define INSTANCES "/sys/kernel/tracing/instances"

/* How long the trace may take to say what was written to it. */
#define PATIENCE_MS 1500

/* The places in scene->fd[] of what is read, and of what is written to mark */
enum { PIPE = 0, MARKER = 5 };

static int write_in(struct scene *scene, const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%.15s/%s", INSTANCES, scene->text,
		 file);
	return write_file(path, text);
}

static int open_in(struct scene *scene, const char *file, int flags)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%.15s/%s", INSTANCES, scene->text,
		 file);
	return open(path, flags);
}

/* Inherited by the attempt, whose policy may forbid to open them. */
static int open_trace(struct scene *scene)
{
	scene->fd[PIPE] = open_in(scene, "trace_pipe", O_RDONLY | O_NONBLOCK);
	scene->fd[MARKER] = open_in(scene, "trace_marker", O_WRONLY);
	return scene->fd[PIPE] < 0 || scene->fd[MARKER] < 0 ? errno : 0;
}

int trace_scene(struct scene *scene)
{
	char path[256];
	int error = log_scene(scene) ?: denial_objects(scene);

	if (error)
		return error;
	snprintf(path, sizeof(path), "%s/%.15s", INSTANCES, scene->text);
	if (mkdir(path, 0700))
		return cannot(scene, "%s: %s", path, strerrorname_np(errno));
	error = write_in(scene, "events/landlock/enable", "1");
	return error ? error : open_trace(scene);
}

bool trace_clean(struct scene *scene)
{
	char path[256];

	close(scene->fd[PIPE]);
	close(scene->fd[MARKER]);
	write_in(scene, "events/landlock/enable", "0");
	snprintf(path, sizeof(path), "%s/%.15s", INSTANCES, scene->text);
	rmdir(path);
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
	static const char mark[] = "landproof was here";
	static char trace[1 << 17];

	trace[0] = '\0';
	if (write(scene->fd[MARKER], mark, sizeof(mark) - 1) < 0) {
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
