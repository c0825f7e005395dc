// SPDX-License-Identifier: GPL-2.0
/* What ptrace's access check guards beside ptrace(2): other processes. */
#include <linux/capability.h>
#include <linux/kcmp.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "bricks/target.h"
#include "landproof.h"

#define DOC_PTRACE "userspace-api/landlock: Ptrace restrictions"

/* The same address in every process that was forked and not exec'd */
static char memory[] = "secret of the scene";

static int read_memory(struct scene *scene)
{
	char copy[sizeof(memory)] = "";
	struct iovec here = { copy, sizeof(copy) };
	struct iovec there = { memory, sizeof(memory) };

	if (process_vm_readv(scene->pid[0], &here, 1, &there, 1, 0) < 0)
		return errno;
	return memcmp(copy, memory, sizeof(copy)) ? NO_EFFECT : WORKED;
}

static int write_memory(struct scene *scene)
{
	char text[sizeof(memory)] = "written";
	struct iovec here = { text, sizeof(text) };
	struct iovec there = { memory, sizeof(memory) };
	const ssize_t done = process_vm_writev(scene->pid[0], &here, 1,
					       &there, 1, 0);

	if (done < 0)
		return errno;
	return done == sizeof(text) ? WORKED : NO_EFFECT;
}

static int compare(struct scene *scene)
{
	return errno_of(syscall(SYS_kcmp, getpid(), scene->pid[0], KCMP_VM,
				0, 0));
}

static int take_descriptor(struct scene *scene)
{
	const int pidfd = syscall(SYS_pidfd_open, scene->pid[0], 0);
	int fd, error;

	if (pidfd < 0)
		return cannot(scene, "pidfd_open: %s", strerrorname_np(errno));
	fd = syscall(SYS_pidfd_getfd, pidfd, 2, 0);
	error = errno_of(fd);
	close(pidfd);
	return error;
}

static int robust_list(struct scene *scene)
{
	size_t len;
	void *head;

	return errno_of(syscall(SYS_get_robust_list, scene->pid[0], &head,
				&len));
}

static int move_nothing(struct scene *scene)
{
	void *page = memory;
	int status;

	return errno_of(syscall(SYS_move_pages, scene->pid[0], 1, &page, NULL,
				&status, 0));
}

/* Its pages are on node 0, and stay there. */
static int migrate_nothing(struct scene *scene)
{
	const unsigned long node = 1;

	if (syscall(SYS_migrate_pages, scene->pid[0], 8 * sizeof(node), &node,
		    &node) >= 0)
		return WORKED;
	if (errno == ENOSYS && scene->world == WORLD_CONTROL)
		return cannot(scene, "migrate_pages(2) (CONFIG_NUMA)");
	return errno;
}

static const struct variant calls[] = {
	{ "", .op = read_memory },
	{ "process_vm_writev", .op = write_memory },
	{ "kcmp", .op = compare },
	{ "pidfd_getfd", .op = take_descriptor },
	{ "get_robust_list", .op = robust_list },
	{ "move_pages", .op = move_nothing },
	{ "migrate_pages", .op = migrate_nothing },
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("domain.process.vm",
	.claim	  = "process_vm_readv(2) and its like on a process outside the domain",
	.promise  = { DENIED(EPERM) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.variants = calls,
	.scene	  = target_scene,
	.attempt  = by_variant,
	.source	  = DOC_PTRACE " (ptrace(2) and related system calls)");

/* asm-generic/unistd.h of 5.10; linux/pidfd.h of 6.11 */
#define NR_PROCESS_MADVISE	440
#define GET_UTS_NAMESPACE	_IO(0xff, 10)

/*
 * CAP_SYS_PTRACE passes what ptrace's check asks of the user, and CAP_SYS_NICE
 * is asked for after that check.
 */
static int keep_two_capabilities(void)
{
	const uint32_t both = 1 << CAP_SYS_NICE | 1 << CAP_SYS_PTRACE;

	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct data[2] = { {
		.effective = both, .permitted = both,
	} };

	return errno_of(syscall(SYS_capset, &header, data));
}

static int advise(struct scene *scene)
{
	enum { COLD = 20 };
	struct iovec there = { memory, 1 };
	const int pidfd = syscall(SYS_pidfd_open, scene->pid[0], 0);
	int error;

	if (pidfd < 0)
		return cannot(scene, "pidfd_open: %s", strerrorname_np(errno));
	there.iov_base = (void *)((uintptr_t)memory & ~4095UL);
	there.iov_len = 4096;
	error = keep_two_capabilities() ?:
		errno_of(syscall(NR_PROCESS_MADVISE, pidfd, &there, 1, COLD,
				 0));
	close(pidfd);
	if (error == ENOSYS && scene->world == WORLD_CONTROL)
		return cannot(scene, "process_madvise(2) (Linux 5.10, CONFIG_ADVISE_SYSCALLS)");
	return error;
}

static int namespace_of_pidfd(struct scene *scene)
{
	const int pidfd = syscall(SYS_pidfd_open, scene->pid[0], 0);
	int fd, error;

	if (pidfd < 0)
		return cannot(scene, "pidfd_open: %s", strerrorname_np(errno));
	fd = ioctl(pidfd, GET_UTS_NAMESPACE, 0);
	error = errno_of(fd);
	close(pidfd);
	if (error == ENOTTY && scene->world == WORLD_CONTROL)
		return cannot(scene, "PIDFD_GET_UTS_NAMESPACE (Linux 6.11)");
	return error;
}

static const struct variant root_calls[] = {
	{ "", .op = advise },
	{ "pidfd_namespace", .op = namespace_of_pidfd },
	{ NULL }
};

CASE("domain.process.memory_advice",
	.claim	  = "process_madvise(2) and the namespaces of a pidfd of a process outside the domain",
	.promise  = { DENIED(ANY_ERRNO) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.needs	  = "root",
	.root	  = true,
	.variants = root_calls,
	.scene	  = target_scene,
	.attempt  = by_variant,
	.source	  = DOC_PTRACE "; mm/madvise.c: mm_access(); fs/pidfs.c: pidfd_ioctl()");

/* With this setting of root's, users may measure their own processes. */
static int target_and_sysctl(struct scene *scene)
{
	if (write_file("/proc/sys/kernel/perf_event_paranoid", "1"))
		return cannot(scene, "perf events (CONFIG_PERF_EVENTS)");
	return target_start(scene, 0);
}

static int measure(struct scene *scene)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_TASK_CLOCK, .exclude_kernel = 1,
		.exclude_hv = 1,
	};
	const int fd = syscall(SYS_perf_event_open, &attr, scene->pid[0], -1,
			       -1, 0);

	if (fd < 0)
		return errno;
	close(fd);
	return WORKED;
}

CASE("domain.process.perf_event",
	.claim	  = "perf_event_open(2) of a process outside the domain",
	.promise  = { DENIED(ANY_ERRNO) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.needs	  = "guest",
	.scene	  = target_and_sysctl,
	.attempt  = measure,
	.source	  = DOC_PTRACE "; perf_event_open(2): PTRACE_MODE_READ_REALCREDS");

/*
 * The target in the proc of its PID namespace: where namespaces are to be had
 * the harness gives every scene its own.
 */
static int target_and_proc(struct scene *scene)
{
	const int ret = target_start(scene, 0);
	int error;

	if (ret)
		return ret;
	snprintf(scene->text, sizeof(scene->text), "/proc/%d", scene->pid[0]);
	/* PID 1 is the scene itself, and then /proc is another namespace's. */
	if (getpid() != 1)
		return 0;
	error = make_dir("proc") ?:
		errno_of(mount("proc", "proc", "proc", 0, NULL));
	if (error)
		return cannot(scene, "mounting proc: %s",
			      strerrorname_np(error));
	snprintf(scene->text, sizeof(scene->text), "proc/%d", scene->pid[0]);
	return 0;
}

static const char *const files[] = {
	"mem", "environ", "maps", "ns/net", "auxv", "smaps", "pagemap",
	"fdinfo/2",
};
static const char *const links[] = { "root", "cwd", "exe", "fd/2", "ns/net" };

static int open_file(struct scene *scene)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", scene->text,
		 files[scene->variant->arg]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static const struct variant every_file[] = {
	{ "", .arg = 0 },
	{ "environ", .arg = 1 },
	{ "maps", .arg = 2 },
	{ "ns", .arg = 3 },
	{ "auxv", .arg = 4 },
	{ "smaps", .arg = 5 },
	{ "pagemap", .arg = 6 },
	{ "fdinfo", .arg = 7 },
	{ NULL }
};

CASE("domain.process.proc_mem",
	.claim	  = "opening /proc/PID/mem and its like of a process outside the domain",
	.promise  = { DENIED(EACCES) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.variants = every_file,
	.scene	  = target_and_proc,
	.attempt  = open_file,
	.source	  = "userspace-api/landlock: Special filesystems; proc_pid(5)");

/* Anybody may open these files: the check is made when they are read. */
static int read_some(struct scene *scene)
{
	const struct variant *const variant = scene->variant;
	char path[300], text[256];
	int length;

	snprintf(path, sizeof(path), "%s/%s", scene->text,
		 (const char *)variant->data);
	length = read_file(path, text, sizeof(text));
	if (length == -ENOENT && scene->world == WORLD_CONTROL)
		return cannot(scene, "/proc/PID/%s",
			      (const char *)variant->data);
	return length < 0 ? -length : length ? WORKED : NO_EFFECT;
}

static const struct variant when_read[] = {
	{ "", .data = "personality" },
	{ "syscall", .data = "syscall" },
	{ NULL }
};

CASE("domain.process.proc_state",
	.claim	  = "reading /proc/PID/personality and syscall of a process outside the domain",
	.promise  = { DENIED(EPERM) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.variants = when_read,
	.scene	  = target_and_proc,
	.attempt  = read_some,
	.source	  = DOC_PTRACE "; fs/proc/base.c: lock_trace()");

static const struct variant of_input[] = {
	{ "", .data = "io" }, { NULL }
};

CASE("domain.process.proc_io",
	.claim	  = "reading /proc/PID/io of a process outside the domain",
	.promise  = { DENIED(EACCES) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.variants = of_input,
	.scene	  = target_and_proc,
	.attempt  = read_some,
	.source	  = DOC_PTRACE "; fs/proc/base.c: do_io_accounting()");

/*
 * struct setting - a file, what is written to it, and what it says then
 */
struct setting {
	const char *file, *written, *read;
};

#define SETTING(name, ...) \
	{ name, .data = &(const struct setting){ __VA_ARGS__ } }

static const struct variant settings[] = {
	SETTING("", "oom_score_adj", "500", "500\n"),
	SETTING("coredump_filter", "coredump_filter", "0x7f", "0000007f\n"),
	{ NULL }
};

static int set(struct scene *scene)
{
	const struct setting *const setting = scene->variant->data;
	char path[300];
	int error;

	snprintf(path, sizeof(path), "%s/%s", scene->text, setting->file);
	error = write_file(path, setting->written);
	if (error == ENOENT && scene->world == WORLD_CONTROL)
		return cannot(scene, "/proc/PID/%s", setting->file);
	return error ?: file_is(path, setting->read) ? WORKED : NO_EFFECT;
}

CASE("domain.process.proc_write",
	.claim	  = "writing /proc/PID/oom_score_adj and coredump_filter of a process outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.uses	  = { .fs = FS_READ_FILE | FS_WRITE_FILE },
	.promise  = { OPEN },
	.gap	  = "documented limit: of what processes do to each other, scopes name signals and abstract sockets",
	.variants = settings,
	.scene	  = target_and_proc,
	.witness  = target_kill,
	.attempt  = set,
	.source	  = "fs/proc/base.c: permissions of the file alone");

static int read_link(struct scene *scene)
{
	char path[300], to[300];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/%s", scene->text,
		 links[scene->variant->arg]);
	len = readlink(path, to, sizeof(to));
	return len < 0 ? errno : len > 0 ? WORKED : NO_EFFECT;
}

static const struct variant every_link[] = {
	{ "", .arg = 0 },
	{ "cwd", .arg = 1 },
	{ "exe", .arg = 2 },
	{ "fd", .arg = 3 },
	{ "ns", .arg = 4 },
	{ NULL }
};

CASE("domain.process.proc_root",
	.claim	  = "reading the link /proc/PID/root and its like of a process outside the domain",
	.promise  = { DENIED(EACCES) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.variants = every_link,
	.scene	  = target_and_proc,
	.attempt  = read_link,
	.source	  = "userspace-api/landlock: Special filesystems; proc_pid(5)");

static int walk_root(struct scene *scene)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/root/.", scene->text);
	return errno_of(stat(path, &st));
}

CASE("domain.process.proc_root_walk",
	.claim	  = "a path through /proc/PID/root of a process outside the domain",
	.promise  = { DENIED(EACCES) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.scene	  = target_and_proc,
	.attempt  = walk_root,
	.source	  = "userspace-api/landlock: Special filesystems; proc_pid(5)");

/* Ptrace's check does not guard this file: the file system's rules alone do. */
static int read_status(struct scene *scene)
{
	char path[300], text[4096];
	int len;

	snprintf(path, sizeof(path), "%s/status", scene->text);
	len = read_file(path, text, sizeof(text));
	if (len < 0)
		return -len;
	return strstr(text, "\nShdPnd:") ? WORKED : NO_EFFECT;
}

CASE("domain.process.proc_status",
	.claim	  = "reading /proc/PID/status of a process outside the domain",
	.promise  = { ALLOWED },
	.deny	  = { .fs = FS_READ_DIR },
	.scene	  = target_and_proc,
	.witness  = walk_root,
	.attempt  = read_status,
	.source	  = "proc_pid_status(5): no ptrace access check");

/*
 * The attempt runs as root: another user needs a capability for setns(2), and
 * would be refused without Landlock.
 */
static int enter_namespace(struct scene *scene)
{
	const int pidfd = syscall(SYS_pidfd_open, scene->pid[0], 0);
	int error;

	if (pidfd < 0)
		return cannot(scene, "pidfd_open: %s", strerrorname_np(errno));
	error = errno_of(setns(pidfd, CLONE_NEWUTS));
	close(pidfd);
	return error;
}

CASE("domain.process.setns",
	.claim	  = "setns(2) into the namespaces of a process outside the domain",
	.promise  = { DENIED(EPERM) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(DENY) | W(INHERITED),
	.needs	  = "root",
	.root	  = true,
	.scene	  = target_scene,
	.attempt  = enter_namespace,
	.source	  = "setns(2), pidfds: PTRACE_MODE_READ_REALCREDS");
