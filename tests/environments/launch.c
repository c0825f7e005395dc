// SPDX-License-Identifier: GPL-2.0
/*
 * Runs landproof-guest in environments that are not normal, here or as the
 * init of a machine, and tells what it said and what it left behind.
 *
 *   launch PROGRAM LIST RECORDS
 *
 * Each line of LIST is a name, a tab, the steps that make an environment, a
 * tab, and the program's arguments; words are separated by spaces.  As PID 1
 * of a machine it takes the list from /landproof/args, runs the /landproof/guest
 * of its archive and writes to the port for records.
 *
 * For each line RECORDS receives {"type":"environment","name":...}, the
 * program's records, and {"type":"left",...} with its exit status, what it
 * wrote, mounts and files of /tmp that were not there before, and what became
 * of a process that the environment had.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "machine/bpf_lsm.h"

#define RECORDS_FD	9
#define WORDS_MAX	64
#define TEXT_MAX	(1 << 16)
#define PORT		"/dev/ttyS1"
#define TIMEOUT_S	600	/* only bounds a hang */

static const char *program;

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	const int error = errno;
	va_list args;

	va_start(args, fmt);
	fputs("launch: ", stderr);
	vfprintf(stderr, fmt, args);
	fprintf(stderr, ": %s\n", strerror(error));
	va_end(args);
	fflush(stderr);
	_exit(99);
}

/* A step that cannot be made here: the environment is left out, and said so */
static void must(bool worked, const char *what)
{
	if (!worked)
		die("%s", what);
}

static int put(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	const ssize_t len = strlen(text);
	int ret;

	if (fd < 0)
		return -1;
	ret = write(fd, text, len) == len ? 0 : -1;
	close(fd);
	return ret;
}

/* Stays between: what @pid exits with, this process exits with. */
static void __attribute__((noreturn)) follow(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		must(errno == EINTR, "waitpid");
	if (WIFSIGNALED(status))
		_exit(128 + WTERMSIG(status));
	_exit(WEXITSTATUS(status));
}

/* Steps.  Each takes the text behind its "=", or NULL. */

static void pidns(const char *value)
{
	pid_t pid;

	(void)value;
	must(!unshare(CLONE_NEWPID), "unshare(CLONE_NEWPID)");
	pid = fork();
	must(pid >= 0, "fork");
	if (pid)
		follow(pid);
}

/* The root of a chroot may be no mount point: it has no propagation. */
static bool propagates(unsigned long how)
{
	return !mount(NULL, "/", NULL, MS_REC | how, NULL) ||
	       errno == EINVAL;
}

static void mountns(const char *value)
{
	(void)value;
	must(!unshare(CLONE_NEWNS), "unshare(CLONE_NEWNS)");
	must(propagates(MS_PRIVATE), "propagation");
}

static void netns(const char *value)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	must(!unshare(CLONE_NEWNET), "unshare(CLONE_NEWNET)");
	if (!value)
		return;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	must(!ioctl(fd, SIOCSIFFLAGS, &lo), "lo up");
	close(fd);
}

static void ipcns(const char *value)
{
	(void)value;
	must(!unshare(CLONE_NEWIPC | CLONE_NEWUTS), "unshare(CLONE_NEWIPC)");
}

static void timens(const char *value)
{
	pid_t pid;

	(void)value;
	must(!unshare(0x80 /* CLONE_NEWTIME */), "unshare(CLONE_NEWTIME)");
	must(!put("/proc/self/timens_offsets",
		  "monotonic 86400 0\nboottime 86400 0"), "timens_offsets");
	pid = fork();
	must(pid >= 0, "fork");
	if (pid)
		follow(pid);
}

/* A new user namespace with this uid_map, written from outside it. */
static void userns(const char *map)
{
	char path[64], text[64], byte;
	const pid_t self = getpid();
	int ready[2], done[2];
	pid_t pid;

	must(!pipe2(ready, O_CLOEXEC) && !pipe2(done, O_CLOEXEC), "pipe");
	pid = fork();
	must(pid >= 0, "fork");
	if (pid == 0) {
		close(ready[1]);
		if (read(ready[0], &byte, 1) != 1)
			_exit(1);
		snprintf(text, sizeof(text), "%s", map);
		for (char *c = text; *c; c++)
			if (*c == ':')
				*c = ' ';
		snprintf(path, sizeof(path), "/proc/%d/uid_map", self);
		must(!put(path, text), path);
		snprintf(path, sizeof(path), "/proc/%d/gid_map", self);
		must(!put(path, text), path);
		_exit(0);
	}
	must(!unshare(CLONE_NEWUSER), "unshare(CLONE_NEWUSER)");
	if (strcmp(map, "none"))
		must(write(ready[1], "", 1) == 1, "write");
	close(ready[0]);
	close(ready[1]);
	waitpid(pid, NULL, 0);
}

static void user(const char *value)
{
	const uid_t id = atoi(value);

	must((geteuid() || !setgroups(0, NULL)) && !setresgid(id, id, id) &&
	     !setresuid(id, id, id), "setresuid");
}

static void caps(const char *value)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };
	/* What docker leaves: moby, oci/caps/defaults.go */
	const uint64_t docker =
		1ULL << CAP_CHOWN | 1ULL << CAP_DAC_OVERRIDE |
		1ULL << CAP_FSETID | 1ULL << CAP_FOWNER | 1ULL << CAP_MKNOD |
		1ULL << CAP_NET_RAW | 1ULL << CAP_SETGID |
		1ULL << CAP_SETUID | 1ULL << CAP_SETFCAP |
		1ULL << CAP_SETPCAP | 1ULL << CAP_NET_BIND_SERVICE |
		1ULL << CAP_SYS_CHROOT | 1ULL << CAP_KILL |
		1ULL << CAP_AUDIT_WRITE;
	const uint64_t keep = strcmp(value, "docker") ? 0 : docker;
	int cap;

	for (cap = 0; strcmp(value, "noroot") && cap < 64; cap++)
		if (!(keep & 1ULL << cap))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (strcmp(value, "docker") && strcmp(value, "bounding"))
		must(!prctl(PR_SET_SECUREBITS, 0x2f, 0, 0, 0), "securebits");
	if (strcmp(value, "bounding") == 0)
		return;
	data[0].permitted = data[0].effective = keep;
	data[1].permitted = data[1].effective = keep >> 32;
	must(!syscall(SYS_capset, &header, data), "capset");
}

/* Another user, who has every capability all the same */
static void ambient(const char *value)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	int cap;

	must(!prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keepcaps");
	user(value);
	must(!syscall(SYS_capget, &header, data), "capget");
	for (cap = 0; cap < 2; cap++)
		data[cap].effective = data[cap].inheritable =
			data[cap].permitted;
	must(!syscall(SYS_capset, &header, data), "capset");
	for (cap = 0; cap < 64; cap++)
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
}

static const struct { const char *name; int number; } limits[] = {
	{ "NOFILE", RLIMIT_NOFILE }, { "NPROC", RLIMIT_NPROC },
	{ "AS", RLIMIT_AS }, { "FSIZE", RLIMIT_FSIZE },
	{ "STACK", RLIMIT_STACK }, { "MEMLOCK", RLIMIT_MEMLOCK },
	{ "DATA", RLIMIT_DATA }, { "SIGPENDING", RLIMIT_SIGPENDING },
	{ "MSGQUEUE", RLIMIT_MSGQUEUE }, { "CORE", RLIMIT_CORE },
};

static void rlimit(const char *value)
{
	const size_t length = strcspn(value, ":");
	const rlim_t most = strtoull(value + length + 1, NULL, 0);
	const struct rlimit limit = { most, most };
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (!strncmp(limits[i].name, value, length)) {
			must(!setrlimit(limits[i].number, &limit), value);
			return;
		}
	errno = EINVAL;
	die("%s", value);
}

static void ignore(const char *value)
{
	int number = atoi(value);

	if (number) {
		signal(number, SIG_IGN);
		return;
	}
	for (number = 1; number < 65; number++)
		signal(number, SIG_IGN);
}

static void block(const char *value)
{
	sigset_t set;

	(void)value;
	sigfillset(&set);
	must(!sigprocmask(SIG_SETMASK, &set, NULL), "sigprocmask");
}

static void close_fd(const char *value)
{
	close(atoi(value));
}

/* The instruction that reads the clock is a SIGSEGV: for the last step. */
static void no_clock(const char *value)
{
	(void)value;
	must(!prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0), "PR_SET_TSC");
}

/* A debugger that follows no child */
static void traced(const char *value)
{
	const pid_t self = getpid();
	int ready[2], status;
	char byte;

	(void)value;
	must(!pipe2(ready, O_CLOEXEC), "pipe");
	if (fork() == 0) {
		must(!ptrace(PTRACE_SEIZE, self, 0, 0), "PTRACE_SEIZE");
		must(write(ready[1], "", 1) == 1, "write");
		while (waitpid(self, &status, __WALL) == self &&
		       WIFSTOPPED(status))
			ptrace(PTRACE_CONT, self, 0,
			       status >> 16 ? 0 : WSTOPSIG(status));
		_exit(0);
	}
	must(read(ready[0], &byte, 1) == 1, "tracer");
	close(ready[0]);
	close(ready[1]);
}

static void extra(const char *value)
{
	int count = atoi(value);

	while (count--)
		must(open("/", O_PATH) >= 0, "open");
}

static void mask(const char *value)
{
	umask(strtoul(value, NULL, 8));
}

#define AT(field) (offsetof(struct seccomp_data, field))
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, AT(field))
#define RETURN(k) BPF_STMT(BPF_RET | BPF_K, (k))

/*
 * NUMBER[,NUMBER...]:ERRNO; NUMBER-NUMBER is a range.  "kill" for the errno
 * ends the process, as systemd's SystemCallFilter= does.
 */
static void refuse(const char *value)
{
	struct sock_filter filter[256] = { LOAD(nr) };
	struct sock_fprog program = { .filter = filter, .len = 1 };
	const char *next = value;
	const char *const how = strchr(value, ':') + 1;
	const uint32_t verdict = strcmp(how, "kill") ?
		SECCOMP_RET_ERRNO | atoi(how) : SECCOMP_RET_KILL_PROCESS;
	char *end;

	while (*next && *next != ':') {
		const uint32_t first = strtoul(next, &end, 10);
		const uint32_t last = *end == '-' ?
			strtoul(end + 1, &end, 10) : first;

		filter[program.len++] = (struct sock_filter)
			BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first, 0, 2);
		filter[program.len++] = (struct sock_filter)
			BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, last, 1, 0);
		filter[program.len++] = (struct sock_filter)
			RETURN(verdict);
		next = end + (*end == ',');
	}
	filter[program.len++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	must(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "seccomp");
}

/* As docker does (moby, profiles/seccomp/default.json): clone's namespaces */
static void no_clone_flags(const char *value)
{
	struct sock_filter filter[] = {
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
		LOAD(args[0]),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x7e020000, 0, 1),
		RETURN(SECCOMP_RET_ERRNO | EPERM),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.filter = filter, .len = sizeof(filter) / sizeof(filter[0]),
	};

	(void)value;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	must(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "seccomp");
}

/* socket(2) of one family is refused: FAMILY:ERRNO */
static void no_family(const char *value)
{
	struct sock_filter filter[] = {
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		LOAD(args[0]),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, atoi(value), 0, 1),
		RETURN(SECCOMP_RET_ERRNO | atoi(strchr(value, ':') + 1)),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.filter = filter, .len = sizeof(filter) / sizeof(filter[0]),
	};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	must(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "seccomp");
}

/*
 * LAYERS:FS:NET:SCOPED, in hexadecimal but for the first; everything that is
 * handled is granted beneath "/".
 */
static void landlock(const char *value)
{
	struct { uint64_t fs, net, scoped; } set = { 0 };
	struct { uint64_t access; int32_t fd; } __attribute__((packed)) rule;
	int layers = 1, fd;

	sscanf(value, "%d:%lx:%lx:%lx", &layers, &set.fs, &set.net,
	       &set.scoped);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	while (layers--) {
		fd = syscall(444, &set, set.scoped ? 24 : set.net ? 16 : 8, 0);
		must(fd >= 0, "landlock_create_ruleset");
		rule.access = set.fs;
		rule.fd = open("/", O_PATH);
		must(!set.fs || !syscall(445, fd, 1, &rule, 0),
		     "landlock_add_rule");
		close(rule.fd);
		must(!syscall(446, fd, 0), "landlock_restrict_self");
		close(fd);
	}
}

static void copy(const char *from, const char *to, mode_t mode)
{
	static char data[1 << 16];
	const int in = open(from, O_RDONLY | O_CLOEXEC);
	const int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	ssize_t len;

	must(in >= 0 && out >= 0, to);
	while ((len = read(in, data, sizeof(data))) > 0)
		must(write(out, data, len) == len, to);
	must(!fchmod(out, mode), to);
	close(in);
	close(out);
}

/* The program by another mode, in a place of its own. */
static void mode(const char *value)
{
	mountns(NULL);
	must(!mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755"), "/mnt");
	copy(program, "/mnt/guest", strtoul(value, NULL, 8));
	program = "/mnt/guest";
}

/*
 * A root that has nothing but the program and these: proc, sys, dev (null and
 * zero), tmp, link (to it, from another name), null.
 */
static void root(const char *value)
{
	must(!mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755"), "/mnt");
	copy(program, "/mnt/guest", 0755);
	program = "/guest";
	if (strstr(value, "proc"))
		must(!mkdir("/mnt/proc", 0755) &&
		     !mount("/proc", "/mnt/proc", NULL, MS_BIND | MS_REC,
			    NULL), "/mnt/proc");
	if (strstr(value, "sys"))
		must(!mkdir("/mnt/sys", 0755) &&
		     !mount("/sys", "/mnt/sys", NULL, MS_BIND | MS_REC, NULL),
		     "/mnt/sys");
	if (strstr(value, "dev"))
		must(!mkdir("/mnt/dev", 0755) &&
		     !mount("/dev", "/mnt/dev", NULL, MS_BIND | MS_REC, NULL),
		     "/mnt/dev");
	if (strstr(value, "tmp"))
		must(strstr(value, "link") ?
		     !mkdir("/mnt/room", 0777) && !chmod("/mnt/room", 01777) &&
		     !symlink("room", "/mnt/tmp") :
		     !mkdir("/mnt/tmp", 0777) && !chmod("/mnt/tmp", 01777),
		     "/mnt/tmp");
	must(!chroot("/mnt") && !chdir("/"), "chroot");
}

/* PATH[:OPTIONS]: a tmpfs; flags among the options are the mount's. */
static void tmpfs(const char *value)
{
	static const struct { const char *name; int flag; } flags[] = {
		{ "noexec", MS_NOEXEC }, { "nosuid", MS_NOSUID },
		{ "nodev", MS_NODEV }, { "ro", MS_RDONLY },
	};
	char text[200], options[200] = "", *word, *rest;
	unsigned long flag = 0;
	size_t i;

	snprintf(text, sizeof(text), "%s", value);
	word = strtok_r(text, ":", &rest);
	for (word = strtok_r(NULL, ",", &rest); word;
	     word = strtok_r(NULL, ",", &rest)) {
		for (i = 0; i < 4 && strcmp(flags[i].name, word); i++)
			;
		if (i < 4)
			flag |= flags[i].flag;
		else
			sprintf(options + strlen(options), "%s%s",
				*options ? "," : "", word);
	}
	must(!mount("tmpfs", text, "tmpfs", flag, options), value);
}

/* An overlay over a tmpfs that is there, as a container's files are */
static void overlay(const char *path)
{
	static const char *const parts[] = { "lower", "upper", "work" };
	char name[200], options[700];
	size_t i;

	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s/%s", path, parts[i]);
		must(!mkdir(name, 0777) && !chmod(name, 01777), name);
	}
	snprintf(options, sizeof(options),
		 "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", path,
		 path, path);
	must(!mount("overlay", path, "overlay", 0, options), "overlay");
}

static void fill(const char *path)
{
	char name[200];
	int fd;

	snprintf(name, sizeof(name), "%s/full", path);
	fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	must(fd >= 0, name);
	while (write(fd, name, sizeof(name)) > 0)
		;
	close(fd);
}

static void readonly(const char *path)
{
	must(!mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
	     "read-only root");
}

static void unmount(const char *path)
{
	must(!umount2(path, MNT_DETACH), path);
}

static void proc(const char *options)
{
	must(!mount("proc", "/proc", "proc", 0, options), "/proc");
}

/* PATH:VALUE */
static void sysctl(const char *value)
{
	char path[200];

	snprintf(path, sizeof(path), "/proc/sys/%s", value);
	*strchr(path, ':') = '\0';
	must(!put(path, strchr(value, ':') + 1), path);
}

static void priority(const char *value)
{
	must(!setpriority(PRIO_PROCESS, 0, atoi(value)), "setpriority");
}

/* A timer that goes off in the program: execve(2) keeps it. */
static void alarm_clock(const char *value)
{
	alarm(atoi(value));
}

/* So many supplementary groups, which the IDs of steps behind keep */
static void groups(const char *value)
{
	const int count = atoi(value);
	gid_t *const list = calloc(count, sizeof(*list));
	int i;

	must(list, "calloc");
	for (i = 0; i < count; i++)
		list[i] = 100000 + i;
	must(!setgroups(count, list), "setgroups");
	free(list);
}

static void persona(const char *value)
{
	must(personality(strtoul(value, NULL, 16)) >= 0, "personality");
}

static void no_new_privs(const char *value)
{
	(void)value;
	must(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

static void no_write_exec(const char *value)
{
	(void)value;
	must(!prctl(65 /* PR_SET_MDWE */, 1, 0, 0, 0), "PR_SET_MDWE");
}

/* As a profile of the archive's, which init has loaded */
static void apparmor(const char *profile)
{
	char text[128];

	snprintf(text, sizeof(text), "changeprofile %s", profile);
	must(!put("/proc/self/attr/apparmor/current", text), text);
}

/* "1": what the machine's policy does not allow is refused; "0": only logged */
static void selinux(const char *enforces)
{
	must(!put("/sys/fs/selinux/enforce", enforces), "enforce");
}

/* The context of what is executed next */
static void context(const char *value)
{
	must(!put("/proc/self/attr/exec", value), value);
}

/* HOOK:ERRNO (0: none): what everybody is answered as long as this lives */
static void bpf(const char *value)
{
	char hook[64];
	int fd;

	snprintf(hook, sizeof(hook), "%.*s", (int)strcspn(value, ":"), value);
	fd = bpf_lsm_attach(hook, NULL, atoi(strchr(value, ':') + 1));
	errno = fd < 0 ? -fd : 0;
	/* The descriptor is inherited. */
	must(fd >= 0 && !fcntl(fd, F_SETFD, 0), value);
}

static void gone(const char *value)
{
	(void)value;
	must(!mkdir("/tmp/gone", 0777) && !chdir("/tmp/gone") &&
	     !rmdir("/tmp/gone"), "a directory that is gone");
}

/* As another user's, when the steps behind have made this one */
static void unsearchable(const char *value)
{
	(void)value;
	must(!mkdir("/tmp/closed", 0700) && !chdir("/tmp/closed"),
	     "a directory of root's");
}

/* All the keys that this user may have, which end with the program */
static void keys(const char *value)
{
	char name[32];
	int i;

	(void)value;
	must(syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL) >= 0,
	     "a session keyring");
	for (i = 0; errno != EDQUOT; i++) {
		snprintf(name, sizeof(name), "landproof-%d", i);
		must(syscall(SYS_add_key, "user", name, name, sizeof(name),
			     -3 /* KEY_SPEC_SESSION_KEYRING */) >= 0 ||
		     errno == EDQUOT, "add_key");
	}
}

static void noenv(const char *value)
{
	(void)value;
	clearenv();
}

static void variable(const char *value)
{
	putenv((char *)value);
}

/* Others want the processors too; they end with this process. */
static void load(const char *value)
{
	int count = atoi(value);

	while (count--)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				;
		}
}

/* PATH:VALUE of a cgroup of its own, version 2 */
static void cgroup(const char *value)
{
	char path[256];

	mkdir("/sys/fs/cgroup", 0755);
	mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL);
	put("/sys/fs/cgroup/cgroup.subtree_control", "+pids");
	mkdir("/sys/fs/cgroup/landproof", 0755);
	snprintf(path, sizeof(path), "/sys/fs/cgroup/landproof/%.*s",
		 (int)strcspn(value, ":"), value);
	must(!put(path, strchr(value, ':') + 1), path);
	must(!put("/sys/fs/cgroup/landproof/cgroup.procs", "0"),
	     "cgroup.procs");
}

/* Runs only where nobody else wants to: sched(7), SCHED_IDLE */
static void idle(const char *value)
{
	const struct sched_param none = { 0 };

	(void)value;
	must(!sched_setscheduler(0, SCHED_IDLE, &none), "SCHED_IDLE");
}

/* A process that is the program's child although the program never made it */
static void child(const char *value)
{
	(void)value;
	if (fork() == 0) {
		prctl(PR_SET_NAME, "lp-inherited");
		close(RECORDS_FD);
		alarm(TIMEOUT_S);
		for (;;)
			pause();
	}
}

/* Another program that runs it: qemu-x86_64-static, proot */
static const char *runner;

static void through(const char *value)
{
	runner = value;
}

static const struct step {
	const char *name;
	void (*make)(const char *value);
} steps[] = {
	{ "pidns", pidns }, { "mountns", mountns }, { "netns", netns },
	{ "ipcns", ipcns }, { "timens", timens }, { "userns", userns },
	{ "user", user }, { "caps", caps }, { "rlimit", rlimit },
	{ "ignore", ignore }, { "block", block }, { "close", close_fd },
	{ "extra", extra }, { "umask", mask }, { "refuse", refuse },
	{ "no-clone-flags", no_clone_flags }, { "no-family", no_family },
	{ "landlock", landlock }, { "mode", mode }, { "root", root },
	{ "tmpfs", tmpfs }, { "fill", fill }, { "readonly", readonly },
	{ "unmount", unmount }, { "proc", proc }, { "sysctl", sysctl },
	{ "nice", priority }, { "idle", idle }, { "personality", persona },
	{ "no-new-privs", no_new_privs }, { "no-write-exec", no_write_exec },
	{ "gone", gone }, { "noenv", noenv }, { "env", variable },
	{ "load", load }, { "cgroup", cgroup }, { "child", child },
	{ "through", through }, { "apparmor", apparmor },
	{ "selinux", selinux }, { "context", context }, { "bpf", bpf },
	{ "overlay", overlay }, { "alarm", alarm_clock }, { "groups", groups },
	{ "no-clock", no_clock }, { "traced", traced },
	{ "ambient", ambient }, { "unsearchable", unsearchable },
	{ "keys", keys },
};

static void make(char *word)
{
	char *const value = strchr(word, '=');
	size_t i;

	if (value)
		*value = '\0';
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strcmp(steps[i].name, word) == 0) {
			steps[i].make(value ? value + 1 : NULL);
			return;
		}
	errno = EINVAL;
	die("step %s", word);
}

static void __attribute__((noreturn)) run(char *words, char *arguments)
{
	char *argv[WORDS_MAX] = { 0 }, *word, *rest;
	int argc = 0, i;

	for (word = strtok_r(words, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		make(word);
	if (runner)
		argv[argc++] = (char *)runner;
	argv[argc++] = (char *)program;
	for (word = strtok_r(arguments, " ", &rest);
	     word && argc < WORDS_MAX - 1; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	/* EAGAIN: another process of the user counts for RLIMIT_NPROC. */
	for (i = 0; i < 500; i++) {
		execv(argv[0], argv);
		if (errno != EAGAIN)
			break;
		usleep(10000);
	}
	die("execv %s", argv[0]);
}

/* What must not change: the mounts of this namespace, and the files of /tmp. */
static void look(char *to)
{
	FILE *out = fmemopen(to, TEXT_MAX, "w");
	FILE *in = fopen("/proc/self/mountinfo", "re");
	char line[1024];
	struct dirent *entry;
	DIR *dir = opendir("/tmp");

	while (in && fgets(line, sizeof(line), in))
		fputs(line, out);
	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			fprintf(out, "/tmp/%s\n", entry->d_name);
	must(in && dir, "/proc/self/mountinfo and /tmp");
	fclose(in);
	closedir(dir);
	fclose(out);
}

static void json(FILE *out, const char *text, size_t size)
{
	for (; size && *text; text++, size--) {
		const unsigned char c = *text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			fprintf(out, "\\u%04x", c);
		else
			putc(c, out);
	}
}

/* Lines of @after that @before has not, as a list of strings. */
static void put_new(FILE *out, const char *before, char *after)
{
	char *line, *rest;
	bool first = true;

	for (line = strtok_r(after, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		const char *found = strstr(before, line);

		if (found && found[strlen(line)] == '\n')
			continue;
		fputs(first ? "\"" : ",\"", out);
		json(out, line, strlen(line));
		putc('"', out);
		first = false;
	}
}

/* Kills and reaps every process that came to this one; did one have @name? */
static bool reap(const char *name)
{
	char path[64], text[4096] = "", comm[32], *next = text;
	bool found = false;
	long pid;
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	while ((pid = strtol(next, &next, 10)) > 0) {
		memset(comm, 0, sizeof(comm));
		snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, comm, sizeof(comm) - 1) > 0)
			found |= !strncmp(comm, name, strlen(name));
		close(fd);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return found;
}

static int wait_for(pid_t pid)
{
	time_t end = time(NULL) + TIMEOUT_S;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (time(NULL) > end) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -1;
		}
		usleep(5000);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

static void environment(FILE *records, char *line)
{
	static char before[TEXT_MAX], after[TEXT_MAX], text[TEXT_MAX];
	const char *const name = strsep(&line, "\t");
	char *const words = strsep(&line, "\t");
	const int output = memfd_create("output", MFD_CLOEXEC);
	const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct timespec start, end;
	ssize_t len;
	int status;
	bool inherited;
	pid_t pid;

	fprintf(records, "{\"type\":\"environment\",\"name\":\"%s\"}\n", name);
	fflush(records);
	look(before);
	clock_gettime(CLOCK_MONOTONIC, &start);
	pid = fork();
	if (pid == 0) {
		dup2(null, 0);
		dup2(output, 1);
		dup2(output, 2);
		dup2(fileno(records), RECORDS_FD);
		run(words, line);
	}
	status = wait_for(pid);
	clock_gettime(CLOCK_MONOTONIC, &end);
	inherited = reap("lp-inherited");
	look(after);
	len = lseek(output, 0, SEEK_END);
	len = pread(output, text, sizeof(text) - 1,
		    len > 4000 ? len - 4000 : 0);
	fprintf(records, "\n{\"type\":\"left\",\"status\":%d,\"seconds\":%.2f,"
		"\"inherited\":%s,\"output\":\"", status,
		end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9,
		inherited ? "true" : "false");
	json(records, text, len > 0 ? len : 0);
	fputs("\",\"new\":[", records);
	put_new(records, before, after);
	fputs("]}\n", records);
	fflush(records);
	close(output);
	close(null);
}

/* Into the kernel: they confine nobody who does not ask for it. */
static void load_profiles(void)
{
	const char *const file = "/landproof/apparmor";
	int status;
	pid_t pid;

	if (access(file, F_OK))
		return;
	pid = fork();
	if (pid == 0) {
		execlp("apparmor_parser", "apparmor_parser", "--skip-cache",
		       "--replace", "--policy-features",
		       "/sys/kernel/security/apparmor/features", file, NULL);
		die("apparmor_parser");
	}
	must(waitpid(pid, &status, 0) == pid && !status, "apparmor_parser");
}

/* The machine's policy, if there is one in the archive; nothing enforces yet. */
static void load_policy(void)
{
	static char data[1 << 20];
	const int in = open("/landproof/selinux", O_RDONLY | O_CLOEXEC);
	const ssize_t length = read(in, data, sizeof(data));
	int out;

	if (in < 0)
		return;
	must(!mount("selinuxfs", "/sys/fs/selinux", "selinuxfs", 0, NULL),
	     "selinuxfs");
	out = open("/sys/fs/selinux/load", O_RDWR | O_CLOEXEC);
	must(write(out, data, length) == length, "/sys/fs/selinux/load");
	close(out);
	close(in);
}

static void machine(void)
{
	must(!mount("proc", "/proc", "proc", 0, NULL), "/proc");
	must(!mount("sysfs", "/sys", "sysfs", 0, NULL), "/sys");
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mkdir("/dev/pts", 0755);
	mount("devpts", "/dev/pts", "devpts", 0, "mode=0620,ptmxmode=0666");
	mkdir("/dev/shm", 0755);
	mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777");
	mkdir("/mnt", 0755);
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	load_profiles();
	load_policy();
}

int main(int argc, char **argv)
{
	const bool init = getpid() == 1;
	char line[8192];
	FILE *list, *records;

	if (init)
		machine();
	else if (argc != 4)
		return 2;
	program = init ? "/landproof/guest" : argv[1];
	list = fopen(init ? "/landproof/args" : argv[2], "re");
	records = fopen(init ? PORT : argv[3], "we");
	must(list && records, "list and records");
	/* What it mounts and what it leaves is seen here and nowhere else. */
	must(!prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "subreaper");
	must(init || !unshare(CLONE_NEWNS), "unshare(CLONE_NEWNS)");
	must(propagates(MS_PRIVATE) && propagates(MS_SHARED), "propagation");
	must(!mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777"), "/tmp");
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		environment(records, line);
	}
	fclose(records);
	if (init)
		reboot(RB_POWER_OFF);
	return 0;
}
