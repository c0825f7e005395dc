// SPDX-License-Identifier: GPL-2.0
/* The network of the cases: namespaces, the wire between them, the peers. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "run.h"

#define TOKEN "landproof-token"

#define PEERS_MAX 32

static int attempts_ns = -1, peers_ns = -1;
static pid_t peer_pids[PEERS_MAX];
static size_t running;
static const char *wire = "";
static int port_offset;

int lab_port(int port)
{
	return port >= LAB_PLAIN_TCP && port <= LAB_DECOY ?
		port + port_offset : port;
}

const char *lab_wire(void)
{
	return wire;
}

bool lab_is_peer(pid_t pid)
{
	size_t i;

	for (i = 0; i < running; i++)
		if (peer_pids[i] == pid)
			return true;
	return false;
}

int lab_enter(void)
{
	if (attempts_ns >= 0 && setns(attempts_ns, CLONE_NEWNET))
		return errno;
	return 0;
}

static socklen_t address(int family, const char *text, int port,
			 struct sockaddr_storage *to)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = family;
	if (family == AF_INET) {
		in->sin_port = htons(lab_port(port));
		inet_pton(AF_INET, text, &in->sin_addr);
		return sizeof(*in);
	}
	in6->sin6_port = htons(lab_port(port));
	inet_pton(AF_INET6, text, &in6->sin6_addr);
	return sizeof(*in6);
}

static bool crosses(void)
{
	return strcmp(wire, "veth") == 0;
}

socklen_t loopback_address(int family, int port, struct sockaddr_storage *to)
{
	return address(family, family == AF_INET ? "127.0.0.1" : "::1", port,
		       to);
}

socklen_t peer_address(int family, int port, struct sockaddr_storage *to)
{
	if (!crosses())
		return loopback_address(family, port, to);
	return address(family, family == AF_INET ? "10.77.0.2" : "fd77::2",
		       port, to);
}

socklen_t own_address(int family, int port, struct sockaddr_storage *to)
{
	if (!crosses())
		return loopback_address(family, port, to);
	return address(family, family == AF_INET ? "10.77.0.1" : "fd77::1",
		       port, to);
}

/* Runs a program in the namespace @ns with @input on its standard input. */
static int program_in(int ns, const char *input, const char *const argv[])
{
	const char *const path = find_program(argv[0]);
	int status, fd;
	pid_t pid;

	if (!path)
		return -ENOENT;
	pid = fork();
	if (pid == 0) {
		fd = memfd_create("input", 0);
		if (fd < 0 || write(fd, input, strlen(input)) < 0 ||
		    lseek(fd, 0, SEEK_SET) || dup2(fd, 0) < 0 ||
		    (ns >= 0 && setns(ns, CLONE_NEWNET)))
			_exit(126);
		execv(path, (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || waitpid_retry(pid, &status))
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/* Sysctls are those of the namespace that the writer is in. */
static void tune(int ns)
{
	static const struct { const char *path, *value; } settings[] = {
		{ "/proc/sys/net/ipv4/tcp_fastopen", "3" },
		{ "/proc/sys/net/mptcp/enabled", "1" },
		{ "/proc/sys/net/ipv4/ping_group_range", "0 65534" },
		{ "/proc/sys/net/sctp/auth_enable", "0" },
	};
	const pid_t pid = fork();
	size_t i;
	int status;

	if (pid == 0) {
		if (setns(ns, CLONE_NEWNET))
			_exit(1);
		for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
			write_file(settings[i].path, settings[i].value);
		_exit(0);
	}
	if (pid > 0)
		waitpid_retry(pid, &status);
}

/*
 * The wire: NULL, or why there is none.  Neighbours are told, not discovered:
 * a link that has just come up loses the first question, and a second passes.
 */
static const char *build_wire(void)
{
	const char *const argv[] = { "ip", "-batch", "-", NULL };
	const char *const up = "link set lo up\n";
	char batch[768];
	int ns, ret;

	ns = fcntl(peers_ns, F_DUPFD, 3);
	snprintf(batch, sizeof(batch),
		 "link set lo up\n"
		 "link add wire address 02:77:00:00:00:01 type veth peer name wire address 02:77:00:00:00:02 netns /proc/self/fd/%d\n"
		 "address add 10.77.0.1/24 dev wire\n"
		 "address add fd77::1/64 dev wire nodad\n"
		 "link set wire up\n"
		 "neighbour add 10.77.0.2 lladdr 02:77:00:00:00:02 dev wire\n"
		 "neighbour add fd77::2 lladdr 02:77:00:00:00:02 dev wire\n",
		 ns);
	ret = program_in(attempts_ns, batch, argv);
	close(ns);
	if (ret == -ENOENT)
		return "the program ip (iproute2)";
	if (ret) {
		wire = "loopback";
		ret = program_in(attempts_ns, up, argv);
		close(peers_ns);
		peers_ns = attempts_ns;
		return ret ? "a network namespace with loopback" : NULL;
	}
	wire = "veth";
	ret = program_in(peers_ns,
			 "link set lo up\n"
			 "address add 10.77.0.2/24 dev wire\n"
			 "address add fd77::2/64 dev wire nodad\n"
			 "link set wire up\n"
			 "neighbour add 10.77.0.1 lladdr 02:77:00:00:00:01 dev wire\n"
			 "neighbour add fd77::1 lladdr 02:77:00:00:00:01 dev wire\n",
			 argv);
	return ret ? "addresses on the veth pair" : NULL;
}

static const char *build(void)
{
	const int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	const char *missing;

	if (privilege == UNPRIVILEGED) {
		wire = "host";
		port_offset = 13000 + getpid() % 200 * 200;
		return NULL;
	}
	guest_load("veth");
	if (unshare(CLONE_NEWNET))
		return "network namespaces";
	attempts_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (unshare(CLONE_NEWNET))
		return "network namespaces";
	peers_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (setns(home, CLONE_NEWNET))
		return "the way back to its own network namespace";
	close(home);
	missing = build_wire();
	if (missing)
		return missing;
	tune(attempts_ns);
	if (crosses())
		tune(peers_ns);
	return NULL;
}

const char *lab_up(void)
{
	static bool known;
	static const char *missing;

	if (!known)
		missing = build();
	known = true;
	return missing;
}

/* Peers: an echo of whatever arrives, on one thread, for all their ports. */
struct listener {
	int port, type, protocol;
};

#define LISTENERS	3
#define CONNECTIONS	64

struct peer {
	struct listener listeners[LISTENERS];
	int family;		/* 0: both IPv4 and IPv6 */
	int datagrams;		/* one-to-many: no accept(2) */
	const char *missing;
};

static int listen_on(const struct peer *peer, const struct listener *l)
{
	struct sockaddr_storage any;
	const int family = peer->family ? peer->family : AF_INET6;
	const int address_family = family == AF_SMC ? AF_INET : family;
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
	len = address(address_family, address_family == AF_INET ?
		      "0.0.0.0" : "::", l->port, &any);
	if (bind(fd, (struct sockaddr *)&any, len) ||
	    (l->type != SOCK_DGRAM && listen(fd, 16))) {
		close(fd);
		return -1;
	}
	return fd;
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
			if (i < listeners &&
			    (peer->datagrams ||
			     peer->listeners[i].type != SOCK_STREAM)) {
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
		 "}\n", crosses() ? "prerouting" : "output",
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

int echo_token(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char buf[sizeof(TOKEN)];
	ssize_t got;

	if (send(fd, TOKEN, sizeof(TOKEN), MSG_NOSIGNAL) < 0)
		return errno;
	if (poll(&poll_fd, 1, world_timeout_ms / 2) != 1)
		return NO_EFFECT;
	got = recv(fd, buf, sizeof(buf), 0);
	if (got < 0)
		return errno;
	return got == sizeof(TOKEN) && memcmp(buf, TOKEN, got) == 0 ?
		WORKED : NO_EFFECT;
}

int new_socket(int family, int type, int protocol)
{
	const int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	return fd < 0 ? -errno : fd;
}

int stream_echo(int family, int protocol, int port)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(family, port, &to);
	const int fd = new_socket(family, SOCK_STREAM, protocol);
	int ret;

	if (fd < 0)
		return -fd;
	ret = connect(fd, (struct sockaddr *)&to, len) ? errno :
							 echo_token(fd);
	close(fd);
	return ret;
}

int bind_port(int family, int type, int protocol, int port)
{
	struct sockaddr_storage own, bound;
	socklen_t len = own_address(family, port, &own);
	const int fd = new_socket(family, type, protocol);
	const int one = 1;
	int ret = 0;

	if (fd < 0)
		return -fd;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&own, len) ||
	    (type == SOCK_STREAM && listen(fd, 1)))
		ret = errno;
	else if (getsockname(fd, (struct sockaddr *)&bound, &len))
		ret = errno;
	/* The port lies at the same place for both families. */
	else if (((struct sockaddr_in *)&bound)->sin_port == 0 ||
		 (port && ((struct sockaddr_in *)&bound)->sin_port !=
			  ((struct sockaddr_in *)&own)->sin_port))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}
