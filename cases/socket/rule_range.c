// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: ranges, and how rules and layers come together. */
#include <netinet/in.h>

#include "rule.h"

static const struct trial any_protocol[] = {
	{ TCP, .grant = ONE(STREAMS), .other = ONE(DGRAMS) },
	{ STREAM_0, .grant = ONE(STREAMS), .other = ONE(DGRAMS) },
	{ MPTCP, .grant = ONE(STREAMS), .other = ONE(STREAMS6) },
	{ UDP, .grant = ONE(DGRAMS), .other = ONE(STREAMS) },
};

static const struct variant protocols[] = {
	{ "", AF_INET, TRIAL(any_protocol[0]) },
	{ "default", AF_INET, TRIAL(any_protocol[1]) },
	{ "mptcp", AF_INET, TRIAL(any_protocol[2]) },
	{ "udp", AF_INET, TRIAL(any_protocol[3]) },
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

static const struct trial any_type[] = {
	{ DGRAM_0, .grant = ONE(ANY_TYPE_0), .other = ONE(ANY_TYPE_TCP) },
	{ STREAM_0, .grant = ONE(ANY_TYPE_0), .other = ONE(ANY_TYPE_TCP) },
	{ TCP, .grant = ONE(ANY_TYPE_TCP), .other = ONE(ANY_TYPE_TCP6) },
	{ TCP, .grant = ONE(ALL), .other = ONE(ALL6) },
	{ DGRAM_0, .grant = ONE(ALL), .other = ONE(ALL6) },
	{ MPTCP, .grant = ONE(ALL), .other = ONE(DGRAMS) },
};

static const struct variant types[] = {
	{ "", AF_INET, TRIAL(any_type[0]) },
	{ "stream", AF_INET, TRIAL(any_type[1]) },
	{ "named_protocol", AF_INET, TRIAL(any_type[2]) },
	{ "family_tcp", AF_INET, TRIAL(any_type[3]) },
	{ "family_dgram", AF_INET, TRIAL(any_type[4]) },
	{ "family_mptcp", AF_INET, TRIAL(any_type[5]) },
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
static const struct trial overlaps[] = {
	{ MPTCP, .grant = BOTH(STREAMS, TCP), .other = BOTH(TCP, DGRAMS) },
	{ TCP, .grant = BOTH(STREAMS, TCP), .other = BOTH(MPTCP, DGRAMS) },
	{ TCP, .layers = 2, .grant = TWO(STREAMS, TCP),
	  .other = TWO(STREAMS, MPTCP) },
	{ TCP, .layers = 2, .grant = TWO(TCP, STREAMS),
	  .other = TWO(MPTCP, STREAMS) },
	{ TCP, .layers = 3, .grant = THREE(TCP, STREAMS, TCP),
	  .other = THREE(TCP, UDP, TCP) },
	{ UDP, .layers = 3, .grant = THREE(DGRAMS, UDP, DGRAMS),
	  .other = THREE(DGRAMS, UDP, STREAMS) },
};

static const struct variant policies[] = {
	{ "", AF_INET, TRIAL(overlaps[0]) },
	{ "narrow_rule", AF_INET, TRIAL(overlaps[1]) },
	{ "narrower_layer", AF_INET, TRIAL(overlaps[2]) },
	{ "wider_layer", AF_INET, TRIAL(overlaps[3]) },
	{ "denied_between", AF_INET, TRIAL(overlaps[4]) },
	{ "three_layers", AF_INET, TRIAL(overlaps[5]) },
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
