// SPDX-License-Identifier: GPL-2.0
/* Tracepoints: each tells of what happened, in a trace of our own. */
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/un.h>

#include "landproof.h"

#define INSTANCES "/sys/kernel/tracing/instances"

/* How long the trace may take to say what was written to it. */
#define PATIENCE_MS 1500

/* What the variants' argument says */
struct event {
	const char *name;
	const char *text;	/* found in its line */
};

enum {
	CREATE_RULESET, ADD_PATH, ADD_PORT, CREATE_DOMAIN, ENFORCE_DOMAIN,
	FREE_RULESET, CHECK_INODE, CHECK_PORT, DENY_FS, DENY_NET, DENY_SIGNAL,
	DENY_PTRACE, DENY_ABSTRACT,
};

static const struct event events[] = {
	[CREATE_RULESET] = { "create_ruleset",
			     "handled_fs=read_file|read_dir" },
	[ADD_PATH] = { "add_rule_path_beneath",
		       "path=/dev" },
	[ADD_PORT] = { "add_rule_net_port",
		       "port=7199" },
	[CREATE_DOMAIN] = { "create_domain", "parent=0 ruleset=" },
	[ENFORCE_DOMAIN] = { "enforce_domain",
			     "complete=1 process_wide=1 no_new_privs=1" },
	[FREE_RULESET] = { "free_ruleset", "ruleset=" },
	[CHECK_INODE] = { "check_rule_inode", "access_request=read_file" },
	[CHECK_PORT] = { "check_rule_net_port",
			 "access_request=connect_tcp port=7199" },
	[DENY_FS] = { "deny_access_fs",
		      "same_exec=1 logged=1 blockers=read_dir" },
	[DENY_NET] = { "deny_access_net",
		       "same_exec=1 logged=1 blockers=connect_tcp port=1" },
	[DENY_SIGNAL] = { "deny_scope_signal", "same_exec=1 logged=1" },
	[DENY_PTRACE] = { "deny_ptrace", "same_exec=1 logged=1" },
	[DENY_ABSTRACT] = { "deny_scope_abstract_unix_socket",
			    "same_exec=1 logged=1" },
};

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
	scene->fd[0] = open_in(scene, "trace_pipe", O_RDONLY | O_NONBLOCK);
	scene->fd[2] = open_in(scene, "trace_marker", O_WRONLY);
	return scene->fd[0] < 0 || scene->fd[2] < 0 ? errno : 0;
}

/* A process to send signals to, and a socket to talk to */
static int build_others(struct scene *scene)
{
	struct sockaddr_un address = { AF_UNIX };
	const pid_t pid = scene_fork(scene);

	if (pid == 0)
		for (;;)
			pause();
	scene->pid[0] = pid;
	snprintf(address.sun_path + 1, 32, "%.15s", scene->text);
	scene->fd[1] = socket(AF_UNIX, SOCK_STREAM, 0);
	if (pid < 0 || bind(scene->fd[1], (struct sockaddr *)&address,
			    sizeof(address)) || listen(scene->fd[1], 1))
		return errno;
	return 0;
}

static int trace_scene(struct scene *scene)
{
	char path[256];
	int error;

	snprintf(scene->text, sizeof(scene->text), "lptrace%d", getpid());
	prctl(PR_SET_NAME, scene->text);
	error = build_others(scene);
	if (error)
		return error;
	snprintf(path, sizeof(path), "%s/%.15s", INSTANCES, scene->text);
	if (mkdir(path, 0700))
		return cannot(scene, "%s: %s", path, strerrorname_np(errno));
	error = write_in(scene, "events/landlock/enable", "1");
	return error ? error : open_trace(scene);
}

/* Runs outside, when all is over: takes the trace away, adds no evidence. */
static bool trace_clean(struct scene *scene)
{
	char path[256];

	close(scene->fd[0]);
	close(scene->fd[2]);
	write_in(scene, "events/landlock/enable", "0");
	snprintf(path, sizeof(path), "%s/%.15s", INSTANCES, scene->text);
	rmdir(path);
	return scene->outcome == WORKED;
}

static int connect_port(int port)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC |
			      SOCK_NONBLOCK, IPPROTO_TCP);
	const int error = errno_of(connect(fd, (const struct sockaddr *)&to,
					   sizeof(to)));

	close(fd);
	return error == EACCES ? EACCES : 0;
}

static int connect_abstract(struct scene *scene)
{
	struct sockaddr_un to = { AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	snprintf(to.sun_path + 1, 32, "%.15s", scene->text);
	error = errno_of(connect(fd, (struct sockaddr *)&to, sizeof(to)));
	close(fd);
	return error;
}

/* All up to a mark of our own, which comes last: 0 or CANNOT */
static int read_trace(struct scene *scene, char *trace, size_t size)
{
	static const char mark[] = "landproof was here";
	struct pollfd poll_fd = { .fd = scene->fd[0], .events = POLLIN };
	size_t used = 0;
	ssize_t len;

	trace[0] = '\0';
	if (write(scene->fd[2], mark, sizeof(mark) - 1) < 0)
		return cannot(scene, "marking the trace: %s",
			      strerrorname_np(errno));
	while (!strstr(trace, mark)) {
		len = read(scene->fd[0], trace + used, size - 1 - used);
		if (len > 0)
			used += len;
		trace[used] = '\0';
		if (len == 0 || (len < 0 && errno != EAGAIN) ||
		    (len < 0 && poll(&poll_fd, 1, PATIENCE_MS) != 1))
			return cannot(scene, "the trace cannot be read");
	}
	return 0;
}

/*
 * Is there a line of ours, of this event, that says what it should?  Returns
 * @denied, WORKED when there is none, or CANNOT.
 */
static int traced(struct scene *scene, const struct event *event, int denied)
{
	static char trace[1 << 17];
	char name[96], who[32], *line, *rest;

	if (read_trace(scene, trace, sizeof(trace)))
		return CANNOT;
	if (!denied)
		return WORKED;
	remark(scene, "no event landlock_%s", event->name);
	/* By PID: the kernel keeps the names of tasks only as it can. */
	snprintf(who, sizeof(who), "-%d ", getpid());
	snprintf(name, sizeof(name), " landlock_%s: ", event->name);
	for (line = strtok_r(trace, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (!strstr(line, who) || !strstr(line, name))
			continue;
		if (strstr(line, event->text)) {
			scene->note[0] = '\0';
			return denied;
		}
		remark(scene, "%.200s", strstr(line, name));
	}
	return WORKED;
}

/* All that the events are about; then, whether the variant's was told. */
static int do_and_look(struct scene *scene)
{
	const struct event *event = &events[scene->variant->arg];
	const int denied = errno_of(open("/", O_RDONLY | O_DIRECTORY));

	open("/dev/null", O_RDONLY | O_CLOEXEC);
	connect_port(LAB_DECOY);
	connect_port(1);
	connect_abstract(scene);
	kill(scene->pid[0], 0);
	ptrace(PTRACE_SEIZE, scene->pid[0], NULL, NULL);
	return traced(scene, event, denied);
}

static const struct variant all_events[] = {
	{ "", .arg = DENY_FS },
	{ "create_ruleset", .arg = CREATE_RULESET },
	{ "add_rule_path_beneath", .arg = ADD_PATH },
	{ "add_rule_net_port", .arg = ADD_PORT },
	{ "create_domain", .arg = CREATE_DOMAIN },
	{ "enforce_domain", .arg = ENFORCE_DOMAIN },
	{ "free_ruleset", .arg = FREE_RULESET },
	{ "check_rule_inode", .arg = CHECK_INODE },
	{ "check_rule_net_port", .arg = CHECK_PORT },
	{ "deny_access_net", .arg = DENY_NET },
	{ "deny_scope_signal", .arg = DENY_SIGNAL },
	{ "deny_ptrace", .arg = DENY_PTRACE },
	{ "deny_scope_abstract_unix_socket", .arg = DENY_ABSTRACT },
	{ NULL }
};

CASE("log.trace.events",
	.claim	  = "what Landlock does and denies, without a trace event",
	.bare	  = true,
	.root	  = true,
	.needs	  = "root tracefs",
	.worlds	  = W(CONTROL) | W(DENY),
	.deny	  = {
		.fs = FS_READ_FILE | FS_READ_DIR,
		.net = NET_CONNECT_TCP,
		.scoped = SCOPE_SIGNAL | SCOPE_ABSTRACT_UNIX_SOCKET,
		.rules = {
			PATH("/dev", .access = FS_READ_FILE),
			PORT(LAB_DECOY, .access = NET_CONNECT_TCP),
		},
	},
	.promise  = { DENIED(EACCES) },
	.variants = all_events,
	.scene	  = trace_scene,
	.effect	  = trace_clean,
	.attempt  = do_and_look,
	.source	  = "trace/events-landlock");

/* Told of, although the log is told nothing: logged=0 says so. */
static int denied_unlogged(struct scene *scene)
{
	static const struct event event = {
		"deny_access_fs", "logged=0 blockers=read_dir",
	};
	const int denied = errno_of(open("/", O_RDONLY | O_DIRECTORY));

	return traced(scene, &event, denied);
}

CASE("log.trace.unlogged",
	.claim	 = "a denial that is not logged, without a trace event",
	.bare	 = true,
	.root	 = true,
	.needs	 = "root tracefs",
	.worlds	 = W(CONTROL) | W(DENY),
	.deny	 = {
		.fs = FS_READ_DIR,
		.flags = RESTRICT_LOG_SAME_EXEC_OFF,
	},
	.covers	 = "restrict.log_same_exec_off",
	.promise = { DENIED(EACCES) },
	.scene	 = trace_scene,
	.effect	 = trace_clean,
	.attempt = denied_unlogged,
	.source	 = "trace/events-landlock: logged=");
