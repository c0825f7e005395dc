// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: whose error is it, where there is no such socket? */
#include <netinet/in.h>

#include "rule.h"

/* Out of range for any socket: refused before Landlock is asked. */
static const struct variant range_variants[] = {
	{ "", AF_INET, TRIAL({ 4096, SOCK_STREAM, 0 }, .error = EAFNOSUPPORT) },
	{ "negative_family", AF_INET,
	  TRIAL({ -1, SOCK_STREAM, 0 }, .error = EAFNOSUPPORT) },
	{ "type", AF_INET, TRIAL({ AF_INET, 15, 0 }, .error = EINVAL) },
	{ "type_flag", AF_INET,
	  TRIAL({ AF_INET, SOCK_STREAM | 0x10000, 0 }, .error = EINVAL) },
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
static const struct variant meaningless_variants[] = {
	{ "", AF_INET,
	  TRIAL(NO_FAMILY, .error = EAFNOSUPPORT, .grant = ONE(NO_FAMILY)) },
	{ "type", AF_UNIX,
	  TRIAL(NO_TYPE, .error = ESOCKTNOSUPPORT, .grant = ONE(NO_TYPE)) },
	{ "protocol", AF_UNIX,
	  TRIAL(NO_PROTOCOL, .error = EPROTONOSUPPORT,
		.grant = ONE(NO_PROTOCOL)) },
	{ "mismatch", AF_INET,
	  TRIAL(MISMATCH, .error = EPROTONOSUPPORT, .grant = ONE(MISMATCH)) },
	{ "unprivileged", AF_INET,
	  TRIAL(RAW, .error = EPERM, .grant = ONE(RAW)) },
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
