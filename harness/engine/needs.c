// SPDX-License-Identifier: GPL-2.0
/* What a case can need beside Landlock, and how to find out that it is here. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/files.h"
#include "base/programs.h"
#include "base/words.h"
#include "engine/fault.h"
#include "engine/needs.h"
#include "lab/ends.h"
#include "lab/lab.h"
#include "lab/peers.h"
#include "lab/smc.h"
#include "landlock/port.h"
#include "machine/filter.h"
#include "machine/guest.h"
#include "machine/privilege.h"
#include "machine/subject.h"

/*
 * struct need - one word of .needs
 * @check: NULL, or what is missing; runs in the harness, outside any sandbox
 * @gets: a set of enum need_gets: what its worlds are given because of it
 */
struct need {
	const char *word;
	const char *(*check)(void);
	unsigned int gets;
};

static const char *check_root(void)
{
	return privilege == FULL ? NULL : "root privileges";
}

/* A machine that is ours to break */
static const char *check_guest(void)
{
	return is_guest() ? NULL : "a machine of its own (landproof run)";
}

static const char *check_namespaces(void)
{
	return privilege == UNPRIVILEGED ?
		"namespaces (root, or user namespaces)" : NULL;
}

/* Modules and files of the guest are loaded; elsewhere the kernel does it. */
static const char *load(const char *module, const char *missing)
{
	return guest_load(module) ? missing : NULL;
}

static const char *check_socket(int family, int type, int protocol,
				const char *missing)
{
	const int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return missing;
	close(fd);
	return NULL;
}

static const char *check_ipv6(void)
{
	return check_socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP,
			    "IPv6 (CONFIG_IPV6)");
}

static const char *check_no_inet(void)
{
	/* A sandbox may say the same as such a kernel. */
	return lab_missing_inet() && is_guest() ? NULL :
		"a kernel without TCP/IP (CONFIG_INET), in a machine";
}

static const char *check_mptcp(void)
{
	return check_socket(AF_INET, SOCK_STREAM, 262,
			    "MPTCP (CONFIG_MPTCP)");
}

static const char *check_sctp(void)
{
	load("sctp", "");
	return check_socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP,
			    "SCTP (module sctp)");
}

static const char *check_smc(void)
{
	load("smc", "");
	load("smc_diag", "");
	smc_identify();
	return check_socket(AF_SMC, SOCK_STREAM, 0, "SMC (module smc)");
}

static const char *check_smc_inet(void)
{
	const char *missing = check_smc();

	return missing ? missing :
		check_socket(AF_INET, SOCK_STREAM, 256,
			     "IPPROTO_SMC (SMC of Linux 6.11 or later)");
}

static const char *check_rds(void)
{
	load("rds", "");
	load("rds_tcp", "");
	return check_socket(AF_RDS, SOCK_SEQPACKET, 0,
			    "RDS over TCP (module rds_tcp)");
}

static const char *check_vsock(void)
{
	load("vsock", "");
	load("vsock_loopback", "");
	return check_socket(AF_VSOCK, SOCK_STREAM, 0,
			    "vsock (module vsock_loopback)");
}

static const char *check_udplite(void)
{
	return check_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE,
			    "UDP-Lite (removed in 7.1)");
}

static const char *check_dccp(void)
{
	load("dccp_ipv4", "");
	return check_socket(AF_INET, SOCK_DCCP, IPPROTO_DCCP,
			    "DCCP (module dccp_ipv4)");
}

static const char *check_rxrpc(void)
{
	load("rxrpc", "");
	return check_socket(AF_RXRPC, SOCK_DGRAM, AF_INET,
			    "AF_RXRPC (module rxrpc)");
}

static const char *check_io_uring(void)
{
	char params[120] = { 0 };
	const int fd = syscall(SYS_io_uring_setup, 1, params);

	if (fd < 0)
		return "io_uring (CONFIG_IO_URING, kernel.io_uring_disabled)";
	close(fd);
	return NULL;
}

static bool filesystem_known(const char *name)
{
	char text[8192], line[64];

	if (read_file("/proc/filesystems", text, sizeof(text)) < 0)
		return false;
	snprintf(line, sizeof(line), "\t%s\n", name);
	return strstr(text, line);
}

static const char *check_overlay(void)
{
	load("overlay", "");
	if (privilege == UNPRIVILEGED)
		return check_namespaces();
	return filesystem_known("overlay") || privilege != FULL ?
		NULL : "overlayfs (module overlay)";
}

static const char *check_btrfs(void)
{
	load("btrfs", "");
	load("loop", "");
	return filesystem_known("btrfs") ? NULL : "btrfs (module btrfs)";
}

static const char *check_9p(void)
{
	load("9p", "");
	load("9pnet_fd", "");
	return filesystem_known("9p") ? NULL : "9p (modules 9p, 9pnet_fd)";
}

static const char *check_filesystems(void)
{
	return access("/landproof/filesystems", F_OK) ?
		"a machine that has other file systems (landproof run --filesystems)" :
		NULL;
}

static const char *check_loop(void)
{
	load("loop", "");
	return access("/dev/loop-control", F_OK) ?
		"loop devices (module loop)" : NULL;
}

static const char *check_mqueue(void)
{
	return filesystem_known("mqueue") ?
		check_namespaces() : "POSIX message queues";
}

static const char *check_audit(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};
	char cmdline[4096];
	int fd, ret;

	if (privilege != FULL)
		return "root privileges (audit log)";
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (fd < 0)
		return "audit (CONFIG_AUDIT)";
	ret = bind(fd, (struct sockaddr *)&address, sizeof(address));
	close(fd);
	if (ret)
		return "reading the audit log";
	if (read_file("/proc/cmdline", cmdline, sizeof(cmdline)) < 0 ||
	    !strstr(cmdline, "audit=1"))
		return "audit turned on (audit=1)";
	return NULL;
}

static const char *check_tracefs(void)
{
	const char *const dir = "/sys/kernel/tracing/events/landlock";

	if (privilege != FULL)
		return "root privileges (tracefs)";
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	return access(dir, F_OK) ? "tracepoints of Landlock" : NULL;
}

/* It changes a setting of the kernel. */
static const char *check_fault_injection(void)
{
	const char *missing = check_guest();

	return missing ? missing : fault_missing();
}

static const char *check_socat_peer(void)
{
	return lab_peer(LAB_PLAIN_TCP);
}

static const char *check_tcp_peer(void)
{
	return lab_peer(LAB_TCP);
}

static const char *check_mptcp_peer(void)
{
	const char *missing = check_mptcp();

	return missing ? missing : lab_peer(LAB_MPTCP);
}

static const char *check_subflow_peer(void)
{
	return lab_peer(LAB_SUBFLOW);
}

static const char *check_stripped_peer(void)
{
	const char *missing = check_mptcp();

	return missing ? missing : lab_peer(LAB_STRIPPED);
}

static const char *check_sctp_peer(void)
{
	const char *missing = check_sctp();

	return missing ? missing : lab_peer(LAB_SCTP);
}

static const char *check_udp_peer(void)
{
	return lab_peer(LAB_UDP);
}

static const char *check_smc_peer(void)
{
	const char *missing = check_smc();

	return missing ? missing : lab_peer(LAB_SMC);
}

static const char *check_udplite_peer(void)
{
	const char *missing = check_udplite();

	return missing ? missing : lab_peer(LAB_UDPLITE);
}

static const char *check_dccp_peer(void)
{
	const char *missing = check_dccp();

	return missing ? missing : lab_peer(LAB_DCCP);
}

/* On one's own address RDS takes its loopback, which is no TCP. */
static const char *check_rds_peer(void)
{
	const char *missing = check_rds();

	if (!missing)
		missing = lab_up();
	if (!missing && !lab_crosses())
		missing = "a wire of two ends (module veth)";
	return missing ? missing : lab_peer(LAB_RDS);
}

static const char *check_userns(void)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0)
		_exit(become_subject() || unshare(CLONE_NEWUSER));
	if (pid < 0 || waitpid_retry(pid, &status) || status)
		return "user namespaces for ordinary users";
	return NULL;
}

static const char *check_keyring(void)
{
	return syscall(SYS_keyctl, 0 /* GET_KEYRING_ID */, -3, 0) < 0 &&
	       errno == ENOSYS ? "keyrings (CONFIG_KEYS)" : NULL;
}

static const char *check_pty(void)
{
	const int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return "pseudo-terminals (/dev/ptmx)";
	close(fd);
	return NULL;
}

static const char *check_tun(void)
{
	load("tun", "");
	return access("/dev/net/tun", F_OK) ? "tun (module tun)" : NULL;
}

/* Whether these are there is for the attempt to see. */
static const char *check_vxlan(void)
{
	load("vxlan", "");
	return NULL;
}

static const char *check_ah(void)
{
	load("ah4", "");
	return NULL;
}

static const char *check_tcp_diag(void)
{
	load("inet_diag", "");
	load("tcp_diag", "");
	return NULL;
}

static const struct need needs[] = {
	{ "root", check_root, GETS_MOUNTS },
	{ "guest", check_guest },
	{ "namespaces", check_namespaces, GETS_MOUNTS },
	{ "pid-namespace", check_namespaces, GETS_MOUNTS | GETS_PIDS },
	{ "lab", lab_up, GETS_LAB },
	{ "userns", check_userns, GETS_MOUNTS },
	{ "inet", lab_missing_inet },
	{ "ipv6", check_ipv6 },
	{ "no-inet", check_no_inet },
	{ "mptcp", check_mptcp },
	{ "sctp", check_sctp },
	{ "smc", check_smc },
	{ "smc-inet", check_smc_inet },
	{ "rds", check_rds },
	{ "vsock", check_vsock },
	{ "udplite", check_udplite },
	{ "dccp", check_dccp },
	{ "rxrpc", check_rxrpc },
	{ "io_uring", check_io_uring },
	{ "overlay", check_overlay, GETS_MOUNTS },
	{ "btrfs", check_btrfs },
	{ "filesystems", check_filesystems },
	{ "9p", check_9p },
	{ "loop", check_loop },
	{ "mqueue", check_mqueue, GETS_MOUNTS },
	{ "audit", check_audit, GETS_LOG },
	{ "tracefs", check_tracefs, GETS_EVENTS },
	{ "fault-injection", check_fault_injection },
	{ "keyring", check_keyring, GETS_MOUNTS },
	{ "pty", check_pty },
	{ "tun", check_tun },
	{ "vxlan", check_vxlan },
	{ "tcp-diag", check_tcp_diag },
	{ "ah", check_ah },
	{ "peer-socat", check_socat_peer, GETS_LAB },
	{ "peer-tcp", check_tcp_peer, GETS_LAB },
	{ "peer-mptcp", check_mptcp_peer, GETS_LAB },
	{ "peer-stripped", check_stripped_peer, GETS_LAB },
	{ "peer-subflow", check_subflow_peer, GETS_LAB },
	{ "peer-sctp", check_sctp_peer, GETS_LAB },
	{ "peer-udp", check_udp_peer, GETS_LAB },
	{ "peer-smc", check_smc_peer, GETS_LAB },
	{ "peer-udplite", check_udplite_peer, GETS_LAB },
	{ "peer-dccp", check_dccp_peer, GETS_LAB },
	{ "peer-rds", check_rds_peer, GETS_LAB },
};

#define NEEDS (sizeof(needs) / sizeof(needs[0]))

static const struct need *find(const char *word)
{
	size_t i;

	for (i = 0; i < NEEDS; i++)
		if (strcmp(needs[i].word, word) == 0)
			return &needs[i];
	return NULL;
}

bool need_known(const char *word)
{
	return find(word);
}

/*
 * What is missing, or NULL.  Where a filter kills for some calls, a child finds
 * out whether looking is one of them.
 */
static const char *look_for(const struct need *need)
{
	int status;
	pid_t pid;

	if (!filter_is_deadly())
		return need->check();
	pid = fork();
	if (pid == 0) {
		need->check();
		_exit(0);
	}
	if (pid < 0 || waitpid_retry(pid, &status) || WIFSIGNALED(status))
		return "a call for which a seccomp filter kills";
	return need->check();
}

const char *need_missing(const char *words, const char **lacking)
{
	static struct {
		bool known;
		const char *missing;
	} answers[NEEDS];
	char word[WORD_MAX];

	while (next_word(&words, word)) {
		const struct need *need = find(word);
		const size_t i = need - needs;

		if (!need)
			return "a need that needs.c does not know";
		if (!answers[i].known) {
			answers[i].missing = look_for(need);
			answers[i].known = true;
		}
		*lacking = need->word;
		if (answers[i].missing)
			return answers[i].missing;
	}
	*lacking = NULL;
	return NULL;
}

unsigned int needs_get(const char *words)
{
	unsigned int gets = 0;
	char word[WORD_MAX];

	while (next_word(&words, word))
		gets |= find(word) ? find(word)->gets : 0;
	return gets;
}

int scene_needs(struct scene *scene, const char *words)
{
	const char *lacking;
	const char *missing = need_missing(words, &lacking);

	return missing ? cannot(scene, "%s", missing) : 0;
}
