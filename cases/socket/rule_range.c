// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: ranges, and how rules and layers come together. */
#include <netinet/in.h>

#include "rule.h"

static const struct variant protocols[] = {
	{ "", AF_INET,
	  TRIAL(TCP, .grant = ONE(STREAMS), .other = ONE(DGRAMS)) },
	{ "default", AF_INET,
	  TRIAL(STREAM_0, .grant = ONE(STREAMS), .other = ONE(DGRAMS)) },
	{ "mptcp", AF_INET,
	  TRIAL(MPTCP, .grant = ONE(STREAMS), .other = ONE(STREAMS6)) },
	{ "udp", AF_INET,
	  TRIAL(UDP, .grant = ONE(DGRAMS), .other = ONE(STREAMS)) },
	{ NULL }
};

CASE("socket.rule.any_protocol",
	.claim	  = "socket(2) under a rule for any protocol of a type",
	.covers	  = "proposed.socket",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.bare	  = true,
	.variants = protocols,
	.enforce  = enforce_trial,
	.attempt  = attempt_trial,
	.source	  = RFC "04/19: rule with wildcard value; review of 8 May 2026: LANDLOCK_SOCKET_ANY_PROTOCOL");

#define ANY_TYPE_0	{ AF_INET, ANY, 0 }
#define ANY_TYPE_TCP	{ AF_INET, ANY, IPPROTO_TCP }
#define ANY_TYPE_TCP6	{ AF_INET6, ANY, IPPROTO_TCP }

static const struct variant types[] = {
	{ "", AF_INET,
	  TRIAL(DGRAM_0, .grant = ONE(ANY_TYPE_0),
		.other = ONE(ANY_TYPE_TCP)) },
	{ "stream", AF_INET,
	  TRIAL(STREAM_0, .grant = ONE(ANY_TYPE_0),
		.other = ONE(ANY_TYPE_TCP)) },
	{ "named_protocol", AF_INET,
	  TRIAL(TCP, .grant = ONE(ANY_TYPE_TCP), .other = ONE(ANY_TYPE_TCP6)) },
	{ "family_tcp", AF_INET,
	  TRIAL(TCP, .grant = ONE(ALL), .other = ONE(ALL6)) },
	{ "family_dgram", AF_INET,
	  TRIAL(DGRAM_0, .grant = ONE(ALL), .other = ONE(ALL6)) },
	{ "family_mptcp", AF_INET,
	  TRIAL(MPTCP, .grant = ONE(ALL), .other = ONE(DGRAMS)) },
	{ NULL }
};

CASE("socket.rule.any_type",
	.claim	  = "socket(2) under a rule for any type, or all of a family",
	.covers	  = "proposed.socket_exact",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.bare	  = true,
	.variants = types,
	.enforce  = enforce_trial,
	.attempt  = attempt_trial,
	.source	  = RFC "04/19: rule with wildcard value");

/* Rules of one layer add up; of the layers, each must have one. */
static const struct variant policies[] = {
	{ "", AF_INET,
	  TRIAL(MPTCP, .grant = BOTH(STREAMS, TCP),
		.other = BOTH(TCP, DGRAMS)) },
	{ "narrow_rule", AF_INET,
	  TRIAL(TCP, .grant = BOTH(STREAMS, TCP),
		.other = BOTH(MPTCP, DGRAMS)) },
	{ "narrower_layer", AF_INET,
	  TRIAL(TCP, .layers = 2, .grant = TWO(STREAMS, TCP),
		.other = TWO(STREAMS, MPTCP)) },
	{ "wider_layer", AF_INET,
	  TRIAL(TCP, .layers = 2, .grant = TWO(TCP, STREAMS),
		.other = TWO(MPTCP, STREAMS)) },
	{ "denied_between", AF_INET,
	  TRIAL(TCP, .layers = 3, .grant = THREE(TCP, STREAMS, TCP),
		.other = THREE(TCP, UDP, TCP)) },
	{ "three_layers", AF_INET,
	  TRIAL(UDP, .layers = 3, .grant = THREE(DGRAMS, UDP, DGRAMS),
		.other = THREE(DGRAMS, UDP, STREAMS)) },
	{ NULL }
};

CASE("socket.rule.overlap",
	.claim	  = "socket(2) under rules and layers whose ranges overlap",
	.covers	  = "proposed.socket",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) | W(STACKED),
	.bare	  = true,
	.variants = policies,
	.enforce  = enforce_trial,
	.attempt  = attempt_trial,
	.source	  = RFC "09/19: Test overlapped rulesets with rules of protocol ranges");
