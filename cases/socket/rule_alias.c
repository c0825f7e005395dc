// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: arguments of socket(2) that stand for others. */
#include <netinet/in.h>

#include "rule.h"

#define PACKET		{ AF_PACKET, SOCK_PACKET, 0 }
#define PACKET_INET	{ AF_INET, SOCK_PACKET, 0 }
#define PACKET_RAW	{ AF_PACKET, SOCK_RAW, 0 }

/* The kernel maps this one before it asks (__sock_create, net/socket.c). */
static const struct variant packet_variants[] = {
	{ "", AF_INET,
	  TRIAL(PACKET_INET, PACKET, .grant = ONE(PACKET),
		.other = ONE(PACKET_RAW)) },
	{ "rule_inet", AF_PACKET,
	  TRIAL(PACKET, .grant = ONE(PACKET_INET), .other = ONE(PACKET_RAW)) },
	{ "both_inet", AF_INET,
	  TRIAL(PACKET_INET, PACKET, .grant = ONE(PACKET_INET),
		.other = NO_RULE) },
	{ "other_inet", AF_INET,
	  TRIAL(PACKET_INET, PACKET, .grant = ONE(PACKET),
		.other = ONE(STREAMS)) },
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
static const struct variant spelling_variants[] = {
	{ "", AF_INET,
	  TRIAL(STREAM_0, .grant = ONE(STREAM_0), .other = ONE(TCP)) },
	{ "named", AF_INET,
	  TRIAL(TCP, .grant = ONE(TCP), .other = ONE(STREAM_0)) },
	{ "udp", AF_INET,
	  TRIAL(DGRAM_0, .grant = ONE(DGRAM_0), .other = ONE(UDP)) },
	{ "unix_protocol", AF_UNIX,
	  TRIAL(UNIX_NAMED, .grant = ONE(UNIX_NAMED),
		.other = ONE(UNIX_STREAM)) },
	{ "unix_raw", AF_UNIX,
	  TRIAL(UNIX_RAW, UNIX_DGRAM, .grant = ONE(UNIX_RAW),
		.other = ONE(UNIX_DGRAM)) },
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
static const struct variant alias_variants[] = {
	{ "", AF_INET,
	  TRIAL(STREAM_0, .grant = ONE(TCP), .other = ONE(MPTCP)) },
	{ "named", AF_INET,
	  TRIAL(TCP, .grant = ONE(STREAM_0), .other = ONE(MPTCP)) },
	{ "udp", AF_INET,
	  TRIAL(DGRAM_0, .grant = ONE(UDP), .other = ONE(PING)) },
	{ "unix_protocol", AF_UNIX,
	  TRIAL(UNIX_NAMED, .grant = ONE(UNIX_STREAM),
		.other = ONE(UNIX_DGRAM)) },
	{ "unix_raw", AF_UNIX,
	  TRIAL(UNIX_RAW, UNIX_DGRAM, .grant = ONE(UNIX_DGRAM),
		.other = ONE(UNIX_STREAM)) },
	{ "rule_unix_raw", AF_UNIX,
	  TRIAL(UNIX_DGRAM, .grant = ONE(UNIX_RAW),
		.other = ONE(UNIX_STREAM)) },
	{ "sctp", AF_INET,
	  TRIAL(SEQPACKET_0, .grant = ONE(SCTP), .other = ONE(TCP)) },
	{ "vsock", AF_VSOCK,
	  TRIAL(VSOCK_NAMED, .grant = ONE(VSOCK),
		.other = ONE(VSOCK_SEQPACKET)) },
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
