// SPDX-License-Identifier: GPL-2.0
/* The kernel's function tracing: a probe on the return of every hook. */
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/memory.h"
#include "engine/hooks.h"
#include "engine/hooks_trace.h"
#include "machine/guest.h"

#define TRACEFS		"/sys/kernel/tracing"
#define EVENTS		TRACEFS "/kprobe_events"
#define SAID_SIZE	(1 << 16)
#define INSTANCE	TRACEFS "/instances/landproof"

bool hooks_on;

static int marker_fd = -1;	/* of the subject */
static int pipe_fd = -1;
static struct trace *traces;	/* of each world */
static char *said;	/* what is read of the pipe */

/*
 * struct hook - a hook of the kernel
 * @why: NULL, or why no probe is on it
 */
struct hook {
	char name[48];
	const char *why;
};

static struct hook hooks[128];
static size_t hooks_count;

/* The families of hooks that stand where sockets and their files pass. */
static bool is_ours(const char *name)
{
	static const char *const families[] = {
		"socket_", "sctp_", "mptcp_", "unix_", "inet_", "file_",
	};
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (strncmp(name, families[i], strlen(families[i])) == 0)
			return !strchr(name, '.');
	return false;
}

/* These return nothing: what a probe would read is left from before. */
static bool is_void(const char *hook)
{
	static const char *const names[] = {
		"inet_csk_clone", "inet_conn_established", "sctp_sk_clone",
		"file_free", "file_release", "file_set_fowner",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(hook, names[i]) == 0)
			return true;
	return false;
}

static void add_hook(const char *name, const char *why)
{
	size_t i;

	for (i = 0; i < hooks_count; i++)
		if (strcmp(hooks[i].name, name) == 0)
			return;
	if (hooks_count == sizeof(hooks) / sizeof(hooks[0]))
		return;
	snprintf(hooks[hooks_count].name, sizeof(hooks[0].name), "%s", name);
	hooks[hooks_count++].why = why;
}

/*
 * Calls of a hook go through a function security_NAME(); static calls (6.12)
 * replaced what is inside it only.  That the hook exists shows in bpf_lsm_NAME
 * too, where BPF is a security module: one without the other was inlined, or
 * is called by a function of another name.
 */
static void find_hooks(const char *prefix, const char *why)
{
	FILE *symbols = fopen("/proc/kallsyms", "re");
	char line[512], name[48], type, *end;

	if (!symbols)
		return;
	while (fgets(line, sizeof(line), symbols)) {
		if (sscanf(line, "%*s %c %47s", &type, name) != 2 ||
		    !strchr("tTwW", type) ||
		    strncmp(name, prefix, strlen(prefix)) != 0 ||
		    !is_ours(name + strlen(prefix)))
			continue;
		/* file_alloc_security is called by security_file_alloc(). */
		end = strstr(name, "_security");
		if (end && !end[strlen("_security")])
			*end = '\0';
		add_hook(name + strlen(prefix), why);
	}
	fclose(symbols);
}

static bool add_event(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static bool add_event(const char *fmt, ...)
{
	const int fd = open(EVENTS, O_WRONLY | O_APPEND | O_CLOEXEC);
	va_list args;
	int done;

	if (fd < 0)
		return false;
	va_start(args, fmt);
	done = vdprintf(fd, fmt, args);
	va_end(args);
	close(fd);
	return done > 0;
}

static void probe_hooks(void)
{
	size_t i;

	for (i = 0; i < hooks_count; i++)
		if (!hooks[i].why &&
		    !add_event("r:landproof/%s security_%s%s", hooks[i].name,
			       hooks[i].name, is_void(hooks[i].name) ?
			       "" : " ret=$retval:s32"))
			hooks[i].why = "the kernel takes no probe on it";
	/* What kind of socket, and for whom: the arguments at the entry. */
	add_event("p:landproof/" CREATED " security_socket_create family=$arg1:s32 type=$arg2:s32 protocol=$arg3:s32 kern=$arg4:s32");
}

const char *hooks_start(void)
{
	if (!is_guest())
		return "a machine of its own (landproof hooks)";
	mount("tracefs", TRACEFS, "tracefs", 0, NULL);
	if (!exists(TRACEFS "/trace_marker"))
		return "tracefs (CONFIG_FTRACE)";
	if (!exists(EVENTS))
		return "probes on functions (CONFIG_KPROBE_EVENTS)";
	find_hooks("security_", NULL);
	if (!hooks_count)
		return "the kernel's symbols (CONFIG_KALLSYMS)";
	find_hooks("bpf_lsm_", "no function of this name: inlined, or its caller has another name");
	probe_hooks();
	if (mkdir(INSTANCE, 0700))
		return "an instance of the trace";
	write_file(INSTANCE "/tracing_on", "0");
	write_file(INSTANCE "/trace_clock", "global");
	if (write_file(INSTANCE "/events/landproof/enable", "1"))
		return "probes on the hooks";
	if (write_file(INSTANCE "/events/task/task_newtask/enable", "1"))
		return "the tracepoint task_newtask";
	marker_fd = open(INSTANCE "/trace_marker", O_WRONLY | O_CLOEXEC);
	pipe_fd = open(INSTANCE "/trace_pipe",
		       O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (marker_fd < 0 || pipe_fd < 0)
		return "the trace's pipe and marker";
	if (!TAKE_ARRAY(traces, WORLDS) || !TAKE_ARRAY(said, SAID_SIZE))
		return "memory for traces";
	hooks_on = true;
	return NULL;
}

static void mark(const char *text)
{
	if (hooks_on && write(marker_fd, text, strlen(text)) < 0)
		perror("landproof: trace_marker");
}

void hooks_attempt_begin(void)
{
	mark(TRACE_BEGIN);
}

void hooks_attempt_end(void)
{
	mark(TRACE_END);
}

/* Calls that a probe could not see, all together since the start. */
static unsigned long missed(void)
{
	FILE *profile = fopen(TRACEFS "/kprobe_profile", "re");
	unsigned long one, all = 0;

	if (!profile)
		return 0;
	while (fscanf(profile, "%*s %*u %lu", &one) == 1)
		all += one;
	fclose(profile);
	return all;
}

void hooks_world_begin(enum world world)
{
	if (!hooks_on)
		return;
	memset(&traces[world], 0, sizeof(traces[world]));
	write_file(INSTANCE "/tracing_on", "1");
}

void hooks_world_end(enum world world)
{
	static unsigned long missed_before;
	size_t used = 0;
	char *line, *end;
	ssize_t len;

	if (!hooks_on)
		return;
	write_file(INSTANCE "/tracing_on", "0");
	while ((len = read(pipe_fd, said + used, SAID_SIZE - 1 - used)) > 0) {
		used += len;
		said[used] = '\0';
		for (line = said; (end = strchr(line, '\n')); line = end + 1) {
			*end = '\0';
			trace_line(&traces[world], line);
		}
		used -= line - said;
		memmove(said, line, used);
	}
	if (missed() != missed_before)
		traces[world].lost = true;
	missed_before = missed();
}

/* "security_socket_bind" of "socket_bind" */
static const char *function_name(const struct hook *hook)
{
	static char name[64];

	snprintf(name, sizeof(name), "security_%.54s", hook->name);
	return name;
}

void hooks_put_kernel(struct json *json)
{
	size_t i;

	json_array(json, "traced");
	for (i = 0; i < hooks_count; i++)
		if (!hooks[i].why)
			json_string(json, NULL, function_name(&hooks[i]));
	json_array_end(json);
	json_object(json, "untraced");
	for (i = 0; i < hooks_count; i++)
		if (hooks[i].why)
			json_string(json, function_name(&hooks[i]),
				    hooks[i].why);
	json_object_end(json);
}

void hooks_put_world(struct json *json, enum world world)
{
	if (hooks_on)
		trace_put(json, &traces[world]);
}
