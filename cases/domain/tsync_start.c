// SPDX-License-Identifier: GPL-2.0
/* TSYNC while a thread stands in clone(2): the new one is not yet to be seen. */
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tsync.h"

enum { STOPPED, WAITED_FOR, ENFORCED, FIRST, SECOND, ENDED }; /* scene->value */

static const unsigned long page_size = 4096;

static struct {
	int fd;			/* tells of the fault, and ends it */
	void *page;		/* nothing is there until then */
	char stack[16384] __attribute__((aligned(16)));
} stop;

/* What is written to stop.page waits: 0 or CANNOT */
static int make_page(struct scene *scene)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register missing = {
		.range.len = page_size,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	stop.fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	stop.page = mmap(NULL, page_size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	missing.range.start = (uintptr_t)stop.page;
	if (stop.fd < 0 || ioctl(stop.fd, UFFDIO_API, &api) ||
	    ioctl(stop.fd, UFFDIO_REGISTER, &missing))
		return cannot(scene, "userfaultfd(2)");
	return 0;
}

static int fill_page(void)
{
	struct uffdio_zeropage zero = {
		.range = { (uintptr_t)stop.page, page_size },
	};

	return ioctl(stop.fd, UFFDIO_ZEROPAGE, &zero);
}

/*
 * Of what the caller does here, TSYNC alone sleeps interruptibly.  It holds
 * exec_update_lock, for which all readers of /proc/PID/stat wait.
 */
static bool sleeps(pid_t process)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "/proc/%d/status", process);
	return read_file(path, text, sizeof(text)) > 0 &&
	       strstr(text, "State:\tS");
}

/* Lets the thread go on when @caller waits for it. */
static pid_t fork_that_fills_page(struct scene *scene)
{
	const pid_t caller = getpid(), pid = fork();
	struct uffd_msg fault;

	if (pid)
		return pid;
	if (read(stop.fd, &fault, sizeof(fault)) != sizeof(fault))
		_exit(1);
	tsync_set(scene, STOPPED, 1);
	while (!sleeps(caller))
		sched_yield();
	tsync_set(scene, WAITED_FOR, 1);
	_exit(fill_page() ? 1 : 0);
}

static int read_when_enforced(void *arg)
{
	struct scene *scene = arg;

	while (!tsync_get(scene, ENFORCED))
		sched_yield();
	tsync_set(scene, SECOND, read_guarded_file(scene));
	tsync_set(scene, ENDED, 1);
	return 0;
}

/*
 * The kernel writes the PID file descriptor when the new thread has its
 * credentials and is in no list (kernel/fork.c, copy_process).  The two
 * threads share their errno: only one of them makes calls.
 */
static void *start_thread(void *arg)
{
	struct scene *scene = arg;

	if (clone(read_when_enforced, stop.stack + sizeof(stop.stack),
		  CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
		  CLONE_THREAD | CLONE_SYSVSEM | CLONE_PIDFD, scene,
		  stop.page) < 0) {
		tsync_set(scene, STOPPED, 1);
		return arg;
	}
	while (!tsync_get(scene, ENDED))
		sched_yield();
	tsync_set(scene, FIRST, read_guarded_file(scene));
	return NULL;
}

static int while_a_thread_starts(struct scene *scene)
{
	pthread_t thread;
	void *failed = NULL;
	pid_t pid;
	int ret = tsync_ruleset(scene) ?: make_page(scene);

	if (ret)
		return ret;
	pid = fork_that_fills_page(scene);
	if (pid < 0 || pthread_create(&thread, NULL, start_thread, scene))
		return broken(scene, "another process and thread");
	while (!tsync_get(scene, STOPPED))
		sched_yield();
	ret = tsync_enforce(scene);
	tsync_set(scene, ENFORCED, 1);
	kill(pid, SIGKILL);
	fill_page();
	pthread_join(thread, &failed);
	if (ret || failed)
		return ret ?: broken(scene, "clone(2)");
	ret = read_guarded_file(scene);
	if (ret == EACCES)
		ret = tsync_get(scene, FIRST);
	if (ret == EACCES)
		ret = tsync_get(scene, SECOND);
	return ret != EACCES || tsync_get(scene, WAITED_FOR) ?
	       ret : broken(scene, "TSYNC waited for nobody");
}

CASE("domain.tsync.starting",
	.own_memory = true,
	.root	  = true,
	.claim	  = "all threads are bound when one starts during TSYNC",
	.needs	  = "root",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(CALL),
	.covers	  = "restrict.tsync",
	.scene	  = domain_files,
	.control  = read_guarded_file,
	.attempt  = while_a_thread_starts,
	.source	  = "security/landlock/tsync.c: another round while there are more threads");
