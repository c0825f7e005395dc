// SPDX-License-Identifier: GPL-2.0
/* What a process does to itself is none of a domain's business. */
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <time.h>

#include "domain.h"

/* asm-generic/unistd.h of 5.14, 5.16, 6.7 and 6.8 */
#define NR_MEMFD_SECRET		447
#define NR_FUTEX_WAITV		449
#define NR_FUTEX_WAKE		454
#define NR_FUTEX_WAIT		455
#define NR_FUTEX_REQUEUE	456
#define NR_LSM_SET_SELF_ATTR	460

static int socket_and_file(struct scene *scene)
{
	return domain_files(scene) ?:
	       errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0, scene->fd));
}

/* A call that a kernel does not have is not free. */
static int there(struct scene *scene, long result, const char *call)
{
	if (result < 0 && errno == ENOSYS && scene->world == WORLD_CONTROL)
		return cannot(scene, "%s", call);
	return errno_of(result);
}

static int do_setgid(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_setgid, getgid()));
}

static int do_setreuid(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_setreuid, getuid(), getuid()));
}

static int do_setregid(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_setregid, getgid(), getgid()));
}

static int do_setfsuid(struct scene *scene)
{
	(void)scene;
	return setfsuid(getuid()) == (int)geteuid() ? WORKED : NO_EFFECT;
}

static int do_setfsgid(struct scene *scene)
{
	(void)scene;
	return setfsgid(getgid()) == (int)getegid() ? WORKED : NO_EFFECT;
}

/* Refused for want of a capability, with or without a sandbox */
static int do_setgroups(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_setgroups, 0, NULL));
}

static int do_capset(struct scene *scene)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct none[2] = { { 0 } };

	(void)scene;
	return errno_of(syscall(SYS_capset, &header, none));
}

static int do_seccomp(struct scene *scene)
{
	const uint32_t action = SECCOMP_RET_KILL_PROCESS;

	return there(scene, syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
				    &action), "seccomp(2)");
}

static int do_lsm_set_self_attr(struct scene *scene)
{
	return there(scene, syscall(NR_LSM_SET_SELF_ATTR, 100, NULL, 0, 0),
		     "lsm_set_self_attr(2) (Linux 6.8)");
}

static int do_shmdt(struct scene *scene)
{
	const int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
	void *memory;

	if (id < 0)
		return there(scene, id, "System V IPC (CONFIG_SYSVIPC)");
	memory = shmat(id, NULL, 0);
	if (memory == (void *)-1 || shmctl(id, IPC_RMID, NULL))
		return errno;
	return errno_of(shmdt(memory)) ?:
	       shmat(id, NULL, 0) == (void *)-1 ? WORKED : NO_EFFECT;
}

static int do_msgctl(struct scene *scene)
{
	const int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

	if (id < 0)
		return there(scene, id, "System V IPC (CONFIG_SYSVIPC)");
	return errno_of(msgctl(id, IPC_RMID, NULL));
}

static int do_semtimedop(struct scene *scene)
{
	const int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
	const struct timespec soon = { .tv_sec = 1 };
	struct sembuf one = { .sem_op = 1 };

	if (id < 0)
		return there(scene, id, "System V IPC (CONFIG_SYSVIPC)");
	return errno_of(semtimedop(id, &one, 1, &soon)) ?:
	       semctl(id, 0, GETVAL) == 1 ? WORKED : NO_EFFECT;
}

static uint32_t word;

/*
 * Nobody waits, so nobody is woken up. A wait for a value that the futex does
 * not have returns at once.
 */
static int do_futex(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL,
				0));
}

static int do_futex_wake(struct scene *scene)
{
	return there(scene, syscall(NR_FUTEX_WAKE, &word, 1UL, 1, 2),
		     "futex_wake(2) (Linux 6.7)");
}

static int do_futex_wait(struct scene *scene)
{
	return there(scene, syscall(NR_FUTEX_WAIT, &word, 1UL, 1UL, 2, NULL,
				    0), "futex_wait(2) (Linux 6.7)");
}

/* struct futex_waitv */
struct waiter {
	uint64_t value, address;
	uint32_t flags, reserved;
};

static int do_futex_waitv(struct scene *scene)
{
	const struct waiter waiter = { 1, (uintptr_t)&word, 2, 0 };

	return there(scene, syscall(NR_FUTEX_WAITV, &waiter, 1, 0, NULL, 0),
		     "futex_waitv(2) (Linux 5.16)");
}

static int do_futex_requeue(struct scene *scene)
{
	static uint32_t other;
	const struct waiter waiters[2] = {
		{ 0, (uintptr_t)&word, 2, 0 }, { 0, (uintptr_t)&other, 2, 0 },
	};

	return there(scene, syscall(NR_FUTEX_REQUEUE, waiters, 0, 1, 1),
		     "futex_requeue(2) (Linux 6.7)");
}

static int do_timer_create(struct scene *scene)
{
	struct sigevent none = { .sigev_notify = SIGEV_NONE };
	timer_t timer;

	(void)scene;
	return errno_of(timer_create(CLOCK_MONOTONIC, &none, &timer)) ?:
	       errno_of(timer_delete(timer));
}

static int do_memfd_secret(struct scene *scene)
{
	const int fd = syscall(NR_MEMFD_SECRET, 0);
	char *memory;

	if (fd < 0)
		return there(scene, fd, "memfd_secret(2)");
	if (ftruncate(fd, 4096))
		return errno;
	memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return errno;
	memory[0] = 'x';
	return errno_of(munmap(memory, 4096));
}

/* struct clone_args; the child ends at once */
static int do_clone3(struct scene *scene)
{
	uint64_t args[11] = { [4] = SIGCHLD };
	const long pid = syscall(SYS_clone3, args, sizeof(args));
	siginfo_t info;

	if (pid == 0)
		_exit(7);
	if (pid < 0)
		return there(scene, pid, "clone3(2)");
	return errno_of(waitid(P_PID, pid, &info, WEXITED)) ?:
	       info.si_status == 7 ? WORKED : NO_EFFECT;
}

static int do_shutdown(struct scene *scene)
{
	char byte;

	return errno_of(shutdown(scene->fd[0], SHUT_WR)) ?:
	       read(scene->fd[1], &byte, 1) == 0 ? WORKED : NO_EFFECT;
}

static int received(struct scene *scene, ssize_t (*receive)(int fd, char *to))
{
	char byte = 0;

	if (send(scene->fd[0], "x", 1, 0) != 1 ||
	    receive(scene->fd[1], &byte) != 1)
		return errno;
	return byte == 'x' ? WORKED : NO_EFFECT;
}

static ssize_t by_recvfrom(int fd, char *to)
{
	return recvfrom(fd, to, 1, 0, NULL, NULL);
}

static ssize_t by_recvmmsg(int fd, char *to)
{
	struct iovec iov = { to, 1 };
	struct mmsghdr message = {
		.msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 },
	};

	return recvmmsg(fd, &message, 1, 0, NULL);
}

static int do_recvfrom(struct scene *scene)
{
	return received(scene, by_recvfrom);
}

static int do_recvmmsg(struct scene *scene)
{
	return received(scene, by_recvmmsg);
}

static int do_mprotect(struct scene *scene)
{
	char *const page = mmap(NULL, 4096, PROT_READ,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)scene;
	if (page == MAP_FAILED || mprotect(page, 4096, PROT_WRITE))
		return errno;
	page[0] = 'x';
	return errno_of(munmap(page, 4096));
}

/* The kernel answers by a message that begins like this one. */
static int do_netlink_send(struct scene *scene)
{
	const struct {
		struct nlmsghdr header;
		struct ifinfomsg body;
	} request = {
		{ sizeof(request), RTM_GETLINK, NLM_F_REQUEST, 1, 0 },
		{ .ifi_family = AF_UNSPEC, .ifi_index = 1 },
	};
	const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			      NETLINK_ROUTE);
	struct { struct nlmsghdr header; char rest[4096]; } answer;

	if (fd < 0)
		return there(scene, fd, "netlink");
	if (send(fd, &request, sizeof(request), 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		return errno;
	return answer.header.nlmsg_type == RTM_NEWLINK ? WORKED : NO_EFFECT;
}

/* No kernel has this family, so the kernel looks for a module first. */
static int do_module_request(struct scene *scene)
{
	const int fd = socket(AF_MAX - 1, SOCK_STREAM, 0);

	(void)scene;
	return errno_of(fd);
}

static int do_setpgid(struct scene *scene)
{
	(void)scene;
	return errno_of(setpgid(0, 0)) ?:
	       getpgrp() == getpid() ? WORKED : NO_EFFECT;
}

static int do_setrlimit(struct scene *scene)
{
	struct rlimit limit;

	(void)scene;
	if (getrlimit(RLIMIT_CORE, &limit))
		return errno;
	limit.rlim_cur = 0;
	return errno_of(setrlimit(RLIMIT_CORE, &limit));
}

#define CALL(name) { #name, .op = do_##name }

static const struct variant calls[] = {
	{ "", .op = do_clone3 },
	CALL(setgid), CALL(setreuid), CALL(setregid), CALL(setfsuid),
	CALL(setfsgid), CALL(setgroups), CALL(capset), CALL(seccomp),
	CALL(lsm_set_self_attr), CALL(shmdt), CALL(msgctl), CALL(semtimedop),
	CALL(futex), CALL(futex_wake), CALL(futex_wait), CALL(futex_waitv),
	CALL(futex_requeue), CALL(timer_create), CALL(memfd_secret),
	CALL(shutdown), CALL(recvfrom), CALL(recvmmsg), CALL(setpgid),
	CALL(setrlimit), CALL(mprotect), CALL(netlink_send),
	CALL(module_request),
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("domain.own.calls",
	.own_memory = true,
	.claim	  = "clone3(2) and other calls of a process about itself end as without a sandbox",
	.guard	  = FS(READ_FILE),
	.promise  = { UNCHANGED },
	.newipc	  = true,
	.needs	  = "namespaces",
	.variants = calls,
	.scene	  = socket_and_file,
	.attempt  = by_variant,
	.witness  = read_guarded_file,
	.source	  = "userspace-api/landlock: rules are about actions on objects; none names these");
