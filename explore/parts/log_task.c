// SPDX-License-Identifier: GPL-2.0
/*
 * What a task of the part "log" does when it is its turn.  Tasks share their
 * memory until they call execve(2); only one of them runs at any time.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/programs.h"
#include "explore/parts/log.h"
#include "explore/parts/log_task.h"

#define STACK_SIZE	(32 * 1024)
#define PATIENCE_MS	60000

struct log_arena *log_arena;
static char (*stacks)[STACK_SIZE];

static int result(long value)
{
	return value < 0 ? errno : 0;
}

/* Policies */

static int add_path(int ruleset, int fd, uint32_t access, bool quiet)
{
	const struct path_beneath_attr attr = {
		.allowed_access = access, .parent_fd = fd,
	};

	if (!access && !quiet)
		return 0;
	return result(ll_add(ruleset, RULE_PATH_BENEATH, &attr,
			     quiet ? ADD_QUIET : 0));
}

static int add_port(int ruleset, uint16_t port, uint32_t access, bool quiet)
{
	const struct net_port_attr attr = {
		.allowed_access = access, .port = port,
	};

	if (!access && !quiet)
		return 0;
	return result(ll_add(ruleset, RULE_NET_PORT, &attr,
			     quiet ? ADD_QUIET : 0));
}

static int add_grant(int ruleset, const struct log_layer *layer,
		     const struct grant *grant)
{
	const enum set set = grant->path[0] ? SET_FS : SET_NET;
	const int path = log_path(grant->path);
	const bool quiet = grant->quiet && layer->quiet[set];
	uint32_t access = grant->access & layer->handled[set];

	if (set == SET_NET)
		return add_port(ruleset, grant->port, access, quiet);
	if (path >= LOG_DIRS)
		access &= FILE_RIGHTS;
	return add_path(ruleset, FD_LOG_PATH + path, access, quiet);
}

static int enforce(const char *domain, const struct policy *policy)
{
	const struct claim *claim = &log_arena->claim;
	const struct log_layer layer = log_layer(claim, policy);
	const struct ruleset_attr attr = {
		.handled_access_fs = layer.handled[SET_FS],
		.handled_access_net = layer.handled[SET_NET],
		.scoped = layer.handled[SET_SCOPED],
		.quiet_access_fs = layer.quiet[SET_FS],
		.quiet_access_net = layer.quiet[SET_NET],
		.quiet_scoped = layer.quiet[SET_SCOPED],
	};
	const int ruleset = ll_create(&attr, (claim->abi < 10 ? 3 : 6) *
				      sizeof(uint64_t), 0);
	char name[16];
	int i, error = 0;

	if (ruleset < 0)
		return errno;
	for (i = 0; i < policy->grants_count && !error; i++)
		error = add_grant(ruleset, &layer, &policy->grants[i]);
	/* So that it can be executed again */
	error = error ?: add_path(ruleset, self_fd, layer.handled[SET_FS] &
				  (EXECUTE | READ_FILE), false);
	snprintf(name, sizeof(name), "%.9s%.6s", log_arena->name, domain);
	prctl(PR_SET_NAME, name);
	error = error ?: result(ll_restrict(ruleset, policy->flags & 7));
	close(ruleset);
	return error;
}

/* Tasks */

static int task_main(void *argument)
{
	log_serve((intptr_t)argument);
	return 0;
}

static int start(int task)
{
	pid_t pid;

	if (!TAKE_ARRAY(stacks, LOG_TASKS))
		return errno;
	pid = clone(task_main, stacks[task] + STACK_SIZE, CLONE_VM | SIGCHLD,
		    (void *)(intptr_t)task);
	if (pid < 0)
		return errno;
	log_arena->process[task] = pid;
	log_arena->alive |= 1U << task;
	return 0;
}

static int execute(int task)
{
	char number[8];
	char *const argv[] = { LOG_TASK_NAME, number, NULL };

	snprintf(number, sizeof(number), "%d", task);
	execveat(self_fd, "", argv, environ, AT_EMPTY_PATH);
	return errno;
}

/* Files.  What is made is taken away again; what is removed is there. */

static int open_and_close(const char *path, int flags)
{
	const int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int open_file(const char *path, uint32_t flags)
{
	static const int modes[] = {
		[LOG_READ] = O_RDONLY, [LOG_WRITE] = O_WRONLY,
		[LOG_READ | LOG_WRITE] = O_RDWR,
	};

	return open_and_close(path, modes[flags & 3] |
			      (flags & LOG_TRUNC ? O_TRUNC : 0));
}

static int make(const char *dir, uint32_t flags)
{
	char path[TEXT_MAX + 4];

	snprintf(path, sizeof(path), "%s/n", dir);
	switch (flags) {
	case LOG_DIR:
		return result(mkdir(path, 0700));
	case LOG_SYM:
		return result(symlink("f", path));
	case LOG_FIFO:
		return result(mknod(path, S_IFIFO | 0600, 0));
	case LOG_SOCK:
		return result(mknod(path, S_IFSOCK | 0600, 0));
	default:
		return result(mknod(path, S_IFREG | 0600, 0));
	}
}

static int remove_from(const char *dir, bool directory)
{
	char path[TEXT_MAX + 4];

	snprintf(path, sizeof(path), "%s/n", dir);
	return result(directory ? rmdir(path) : unlink(path));
}

/* Ports: only what Landlock says to it counts. */

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in) {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int judged(int ret)
{
	return ret < 0 && errno == EACCES ? EACCES : 0;
}

static int use_port(enum log_kind kind, uint16_t port, bool datagram)
{
	const struct sockaddr_in to = loopback(port);
	const struct sockaddr *at = (const struct sockaddr *)&to;
	int fd, answer;

	if (kind == LOG_SEND)
		return judged(sendto(FD_LOG_UDP, "", 1, MSG_NOSIGNAL, at,
				     sizeof(to)));
	fd = socket(AF_INET, (datagram ? SOCK_DGRAM : SOCK_STREAM) |
		    SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	answer = judged(kind == LOG_BIND ? bind(fd, at, sizeof(to)) :
					   connect(fd, at, sizeof(to)));
	close(fd);
	return answer;
}

/* Processes */

size_t log_address(struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	return offsetof(struct sockaddr_un, sun_path) + 1 +
	       snprintf(address->sun_path + 1, 40, "landproof-log-%d",
			log_arena->process[LOG_OUTSIDE]);
}

static int reach(bool stream)
{
	const int fd = socket(AF_UNIX, (stream ? SOCK_STREAM : SOCK_DGRAM) |
			      SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	const size_t length = log_address(&address);
	int error;

	if (fd < 0)
		return errno;
	error = result(connect(fd, (struct sockaddr *)&address, length));
	close(fd);
	return error;
}

int log_perform(int task)
{
	const struct operation *op =
		&log_arena->scenario.operations[log_arena->index];
	const char *text = op->text[0];
	const int target = log_task(text);

	switch (op->kind) {
	case LOG_ENFORCE:
		return enforce(text, &log_arena->scenario.policies[op->policy]);
	case LOG_MUTE:
		return result(ll_restrict(-1, RESTRICT_SUBDOMAINS_OFF));
	case LOG_FORK:
		return start(target);
	case LOG_EXEC:
		return execute(task);
	case LOG_OPEN:
		return open_file(text, op->flags);
	case LOG_LIST:
		return open_and_close(text, O_RDONLY | O_DIRECTORY);
	case LOG_TRUNCATE:
		return result(truncate(text, 0));
	case LOG_MAKE:
		return make(text, op->flags);
	case LOG_REMOVE:
		return remove_from(text, op->flags);
	case LOG_MOUNT:
		return result(mount("landproof", text, "tmpfs", 0, NULL));
	case LOG_BIND:
	case LOG_CONNECT:
	case LOG_SEND:
		return use_port(op->kind, atoi(text), op->flags);
	case LOG_KILL:
		/* A signal that is ignored unless it is waited for */
		return result(kill_one(log_arena->process[target], SIGURG));
	case LOG_REACH:
		return reach(op->flags & LOG_STREAM);
	case LOG_INSPECT:
		return result(syscall(SYS_kcmp, getpid(),
				      log_arena->process[target], KCMP_VM, 0,
				      0));
	default:
		return 0;
	}
}

int log_serve(int task)
{
	const uint64_t one = 1;
	uint64_t turns;

	/* It gives up if whoever asks is gone. */
	while (poll(&(struct pollfd){ FD_LOG_GO + task, POLLIN }, 1,
		    PATIENCE_MS) == 1) {
		if (read(FD_LOG_GO + task, &turns, sizeof(turns)) !=
		    sizeof(turns) || log_arena->index < 0)
			break;
		log_arena->answer = log_perform(task);
		if (write(FD_LOG_BACK, &one, sizeof(one)) != sizeof(one))
			break;
	}
	return 0;
}

int log_task_main(int task)
{
	const uint64_t one = 1;

	log_arena = mmap(NULL, sizeof(*log_arena), PROT_READ | PROT_WRITE,
			 MAP_SHARED, FD_LOG_ARENA, 0);
	if (log_arena == MAP_FAILED || self_open())
		return 1;
	/* This is what execve(2) answers. */
	log_arena->answer = 0;
	sabotage = log_arena->sabotage;
	if (write(FD_LOG_BACK, &one, sizeof(one)) != sizeof(one))
		return 1;
	return log_serve(task);
}
