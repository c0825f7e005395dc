// SPDX-License-Identifier: GPL-2.0
/*
 * What is not normal here: sandboxes around the harness, limits, a translator
 * of system calls.  What can be set right is; what else can explain a result
 * has a name, so that nobody takes it for the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/programs.h"
#include "landlock/abi.h"
#include "landlock/landlock.h"
#include "machine/cgroup.h"
#include "machine/environment.h"
#include "machine/filter.h"
#include "machine/guest.h"
#include "machine/privilege.h"

/* userspace-api/landlock.rst, "Ruleset layers" */
#define LAYERS_MAX 16

static enum influence influence;
static enum influence on_ports;	/* of what uses ports */
static char words[160];
static char refused[200];

/* What the cases need of each limit; less explains whatever they show. */
static const struct limit {
	const char *name;
	int resource;
	rlim_t enough;
	enum influence influence;
	rlim_t least;	/* with less than this nothing can be tried */
} limits[] = {
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE, 256, INFLUENCE_SPOILS },
	{ "RLIMIT_NPROC", RLIMIT_NPROC, 256, INFLUENCE_SPOILS },
	{ "RLIMIT_AS", RLIMIT_AS, 64 << 20, INFLUENCE_RESTRICTS, 5632 << 10 },
	{ "RLIMIT_DATA", RLIMIT_DATA, 64 << 20, INFLUENCE_RESTRICTS,
	  2560 << 10 },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE, 64 << 20, INFLUENCE_RESTRICTS },
	{ "RLIMIT_STACK", RLIMIT_STACK, 256 << 10, INFLUENCE_RESTRICTS,
	  48 << 10 },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK, 64 << 10, INFLUENCE_RESTRICTS },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING, 64, INFLUENCE_RESTRICTS },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE, 819200, INFLUENCE_RESTRICTS },
};

#define LIMITS (sizeof(limits) / sizeof(limits[0]))

static void raise_limit(const struct limit *limit)
{
	struct rlimit now;

	if (getrlimit(limit->resource, &now) || now.rlim_cur >= limit->enough)
		return;
	now.rlim_cur = limit->enough;
	if (now.rlim_max >= limit->enough) {
		setrlimit(limit->resource, &now);
		return;
	}
	/* Root may. */
	if (setrlimit(limit->resource, &(struct rlimit) {
			limit->enough, limit->enough })) {
		now.rlim_cur = now.rlim_max;
		setrlimit(limit->resource, &now);
	}
}

/* Whoever opens something would get these numbers; writing to them fails. */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/", O_RDONLY | O_DIRECTORY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

const char *environment_reset(void)
{
	static char lacking[80];
	struct rlimit now;
	sigset_t none;
	size_t i;
	int number, timer;

	/* First of all, for there may be no room for anything else. */
	for (i = 0; i < LIMITS; i++) {
		raise_limit(&limits[i]);
		if (getrlimit(limits[i].resource, &now) ||
		    now.rlim_cur >= limits[i].least)
			continue;
		snprintf(lacking, sizeof(lacking),
			 "a higher %s: %ju bytes, and not %ju",
			 limits[i].name, (uintmax_t)limits[i].least,
			 (uintmax_t)now.rlim_cur);
		return lacking;
	}
	fill_standard_descriptors();
	for (number = 1; number < NSIG; number++)
		/* nohup(1) has its reasons. */
		if (number != SIGHUP)
			signal(number, SIG_DFL);
	/* What cannot be written is an error, and not the end. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	for (timer = ITIMER_REAL; timer <= ITIMER_PROF; timer++)
		setitimer(timer, &(struct itimerval) { 0 }, NULL);
	/* Options behind the command are options all the same. */
	unsetenv("POSIXLY_CORRECT");
	if (!filter_kills_at(SYS_personality))
		personality(PER_LINUX);
	if (!filter_kills_at(SYS_prctl)) {
		/* A program that cannot be read is not dumpable, nor is /proc. */
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		/* Or libc dies when it reads the clock; only x86 has it. */
		prctl(PR_SET_TSC, PR_TSC_ENABLE, 0, 0, 0);
	}
	return NULL;
}

static void __attribute__((format(printf, 2, 3)))
found(enum influence how, const char *fmt, ...)
{
	const size_t used = strlen(words);
	char text[80];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(words + used, sizeof(words) - used, "%s%s",
		 used ? ", " : "", text);
	if (how > influence)
		influence = how;
}

/*
 * An emulator of a user's processes shows its program as /proc/self/exe, but
 * not by this other name (qemu, linux-user/syscall.c, do_openat).
 */
static bool is_translated(void)
{
	char self[PATH_MAX] = "", thread[PATH_MAX] = "";

	return readlink("/proc/self/exe", self, sizeof(self) - 1) > 0 &&
	       readlink("/proc/thread-self/exe", thread,
			sizeof(thread) - 1) > 0 && strcmp(self, thread);
}

static bool is_traced(void)
{
	char status[4096];
	const char *line;

	if (read_file("/proc/self/status", status, sizeof(status)) < 0)
		return false;
	line = strstr(status, "\nTracerPid:");
	return line && atoi(line + strlen("\nTracerPid:"));
}

/* The options of what is mounted last on /proc */
static void look_at_proc(void)
{
	char line[1024], options[1024] = "";
	FILE *const mounts = fopen("/proc/self/mounts", "re");

	while (mounts && fgets(line, sizeof(line), mounts))
		sscanf(line, "%*s /proc proc %1023s", options);
	if (mounts)
		fclose(mounts);
	if (strstr(options, "hidepid=") && !strstr(options, "hidepid=0") &&
	    !strstr(options, "hidepid=off"))
		found(INFLUENCE_RESTRICTS, "/proc mounted with hidepid");
	if (strstr(options, "subset="))
		found(INFLUENCE_REFUSES, "/proc mounted with subset=pid");
}

/* Is @id one of the IDs that a map of this user namespace has? */
static bool is_mapped(const char *map, unsigned int id)
{
	unsigned int first, outside, count;
	FILE *const lines = fopen(map, "re");
	bool mapped = !lines;

	while (!mapped && fscanf(lines, "%u %u %u", &first, &outside,
				 &count) == 3)
		mapped = id >= first && id - first < count;
	if (lines)
		fclose(lines);
	return mapped;
}

/* Whose IDs are not valid makes no device, fifo or symbolic link. */
static void look_at_ids(void)
{
	if (!is_mapped("/proc/self/uid_map", geteuid()))
		found(INFLUENCE_REFUSES, "a user ID that is not mapped");
	if (!is_mapped("/proc/self/gid_map", getegid()))
		found(INFLUENCE_REFUSES, "a group ID that is not mapped");
}

static void look_at_limits(void)
{
	const long processes = cgroup_pids_max();
	struct rlimit now;
	size_t i;

	for (i = 0; i < LIMITS; i++)
		if (!getrlimit(limits[i].resource, &now) &&
		    now.rlim_cur < limits[i].enough)
			found(limits[i].influence, "%s %ju", limits[i].name,
			      (uintmax_t)now.rlim_cur);
	if (processes < 256)
		found(INFLUENCE_SPOILS, "pids.max %ld", processes);
}

/* Yama refuses to trace, in all worlds alike: so it explains no deviation. */
static void look_at_yama(void)
{
	char text[8] = "";
	int scope;

	if (read_file("/proc/sys/kernel/yama/ptrace_scope", text,
		      sizeof(text)) <= 0)
		return;
	scope = atoi(text);
	/* 1 refuses nothing to who has CAP_SYS_PTRACE. */
	if (scope > (privilege == UNPRIVILEGED ? 0 : 1))
		found(INFLUENCE_NONE, "kernel.yama.ptrace_scope %d", scope);
}

/*
 * AppArmor denies in all worlds alike what its profile does not allow; one that
 * complains refuses to execute what it has no rule for, with no_new_privs.
 */
static void look_at_apparmor(void)
{
	char label[64] = "";

	if (read_file("/proc/self/attr/apparmor/current", label,
		      sizeof(label)) <= 0)
		return;
	label[strcspn(label, "\n")] = '\0';
	if (label[0] && strcmp(label, "unconfined") != 0)
		found(INFLUENCE_ANSWERS, "AppArmor profile %s", label);
}

/* Without its file system nobody tells whether it enforces its policy. */
static void look_at_selinux(void)
{
	char modules[256] = "", context[64] = "", enforces[8] = "1";

	read_file("/sys/kernel/security/lsm", modules, sizeof(modules));
	read_file("/sys/fs/selinux/enforce", enforces, sizeof(enforces));
	if (!strstr(modules, "selinux") || enforces[0] != '1' ||
	    read_file("/proc/self/attr/current", context,
		      sizeof(context)) <= 0)
		return;
	context[strcspn(context, "\n")] = '\0';
	found(INFLUENCE_ANSWERS, "SELinux context %s", context);
}

/* Any program may refuse anything; who is not root does not see them. */
static void look_at_bpf(void)
{
	struct { uint32_t id, next_id, flags; } ids = { 0 };
	struct { uint32_t fd, size; uint64_t info; } query;
	struct { uint32_t type, id; } program;
	int count = 0;

	if (filter_kills_at(SYS_bpf))
		return;
	while (!syscall(SYS_bpf, 11 /* BPF_PROG_GET_NEXT_ID */, &ids,
			sizeof(ids))) {
		ids.id = ids.next_id;
		query.fd = syscall(SYS_bpf, 13 /* BPF_PROG_GET_FD_BY_ID */,
				   &ids.id, sizeof(ids.id));
		query.size = sizeof(program);
		query.info = (uintptr_t)&program;
		if (!syscall(SYS_bpf, 15 /* BPF_OBJ_GET_INFO_BY_FD */, &query,
			     sizeof(query)) &&
		    program.type == 29 /* BPF_PROG_TYPE_LSM */)
			count++;
		close(query.fd);
	}
	if (count)
		found(INFLUENCE_ANSWERS, "BPF LSM programs: %d", count);
}

/* Where so few may wait to be accepted, connect(2) to a UNIX socket waits. */
static void look_at_backlog(void)
{
	char text[16] = "";

	if (read_file("/proc/sys/net/core/somaxconn", text, sizeof(text)) > 0 &&
	    atoi(text) < 8)
		found(INFLUENCE_RESTRICTS, "net.core.somaxconn %d", atoi(text));
}

/* The cases of an unprivileged harness use the loopback that is there. */
static void look_at_loopback(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	char text[8] = "";
	int fd;

	if (privilege != UNPRIVILEGED)
		return;
	/* What uses no port is as it would be with a network of its own. */
	on_ports = INFLUENCE_REFUSES;
	found(INFLUENCE_NONE, "no namespaces: ports are everybody's");
	look_at_backlog();
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (!ioctl(fd, SIOCGIFFLAGS, &lo) && !(lo.ifr_flags & IFF_UP))
		found(INFLUENCE_NONE, "the loopback device is down");
	close(fd);
	if (read_file("/proc/sys/net/ipv6/conf/lo/disable_ipv6", text,
		      sizeof(text)) > 0 && text[0] == '1')
		found(INFLUENCE_NONE, "IPv6 is disabled");
}

/* A layer that denies nothing of what the harness does: 0 or errno */
static int add_layer(const char **call)
{
	const struct ruleset_attr attr = {
		.handled_access_fs = FS_MAKE_BLOCK,
	};
	struct path_beneath_attr rule = { .allowed_access = FS_MAKE_BLOCK };
	int ruleset, error = 0;

	*call = "landlock_create_ruleset";
	ruleset = landlock_create(&attr, sizeof(attr.handled_access_fs), 0);
	if (ruleset < 0)
		return errno;
	*call = "landlock_add_rule";
	rule.parent_fd = open("/", O_PATH | O_CLOEXEC);
	if (landlock_add(ruleset, RULE_PATH_BENEATH, &rule, 0))
		error = errno;
	close(rule.parent_fd);
	if (!error) {
		*call = "landlock_restrict_self";
		if (landlock_restrict(ruleset, 0))
			error = errno;
	}
	close(ruleset);
	return error;
}

/* Which call failed and how, and how many layers there was room for before */
struct room {
	int layers, error;
	const char *call;	/* of this binary's own data: the same address */
};

/* In a child, which the layers end with */
static bool find_room(struct room *room)
{
	int ends[2];
	pid_t pid;
	bool told;

	memset(room, 0, sizeof(*room));
	if (pipe2(ends, O_CLOEXEC))
		return false;
	pid = fork();
	if (pid < 0) {
		room->call = "clone";
		room->error = errno;
		close(ends[0]);
		close(ends[1]);
		return true;
	}
	if (pid == 0) {
		room->call = "prctl";
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
			room->error = errno;
		while (!room->error && room->layers < LAYERS_MAX) {
			room->error = add_layer(&room->call);
			room->layers += !room->error;
		}
		_exit(write(ends[1], room, sizeof(*room)) != sizeof(*room));
	}
	close(ends[1]);
	told = read(ends[0], room, sizeof(*room)) == sizeof(*room);
	close(ends[0]);
	/* Without it, nobody knows when a world has ended. */
	if (waitpid_retry(pid, NULL) && errno != ECHILD && !room->error) {
		room->call = "wait4";
		room->error = errno;
	}
	return told;
}

static void refuses(const char *call, int error, const char *why)
{
	snprintf(refused, sizeof(refused), "%s(2): %s, by %s", call,
		 strerrorname_np(error), why);
}

/*
 * The kernel limits the layers: where there is no room for all of them, there
 * are some already.  A machine of ours has none, so there it is the kernel.
 */
static void look_at_layers(void)
{
	struct room room;

	if (!kernel.abi || !find_room(&room))
		return;
	if (room.error == E2BIG && !is_guest())
		found(INFLUENCE_RESTRICTS,
		      "%d of %d Landlock layers are taken: an outer domain",
		      LAYERS_MAX - room.layers, LAYERS_MAX);
	if (room.error == E2BIG && !room.layers && !is_guest())
		refuses(room.call, room.error, "an outer domain");
	else if (room.error && room.error != E2BIG && filter_is_there())
		refuses(room.call, room.error, "a seccomp filter");
}

void environment_probe(void)
{
	const bool filtered = filter_is_there(), translated = is_translated();

	if (filtered)
		found(filter_is_deadly() ? INFLUENCE_RESTRICTS :
					   INFLUENCE_REFUSES, "a seccomp filter");
	if (translated)
		found(INFLUENCE_SPOILS, "an emulator of system calls");
	if (is_traced())
		found(INFLUENCE_SPOILS, "a tracer");
	look_at_ids();
	look_at_limits();
	look_at_proc();
	look_at_yama();
	look_at_apparmor();
	look_at_selinux();
	look_at_bpf();
	look_at_loopback();
	look_at_layers();
	if (!kernel.abi && (filtered || translated))
		refuses("landlock_create_ruleset", kernel.landlock_errno,
			translated ? "an emulator of system calls" :
				     "a seccomp filter");
}

enum influence environment_influence(bool ports)
{
	return ports && on_ports > influence ? on_ports : influence;
}

const char *environment_words(void)
{
	return words[0] ? words : NULL;
}

const char *environment_refused_call(void)
{
	return refused[0] ? refused : NULL;
}
