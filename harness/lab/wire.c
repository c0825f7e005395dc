// SPDX-License-Identifier: GPL-2.0
/* The lab's wire: programs and settings that make it, and what it removes. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/files.h"
#include "base/programs.h"
#include "lab/ends.h"
#include "lab/wire.h"
#include "landlock/port.h"
#include "machine/guest.h"
#include "machine/privilege.h"
#include "machine/subject.h"

#define LAST_PEER (FIRST_PEER + LAB_SCTP_MANY - LAB_PLAIN_TCP)

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
		keep_net_admin();
		execv(path, (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || waitpid_retry(pid, &status))
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/* Sysctls are those of the namespace that the writer is in. */
void lab_tune(int ns)
{
	static const struct { const char *path, *value; } settings[] = {
		{ "/proc/sys/net/ipv4/tcp_fastopen", "3" },
		{ "/proc/sys/net/mptcp/enabled", "1" },
		{ "/proc/sys/net/sctp/auth_enable", "0" },
	};
	const pid_t pid = fork();
	char groups[32], reserved[32];
	size_t i;
	int status;

	if (pid == 0) {
		if (setns(ns, CLONE_NEWNET))
			_exit(1);
		snprintf(reserved, sizeof(reserved), "%d,%d,%d",
			 LAB_FIRST_EPHEMERAL, LAB_EPHEMERAL,
			 lab_guarded ?: LAB_EPHEMERAL);
		write_file("/proc/sys/net/ipv4/ip_local_reserved_ports",
			   reserved);
		snprintf(groups, sizeof(groups), "%u %u", subject_gid(),
			 subject_gid());
		write_file("/proc/sys/net/ipv4/ping_group_range", groups);
		for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
			write_file(settings[i].path, settings[i].value);
		if (lab_guarded)
			write_file("/proc/sys/net/ipv4/ip_unprivileged_port_start",
				   "0");
		_exit(0);
	}
	if (pid > 0)
		waitpid_retry(pid, &status);
}

/* For ip -batch: addresses of the peers on the device @dev. */
static void put_peers(FILE *batch, const char *dev)
{
	const int last = lab_guarded ? LAST_PEER : FIRST_PEER;
	int i;

	for (i = FIRST_PEER; i <= last; i++)
		fprintf(batch, "address add 10.77.0.%d/24 dev %s\n"
			"address add fd77::%d/64 dev %s nodad\n",
			i, dev, i, dev);
}

/*
 * Neighbours are told, not discovered: a link that has just come up loses the
 * first question, and a second passes.
 */
static void put_neighbours(FILE *batch)
{
	const int last = lab_guarded ? LAST_PEER : FIRST_PEER;
	int i;

	for (i = FIRST_PEER; i <= last; i++)
		fprintf(batch, "neighbour add 10.77.0.%d lladdr 02:77:00:00:00:02 dev wire\n"
			"neighbour add fd77::%d lladdr 02:77:00:00:00:02 dev wire\n",
			i, i);
}

static void put_attempts_end(FILE *batch)
{
	fprintf(batch, "link set lo up\n"
		"link add wire address 02:77:00:00:00:01 type veth peer name wire address 02:77:00:00:00:02 netns /proc/self/fd/%d\n"
		"address add 10.77.0.1/24 dev wire\n"
		"address add fd77::1/64 dev wire nodad\n"
		"link set wire up\n"
		"route add local 10.76.0.0/16 dev lo\n", peers_ns);
	put_neighbours(batch);
}

static void put_peers_end(FILE *batch)
{
	fprintf(batch, "link set lo up\n");
	put_peers(batch, "wire");
	fprintf(batch, "link set wire up\n"
		"route add 10.76.0.0/16 via 10.77.0.1\n"
		"neighbour add 10.77.0.1 lladdr 02:77:00:00:00:01 dev wire\n"
		"neighbour add fd77::1 lladdr 02:77:00:00:00:01 dev wire\n");
}

static void put_loopback(FILE *batch)
{
	fprintf(batch, "link set lo up\n");
	if (lab_guarded)
		put_peers(batch, "lo");
}

/* Runs ip(8) on what @put writes: its status. */
static int run_ip(int ns, void (*put)(FILE *batch))
{
	const char *const argv[] = { "ip", "-batch", "-", NULL };
	char text[4096] = "";
	FILE *const batch = fmemopen(text, sizeof(text), "w");

	if (!batch)
		return -errno;
	put(batch);
	fclose(batch);
	return program_in(ns, text, argv);
}

/* NULL, or what is missing.  The descriptor's name is for ip(8) alone. */
const char *lab_wire_up(void)
{
	int ret;

	fcntl(peers_ns, F_SETFD, 0);
	ret = run_ip(attempts_ns, put_attempts_end);
	fcntl(peers_ns, F_SETFD, FD_CLOEXEC);
	if (!ret)
		ret = run_ip(peers_ns, put_peers_end);
	return ret ? "a veth pair (module veth)" : NULL;
}

const char *lab_loopback_up(void)
{
	const int ret = run_ip(attempts_ns, put_loopback);

	if (ret == -ENOENT)
		return "the program ip (iproute2)";
	return ret ? "a network namespace with loopback" : NULL;
}

/* The option's number: nft knows its name only where the parser is new. */
const char *strip_mptcp(void)
{
	const char *const argv[] = { "nft", "-f", "-", NULL };
	const char *const hook = lab_crosses() ? "prerouting" : "output";
	const int port = lab_port(LAB_STRIPPED);
	char v4[INET6_ADDRSTRLEN], v6[INET6_ADDRSTRLEN], rules[512];
	int ret;

	if (privilege == UNPRIVILEGED)
		return "a network namespace of its own";
	peer_name(AF_INET, LAB_STRIPPED, v4);
	peer_name(AF_INET6, LAB_STRIPPED, v6);
	snprintf(rules, sizeof(rules),
		 "table inet strip {\n"
		 "chain in {\n"
		 "type filter hook %s priority -300; policy accept;\n"
		 "ip daddr %s tcp dport %d reset tcp option 30\n"
		 "ip6 daddr %s tcp dport %d reset tcp option 30\n"
		 "}\n"
		 "}\n", hook, v4, port, v6, port);
	guest_load("nf_tables");
	guest_load("nft_exthdr");
	ret = program_in(peers_ns, rules, argv);
	if (ret == -ENOENT)
		return "the program nft (nftables)";
	return ret ? "removing a TCP option (nftables, Linux 5.18)" : NULL;
}

/* What an administrator would do: take part in what the peer announces. */
static void put_limits(FILE *batch)
{
	fprintf(batch, "mptcp limits set subflows 2 add_addr_accepted 2\n");
}

static void put_endpoints(FILE *batch)
{
	char v4[INET6_ADDRSTRLEN], v6[INET6_ADDRSTRLEN];
	const int port = lab_port(LAB_SUBFLOW);

	peer_name(AF_INET, LAB_SUBFLOW, v4);
	peer_name(AF_INET6, LAB_SUBFLOW, v6);
	put_limits(batch);
	fprintf(batch, "mptcp endpoint add %s port %d signal\n"
		"mptcp endpoint add %s port %d signal\n", v4, port, v6, port);
}

static void flush_endpoints(FILE *batch)
{
	fprintf(batch, "mptcp endpoint flush\n");
}

static pid_t announcer;

/* Processes that were forked later end here too. */
static void withdraw_subflows(void)
{
	if (getpid() == announcer)
		run_ip(peers_ns, flush_endpoints);
}

/*
 * An endpoint with a port is a listening socket of the kernel, which outlives
 * the network namespace that it was made in (seen on 6.18.44): a TCP socket,
 * the credentials of who asked, their user namespace and its keys, of which a
 * user may have 200.  Hence it is withdrawn.
 */
const char *announce_subflows(void)
{
	if (privilege == UNPRIVILEGED)
		return "a network namespace of its own";
	if (!lab_crosses())
		return "a wire of two ends (module veth)";
	announcer = getpid();
	atexit(withdraw_subflows);
	return run_ip(attempts_ns, put_limits) ||
	       run_ip(peers_ns, put_endpoints) ?
		"ip(8) and a kernel that announce MPTCP endpoints with a port" : NULL;
}
