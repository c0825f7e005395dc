// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: arguments of socket(2) that stand for others. */
#include <netinet/in.h>

#include "rule.h"

#define PACKET		{ AF_PACKET, SOCK_PACKET, 0 }
#define PACKET_INET	{ AF_INET, SOCK_PACKET, 0 }
#define PACKET_RAW	{ AF_PACKET, SOCK_RAW, 0 }

/* The kernel maps this one before it asks (__sock_create, net/socket.c). */
static const struct trial packets[] = {
	{ PACKET_INET, PACKET, .grant = ONE(PACKET), .other = ONE(PACKET_RAW) },
	{ PACKET, .grant = ONE(PACKET_INET), .other = ONE(PACKET_RAW) },
	{ PACKET_INET, PACKET, .grant = ONE(PACKET_INET), .other = NO_RULE },
	{ PACKET_INET, PACKET, .grant = ONE(PACKET), .other = ONE(STREAMS) },
};

static const struct variant packet_variants[] = {
	{ "", AF_INET, TRIAL(packets[0]) },
	{ "rule_inet", AF_PACKET, TRIAL(packets[1]) },
	{ "both_inet", AF_INET, TRIAL(packets[2]) },
	{ "other_inet", AF_INET, TRIAL(packets[3]) },
	{ NULL }
};

CASE("socket.rule.alias_packet",
	.claim	  = "socket(AF_INET, SOCK_PACKET), which makes a socket of AF_PACKET",
	.covers	  = "proposed.socket",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.needs	  = "root",
	.root	  = true,
	.bare	  = true,
	.variants = packet_variants,
	.enforce  = enforce_trial,
	.attempt  = attempt_trial,
	.source	  = RFC "11/19: Test protocol mappings, packet_protocol");

#define UNIX_NAMED	{ AF_UNIX, SOCK_STREAM, PF_UNIX }

/* In the exact form a rule covers no other spelling of the same socket. */
static const struct trial spellings[] = {
	{ STREAM_0, .grant = ONE(STREAM_0), .other = ONE(TCP) },
	{ TCP, .grant = ONE(TCP), .other = ONE(STREAM_0) },
	{ DGRAM_0, .grant = ONE(DGRAM_0), .other = ONE(UDP) },
	{ UNIX_NAMED, .grant = ONE(UNIX_NAMED), .other = ONE(UNIX_STREAM) },
	{ UNIX_RAW, UNIX_DGRAM, .grant = ONE(UNIX_RAW),
	  .other = ONE(UNIX_DGRAM) },
};

static const struct variant spelling_variants[] = {
	{ "", AF_INET, TRIAL(spellings[0]) },
	{ "named", AF_INET, TRIAL(spellings[1]) },
	{ "udp", AF_INET, TRIAL(spellings[2]) },
	{ "unix_protocol", AF_UNIX, TRIAL(spellings[3]) },
	{ "unix_raw", AF_UNIX, TRIAL(spellings[4]) },
	{ NULL }
};

CASE("socket.rule.alias_exact",
	.claim	  = "socket(2) by another spelling than the rule's, exact form",
	.covers	  = "proposed.socket_exact",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.bare	  = true,
	.variants = spelling_variants,
	.enforce  = enforce_trial,
	.attempt  = attempt_trial,
	.source	  = RFC "01/19: socket rules do not perform such mappings; 11/19: tcp_protocol");

#define SEQPACKET_0	{ AF_INET, SOCK_SEQPACKET, 0 }
#define SCTP		{ AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP }
#define VSOCK		{ AF_VSOCK, SOCK_STREAM, 0 }
#define VSOCK_NAMED	{ AF_VSOCK, SOCK_STREAM, PF_VSOCK }
#define VSOCK_SEQPACKET	{ AF_VSOCK, SOCK_SEQPACKET, 0 }

/* In the canonical form it covers them all. */
static const struct trial aliases[] = {
	{ STREAM_0, .grant = ONE(TCP), .other = ONE(MPTCP) },
	{ TCP, .grant = ONE(STREAM_0), .other = ONE(MPTCP) },
	{ DGRAM_0, .grant = ONE(UDP), .other = ONE(PING) },
	{ UNIX_NAMED, .grant = ONE(UNIX_STREAM), .other = ONE(UNIX_DGRAM) },
	{ UNIX_RAW, UNIX_DGRAM, .grant = ONE(UNIX_DGRAM),
	  .other = ONE(UNIX_STREAM) },
	{ UNIX_DGRAM, .grant = ONE(UNIX_RAW), .other = ONE(UNIX_STREAM) },
	{ SEQPACKET_0, .grant = ONE(SCTP), .other = ONE(TCP) },
	{ VSOCK_NAMED, .grant = ONE(VSOCK), .other = ONE(VSOCK_SEQPACKET) },
};

static const struct variant alias_variants[] = {
	{ "", AF_INET, TRIAL(aliases[0]) },
	{ "named", AF_INET, TRIAL(aliases[1]) },
	{ "udp", AF_INET, TRIAL(aliases[2]) },
	{ "unix_protocol", AF_UNIX, TRIAL(aliases[3]) },
	{ "unix_raw", AF_UNIX, TRIAL(aliases[4]) },
	{ "rule_unix_raw", AF_UNIX, TRIAL(aliases[5]) },
	{ "sctp", AF_INET, TRIAL(aliases[6]) },
	{ "vsock", AF_VSOCK, TRIAL(aliases[7]) },
	{ NULL }
};

CASE("socket.rule.alias_canonical",
	.claim	  = "socket(2) by another spelling than the rule's, canonical form",
	.covers	  = "proposed.socket_canonical",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.bare	  = true,
	.variants = alias_variants,
	.enforce  = enforce_trial,
	.attempt  = attempt_trial,
	.source	  = "review of " RFC "01/19, 8 May 2026: Canonicalize socket rules");
