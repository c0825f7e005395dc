// SPDX-License-Identifier: GPL-2.0
/* Trace events of denials, of every kind: that they come, and what they say. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "trace.h"

#define FILE_AT(path)	" dev=*:* ino=* path=" path "\n"

/* What the variants' argument says: an operation and its event */
struct event {
	enum denial_kind kind;
	const char *name, *text;
};

static const struct event events[] = {
	[OPEN_DIR] = { OPEN_DIR, "deny_access_fs",
		       "blockers=read_dir" FILE_AT("/") },
	[OPEN_READ] = { OPEN_READ, "deny_access_fs",
			"blockers=read_file" FILE_AT("/dev/null") },
	[MAKE_DIR] = { MAKE_DIR, "deny_access_fs",
		       "blockers=make_dir" FILE_AT("/tmp") },
	[LINK] = { LINK, "deny_access_fs",
		   "blockers=refer" FILE_AT("/tmp/b") },
	[FTRUNCATE] = { FTRUNCATE, "deny_access_fs",
			"blockers=truncate" FILE_AT("/tmp/file") },
	[IOCTL] = { IOCTL, "deny_access_fs",
		    "blockers=ioctl_dev" FILE_AT("/dev/null") },
	[RESOLVE_UNIX] = { RESOLVE_UNIX, "deny_access_fs",
			   "blockers=resolve_unix" FILE_AT("/tmp/socket") },
	[MOUNT] = { MOUNT, "deny_access_fs",
		    "blockers=change_topology" FILE_AT("/tmp/b") },
	[UMOUNT] = { UMOUNT, "deny_access_fs",
		     "blockers=change_topology" FILE_AT("/") },
	[BIND_TCP] = { BIND_TCP, "deny_access_net",
		       "blockers=bind_tcp port=7199\n" },
	[CONNECT_TCP] = { CONNECT_TCP, "deny_access_net",
			  "blockers=connect_tcp port=7199\n" },
	[CONNECT_TCP_IPV6] = { CONNECT_TCP_IPV6, "deny_access_net",
			       "blockers=connect_tcp port=7199\n" },
	[BIND_UDP] = { BIND_UDP, "deny_access_net",
		       "blockers=bind_udp port=7199\n" },
	[AUTOBIND] = { AUTOBIND, "deny_access_net",
		       "blockers=bind_udp port=0\n" },
	[SEND_UNSPEC] = { SEND_UNSPEC, "deny_access_net",
			  "blockers=connect_send_udp port=7199\n" },
	[SEND_UNSPEC_IPV6] = { SEND_UNSPEC_IPV6, "deny_access_net",
			       "blockers=connect_send_udp port=-1\n" },
	[SIGNAL] = { SIGNAL, "deny_scope_signal",
		     "target_domain=0 target_pid=# target_comm=lp" },
	[SIGNAL_IO] = { SIGNAL_IO, "deny_scope_signal",
			"target_domain=0 target_pid=# target_comm=lp" },
	[ABSTRACT] = { ABSTRACT, "deny_scope_abstract_unix_socket",
		       "peer_domain=0 peer_pid=@ sun_path=lp" },
	/* The PID is 0: a datagram socket has recorded no peer. */
	[ABSTRACT_DGRAM] = { ABSTRACT_DGRAM, "deny_scope_abstract_unix_socket",
			     "peer_domain=0 peer_pid=0 sun_path=lp" },
	[SEIZE] = { SEIZE, "deny_ptrace",
		    "tracee_domain=0 tracee_pid=# tracee_comm=lp" },
	[TRACEME] = { TRACEME, "deny_ptrace",
		      "tracee_domain=0 tracee_pid=# tracee_comm=lp" },
};

/* Whose PID the event has: for TRACEME, of the child that asks for it. */
static pid_t teller(const struct scene *scene)
{
	return scene->variant->arg == TRACEME ? scene->pid[DENIAL_TARGET] :
						getpid();
}

/* Does it, and finds the event with these flags. */
static int is_traced(struct scene *scene, const char *flags)
{
	const struct event *event = &events[scene->variant->arg];
	const int error = denial_do(scene, event->kind);
	const char *trace = trace_read(scene);
	char text[256];

	if (error < 0 || !trace)
		return error < 0 ? error : CANNOT;
	snprintf(text, sizeof(text), "%s%s", flags, event->text);
	if (!error)
		return WORKED;
	return trace_says(scene, trace, teller(scene), event->name, text,
			  NULL) ?
		LOG_RIGHT : LOG_SILENT;
}

static int handle(struct scene *scene)
{
	struct ruleset set = denial_layer(scene->variant->arg);

	set.flags = scene->test->deny.flags;
	return enforce_set(scene, &set);
}

static int handle_one(struct scene *scene)
{
	if (scene->variant->arg == TRACEME && tracee_start(scene))
		return BROKEN;
	return handle(scene);
}

static int traced_as_logged(struct scene *scene)
{
	return is_traced(scene, "same_exec=1 logged=1 ");
}

static int scene(struct scene *scene)
{
	return trace_objects(scene, denials[scene->variant->arg].objects);
}

/* These look at the event alone; other cases look at the errno. */
#define DENIAL_CASE							\
	TRACED,								\
	.scene	  = scene,						\
	.promise  = { LOGGED },					\
	.enforce  = handle_one

static const struct variant kinds[] = {
	{ "", .arg = OPEN_DIR },
	{ "read_file", .arg = OPEN_READ },
	{ "make_dir", .arg = MAKE_DIR },
	{ "link", .arg = LINK },
	{ "ftruncate", .arg = FTRUNCATE },
	{ "ioctl_dev", .arg = IOCTL },
	{ "resolve_unix", .arg = RESOLVE_UNIX },
	{ "mount", .arg = MOUNT },
	{ "umount", .arg = UMOUNT },
	{ "bind_tcp", .arg = BIND_TCP },
	{ "connect_tcp", .arg = CONNECT_TCP },
	{ "connect_tcp_ipv6", .arg = CONNECT_TCP_IPV6 },
	{ "bind_udp", .arg = BIND_UDP },
	{ "autobind", .arg = AUTOBIND },
	{ "send_unspec", .arg = SEND_UNSPEC },
	{ "send_unspec_ipv6", .arg = SEND_UNSPEC_IPV6 },
	{ "signal", .arg = SIGNAL },
	{ "sigio", .arg = SIGNAL_IO },
	{ "abstract", .arg = ABSTRACT },
	{ "abstract_dgram", .arg = ABSTRACT_DGRAM },
	{ "ptrace", .arg = SEIZE },
	{ "traceme", .arg = TRACEME },
	{ NULL }
};

CASE("log.trace.denied",
	.claim	  = "a denial leaves a trace event that says what was denied",
	DENIAL_CASE,
	.worlds	  = W(CONTROL) | W(DENY),
	.variants = kinds,
	.attempt  = traced_as_logged,
	.source	  = "trace/events-landlock: denial events");

/* The event comes although audit logs nothing: logged=0 says so. */
static int traced_as_unlogged(struct scene *scene)
{
	return is_traced(scene, "same_exec=1 logged=0 ");
}

static const struct variant some_kinds[] = {
	{ "", .arg = OPEN_DIR },
	{ "connect_tcp", .arg = CONNECT_TCP },
	{ "signal", .arg = SIGNAL },
	{ "abstract", .arg = ABSTRACT },
	{ "ptrace", .arg = SEIZE },
	{ NULL }
};

CASE("log.trace.unlogged",
	.claim	  = "a denial that is not logged leaves a trace event that says so",
	DENIAL_CASE,
	.worlds	  = W(CONTROL) | W(DENY),
	.deny	  = { .fs = FS_READ_DIR, .flags = RESTRICT_LOG_SAME_EXEC_OFF },
	.covers	  = "restrict.log_same_exec_off",
	.variants = some_kinds,
	.attempt  = traced_as_unlogged,
	.source	  = "trace/events-landlock: logged=");

/* The servers of abstract sockets do not outlive execve(2). */
static const struct variant kinds_after_exec[] = {
	{ "", .arg = OPEN_DIR },
	{ "connect_tcp", .arg = CONNECT_TCP },
	{ "signal", .arg = SIGNAL },
	{ "ptrace", .arg = SEIZE },
	{ NULL }
};

/* After execve(2) audit logs nothing, and the event says so. */
static int traced_after_exec(struct scene *scene)
{
	return is_traced(scene, "same_exec=0 logged=0 ");
}

CASE("log.trace.after_exec",
	.claim	  = "a denial after execve(2) leaves a trace event that says so",
	DENIAL_CASE,
	.worlds	  = W(CONTROL) | W(INHERITED),
	.variants = kinds_after_exec,
	.attempt  = traced_after_exec,
	.source	  = "trace/events-landlock: same_exec=");

/* Of a type that the variant needs, at a name that the kernel chooses */
static int abstract_server(const struct scene *scene)
{
	const struct sockaddr_un any = { AF_UNIX, "" };
	const bool dgram = scene->variant->arg == ABSTRACT_DGRAM;
	const int fd = socket(AF_UNIX, dgram ? SOCK_DGRAM : SOCK_STREAM, 0);

	if (bind(fd, (const struct sockaddr *)&any, sizeof(any.sun_family)) ||
	    (!dgram && listen(fd, 1)))
		return -errno;
	return fd;
}

/* The operations find servers by these: here the child's, whose number it told. */
static int take_server(struct scene *scene)
{
	const int process = syscall(SYS_pidfd_open, scene->pid[DENIAL_TARGET], 0);
	const int fd = syscall(SYS_pidfd_getfd, process, scene->value[0], 0);

	close(process);
	if (fd < 0)
		return broken(scene, "the child's socket: %s",
			      strerrorname_np(errno));
	scene->fd[DENIAL_SERVERS] = fd;
	scene->fd[DENIAL_SERVERS + 1] = fd;
	return 0;
}

/*
 * The other one is in a domain too: a child that stays where it was made, and
 * the socket that it made there.
 */
static int child_in_domain(struct scene *scene)
{
	const struct ruleset own = { .fs = FS_MAKE_CHAR };
	const pid_t pid = fork();
	int ret;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ret = enforce_set(scene, &own);
		scene->value[0] = abstract_server(scene);
		wake(scene, 1);
		if (!ret)
			tracee_serve(scene);
		_exit(1);
	}
	scene->pid[DENIAL_TARGET] = pid;
	return pid < 0 ? errno : await(scene, 1) ?: take_server(scene);
}

static int enforce_beside(struct scene *scene)
{
	meeting_init(scene);
	return child_in_domain(scene) ?: handle(scene);
}

/* What the event calls the other one: its domain, and its PID */
static const char *const parties[] = {
	[SIGNAL] = "target_domain=%llx target_pid=#",
	[ABSTRACT] = "peer_domain=%llx peer_pid=#",
	[ABSTRACT_DGRAM] = "peer_domain=%llx peer_pid=0",
	[SEIZE] = "tracee_domain=%llx tracee_pid=#",
	[TRACEME] = "tracee_domain=%llx tracee_pid=#",
};

static int other_domain_is_told(struct scene *scene)
{
	const struct event *event = &events[scene->variant->arg];
	const int error = denial_do(scene, event->kind);
	char text[96], line[TRACE_LINE];
	const char *trace;

	trace = trace_read(scene);
	if (error < 0 || !trace)
		return error < 0 ? error : CANNOT;
	if (!error)
		return WORKED;
	if (!trace_says(scene, trace, scene->pid[DENIAL_TARGET],
			"create_domain", "domain=", line))
		return LOG_SILENT;
	snprintf(text, sizeof(text), parties[event->kind],
		 trace_number(line, "domain="));
	return trace_says(scene, trace, teller(scene), event->name, text,
			  NULL) ?
		LOG_RIGHT : LOG_SILENT;
}

static const struct variant others[] = {
	{ "", .arg = SIGNAL },
	{ "ptrace", .arg = SEIZE },
	{ "traceme", .arg = TRACEME },
	{ "abstract", .arg = ABSTRACT },
	{ "abstract_dgram", .arg = ABSTRACT_DGRAM },
	{ NULL }
};

CASE("log.trace.other_domain",
	.claim	  = "the trace event of a denial names the domain of the other process",
	TRACED,
	.worlds	  = W(CONTROL) | W(DENY),
	.promise  = { LOGGED },
	.scene	  = scene,
	.enforce  = enforce_beside,
	.variants = others,
	.attempt  = other_domain_is_told,
	.source	  = "trace/events-landlock: Other party's domain");
