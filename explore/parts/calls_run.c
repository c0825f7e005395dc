// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a scenario of Landlock's own calls in a child of its own, because
 * no_new_privs and capabilities are lost for good.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/programs.h"
#include "explore/parts/calls.h"
#include "lab/lab.h"
#include "landlock/landlock.h"
#include "machine/privilege.h"

#define UNKNOWN_FLAG	(1U << 31)
#define LARGEST_PAGE	65536

/* What rules are on */
static int dir_fd = -1, file_fd, pipe_fd, memory_fd;
static bool has_namespaces, has_inet;
static struct observation *shared;
static int abi = MODEL_ABI_NEWEST;	/* of the last scenario */

int calls_abi(void)
{
	return abi;
}

static bool is_capable(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2] = { { 0 } };

	return syscall(SYS_capget, &header, caps) == 0 &&
	       caps[0].effective >> CAP_SYS_ADMIN & 1;
}

const char *calls_lack(void)
{
	static const char *lack;
	static bool looked;

	if (looked)
		return lack;
	looked = true;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
		lack = "a process without no_new_privs";
	else if (!is_capable() && (privilege_init(), !is_capable()))
		lack = "CAP_SYS_ADMIN (root, or user namespaces)";
	return lack;
}

static bool can_unshare(void)
{
	const pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER) != 0);
	return pid > 0 && waitpid_retry(pid, &status) == 0 && status == 0;
}

const char *calls_prepare(void)
{
	int ends[2];

	if (dir_fd >= 0)
		return NULL;
	has_namespaces = can_unshare();
	/* Without it: landlock_add_rule(2), EAFNOSUPPORT. */
	has_inet = !lab_missing_inet();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	file_fd = open("/dev/null", O_PATH | O_CLOEXEC);
	memory_fd = memfd_create("calls", MFD_CLOEXEC);
	if (shared == MAP_FAILED || file_fd < 0 || memory_fd < 0 ||
	    pipe2(ends, O_CLOEXEC))
		return "/dev/null, a pipe and memfd_create(2)";
	pipe_fd = ends[0];
	dir_fd = open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir_fd < 0 ? "/dev" : NULL;
}

bool calls_has(int kind)
{
	switch (kind) {
	case CALLS_USERNS:
		return has_namespaces;
	case CALLS_ADD_PORT:
	case CALLS_BIND:
		return has_inet;
	default:
		return true;
	}
}

static int result(long value)
{
	return value < 0 ? errno : 0;
}

/* sizes of an attribute end with a page: copy_struct_from_user() */
static size_t attr_size(uint32_t flags)
{
	const size_t page = getpagesize();

	return flags & CREATE_EMPTY ? 0 : flags & CREATE_SHORT ? 7 :
	       flags & CREATE_FIRST ? 8 : flags & CREATE_SECOND ? 16 :
	       flags & CREATE_OVER ? page + 1 :
	       flags & (CREATE_PAGE | CREATE_TAIL) ? page :
	       sizeof(struct ruleset_attr);
}

static int create(const struct claim *claim, const struct operation *op,
		  int *slot)
{
	static char room[LARGEST_PAGE + 1] __attribute__((aligned(8)));
	struct ruleset_attr *const attr = (void *)room;
	const struct calls_attr wanted = calls_attr(op->text[0], claim->abi);
	const uint32_t flags = op->flags;
	int fd;

	memset(room, 0, getpagesize() + 1);
	*attr = (struct ruleset_attr) {
		wanted.handled[SET_FS], wanted.handled[SET_NET],
		wanted.handled[SET_SCOPED], wanted.quiet[SET_FS],
		wanted.quiet[SET_NET], wanted.quiet[SET_SCOPED],
	};
	attr->handled_access_fs |= flags & CREATE_FS_BIT ? CALLS_BIT : 0;
	attr->handled_access_net |= flags & CREATE_NET_BIT ? CALLS_BIT : 0;
	attr->scoped |= flags & CREATE_SCOPED_BIT ? CALLS_BIT : 0;
	room[getpagesize() - 1] = !!(flags & CREATE_TAIL);
	fd = ll_create(flags & CREATE_NULL ? NULL :
		       flags & CREATE_BAD ? (void *)8 : room,
		       attr_size(flags),
		       flags & CREATE_UNKNOWN ? UNKNOWN_FLAG : 0);
	if (fd < 0)
		return errno;
	close(*slot);
	*slot = fd;
	return 0;
}

static int query(const struct claim *claim, const struct operation *op)
{
	static const struct ruleset_attr attr;
	const uint32_t flags = op->flags, wanted = calls_errata(claim->abi);
	const int number = ll_create(flags & QUERY_ATTR ? &attr : NULL,
		flags & QUERY_SIZE ? sizeof(attr) : 0,
		(flags & QUERY_VERSION ? CREATE_VERSION : 0) |
		(flags & QUERY_ERRATA ? CREATE_ERRATA : 0) |
		(flags & QUERY_UNKNOWN ? UNKNOWN_FLAG : 0));

	if (number < 0)
		return errno;
	return flags & QUERY_ERRATA && (number & wanted) != wanted ? ENODATA :
								     0;
}

static int add_rule(const struct claim *claim, const struct operation *op,
		    int ruleset)
{
	const bool path = op->kind == CALLS_ADD_PATH;
	const uint32_t flags = calls_add_flags(op->flags, claim->abi);
	const uint64_t access = calls_access(path ? SET_FS : SET_NET,
					     op->text[0], claim->abi) |
				(flags & ADD_BIT ? CALLS_BIT : 0);
	const struct path_beneath_attr beneath = {
		access, flags & ADD_FILE ? file_fd : flags & ADD_CLOSED ? -1 :
		flags & ADD_PIPE ? pipe_fd : flags & ADD_MEMFD ? memory_fd :
		dir_fd,
	};
	const struct net_port_attr port = {
		access, strtoull(op->text[1], NULL, 10),
	};
	const void *rule = path ? (const void *)&beneath : &port;

	return result(ll_add(flags & ADD_NO_RULESET ? pipe_fd : ruleset,
			     path ? RULE_PATH_BENEATH : RULE_NET_PORT,
			     flags & ADD_NULL ? NULL : rule,
			     (flags & ADD_QUIETLY ? ADD_QUIET : 0) |
			     (flags & ADD_UNKNOWN ? UNKNOWN_FLAG : 0)));
}

static int restrict_self(const struct claim *claim, const struct operation *op,
			 int ruleset)
{
	const uint32_t flags = calls_restrict_flags(op->flags, claim->abi);

	if (flags & RESTRICT_NONE)
		ruleset = -1;
	if (flags & RESTRICT_MINUS)
		ruleset = -2;
	if (flags & RESTRICT_OTHER)
		ruleset = pipe_fd;
	return result(ll_restrict(ruleset, (flags & (RESTRICT_LAST - 1)) |
				  (flags & RESTRICT_LAST ? UNKNOWN_FLAG : 0)));
}

static int drop(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &header, caps))
		return errno;
	caps[0].effective &= ~(1U << CAP_SYS_ADMIN);
	caps[0].permitted &= ~(1U << CAP_SYS_ADMIN);
	caps[0].inheritable &= ~(1U << CAP_SYS_ADMIN);
	return result(syscall(SYS_capset, &header, caps));
}

static int open_and_close(int fd)
{
	const int error = result(fd);

	if (fd >= 0)
		close(fd);
	return error;
}

static int bind_zero(void)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int error = fd < 0 ? errno :
		result(bind(fd, (const void *)&any, sizeof(any)));

	close(fd);
	return error;
}

static int execute(const struct claim *claim, const struct operation *op,
		   int *slots)
{
	int *const slot = &slots[op->slot];
	int error;

	switch (op->kind) {
	case CALLS_CREATE:
		return create(claim, op, slot);
	case CALLS_QUERY:
		return query(claim, op);
	case CALLS_ADD_PATH:
	case CALLS_ADD_PORT:
		return add_rule(claim, op, *slot);
	case CALLS_RESTRICT:
		return restrict_self(claim, op, *slot);
	case CALLS_CLOSE:
		error = result(close(*slot));
		*slot = -1;
		return error;
	case CALLS_SET_NNP:
		return result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	case CALLS_IS_NNP:
		return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) ? 0 : ENODATA;
	case CALLS_DROP:
		return drop();
	case CALLS_USERNS:
		return result(unshare(CLONE_NEWUSER));
	case CALLS_READ:
		return open_and_close(open("/dev/null", O_RDONLY | O_CLOEXEC));
	default:
		return bind_zero();
	}
}

bool calls_run(const struct claim *claim, const struct scenario *scenario,
	       const bool *skip, struct observation *observation,
	       const char **why)
{
	int slots[RULESETS_MAX] = { -1, -1, -1, -1 };
	int i, status = -1;
	pid_t pid;

	abi = claim->abi;
	*why = "a process";
	pid = fork();
	if (pid == 0) {
		for (i = 0; i < scenario->count; i++)
			if (!skip || !skip[i])
				shared->answers[i] = execute(claim,
					&scenario->operations[i], slots);
		_exit(0);
	}
	if (pid < 0)
		return false;
	*why = "the child died";
	if (waitpid_retry(pid, &status) || status)
		return false;
	*observation = *shared;
	observation->count = scenario->count;
	return true;
}
