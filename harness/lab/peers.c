// SPDX-License-Identifier: GPL-2.0
/* The peers of the network cases: they echo what arrives, each on its port. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/programs.h"
#include "lab/ends.h"
#include "lab/lab.h"
#include "lab/peers.h"
#include "lab/wire.h"
#include "landlock/port.h"

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

#define LISTENERS	2
#define SOCKETS		(2 * LISTENERS)	/* of each listener: IPv4 and IPv6 */
#define CONNECTIONS	64

struct peer {
	struct listener listeners[LISTENERS];
	int family;		/* 0: both IPv4 and IPv6 */
	const char *missing;
};

/* Addresses of SMC, RDS and DCCP peers are IPv4. */
static int listen_as(int family, const struct listener *l)
{
	struct sockaddr_storage own;
	const socklen_t len = peer_address(family == AF_INET6 ? AF_INET6 :
					   AF_INET, l->port, &own);
	const int one = 1;
	int fd;

	fd = socket(family, l->type | SOCK_CLOEXEC, l->protocol);
	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (l->protocol == IPPROTO_TCP)
		setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN, &(int){ 16 },
			   sizeof(int));
	if (bind(fd, (struct sockaddr *)&own, len) ||
	    (is_listening(l) && listen(fd, 16))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* No flags: RDS takes none of MSG_NOSIGNAL (net/rds/send.c). */
static void echo_datagram(int fd)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char buf[512];
	ssize_t got = recvfrom(fd, buf, sizeof(buf), 0,
			       (struct sockaddr *)&from, &len);

	if (got > 0)
		got = sendto(fd, buf, got, 0, (struct sockaddr *)&from, len);
}

static bool echo_stream(int fd)
{
	char buf[512];
	const ssize_t got = recv(fd, buf, sizeof(buf), 0);

	return got > 0 && send(fd, buf, got, MSG_NOSIGNAL) == got;
}

/* Two sockets for each listener: poll(2) passes over those that are -1. */
static int listen_on(const struct peer *peer, struct pollfd *fds)
{
	int i, count = 0;

	for (i = 0; i < LISTENERS && peer->listeners[i].port; i++) {
		const struct listener *const l = &peer->listeners[i];

		fds[count].fd = listen_as(peer->family ?: AF_INET, l);
		fds[count + 1].fd = peer->family ? -1 :
					listen_as(AF_INET6, l);
		if (fds[count].fd < 0 && fds[count + 1].fd < 0)
			_exit(1);
		fds[count++].events = POLLIN;
		fds[count++].events = POLLIN;
	}
	return count;
}

static void accept_from(const struct listener *l, struct pollfd *fds,
			int from, int *count)
{
	int fd;

	if (!is_stream(l)) {
		echo_datagram(fds[from].fd);
		return;
	}
	fd = accept(fds[from].fd, NULL, NULL);
	if (fd >= 0 && *count < SOCKETS + CONNECTIONS)
		fds[(*count)++] = (struct pollfd) { fd, POLLIN, 0 };
	else if (fd >= 0)
		close(fd);
}

static void __attribute__((noreturn)) serve(const struct peer *peer, int ready)
{
	struct pollfd fds[SOCKETS + CONNECTIONS];
	const int sockets = listen_on(peer, fds);
	int i, count = sockets;

	if (write(ready, "", 1) != 1)
		_exit(1);
	close(ready);
	while (poll(fds, count, -1) > 0 || errno == EINTR) {
		for (i = count - 1; i >= 0; i--) {
			if (!fds[i].revents)
				continue;
			if (i < sockets) {
				accept_from(&peer->listeners[i / 2], fds, i,
					    &count);
			} else if (!echo_stream(fds[i].fd)) {
				close(fds[i].fd);
				fds[i] = fds[--count];
			}
		}
	}
	_exit(1);
}

/* Reads what socat says of itself until it listens, and on, for the pipe. */
static void __attribute__((noreturn)) watch_socat(int family, int ready)
{
	char address[INET6_ADDRSTRLEN], listen_at[120], buf[4096];
	int err[2];
	size_t used = 0;
	ssize_t got;
	pid_t pid;

	peer_name(family, LAB_PLAIN_TCP, address);
	snprintf(listen_at, sizeof(listen_at),
		 family == AF_INET ? "TCP4-LISTEN:%d,bind=%s,fork,reuseaddr" :
		 "TCP6-LISTEN:%d,bind=[%s],ipv6only,fork,reuseaddr",
		 lab_port(LAB_PLAIN_TCP), address);
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

/* @peer, or else socat for addresses of @family: NULL, or @missing */
static const char *start(const struct peer *peer, int family,
			 const char *missing)
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
		watch_socat(family, ready[1]);
	}
	close(ready[1]);
	got = read(ready[0], &byte, 1);
	close(ready[0]);
	if (got == 1 && running < PEERS_MAX)
		peer_pids[running++] = pid;
	return got == 1 ? NULL : missing;
}

static const struct peer peers[] = {
	{ { { LAB_TCP, SOCK_STREAM, IPPROTO_TCP },
	    { LAB_TCP_OTHER, SOCK_STREAM, IPPROTO_TCP } },
	  .missing = "a TCP listener" },
	{ { { LAB_MPTCP, SOCK_STREAM, 262 },
	    { LAB_MPTCP_OTHER, SOCK_STREAM, 262 } },
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
	if (port == LAB_PLAIN_TCP) {
		if (!find_program("socat"))
			return "socat";
		/* Where there is no IPv6, cases say so themselves. */
		start(NULL, AF_INET6, "");
		return start(NULL, AF_INET, "a listening socat");
	}
	if (port == LAB_SUBFLOW)
		return announce_subflows();
	if (port == LAB_STRIPPED) {
		missing = strip_mptcp();
		if (missing)
			return missing;
	}
	for (i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
		if (peers[i].listeners[0].port == port)
			return start(&peers[i], 0, peers[i].missing);
	return "a peer for this port";
}
