// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a scenario of ports in a network namespace of its own, whose peers are
 * this process.  First the twin: this process does what the model allows, and
 * shows what the stack answers without a sandbox.  Then one child does all of
 * it; it shares the memory, because a new address space would be most of the
 * cost, and has its own descriptors, which end with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/programs.h"
#include "explore/engine/finding.h"
#include "explore/engine/text.h"
#include "explore/parts/net.h"
#include "landlock/landlock.h"
#include "machine/privilege.h"

#define STACK_SIZE	(64 * 1024)
#define BACKLOG		1024
#define SETTLE_MS	3000	/* only bounds a hang */
#define LATE_MS		100	/* for a datagram that is on its way */
#define TWIN_TRIES	5

static char *stack;	/* of who is inside */
static int tcp_peers[TCP_PEERS], udp_peers[UDP_PEERS];
static bool has[PROTOCOL_MPTCP + 1][2];

struct run {
	const struct claim *claim;
	const struct scenario *scenario;
	const bool *skip, *half;
	struct observation *observation;
	int count;		/* of operations that are specified */
	int slots[SOCKETS_MAX];
};

/* The namespace and its peers */

static int new_socket(enum net_protocol protocol, bool v6)
{
	static const struct {
		int type, protocol;
	} kinds[] = {
		[PROTOCOL_TCP] = { SOCK_STREAM, IPPROTO_TCP },
		[PROTOCOL_UDP] = { SOCK_DGRAM, IPPROTO_UDP },
		[PROTOCOL_MPTCP] = { SOCK_STREAM, IPPROTO_MPTCP },
	};
	/* A reset, so that no port stays taken. */
	const struct linger linger = { .l_onoff = 1 };
	const struct timeval bound = { .tv_sec = SETTLE_MS / 1000 };
	const int fd = socket(v6 ? AF_INET6 : AF_INET,
			      kinds[protocol].type | SOCK_CLOEXEC,
			      kinds[protocol].protocol);

	if (fd < 0 || protocol == PROTOCOL_UDP)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof(bound));
	return fd;
}

static int new_peer(enum net_protocol protocol, uint16_t port)
{
	const struct sockaddr_in6 any6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(port),
	};
	const struct sockaddr_in any4 = {
		.sin_family = AF_INET, .sin_port = htons(port),
	};
	const bool v6 = has[protocol][true];
	const int fd = new_socket(protocol, v6);

	if (fd < 0 || bind(fd, v6 ? (const void *)&any6 : &any4,
			   v6 ? sizeof(any6) : sizeof(any4)) ||
	    (protocol == PROTOCOL_TCP && listen(fd, BACKLOG)) ||
	    fcntl(fd, F_SETFL, O_NONBLOCK))
		return -1;
	return fd;
}

static bool loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = false;

	if (fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
		request.ifr_flags |= IFF_UP;
		up = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	}
	close(fd);
	return up;
}

static void probe(void)
{
	int protocol, v6, fd;

	for (protocol = 0; protocol <= PROTOCOL_MPTCP; protocol++) {
		for (v6 = 0; v6 < 2; v6++) {
			fd = new_socket(protocol, v6);
			has[protocol][v6] = fd >= 0;
			if (fd >= 0)
				close(fd);
		}
	}
}

bool net_has(enum net_protocol protocol, bool v6)
{
	return has[protocol][v6];
}

const char *net_prepare(void)
{
	static bool ready;
	int i;

	if (ready)
		return NULL;
	if (!TAKE_ARRAY(stack, STACK_SIZE))
		return "memory for a stack";
	privilege_init();
	if (unshare(CLONE_NEWNET))
		return "a network namespace (root, or user namespaces)";
	if (!loopback_up())
		return "a loopback device";
	probe();
	for (i = 0; i < TCP_PEERS; i++)
		if ((tcp_peers[i] = new_peer(PROTOCOL_TCP, PORT_PEER + i)) < 0)
			return "a TCP peer";
	for (i = 0; i < UDP_PEERS; i++)
		if ((udp_peers[i] = new_peer(PROTOCOL_UDP, PORT_PEER + i)) < 0)
			return "a UDP peer";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return "no_new_privs";
	/* Now: it belongs to who is outside. */
	net_ring_can(&(struct operation){ .kind = NET_BIND });
	ready = true;
	return NULL;
}

/* What reached the peers since the last time */
struct reached {
	unsigned int accepted[TCP_PEERS], received[UDP_PEERS];
};

static void drain(struct reached *reached)
{
	char bytes[64];
	int i, fd;

	for (i = 0; i < TCP_PEERS; i++) {
		while ((fd = accept4(tcp_peers[i], NULL, NULL,
				     SOCK_CLOEXEC)) >= 0) {
			close(fd);
			reached->accepted[i]++;
		}
	}
	for (i = 0; i < UDP_PEERS; i++)
		while (recv(udp_peers[i], bytes, sizeof(bytes), 0) >= 0)
			reached->received[i]++;
}

static uint64_t mix(const struct reached *reached)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < TCP_PEERS; i++)
		sum += net_mix('t', i, reached->accepted[i], 0);
	for (i = 0; i < UDP_PEERS; i++)
		sum += net_mix('u', i, reached->received[i], 0);
	return sum;
}

/* Operations */

static int result(long value)
{
	return value < 0 ? errno : 0;
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

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage room;
	};
	socklen_t length;
};

static void fill(struct address *to, const char *text)
{
	static const struct in6_addr mapped = { {
		{ [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 }
	} };
	const struct net_address address = net_address(text);

	memset(to, 0, sizeof(*to));
	to->length = net_address_bytes(&address);
	to->v4.sin_port = htons(address.port);
	switch (address.family) {
	case FAMILY_V4:
		to->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		/* fall through */
	case FAMILY_V4_ANY:
		to->v4.sin_family = AF_INET;
		break;
	case FAMILY_V6:
		to->v6.sin6_addr = in6addr_loopback;
		/* fall through */
	case FAMILY_V6_ANY:
		to->v6.sin6_family = AF_INET6;
		break;
	case FAMILY_MAPPED:
		to->v6.sin6_family = AF_INET6;
		to->v6.sin6_addr = mapped;
		break;
	case FAMILY_UNIX:
		to->any.sa_family = AF_UNIX;
		strcpy(to->any.sa_data, "x");
		break;
	default:
		break;
	}
}

static int open_slot(int *slot, const char *text)
{
	bool v6;
	const enum net_protocol protocol = net_protocol(text, &v6);

	if (*slot >= 0)
		close(*slot);
	*slot = new_socket(protocol, v6);
	return result(*slot);
}

static int close_slot(int *slot)
{
	const int error = result(close(*slot));

	*slot = -1;
	return error;
}

/* Without blocking, and until it is known what came of it */
static int connect_later(int fd, const struct address *to)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };
	int zero = 0, one = 1, error;

	if (ioctl(fd, FIONBIO, &one))
		return errno;
	error = result(connect(fd, &to->any, to->length));
	if (error == EINPROGRESS)
		error = poll(&poll_fd, 1, SETTLE_MS) == 1 ? 0 : ETIMEDOUT;
	ioctl(fd, FIONBIO, &zero);
	return error;
}

static int send_messages(int fd, struct mmsghdr *messages, int count)
{
	int sent = sendmmsg(fd, messages, count, MSG_NOSIGNAL);

	if (sent == 1 && count == 2)
		sent = sendmmsg(fd, messages + 1, 1, MSG_NOSIGNAL);
	return result(sent);
}

static int ring_does(int fd, const struct operation *op)
{
	struct iovec byte = { "x", 1 };
	struct address to = { .length = 0 };
	struct msghdr message;

	if (op->kind != NET_LISTEN)
		fill(&to, op->text[0]);
	message = (struct msghdr) {
		.msg_name = to.length ? &to.any : NULL,
		.msg_namelen = to.length,
		.msg_iov = &byte, .msg_iovlen = 1,
	};
	return result(net_ring_do(op, fd, &to.any, to.length, &message));
}

static int send_slot(int fd, const struct operation *op, bool half)
{
	const int flags = MSG_NOSIGNAL |
			  (op->flags & SEND_FASTOPEN ? MSG_FASTOPEN : 0);
	struct iovec byte = { "x", 1 };
	struct mmsghdr messages[2] = { 0 };
	struct address to[2];
	const int count = op->kind == NET_SENDMMSG ? 2 : 1;
	int i;

	for (i = 0; i < count; i++) {
		fill(&to[i], op->text[i]);
		messages[i].msg_hdr = (struct msghdr) {
			.msg_name = to[i].length ? &to[i].any : NULL,
			.msg_namelen = to[i].length,
			.msg_iov = &byte, .msg_iovlen = 1,
		};
	}
	switch (op->kind) {
	case NET_SENDTO:
		return result(sendto(fd, "x", 1, flags,
				     messages[0].msg_hdr.msg_name,
				     to[0].length));
	case NET_SENDMSG:
		return result(sendmsg(fd, &messages[0].msg_hdr, flags));
	default:
		return send_messages(fd, messages, half ? 1 : 2);
	}
}

static int execute(struct run *run, int index)
{
	const struct operation *op = &run->scenario->operations[index];
	int *const slot = &run->slots[op->slot];
	struct address to;

	if (op->actor == NET_RING)
		return ring_does(*slot, op);
	switch (op->kind) {
	case NET_ENFORCE:
		return enforce(run->claim,
			       &run->scenario->policies[op->policy]);
	case NET_SOCKET:
		return open_slot(slot, op->text[0]);
	case NET_CLOSE:
		return close_slot(slot);
	case NET_BIND:
		fill(&to, op->text[0]);
		return result(bind(*slot, &to.any, to.length));
	case NET_CONNECT:
		fill(&to, op->text[0]);
		return op->flags & CONNECT_NONBLOCK ?
		       connect_later(*slot, &to) :
		       result(connect(*slot, &to.any, to.length));
	case NET_LISTEN:
		return result(listen(*slot, BACKLOG));
	default:
		return send_slot(*slot, op, run->half && run->half[index]);
	}
}

static uint16_t port_of(int fd, int (*get)(int, struct sockaddr *restrict,
					   socklen_t *restrict))
{
	struct address address = { .length = sizeof(address.room) };

	if (get(fd, &address.any, &address.length))
		return 0;
	return ntohs(address.v4.sin_port);
}

static void execute_all(struct run *run)
{
	struct observation *observation = run->observation;
	int i;

	for (i = 0; i < SOCKETS_MAX; i++)
		run->slots[i] = -1;
	for (i = 0; i < run->count; i++)
		if (!run->skip || !run->skip[i])
			observation->answers[i] = execute(run, i);
	for (i = 0; i < SOCKETS_MAX; i++) {
		const int fd = run->slots[i];
		uint16_t port;

		if (fd < 0)
			continue;
		port = port_of(fd, getsockname);
		if (port < PORT_OWN || port >= PORT_OWN + PORTS_OWN)
			port = 0;
		observation->digest += net_mix('s', i, port,
					       port_of(fd, getpeername));
	}
	observation->count = run->count;
}

static int inside(void *argument)
{
	execute_all(argument);
	_exit(0);
}

static void begin(struct observation *observation)
{
	memset(observation->answers, 0xff, sizeof(observation->answers));
	observation->digest = 0;
	observation->count = 0;
}

static bool as_predicted(const struct observation *observation,
			 const struct prediction *prediction, const bool *skip,
			 int *wrong)
{
	for (*wrong = 0; *wrong < prediction->count; (*wrong)++)
		if (!(skip && skip[*wrong]) &&
		    !expected_has(&prediction->expected[*wrong],
				  observation->answers[*wrong]))
			return false;
	return true;
}

/* What reached the peers, too; some of it may be late under emulation. */
static void finish(struct observation *observation,
		   const struct prediction *prediction, bool as_predicted)
{
	const uint64_t own = observation->digest;
	struct reached reached = { .accepted = { 0 } };

	drain(&reached);
	observation->digest = own + mix(&reached);
	if (!as_predicted || !prediction->digested ||
	    observation->digest == prediction->digest)
		return;
	poll(NULL, 0, LATE_MS);
	drain(&reached);
	observation->digest = own + mix(&reached);
}

/* Does this process, unsandboxed, get the answers of the model? */
static bool run_twin(struct run *run, const struct prediction *prediction,
		     int *wrong, int *got)
{
	struct observation observation;
	struct run twin = *run;
	bool skip[OPERATIONS_MAX], half[OPERATIONS_MAX], right;
	int i;

	for (i = 0; i < prediction->count; i++) {
		const struct expected *expected = &prediction->expected[i];
		const bool denied = expected->denied;

		skip[i] = run->scenario->operations[i].kind == NET_ENFORCE ||
			  (denied && !expected->partial);
		half[i] = denied && expected->partial;
	}
	twin.skip = skip;
	twin.half = half;
	twin.observation = &observation;
	begin(&observation);
	execute_all(&twin);
	for (i = 0; i < SOCKETS_MAX; i++)
		if (twin.slots[i] >= 0)
			close(twin.slots[i]);
	for (i = 0; i < prediction->count; i++)
		skip[i] |= half[i];
	right = as_predicted(&observation, prediction, skip, wrong);
	finish(&observation, prediction, right);
	*got = right ? 0 : observation.answers[*wrong];
	return right && (!prediction->digested ||
			 observation.digest == prediction->digest);
}

static void explain(char *why, size_t size, const struct scenario *scenario,
		    const struct prediction *prediction, int wrong, int got)
{
	char line[512] = "what is left";

	if (wrong < prediction->count)
		text_operation(&part_net, scenario, wrong, line, sizeof(line));
	snprintf(why, size,
		 "the model is wrong about this kernel without a sandbox: operation %d, %s: %s, not %s",
		 wrong + 1, line, answer_name(got), wrong == prediction->count ? "this" :
		 answer_name(prediction->expected[wrong].answers[0]));
}

bool net_run(const struct claim *claim, const struct scenario *scenario,
	     const bool *skip, struct observation *observation,
	     const char **why)
{
	static struct prediction prediction;
	static char why_twin[1024];
	struct run run = {
		.claim = claim, .scenario = scenario, .skip = skip,
		.observation = observation,
	};
	int i, wrong, got, status = -1;
	pid_t pid;

	net_predict(claim, scenario, &prediction);
	run.count = prediction.count;
	if (skip)
		prediction.digested = false;
	for (i = 0; !skip && !run_twin(&run, &prediction, &wrong, &got); i++) {
		if (i < TWIN_TRIES)
			continue;
		explain(why_twin, sizeof(why_twin), scenario, &prediction,
			wrong, got);
		*why = why_twin;
		return false;
	}
	begin(observation);
	*why = "a process";
	pid = clone(inside, stack + STACK_SIZE,
		    CLONE_VM | CLONE_VFORK | SIGCHLD, &run);
	if (pid < 0)
		return false;
	*why = "the child died";
	if (waitpid_retry(pid, &status) || status)
		return false;
	finish(observation, &prediction,
	       as_predicted(observation, &prediction, skip, &wrong));
	return true;
}
