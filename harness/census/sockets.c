// SPDX-License-Identifier: GPL-2.0
/* Sockets: what socket(2) takes of an ordinary user. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "census/census.h"

#define FAMILIES	64
#define TYPES		16
#define PROTOCOLS	320
#define NETLINKS	32
#define LEVELS		320
#define OPTIONS		64

static int answers[PROTOCOLS];

static int try(int family, int type, int protocol)
{
	const int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* The least that is wrong: a type or a protocol that a family has not */
static int better(int one, int other)
{
	static const int order[] = {
		0, EPERM, EACCES, EPROTONOSUPPORT, ESOCKTNOSUPPORT,
	};
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (one == order[i] || other == order[i])
			return order[i];
	return one;
}

static int try_family(int family)
{
	int type, answer = EAFNOSUPPORT;

	for (type = 1; type <= SOCK_PACKET; type++) {
		const int one = try(family, type, 0);

		if (one != EAFNOSUPPORT)
			answer = answer == EAFNOSUPPORT ? one :
				 better(one, answer);
	}
	return answer;
}

static int try_type(int type)
{
	static const int families[] = {
		AF_UNIX, AF_INET, AF_NETLINK, AF_VSOCK, AF_RDS,
	};
	int answer = ESOCKTNOSUPPORT;
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const int one = try(families[i], type, 0);

		if (one != EINVAL && one != EAFNOSUPPORT &&
		    one != EPROTONOSUPPORT)
			answer = better(one, answer);
	}
	/* A DCCP socket has to name its protocol. */
	return better(answer, try(AF_INET, type, IPPROTO_DCCP));
}

/* Raw sockets take any number; they are a type. */
static int try_protocol(int protocol)
{
	static const int types[] = {
		SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_DCCP,
	};
	int answer = EPROTONOSUPPORT;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const int one = try(AF_INET, types[i], protocol);

		if (one != ESOCKTNOSUPPORT && one != EPROTONOSUPPORT &&
		    one != EINVAL)
			answer = better(one, answer);
	}
	return answer;
}

static int try_netlink(int protocol)
{
	return try(AF_NETLINK, SOCK_RAW, protocol);
}

/* Any option of it that some socket takes shows a level. */
static int try_level(int level)
{
	static const struct { int family, type, protocol; } sockets[] = {
		{ AF_INET, SOCK_STREAM, 0 }, { AF_INET6, SOCK_STREAM, 0 },
		{ AF_INET, SOCK_DGRAM, 0 }, { AF_UNIX, SOCK_STREAM, 0 },
		{ AF_NETLINK, SOCK_RAW, 0 }, { AF_VSOCK, SOCK_STREAM, 0 },
		{ AF_INET, SOCK_STREAM, IPPROTO_SCTP },
		{ AF_INET, SOCK_STREAM, 262 }, { 43, SOCK_STREAM, 0 },
		{ AF_RDS, SOCK_SEQPACKET, 0 }, { AF_RXRPC, SOCK_DGRAM, 2 },
		{ AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE },
		{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP },
	};
	static int fds[sizeof(sockets) / sizeof(sockets[0])];
	char value[256];
	size_t i;
	int option;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (!fds[i])
			fds[i] = socket(sockets[i].family, sockets[i].type,
					sockets[i].protocol);
		for (option = 0; fds[i] >= 0 && option < OPTIONS; option++) {
			socklen_t length = sizeof(value);

			if (!getsockopt(fds[i], level, option, value, &length))
				return 0;
		}
	}
	return ENOPROTOOPT;
}

/* Some families are for the first network namespace alone. */
static const char *count(int numbers, int (*call)(int number), int none)
{
	const char *const missing = try_numbers_on_net(numbers, call, answers);
	int i;

	for (i = 0; i < numbers && !missing; i++)
		if (answers[i] != none)
			offer_number(i, answer_of_error(answers[i]));
	return missing;
}

const char *count_socket_families(void)
{
	return count(FAMILIES, try_family, EAFNOSUPPORT);
}

const char *count_socket_types(void)
{
	return count(TYPES, try_type, ESOCKTNOSUPPORT);
}

const char *count_inet_protocols(void)
{
	return count(PROTOCOLS, try_protocol, EPROTONOSUPPORT);
}

const char *count_netlink_protocols(void)
{
	return count(NETLINKS, try_netlink, EPROTONOSUPPORT);
}

const char *count_sockopt_levels(void)
{
	return count(LEVELS, try_level, ENOPROTOOPT);
}
