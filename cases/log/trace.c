// SPDX-License-Identifier: GPL-2.0
/* A trace of our own, and how to find events in it. */

#include "trace.h"

#define INSTANCE EVENTS_INSTANCE

/* Its place in scene->fd[] */
#define PIPE 5

#define TRACE_SIZE (1 << 17)

static char *trace;

/* The engine has turned Landlock's events on. */
static int check_events(struct scene *scene)
{
	char text[8];

	if (read_file(INSTANCE "events/landlock/enable", text,
		      sizeof(text)) < 0)
		return cannot(scene, INSTANCE ": %s", strerrorname_np(errno));
	return text[0] == '1' ? 0 : cannot(scene, "the events of Landlock");
}

int trace_objects(struct scene *scene, enum denial_objects objects)
{
	int error = log_scene(scene) ?: denial_objects(scene, objects) ?:
		    check_events(scene);

	if (error)
		return error;
	error = write_file(INSTANCE "tracing_on", "1");
	/* Inherited by the attempt, whose policy may forbid to open them. */
	scene->fd[PIPE] = open(INSTANCE "trace_pipe", O_RDONLY | O_NONBLOCK);
	if (scene->fd[PIPE] < 0)
		return errno;
	/* What others left behind comes before this. */
	return error ?: trace_read(scene) ? 0 : CANNOT;
}

int trace_scene(struct scene *scene)
{
	return trace_objects(scene, 0);
}

bool trace_off(struct scene *scene)
{
	close(scene->fd[PIPE]);
	write_file(INSTANCE "tracing_on", "0");
	return scene->outcome == WORKED;
}

/* Also in an attempt that came here through execve(2) */
static bool begin(struct scene *scene)
{
	if (!TAKE_ARRAY(trace, TRACE_SIZE)) {
		cannot(scene, "memory for a trace");
		return false;
	}
	trace[0] = '\0';
	return true;
}

/* Appends all that can be read now: read(2) ends with EAGAIN. */
static bool read_more(struct scene *scene)
{
	size_t used = strlen(trace);
	ssize_t len;

	do {
		len = read(scene->fd[PIPE], trace + used,
			   TRACE_SIZE - 1 - used);
		used += len > 0 ? len : 0;
	} while (len > 0);
	trace[used] = '\0';
	if (len < 0 && errno == EAGAIN)
		return true;
	cannot(scene, "reading the trace: %s",
	       len < 0 ? strerrorname_np(errno) : "too much");
	return false;
}

const char *trace_read(struct scene *scene)
{
	return begin(scene) && read_more(scene) ? trace : NULL;
}

int trace_nothing(struct scene *scene)
{
	return trace_read(scene) ? WORKED : CANNOT;
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

bool trace_says(struct scene *scene, const char *from, pid_t who,
		const char *event, const char *pattern, char *line)
{
	char name[96], says[512], task[32], buf[TRACE_LINE];
	const char *end;

	snprintf(name, sizeof(name), " landlock_%s: ", event);
	snprintf(task, sizeof(task), "-%d ", who);
	complete(scene, pattern, says, sizeof(says));
	remark(scene, "no event landlock_%s", event);
	for (; (end = strchr(from, '\n')); from = end + 1) {
		snprintf(buf, sizeof(buf), "%.*s", (int)(end + 1 - from),
			 from);
		/*
		 * Tasks are known by their PIDs: the kernel keeps only some of
		 * their names.
		 */
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
	if (!begin(scene))
		return CANNOT;
	while (!trace_says(scene, trace, 0, event, pattern, NULL))
		if (!await_input(scene->fd[PIPE]) || !read_more(scene))
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
