// SPDX-License-Identifier: GPL-2.0
/* Operations on sockets as statements of C. */
#include <stdio.h>

#include "explore/parts/net.h"
#include "explore/parts/ring.h"

const struct helper net_helpers[] = {
	{ "slot[", "static int slot[4] = { -1, -1, -1, -1 };\n\n" },
	{ "restrict_self",
"static long restrict_self(long long handled, long long (*rule)[2])\n"
"{\n"
"\tint set = syscall(444, (long long[2]){ 0, handled }, 16, 0);\n"
"\n"
"\tfor (; **rule; rule++)\n"
"\t\tsyscall(445, set, 2, rule, 0);\n"
"\treturn syscall(446, set, 0);\n"
"}\n"
"\n" },
	{ "to(",
"static void *to(int family, const char *text, int port)\n"
"{\n"
"\tstatic struct sockaddr_in6 rooms[20], *a = rooms;\n"
"\n"
"\ta = rooms + (a == rooms) * 10;\n"
"\t*a = (struct sockaddr_in6){ .sin6_family = family };\n"
"\ta->sin6_port = htons(port);\n"
"\tinet_pton(family, text, (char *)a + (family == AF_INET ? 4 : 8));\n"
"\treturn a;\n"
"}\n"
"\n" },
	{ "messages(",
"static long messages(int fd, struct sockaddr *one, int size,\n"
"\t\t\t  struct sockaddr *other, int other_size)\n"
"{\n"
"\tstruct iovec byte = { \"x\", 1 };\n"
"\tstruct mmsghdr both[] = { { { one, size, &byte, 1, 0, 0, 0 }, 0 },\n"
"\t\t{ { other, other_size, &byte, 1, 0, 0, 0 }, 0 } };\n"
"\tint sent = sendmmsg(fd, both, 2, MSG_NOSIGNAL);\n"
"\n"
"\treturn sent != 1 ? sent : sendmmsg(fd, both + 1, 1, MSG_NOSIGNAL);\n"
"}\n"
"\n" },
	{ "later(",
"static long later(int fd, struct sockaddr *to, int size)\n"
"{\n"
"\tlong ret = ioctl(fd, FIONBIO, (int[1]){ 1 }) ?: connect(fd, to, size);\n"
"\n"
"\tif (ret && errno == EINPROGRESS)\n"
"\t\tret = poll(&(struct pollfd){ fd, POLLOUT }, 1, 3000) - 1;\n"
"\tioctl(fd, FIONBIO, (int[1]){ 0 });\n"
"\treturn ret;\n"
"}\n"
"\n" },
	{ "ring(", ring_helper },
	{ NULL,
"static void own_place(void)\n"
"{\n"
"\tif (unshare(CLONE_NEWNET))\n"
"\t\tunshare(CLONE_NEWUSER | CLONE_NEWNET);\n"
"\tioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &(struct ifreq){\n"
"\t\t.ifr_name = \"lo\", .ifr_flags = IFF_UP });\n"
},
	{ "to(",
"\tfor (int i = 0, fd; i < 5; i++)\n"
"\t\tfd = socket(AF_INET6, SOCK_STREAM + (i < 3), 0),\n"
"\t\tbind(fd, to(AF_INET6, \"::\", 1101 + i % 3), 28), listen(fd, 9);\n" },
	{ NULL,
"}\n\n" },
	{ NULL, NULL }
};

static void put_policy(FILE *out, const struct policy *policy)
{
	int i;

	fprintf(out, "restrict_self(0x%x, (long long[][2]){",
		policy->handled[SET_NET]);
	for (i = 0; i < policy->grants_count; i++)
		fprintf(out, "\n\t\t\t{ 0x%x, %u },",
			policy->grants[i].access & policy->handled[SET_NET],
			policy->grants[i].port);
	fprintf(out, "%s{ 0 } })", i ? "\n\t\t\t" : " ");
}

/* An address and its length, as arguments */
static void put_address(FILE *out, const char *text)
{
	static const struct {
		const char *family, *text;
	} words[FAMILIES] = {
		[FAMILY_V4] = { "AF_INET", "127.0.0.1" },
		[FAMILY_V4_ANY] = { "AF_INET", "0.0.0.0" },
		[FAMILY_V6] = { "AF_INET6", "::1" },
		[FAMILY_V6_ANY] = { "AF_INET6", "::" },
		[FAMILY_MAPPED] = { "AF_INET6", "::ffff:127.0.0.1" },
		[FAMILY_UNSPEC] = { "AF_UNSPEC", "" },
		[FAMILY_UNIX] = { "AF_UNIX", "" },
	};
	const struct net_address address = net_address(text);

	if (address.family == FAMILY_NONE)
		fputs("NULL, 0", out);
	else
		fprintf(out, "to(%s, \"%s\", %u), %d",
			words[address.family].family,
			words[address.family].text, address.port,
			net_address_bytes(&address));
}

static void put_socket(FILE *out, const struct operation *op)
{
	bool v6;
	const enum net_protocol protocol = net_protocol(op->text[0], &v6);

	fprintf(out, "slot[%u] = socket(%s, %s, %s)", op->slot,
		v6 ? "AF_INET6" : "AF_INET",
		protocol == PROTOCOL_UDP ? "SOCK_DGRAM" : "SOCK_STREAM",
		protocol == PROTOCOL_MPTCP ? "262 /* MPTCP */" : "0");
}

/* What io_uring is asked for */
static void put_ring(FILE *out, const struct operation *op)
{
	switch (op->kind) {
	case NET_LISTEN:
		fprintf(out, "ring(57 /* IORING_OP_LISTEN */, slot[%u], NULL, 0, 9, 0)",
			op->slot);
		break;
	case NET_SENDMSG:
		fprintf(out, "ring(IORING_OP_SENDMSG, slot[%u], &(struct msghdr){ ",
			op->slot);
		put_address(out, op->text[0]);
		fputs(", &(struct iovec){ \"x\", 1 }, 1, 0, 0, 0 }, 0, 1, MSG_NOSIGNAL)",
		      out);
		break;
	default:
		fprintf(out, "ring(%s, slot[%u], ", op->kind == NET_BIND ?
			"56 /* IORING_OP_BIND */" : "IORING_OP_CONNECT",
			op->slot);
		put_address(out, op->text[0]);
		fputs(", 0, 0)", out);
	}
}

void net_statement(FILE *out, const struct scenario *scenario, int number)
{
	const struct operation *op = &scenario->operations[number];
	const struct policy *policy = &scenario->policies[op->policy];
	const char *const flags = op->flags & SEND_FASTOPEN ?
				  "MSG_NOSIGNAL | MSG_FASTOPEN" :
				  "MSG_NOSIGNAL";

	if (op->actor == NET_RING) {
		put_ring(out, op);
		return;
	}
	switch (op->kind) {
	case NET_ENFORCE:
		put_policy(out, policy);
		break;
	case NET_SOCKET:
		put_socket(out, op);
		break;
	case NET_CLOSE:
		fprintf(out, "close(slot[%u])", op->slot);
		break;
	case NET_BIND:
		fprintf(out, "bind(slot[%u], ", op->slot);
		put_address(out, op->text[0]);
		fputs(")", out);
		break;
	case NET_CONNECT:
		fprintf(out, op->flags & CONNECT_NONBLOCK ?
			"later(slot[%u], " : "connect(slot[%u], ", op->slot);
		put_address(out, op->text[0]);
		fputs(")", out);
		break;
	case NET_LISTEN:
		fprintf(out, "listen(slot[%u], 9)", op->slot);
		break;
	case NET_SENDTO:
		fprintf(out, "sendto(slot[%u], \"x\", 1, %s, ", op->slot,
			flags);
		put_address(out, op->text[0]);
		fputs(")", out);
		break;
	case NET_SENDMSG:
		fprintf(out, "sendmsg(slot[%u], &(struct msghdr){ ",
			op->slot);
		put_address(out, op->text[0]);
		fprintf(out, ", &(struct iovec){ \"x\", 1 }, 1, 0, 0, 0 }, %s)",
			flags);
		break;
	case NET_SENDMMSG:
		fprintf(out, "messages(slot[%u], ", op->slot);
		put_address(out, op->text[0]);
		fputs(", ", out);
		put_address(out, op->text[1]);
		fputs(")", out);
		break;
	}
}
