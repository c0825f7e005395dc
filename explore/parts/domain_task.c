// SPDX-License-Identifier: GPL-2.0
/*
 * What a task of the part "domain" does when it is its turn.  Only one of all
 * tasks runs at any time; the others wait in read(2), which cannot fail, because
 * tasks share their memory, and with it errno, until they call execve(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/programs.h"
#include "explore/parts/domain.h"
#include "explore/parts/domain_task.h"
#include "landlock/landlock.h"

#define STACK_SIZE	(32 * 1024)
#define BACKLOG		1024
#define PATIENCE_MS	60000
/* Of real-time signals, which are counted; the C library takes the first two. */
#define SIGNALS		28

struct domain_arena *domain_arena;
static char (*stacks)[STACK_SIZE];

static int result(long value)
{
	return value < 0 ? errno : 0;
}

int domain_signal(int index)
{
	return SIGRTMIN + index % SIGNALS;
}

/* Policies */

static int enforce(const struct policy *policy)
{
	const int abi = domain_arena->claim.abi;
	const struct ruleset_attr attr = {
		/* A layer that scopes nothing needs a right to be one. */
		.handled_access_fs = MAKE_BLOCK,
		.scoped = policy->handled[SET_SCOPED] &
			  model_rights(SET_SCOPED, abi),
	};
	const uint32_t flags = abi >= 8 ? policy->flags & RESTRICT_ALL_THREADS :
					  0;
	const int ruleset = ll_create(&attr, attr.scoped ?
				      3 * sizeof(uint64_t) : sizeof(uint64_t),
				      0);
	int error;

	if (ruleset < 0)
		return errno;
	error = result(ll_restrict(ruleset, flags));
	close(ruleset);
	return error;
}

/* Tasks */

static int task_main(void *argument)
{
	domain_serve((intptr_t)argument);
	return 0;
}

static int start(int task, bool thread)
{
	const int flags = thread ? CLONE_VM | CLONE_FS | CLONE_FILES |
				   CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM :
				   CLONE_VM | SIGCHLD;
	const pid_t pid = !TAKE_ARRAY(stacks, TASKS_MAX) ? -1 :
			  clone(task_main, stacks[task] + STACK_SIZE, flags,
				(void *)(intptr_t)task);

	if (pid < 0)
		return errno;
	domain_arena->thread[task] = pid;
	domain_arena->process[task] = thread ? getpid() : pid;
	__atomic_or_fetch(&domain_arena->alive, 1U << task, __ATOMIC_RELEASE);
	return 0;
}

/* Goes on as the same task in the same program, with memory of its own. */
static int execute(int task)
{
	char number[8];
	char *const argv[] = { DOMAIN_TASK_NAME, number, NULL };

	snprintf(number, sizeof(number), "%d", task);
	execveat(self_fd, "", argv, environ, AT_EMPTY_PATH);
	return errno;
}

/* Signals */

static int send_signal(const struct operation *op, int index, int target)
{
	const pid_t process = domain_arena->process[target];
	const int number = domain_signal(index);
	int pidfd, error;

	if (op->flags & KILL_ZERO)
		return result(kill_one(process, 0));
	if (op->flags & KILL_THREAD)
		return result(syscall(SYS_tgkill, process,
				      domain_arena->thread[target], number));
	if (op->flags & KILL_QUEUE)
		return result(sigqueue(process, number,
				       (union sigval){ .sival_int = index }));
	if (!(op->flags & KILL_PIDFD))
		return result(kill_one(process, number));
	pidfd = syscall(SYS_pidfd_open, process, 0);
	if (pidfd < 0)
		return errno;
	error = result(syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0));
	close(pidfd);
	return error;
}

/* The group of a task, but never that of who started all this */
static pid_t group_of(int task)
{
	const pid_t group = getpgid(domain_arena->process[task]);

	return group == domain_arena->outside_group ? -1 : group;
}

static int send_to_group(int index, int target)
{
	const pid_t group = group_of(target);

	return group > 1 ? result(kill(-group, domain_signal(index))) : EDOM;
}

static int own(const struct operation *op, int index)
{
	const int file = domain_file(op->text[0]);
	const int target = domain_task(op->text[1]);
	const int fd = FD_FILE + 2 * file;
	struct f_owner_ex owner = {
		F_OWNER_PID, domain_arena->process[target]
	};

	if (op->flags & OWN_GROUP)
		owner = (struct f_owner_ex){ F_OWNER_PGRP, group_of(target) };
	else if (op->flags & OWN_THREAD)
		owner = (struct f_owner_ex){ F_OWNER_TID,
					     domain_arena->thread[target] };
	if (owner.pid < 1)
		return EDOM;
	domain_arena->signals[file] = domain_signal(index);
	return result(fcntl(fd, F_SETOWN_EX, &owner)) ?:
	       result(fcntl(fd, F_SETSIG, domain_arena->signals[file]));
}

static int join_group(int task, int target)
{
	const pid_t own = domain_arena->process[task];

	if (domain_arena->process[target] == own)
		return result(setpgid(0, 0));
	return result(setpgid(0, getpgid(domain_arena->process[target])));
}

/* Sockets */

static socklen_t name(struct sockaddr_un *address, int endpoint)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	return offsetof(struct sockaddr_un, sun_path) + 1 +
	       snprintf(address->sun_path + 1, 40, "landproof-%d-%d",
			domain_arena->names, endpoint);
}

static int new_socket(bool datagram)
{
	return socket(AF_UNIX, (datagram ? SOCK_DGRAM : SOCK_STREAM) |
		      SOCK_NONBLOCK, 0);
}

static int new_endpoint(int endpoint, bool datagram)
{
	const int fd = new_socket(datagram);
	int error;

	if (fd < 0)
		return errno;
	error = result(dup2(fd, FD_ENDPOINT + endpoint));
	close(fd);
	return error;
}

static int type_of(int fd)
{
	socklen_t size = sizeof(int);
	int type = -1;

	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
	return type;
}

static int bind_endpoint(int endpoint)
{
	const int fd = FD_ENDPOINT + endpoint;
	struct sockaddr_un address;
	const socklen_t length = name(&address, endpoint);

	if (bind(fd, (struct sockaddr *)&address, length))
		return errno;
	return type_of(fd) == SOCK_DGRAM ? 0 : result(listen(fd, BACKLOG));
}

static int pass_endpoint(int endpoint)
{
	char room[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec byte = { "x", 1 };
	struct msghdr message = {
		.msg_iov = &byte, .msg_iovlen = 1,
		.msg_control = room, .msg_controllen = sizeof(room),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	*header = (struct cmsghdr) {
		.cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
	};
	*(int *)CMSG_DATA(header) = FD_ENDPOINT + endpoint;
	return result(sendmsg(FD_PASS, &message, MSG_DONTWAIT));
}

static int take_endpoint(int endpoint)
{
	char room[CMSG_SPACE(sizeof(int))], bytes[8];
	struct iovec byte = { bytes, sizeof(bytes) };
	struct msghdr message = {
		.msg_iov = &byte, .msg_iovlen = 1,
		.msg_control = room, .msg_controllen = sizeof(room),
	};
	struct cmsghdr *header;
	int fd, error;

	if (recvmsg(FD_PASS + 1, &message, MSG_DONTWAIT) < 0)
		return errno;
	header = CMSG_FIRSTHDR(&message);
	if (!header)
		return ENODATA;
	fd = *(int *)CMSG_DATA(header);
	error = result(dup2(fd, FD_ENDPOINT + endpoint));
	close(fd);
	return error;
}

static int send_byte(int fd, int endpoint)
{
	struct sockaddr_un address;
	const socklen_t length = endpoint < 0 ? 0 : name(&address, endpoint);

	return result(sendto(fd, "x", 1, MSG_NOSIGNAL,
			     endpoint < 0 ? NULL : (void *)&address, length));
}

static int connect_to(int fd, int endpoint)
{
	struct sockaddr_un address;
	const socklen_t length = name(&address, endpoint);

	return result(connect(fd, (struct sockaddr *)&address, length));
}

/* From a new socket.  A stream is there if something can be sent on it. */
static int reach(int endpoint, bool datagram)
{
	const int fd = new_socket(datagram);
	int error;

	if (fd < 0)
		return errno;
	error = datagram ? send_byte(fd, endpoint) :
			   connect_to(fd, endpoint) ?: send_byte(fd, -1);
	close(fd);
	return error;
}

static int receive(int endpoint)
{
	char byte;

	return result(recv(FD_ENDPOINT + endpoint, &byte, 1, MSG_DONTWAIT));
}

/* Tracing */

/* Without leaving anything behind */
static int seize(pid_t thread)
{
	int status;

	if (ptrace(PTRACE_SEIZE, thread, 0, 0))
		return errno;
	if (ptrace(PTRACE_INTERRUPT, thread, 0, 0))
		return errno;
	if (waitpid(thread, &status, __WALL) < 0)
		return errno;
	return result(ptrace(PTRACE_DETACH, thread, 0, 0));
}

static int get_descriptor(pid_t process)
{
	const int pidfd = syscall(SYS_pidfd_open, process, 0);
	int fd, error;

	if (pidfd < 0)
		return errno;
	fd = syscall(SYS_pidfd_getfd, pidfd, FD_BACK, 0);
	error = result(fd);
	if (fd >= 0)
		close(fd);
	close(pidfd);
	return error;
}

static int read_link(pid_t thread)
{
	char path[32], to[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", thread);
	return result(readlink(path, to, sizeof(to)));
}

static int inspect(uint32_t flags, int target)
{
	const pid_t thread = domain_arena->thread[target];

	if (flags & INSPECT_SEIZE)
		return seize(thread);
	if (flags & INSPECT_KCMP)
		return result(syscall(SYS_kcmp, gettid(), thread, KCMP_VM, 0,
				      0));
	return flags & INSPECT_EXE ? read_link(thread) :
				     get_descriptor(domain_arena->process[target]);
}

static int perform(int task, int index)
{
	const struct scenario *scenario = &domain_arena->scenario;
	const struct operation *op = &scenario->operations[index];
	const int one = domain_endpoint(op->text[0]);
	const int other = domain_endpoint(op->text[1]);
	const int target = domain_task(op->text[0]);

	switch (op->kind) {
	case DOMAIN_ENFORCE:
		return enforce(&scenario->policies[op->policy]);
	case DOMAIN_FORK:
	case DOMAIN_THREAD:
		return start(target, op->kind == DOMAIN_THREAD);
	case DOMAIN_EXIT:
		return 0;
	case DOMAIN_EXEC:
		return execute(task);
	case DOMAIN_GROUP:
		return join_group(task, target);
	case DOMAIN_SOCKET:
		return new_endpoint(one, domain_is_datagram(scenario, index + 1,
							    op->text[0]));
	case DOMAIN_BIND:
		return bind_endpoint(one);
	case DOMAIN_PASS:
		return pass_endpoint(one);
	case DOMAIN_OWN:
		return own(op, index);
	case DOMAIN_KILL:
		return send_signal(op, index, target);
	case DOMAIN_KILL_GROUP:
		return send_to_group(index, target);
	case DOMAIN_EVENT:
		return result(write(FD_FILE + 2 * domain_file(op->text[0]) + 1,
				    "x", 1));
	case DOMAIN_REACH:
		return reach(one, domain_is_datagram(scenario, index,
						     op->text[0]));
	case DOMAIN_CONNECT:
		return connect_to(FD_ENDPOINT + one, other);
	case DOMAIN_SEND:
		return send_byte(FD_ENDPOINT + one, -1);
	case DOMAIN_SENDTO:
		return send_byte(FD_ENDPOINT + one, other);
	case DOMAIN_INSPECT:
		return inspect(op->flags, target);
	default:
		return result(ptrace(PTRACE_TRACEME, 0, 0, 0));
	}
}

/* How many were pending */
static int take_signals(int number)
{
	const struct timespec now = { 0 };
	int count = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	while (sigtimedwait(&set, NULL, &now) == number)
		count++;
	return count;
}

/* False: it leaves. */
static bool answer(int task)
{
	struct domain_arena *arena = domain_arena;

	switch (arena->request) {
	case REQUEST_DO:
		arena->answer = perform(task, arena->index);
		return true;
	case REQUEST_SIGNALS:
		arena->answer = take_signals(arena->number);
		return true;
	case REQUEST_TAKE:
		arena->answer = take_endpoint(arena->number);
		return true;
	case REQUEST_RECEIVE:
		arena->answer = receive(arena->number);
		return true;
	case REQUEST_REAP:
		arena->answer = result(waitpid(arena->number, NULL, __WALL));
		return true;
	default:
		return false;
	}
}

int domain_serve(int task)
{
	const uint64_t one = 1;
	uint64_t turns;

	if (task == DOMAIN_OUTSIDE) {
		answer(task);
		return domain_arena->answer;
	}
	/* It gives up if whoever asks is gone. */
	while (poll(&(struct pollfd){ FD_GO + task, POLLIN }, 1,
		    PATIENCE_MS) == 1) {
		bool stays;

		if (read(FD_GO + task, &turns, sizeof(turns)) !=
		    sizeof(turns))
			break;
		stays = answer(task);
		if (write(FD_BACK, &one, sizeof(one)) != sizeof(one) ||
		    !stays)
			break;
	}
	return 0;
}

int domain_task_main(int task)
{
	const uint64_t one = 1;

	domain_arena = mmap(NULL, sizeof(*domain_arena), PROT_READ | PROT_WRITE,
			    MAP_SHARED, FD_ARENA, 0);
	if (domain_arena == MAP_FAILED || self_open())
		return 1;
	/* This is what execve(2) answers. */
	domain_arena->answer = 0;
	if (write(FD_BACK, &one, sizeof(one)) != sizeof(one))
		return 1;
	return domain_serve(task);
}
