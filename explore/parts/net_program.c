// SPDX-License-Identifier: GPL-2.0
/* Operations on ports as statements of C. */
#include <stdio.h>

#include "explore/parts/net.h"

const struct helper net_helpers[] = {
	{ NULL,
"#define _GNU_SOURCE\n"
"#include <arpa/inet.h>\n"
"#include <errno.h>\n"
"#include <net/if.h>\n"
"#include <sched.h>\n"
"#include <stdint.h>\n"
"#include <stdio.h>\n"
"#include <string.h>\n"
"#include <sys/ioctl.h>\n"
"#include <sys/prctl.h>\n"
"#include <sys/syscall.h>\n"
"#include <unistd.h>\n"
"\n"
"enum call { SERVE, BIND, CONNECT, SEND, FASTOPEN };\n"
"\n" },
	{ "restrict_self",
"struct rule { uint64_t access, port; };\n"
"\n"
"static long restrict_self(uint64_t handled, struct rule *rule)\n"
"{\n"
"\tuint64_t attr[2] = { 0, handled };\n"
"\tint set = syscall(444, attr, sizeof(attr), 0);\n"
"\n"
"\tfor (; rule->access; rule++)\n"
"\t\tsyscall(445, set, 2, rule, 0);\n"
"\treturn syscall(446, set, 0);\n"
"}\n"
"\n" },
	{ NULL,
"static long port(enum call call, int domain, int type, int protocol, int family, int number)\n"
"{\n"
"\tstruct sockaddr_in6 v6 = { family, htons(number), 0, in6addr_loopback };\n"
"\tstruct sockaddr_in v4 = { family, htons(number), { htonl(INADDR_LOOPBACK) } };\n"
"\tchar to[sizeof(v6)] = { 0 };\n"
"\tint fd = socket(domain, type, protocol);\n"
"\n"
"\tif (call == SERVE)\n"
"\t\tv6.sin6_addr = in6addr_any;\n"
"\tmemcpy(to, family == AF_INET6 ? (void *)&v6 : &v4, family == AF_INET6 ? sizeof(v6) : sizeof(v4));\n"
"\tif (call == SERVE)\n"
"\t\treturn bind(fd, (void *)to, sizeof(to)) ?: type == SOCK_STREAM ? listen(fd, 9) : 0;\n"
"\tif (call == BIND)\n"
"\t\treturn bind(fd, (void *)to, sizeof(to));\n"
"\tif (call == CONNECT)\n"
"\t\treturn connect(fd, (void *)to, sizeof(to));\n"
"\treturn sendto(fd, \"x\", 1, call == FASTOPEN ? MSG_FASTOPEN : 0, (void *)to, sizeof(to));\n"
"}\n"
"\n"
"static void own_place(void)\n"
"{\n"
"\tstruct ifreq lo = { .ifr_name = \"lo\", .ifr_flags = IFF_UP };\n"
"\n"
"\tif (unshare(CLONE_NEWNET))\n"
"\t\tunshare(CLONE_NEWUSER | CLONE_NEWNET);\n"
"\tioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo);\n"
"}\n" },
	{ NULL, NULL }
};

static void put_policy(FILE *out, const struct policy *policy)
{
	int i;

	fprintf(out, "restrict_self(0x%x, (struct rule[]){ ",
		policy->handled[SET_NET]);
	for (i = 0; i < policy->grants_count; i++)
		fprintf(out, "{ 0x%x, %u }, ", policy->grants[i].access &
			policy->handled[SET_NET], policy->grants[i].port);
	fprintf(out, "{ 0 } })");
}

void net_statement(FILE *out, const struct operation *op,
		   const struct policy *policy, int number)
{
	static const char *const calls[] = {
		[PORT_SERVE] = "SERVE", [PORT_BIND] = "BIND",
		[PORT_CONNECT] = "CONNECT", [PORT_SEND] = "SEND",
		[PORT_FASTOPEN] = "FASTOPEN", [PORT_DISCONNECT] = "CONNECT",
	};
	const bool v6 = op->flags & NET_V6 || op->kind == PORT_SERVE;
	const bool v6_address = v6 != !!(op->flags & NET_OTHER);

	(void)number;
	if (op->kind == PORT_ENFORCE) {
		put_policy(out, policy);
		return;
	}
	fprintf(out, "port(%s, %s, %s, %s, %s, %u)", calls[op->kind],
		v6 ? "AF_INET6" : "AF_INET",
		op->flags & NET_UDP ? "SOCK_DGRAM" : "SOCK_STREAM",
		op->flags & NET_MPTCP ? "IPPROTO_MPTCP" : "0",
		op->kind == PORT_DISCONNECT ? "AF_UNSPEC" :
		v6_address ? "AF_INET6" : "AF_INET", net_port(op->slot));
}
