// SPDX-License-Identifier: GPL-2.0
/* The lines of a trace: whose call of which hook, and what it returned. */
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "engine/hooks_trace.h"

#define KTHREADD 2		/* the parent of the kernel's threads */

/* struct event - a line of trace_pipe, taken apart */
struct event {
	char thread[16];
	pid_t pid;
	bool softirq;
	char name[48];
	const char *text;
};

/*
 * "            init-80      [000] ..s2.     3.141592: name: text"
 * The third flag is h, s, H in interrupts (trace_print_lat_fmt, trace_output.c).
 */
static bool take_apart(const char *line, struct event *event)
{
	const char *const cpu = strstr(line, " [0");
	const char *const flags = cpu ? strstr(cpu, "] ") : NULL;
	const char *colon = flags ? strstr(flags, ": ") : NULL;
	const char *dash = cpu;
	size_t length;

	if (!colon)
		return false;
	while (dash > line && *dash != '-')
		dash--;
	event->pid = atoi(dash + 1);
	line += strspn(line, " ");
	length = dash > line ? dash - line : 0;
	snprintf(event->thread, sizeof(event->thread), "%.*s", (int)length,
		 line);
	event->softirq = strspn(flags + 2, " ") == 0 &&
			 strchr("hsHzZ", flags[4]);
	event->text = strstr(colon + 2, ": ");
	if (!event->text)
		return false;
	snprintf(event->name, sizeof(event->name), "%.*s",
		 (int)(event->text - colon - 2), colon + 2);
	event->text += 2;
	return true;
}

/* Threads of the kernel that are older than the trace: PF_KTHREAD, sched.h */
static bool is_kernel_thread(pid_t pid)
{
	char path[32], text[512];
	const char *end;
	unsigned long flags;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_file(path, text, sizeof(text)) < 0)
		return false;
	end = strrchr(text, ')');
	return end && sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %lu", &flags)
		      == 1 && (flags & 0x00200000);
}

static void set_task(struct trace *trace, pid_t pid, enum caller who)
{
	size_t i;

	for (i = 0; i < trace->tasks_count; i++)
		if (trace->tasks[i].pid == pid)
			break;
	if (i == TRACE_TASKS) {
		trace->lost = true;
		return;
	}
	trace->tasks[i] = (struct task){ pid, who };
	if (i == trace->tasks_count)
		trace->tasks_count++;
}

static enum caller task_of(struct trace *trace, pid_t pid)
{
	enum caller who;
	size_t i;

	for (i = 0; i < trace->tasks_count; i++)
		if (trace->tasks[i].pid == pid)
			return trace->tasks[i].who;
	who = pid == KTHREADD || is_kernel_thread(pid) ? KERNELS : NOBODYS;
	set_task(trace, pid, who);
	return who;
}

static enum caller caller_of(struct trace *trace, const struct event *event)
{
	enum caller who;

	if (event->softirq)
		return SOFTIRQ;
	who = task_of(trace, event->pid);
	if (who == SUBJECTS && strncmp(event->thread, "iou-", 4) == 0)
		return URING;
	return who;
}

static struct call *find(struct trace *trace, const struct call *call)
{
	size_t i;

	for (i = 0; i < trace->calls_count; i++) {
		struct call *known = &trace->calls[i];

		if (strcmp(known->hook, call->hook) == 0 &&
		    memcmp(&known->made, &call->made, sizeof(call->made)) == 0 &&
		    strcmp(known->thread, call->thread) == 0 &&
		    known->by == call->by && known->value == call->value)
			return known;
	}
	return NULL;
}

/* "kworker" of "kworker/0:1", "iou-wrk" of "iou-wrk-80" */
static void take_kind(char *kind, const char *thread)
{
	size_t length = strcspn(thread, "/0123456789");

	while (length && thread[length - 1] == '-')
		length--;
	memcpy(kind, thread, length);
}

static void add_call(struct trace *trace, const struct event *event)
{
	const char *const value = strstr(event->text, " ret=");
	struct call call = { .by = caller_of(trace, event), .count = 1 };
	struct call *known;

	if (call.by == NOBODYS)
		return;
	snprintf(call.hook, sizeof(call.hook), "%s", event->name);
	call.has_value = value;
	call.value = value ? atoi(value + 5) : 0;
	if (call.by == KERNELS || call.by == URING)
		take_kind(call.thread, event->thread);
	if (strcmp(call.hook, "socket_create") == 0)
		call.made = trace->made;
	known = find(trace, &call);
	if (known)
		known->count++;
	else if (trace->calls_count == TRACE_CALLS)
		trace->lost = true;
	else
		trace->calls[trace->calls_count++] = call;
}

/* The end was written by write(2), which asked a hook about the marker. */
static void forget_marker(struct trace *trace)
{
	const struct call marker = {
		.hook = "file_permission", .by = SUBJECTS, .has_value = true,
	};
	struct call *known = find(trace, &marker);

	if (known && --known->count == 0) {
		trace->calls_count--;
		memmove(known, known + 1,
			(trace->calls + trace->calls_count - known) *
			sizeof(*known));
	}
}

/* "(security_socket_create+0x0/0x80) family=2 type=1 protocol=6 kern=0" */
static void take_made(struct trace *trace, const char *text)
{
	struct made *const made = &trace->made;

	text = strstr(text, ") ");
	made->is_socket = text &&
		sscanf(text, ") family=%d type=%d protocol=%d kern=%d", &made->family,
		       &made->type, &made->protocol, &made->kern) == 4;
}

void trace_line(struct trace *trace, const char *line)
{
	struct event event;
	pid_t child;

	if (strstr(line, " [LOST "))
		trace->lost = true;
	if (!take_apart(line, &event))
		return;
	if (strcmp(event.name, "tracing_mark_write") == 0) {
		trace->running = strcmp(event.text, TRACE_BEGIN) == 0;
		if (trace->running) {
			trace->seen = true;
			set_task(trace, event.pid, SUBJECTS);
		} else {
			forget_marker(trace);
		}
	} else if (sscanf(event.text, "pid=%d comm=", &child) == 1) {
		set_task(trace, child, task_of(trace, event.pid));
	} else if (!trace->running) {
		return;
	} else if (strcmp(event.name, CREATED) == 0) {
		take_made(trace, event.text);
	} else {
		add_call(trace, &event);
	}
}

static void put_returned(struct json *json, const struct call *call)
{
	const char *const name = call->value < 0 ?
		strerrorname_np(-call->value) : NULL;
	char number[16];

	snprintf(number, sizeof(number), "%d", call->value);
	json_string(json, "returned",
		    call->has_value ? name ?: number : NULL);
}

static void put_socket(struct json *json, const struct made *made)
{
	json_object(json, "socket");
	json_integer(json, "family", made->family);
	json_integer(json, "type", made->type);
	json_integer(json, "protocol", made->protocol);
	json_bool(json, "kern", made->kern);
	json_object_end(json);
}

static void put_call(struct json *json, const struct call *call)
{
	static const char *const callers[] = {
		[SUBJECTS] = "attempt", [URING] = "io_uring",
		[SOFTIRQ] = "softirq", [KERNELS] = "kernel",
	};
	char hook[64];

	snprintf(hook, sizeof(hook), "security_%s", call->hook);
	json_object(json, NULL);
	json_string(json, "hook", hook);
	put_returned(json, call);
	json_string(json, "by", callers[call->by]);
	json_integer(json, "count", call->count);
	if (call->thread[0])
		json_string(json, "thread", call->thread);
	if (call->made.is_socket)
		put_socket(json, &call->made);
	json_object_end(json);
}

void trace_put(struct json *json, const struct trace *trace)
{
	size_t i;

	if (!trace->seen || trace->lost)
		return;
	json_array(json, "hooks");
	for (i = 0; i < trace->calls_count; i++)
		put_call(json, &trace->calls[i]);
	json_array_end(json);
}
