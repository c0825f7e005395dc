// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a scenario of ports, in a network namespace of its own.  Who is outside
 * serves before anybody is inside; who is inside is a child that shares memory.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/programs.h"
#include "explore/parts/net.h"
#include "landlock/landlock.h"
#include "machine/privilege.h"

#define STACK_SIZE	(64 * 1024)
#define BACKLOG		256

static bool prepared, mptcp;
static int serving[OPERATIONS_MAX];
static int serving_count;
static char stack[STACK_SIZE] __attribute__((aligned(16)));

struct run {
	const struct claim *claim;
	const struct scenario *scenario;
	const bool *skip;
	struct observation *observation;
	int first;
};

bool net_has_mptcp(void)
{
	return mptcp;
}

static bool loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const bool done = ioctl(fd, SIOCSIFFLAGS, &request) == 0;

	close(fd);
	return done;
}

const char *net_prepare(void)
{
	int fd;

	if (prepared)
		return NULL;
	if (privilege == UNPRIVILEGED)
		privilege_init();
	if (privilege == UNPRIVILEGED || unshare(CLONE_NEWNET) ||
	    !loopback_up())
		return "namespaces (root, or user namespaces)";
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return "IPv6";
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	mptcp = fd >= 0;
	close(fd);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return "no_new_privs";
	prepared = true;
	return NULL;
}

static int result(long value)
{
	return value < 0 ? errno : 0;
}

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static union address address_of(const struct operation *op)
{
	const bool v6 = !(op->flags & NET_V6) != !(op->flags & NET_OTHER);
	union address address = { 0 };

	if (v6) {
		address.in6.sin6_family = AF_INET6;
		address.in6.sin6_port = htons(net_port(op->slot));
		address.in6.sin6_addr = in6addr_loopback;
	} else {
		address.in.sin_family = AF_INET;
		address.in.sin_port = htons(net_port(op->slot));
		address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	if (op->kind == PORT_DISCONNECT)
		address.any.sa_family = AF_UNSPEC;
	return address;
}

static int open_socket(const struct operation *op)
{
	/* Nothing lingers in the way of the next scenario. */
	const struct linger none = { .l_onoff = 1 };
	const int type = op->flags & NET_UDP ? SOCK_DGRAM : SOCK_STREAM;
	const int fd = socket(op->flags & NET_V6 ? AF_INET6 : AF_INET,
			      type | SOCK_CLOEXEC,
			      op->flags & NET_MPTCP ? IPPROTO_MPTCP : 0);

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	return fd;
}

static int serve(const struct operation *op)
{
	const struct operation both = { .flags = op->flags | NET_V6 };
	union address address = { .in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(net_port(op->slot)),
	} };
	const int fd = open_socket(&both);
	int error = result(bind(fd, &address.any, sizeof(address.in6)));

	if (!error && !(op->flags & NET_UDP))
		error = result(listen(fd, BACKLOG));
	if (error)
		close(fd);
	else
		serving[serving_count++] = fd;
	return error;
}

static int use_port(const struct operation *op)
{
	const union address address = address_of(op);
	const socklen_t length = sizeof(address.in6);
	const int fd = open_socket(op);
	int error;

	if (fd < 0)
		return errno;
	switch (op->kind) {
	case PORT_BIND:
		error = result(bind(fd, &address.any, length));
		break;
	case PORT_SEND:
		error = result(sendto(fd, "x", 1, 0, &address.any, length));
		break;
	case PORT_FASTOPEN:
		error = result(sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
				      &address.any, length));
		break;
	default:
		error = result(connect(fd, &address.any, length));
	}
	close(fd);
	return error;
}

static int enforce(const struct claim *claim, const struct policy *policy)
{
	const struct ruleset_attr attr = {
		.handled_access_net = policy->handled[SET_NET] &
				      model_rights(SET_NET, claim->abi),
	};
	int i, ruleset, error = 0;

	if (!attr.handled_access_net)
		return 0;
	ruleset = ll_create(&attr, 2 * sizeof(uint64_t), 0);
	if (ruleset < 0)
		return errno;
	for (i = 0; i < policy->grants_count && !error; i++) {
		const struct net_port_attr rule = {
			.allowed_access = policy->grants[i].access &
					  attr.handled_access_net,
			.port = policy->grants[i].port,
		};

		if (rule.allowed_access)
			error = result(ll_add(ruleset, RULE_NET_PORT, &rule,
					      0));
	}
	if (!error)
		error = result(ll_restrict(ruleset, 0));
	close(ruleset);
	return error;
}

static int inside(void *argument)
{
	const struct run *run = argument;
	int i;

	for (i = run->first; i < run->scenario->count; i++) {
		const struct operation *op = &run->scenario->operations[i];

		if (run->skip && run->skip[i])
			continue;
		run->observation->answers[i] = op->kind == PORT_ENFORCE ?
			enforce(run->claim,
				&run->scenario->policies[op->policy]) :
			use_port(op);
	}
	run->observation->count = run->scenario->count;
	_exit(0);
}

static bool run_inside(struct run *run, const char **why)
{
	int i, status = -1;
	pid_t pid;

	*why = "who is outside acts first, here";
	for (i = run->first; i < run->scenario->count; i++)
		if (run->scenario->operations[i].actor == NET_OUTSIDE)
			return false;
	pid = clone(inside, stack + STACK_SIZE, CLONE_VM | SIGCHLD, run);
	*why = "the child died";
	return pid > 0 && waitpid_retry(pid, &status) == 0 && status == 0;
}

bool net_run(const struct claim *claim, const struct scenario *scenario,
	     const bool *skip, struct observation *observation,
	     const char **why)
{
	struct run run = { claim, scenario, skip, observation, 0 };
	bool done;

	memset(observation->answers, 0xff, sizeof(observation->answers));
	observation->digest = 0;
	for (; run.first < scenario->count &&
	       scenario->operations[run.first].actor == NET_OUTSIDE;
	     run.first++) {
		const struct operation *op = &scenario->operations[run.first];

		observation->answers[run.first] =
			op->kind == PORT_SERVE ? serve(op) : use_port(op);
		observation->count = run.first + 1;
	}
	done = run.first == scenario->count || run_inside(&run, why);
	while (serving_count)
		close(serving[--serving_count]);
	return done;
}
