// SPDX-License-Identifier: GPL-2.0
/* The network of the cases: two namespaces and the wire between them. */
#include <arpa/inet.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "lab_parts.h"
#include "run.h"

static int attempts_ns = -1;
int peers_ns = -1;
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

int lab_enter(void)
{
	if (attempts_ns >= 0 && setns(attempts_ns, CLONE_NEWNET))
		return errno;
	return 0;
}

socklen_t lab_address(int family, const char *text, int port,
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

bool lab_crosses(void)
{
	return strcmp(wire, "veth") == 0;
}

socklen_t loopback_address(int family, int port, struct sockaddr_storage *to)
{
	return lab_address(family, family == AF_INET ? "127.0.0.1" : "::1",
			   port, to);
}

socklen_t peer_address(int family, int port, struct sockaddr_storage *to)
{
	if (!lab_crosses())
		return loopback_address(family, port, to);
	return lab_address(family, family == AF_INET ? "10.77.0.2" : "fd77::2",
			   port, to);
}

socklen_t own_address(int family, int port, struct sockaddr_storage *to)
{
	if (!lab_crosses())
		return loopback_address(family, port, to);
	return lab_address(family, family == AF_INET ? "10.77.0.1" : "fd77::1",
			   port, to);
}

/*
 * Lets a program have CAP_NET_ADMIN: in a user namespace we are not root by
 * number, and execve(2) would take all capabilities away.
 */
static void keep_net_admin(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &header, caps))
		return;
	caps[0].inheritable |= 1U << CAP_NET_ADMIN;
	if (!syscall(SYS_capset, &header, caps))
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0,
		      0);
}

/* Runs a program in the namespace @ns with @input on its standard input. */
int program_in(int ns, const char *input, const char *const argv[])
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
		keep_net_admin();
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
		{ "/proc/sys/net/sctp/auth_enable", "0" },
	};
	const pid_t pid = fork();
	char groups[32];
	size_t i;
	int status;

	if (pid == 0) {
		if (setns(ns, CLONE_NEWNET))
			_exit(1);
		snprintf(groups, sizeof(groups), "%u %u", subject_gid(),
			 subject_gid());
		write_file("/proc/sys/net/ipv4/ping_group_range", groups);
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

/*
 * A new network namespace: its descriptor, or -1.  A child makes it, because
 * root of a user namespace alone could not go back to the one it came from.
 */
static int new_namespace(void)
{
	char path[64], byte;
	int ready[2], done[2], fd = -1;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) || pipe2(done, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid == 0) {
		close(done[1]);
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		_exit(read(done[0], &byte, 1) != 0);
	}
	close(ready[1]);
	close(done[0]);
	if (pid > 0 && read(ready[0], &byte, 1) == 1) {
		snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	close(ready[0]);
	close(done[1]);
	if (pid > 0)
		waitpid_retry(pid, NULL);
	return fd;
}

static const char *build(void)
{
	const char *missing;

	if (privilege == UNPRIVILEGED) {
		wire = "host";
		port_offset = 13000 + getpid() % 200 * 200;
		return NULL;
	}
	guest_load("veth");
	attempts_ns = new_namespace();
	peers_ns = new_namespace();
	if (attempts_ns < 0 || peers_ns < 0)
		return "network namespaces";
	missing = build_wire();
	if (missing)
		return missing;
	tune(attempts_ns);
	if (lab_crosses())
		tune(peers_ns);
	return NULL;
}

/* An attempt that comes through execve(2) finds the lab by this variable. */
#define LAB_VARIABLE "LANDPROOF_LAB"

static void remember(void)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %d %d", wire, port_offset,
		 world_timeout_ms);
	setenv(LAB_VARIABLE, text, 1);
}

void lab_resume(void)
{
	static char name[16];
	const char *const text = getenv(LAB_VARIABLE);

	if (text && sscanf(text, "%15s %d %d", name, &port_offset,
			   &world_timeout_ms) == 3)
		wire = name;
}

const char *lab_up(void)
{
	static bool known;
	static const char *missing;

	if (!known) {
		missing = build();
		remember();
	}
	known = true;
	return missing;
}
