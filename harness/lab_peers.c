// SPDX-License-Identifier: GPL-2.0
/* The peers of the network cases: they echo what arrives, each on its port. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

#include "lab_parts.h"
#include "run.h"

#define PEERS_MAX 32

static pid_t peer_pids[PEERS_MAX];
static size_t running;

bool lab_is_peer(pid_t pid)
{
	size_t i;

	for (i = 0; i < running; i++)
		if (peer_pids[i] == pid)
			return true;
	return false;
}

/* Peers: an echo of whatever arrives, on one thread, for all their ports. */
struct listener {
	int port, type, protocol;
};

/* Connections are accepted from it, or it answers datagrams by itself. */
static bool is_stream(const struct listener *l)
{
	return l->type == SOCK_STREAM || l->type == SOCK_DCCP;
}

/* A one-to-many socket listens, but accepts nothing. */
static bool is_listening(const struct listener *l)
{
	return is_stream(l) || l->protocol == IPPROTO_SCTP;
}

#define LISTENERS	3
#define CONNECTIONS	64

struct peer {
	struct listener listeners[LISTENERS];
	int family;		/* 0: both IPv4 and IPv6 */
	const char *missing;
};

static int listen_as(int family, const struct listener *l)
{
	struct sockaddr_storage any;
	const int address_family = family == AF_INET6 ? AF_INET6 : AF_INET;
	const int one = 1, zero = 0;
	socklen_t len;
	int fd;

	fd = socket(family, l->type | SOCK_CLOEXEC, l->protocol);
	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (l->protocol == IPPROTO_TCP)
		setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &(int){ 16 },
			   sizeof(int));
	len = lab_address(address_family, address_family == AF_INET ?
			  "0.0.0.0" : "::", l->port, &any);
	/* RDS does not bind to any address but one. */
	if (family == AF_RDS)
		len = peer_address(AF_INET, l->port, &any);
	if (bind(fd, (struct sockaddr *)&any, len) ||
	    (is_listening(l) && listen(fd, 16))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* IPv6 sockets take IPv4 as well; where there is no IPv6, IPv4 alone. */
static int listen_on(const struct peer *peer, const struct listener *l)
{
	int fd;

	if (peer->family)
		return listen_as(peer->family, l);
	fd = listen_as(AF_INET6, l);
	return fd >= 0 ? fd : listen_as(AF_INET, l);
}

static void echo_datagram(int fd)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char buf[512];
	ssize_t got = recvfrom(fd, buf, sizeof(buf), 0,
			       (struct sockaddr *)&from, &len);

	if (got > 0)
		got = sendto(fd, buf, got, MSG_NOSIGNAL,
			     (struct sockaddr *)&from, len);
}

static bool echo_stream(int fd)
{
	char buf[512];
	const ssize_t got = recv(fd, buf, sizeof(buf), 0);

	return got > 0 && send(fd, buf, got, MSG_NOSIGNAL) == got;
}

static void __attribute__((noreturn)) serve(const struct peer *peer, int ready)
{
	struct pollfd fds[LISTENERS + CONNECTIONS];
	int i, count = 0, listeners;

	for (i = 0; i < LISTENERS && peer->listeners[i].port; i++) {
		fds[count].fd = listen_on(peer, &peer->listeners[i]);
		if (fds[count].fd < 0)
			_exit(1);
		fds[count++].events = POLLIN;
	}
	listeners = count;
	if (write(ready, "", 1) != 1)
		_exit(1);
	close(ready);
	while (poll(fds, count, -1) > 0 || errno == EINTR) {
		for (i = count - 1; i >= 0; i--) {
			if (!fds[i].revents)
				continue;
			if (i < listeners && !is_stream(&peer->listeners[i])) {
				echo_datagram(fds[i].fd);
			} else if (i < listeners) {
				const int fd = accept(fds[i].fd, NULL, NULL);

				if (fd >= 0 && count < LISTENERS + CONNECTIONS)
					fds[count++] = (struct pollfd) {
						fd, POLLIN, 0 };
				else if (fd >= 0)
					close(fd);
			} else if (!echo_stream(fds[i].fd)) {
				close(fds[i].fd);
				fds[i] = fds[--count];
			}
		}
	}
	_exit(1);
}

/* Reads what socat says of itself until it listens, and on, for the pipe. */
static void __attribute__((noreturn)) watch_socat(int ready)
{
	char listen_at[80], buf[4096];
	int err[2];
	size_t used = 0;
	ssize_t got;
	pid_t pid;

	snprintf(listen_at, sizeof(listen_at),
		 "TCP6-LISTEN:%d,ipv6only=0,fork,reuseaddr",
		 lab_port(LAB_PLAIN_TCP));
	if (pipe(err))
		_exit(1);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(err[1], 2);
		execl(find_program("socat"), "socat", "-d", "-d", listen_at,
		      "PIPE", NULL);
		_exit(127);
	}
	close(err[1]);
	while ((got = read(err[0], buf + used, sizeof(buf) - 1 - used)) > 0) {
		if (ready < 0)
			continue;
		used += got;
		buf[used] = '\0';
		if (strstr(buf, "listening on")) {
			if (write(ready, "", 1) != 1)
				_exit(1);
			close(ready);
			ready = -1;
			used = 0;
		}
	}
	_exit(1);
}

static const char *start(const struct peer *peer, const char *missing)
{
	int ready[2];
	char byte;
	ssize_t got;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		return "a pipe";
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		if (peers_ns >= 0 && setns(peers_ns, CLONE_NEWNET))
			_exit(1);
		if (peer)
			serve(peer, ready[1]);
		watch_socat(ready[1]);
	}
	close(ready[1]);
	got = read(ready[0], &byte, 1);
	close(ready[0]);
	if (got == 1 && running < PEERS_MAX)
		peer_pids[running++] = pid;
	return got == 1 ? NULL : missing;
}

/* The option's number: nft knows its name only where the parser is new. */
static const char *strip_mptcp(void)
{
	const char *const argv[] = { "nft", "-f", "-", NULL };
	char rules[256];
	int ret;

	if (privilege == UNPRIVILEGED)
		return "a network namespace of its own";
	snprintf(rules, sizeof(rules),
		 "table inet strip {\n"
		 "chain in {\n"
		 "type filter hook %s priority -300; policy accept;\n"
		 "tcp dport %d reset tcp option 30\n"
		 "}\n"
		 "}\n", lab_crosses() ? "prerouting" : "output",
		 lab_port(LAB_STRIPPED));
	guest_load("nf_tables");
	guest_load("nft_exthdr");
	ret = program_in(peers_ns, rules, argv);
	if (ret == -ENOENT)
		return "the program nft (nftables)";
	return ret ? "removing a TCP option (nftables, Linux 5.18)" : NULL;
}

static const struct peer peers[] = {
	{ { { LAB_TCP, SOCK_STREAM, IPPROTO_TCP },
	    { LAB_TCP_OTHER, SOCK_STREAM, IPPROTO_TCP } },
	  .missing = "a TCP listener" },
	{ { { LAB_MPTCP, SOCK_STREAM, 262 } },
	  .missing = "an MPTCP listener" },
	{ { { LAB_STRIPPED, SOCK_STREAM, 262 } },
	  .missing = "an MPTCP listener" },
	{ { { LAB_SCTP, SOCK_STREAM, IPPROTO_SCTP },
	    { LAB_SCTP_MANY, SOCK_SEQPACKET, IPPROTO_SCTP } },
	  .missing = "an SCTP listener" },
	{ { { LAB_UDP, SOCK_DGRAM, IPPROTO_UDP },
	    { LAB_UDP_OTHER, SOCK_DGRAM, IPPROTO_UDP } },
	  .missing = "a UDP socket" },
	{ { { LAB_SMC, SOCK_STREAM, 0 } }, .family = AF_SMC,
	  .missing = "an SMC listener" },
	{ { { LAB_UDPLITE, SOCK_DGRAM, IPPROTO_UDPLITE } },
	  .missing = "a UDP-Lite socket" },
	{ { { LAB_DCCP, SOCK_DCCP, IPPROTO_DCCP } }, .family = AF_INET,
	  .missing = "a DCCP listener" },
	{ { { LAB_RDS, SOCK_SEQPACKET, 0 } }, .family = AF_RDS,
	  .missing = "an RDS socket on the peer's address" },
};

const char *lab_peer(int port)
{
	const char *missing = lab_up();
	size_t i;

	if (missing)
		return missing;
	if (port == LAB_PLAIN_TCP)
		return find_program("socat") ?
			start(NULL, "a listening socat") : "socat";
	if (port == LAB_STRIPPED) {
		missing = strip_mptcp();
		if (missing)
			return missing;
	}
	for (i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
		if (peers[i].listeners[0].port == port)
			return start(&peers[i], peers[i].missing);
	return "a peer for this port";
}
