// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: whose error is it, where there is no such socket? */
#include <netinet/in.h>

#include "rule.h"

/* Out of range for any socket: refused before Landlock is asked. */
static const struct trial ranges[] = {
	{ { 4096, SOCK_STREAM, 0 }, .error = EAFNOSUPPORT },
	{ { -1, SOCK_STREAM, 0 }, .error = EAFNOSUPPORT },
	{ { AF_INET, 15, 0 }, .error = EINVAL },
	{ { AF_INET, SOCK_STREAM | 0x10000, 0 }, .error = EINVAL },
};

static const struct variant range_variants[] = {
	{ "", AF_INET, TRIAL(ranges[0]) },
	{ "negative_family", AF_INET, TRIAL(ranges[1]) },
	{ "type", AF_INET, TRIAL(ranges[2]) },
	{ "type_flag", AF_INET, TRIAL(ranges[3]) },
	{ NULL }
};

CASE("socket.rule.error_range",
	.claim	  = "the error of socket(2) for a family or type out of range",
	.covers	  = "proposed.socket",
	.promise  = { ALLOWED },
	.bare	  = true,
	.variants = range_variants,
	.enforce  = deny_sockets,
	.witness  = witness_tcp_socket,
	.attempt  = attempt_trial,
	.source	  = RFC "08/19: Test network stack error code consistency; net/socket.c: __sock_create");

#define NO_FAMILY	{ AF_UNSPEC, SOCK_STREAM, 0 }
#define NO_TYPE		{ AF_UNIX, SOCK_PACKET, 0 }
#define NO_PROTOCOL	{ AF_UNIX, SOCK_STREAM, PF_UNIX + 1 }
#define MISMATCH	{ AF_INET, SOCK_STREAM, IPPROTO_UDP }
#define RAW		{ AF_INET, SOCK_RAW, IPPROTO_ICMP }

/*
 * There could be such a socket: without a rule Landlock refuses it, with one
 * the network stack does.
 */
static const struct trial meaningless[] = {
	{ NO_FAMILY, .error = EAFNOSUPPORT, .grant = ONE(NO_FAMILY) },
	{ NO_TYPE, .error = ESOCKTNOSUPPORT, .grant = ONE(NO_TYPE) },
	{ NO_PROTOCOL, .error = EPROTONOSUPPORT, .grant = ONE(NO_PROTOCOL) },
	{ MISMATCH, .error = EPROTONOSUPPORT, .grant = ONE(MISMATCH) },
	{ RAW, .error = EPERM, .grant = ONE(RAW) },
};

static const struct variant meaningless_variants[] = {
	{ "", AF_INET, TRIAL(meaningless[0]) },
	{ "type", AF_UNIX, TRIAL(meaningless[1]) },
	{ "protocol", AF_UNIX, TRIAL(meaningless[2]) },
	{ "mismatch", AF_INET, TRIAL(meaningless[3]) },
	{ "unprivileged", AF_INET, TRIAL(meaningless[4]) },
	{ NULL }
};

CASE("socket.rule.error_stack",
	.claim	  = "the error of socket(2) for what the network stack refuses",
	.covers	  = "proposed.socket",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.bare	  = true,
	.variants = meaningless_variants,
	.enforce  = enforce_trial,
	.attempt  = attempt_trial,
	.source	  = RFC "08/19: Test network stack error code consistency");
