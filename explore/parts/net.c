// SPDX-License-Identifier: GPL-2.0
/* The part "net": its words, its scenarios, and what the model says of them. */
#include <string.h>

#include "explore/parts/net.h"

static const char *const flags[] = { "udp", "mptcp", "ipv6", "other", NULL };

static const struct kind kinds[PORT_KINDS] = {
	[PORT_ENFORCE]	= { "enforce", .enforces = true },
	[PORT_SERVE]	= { "serve", .slot = true, .flags = flags },
	[PORT_BIND]	= { "bind", .slot = true, .flags = flags },
	[PORT_CONNECT]	= { "connect", .slot = true, .flags = flags },
	[PORT_SEND]	= { "send", .slot = true, .flags = flags },
	[PORT_FASTOPEN]	= { "fastopen", .slot = true, .flags = flags },
	[PORT_DISCONNECT] = { "disconnect", .slot = true, .flags = flags },
};

static const char *const actors[] = {
	[NET_OUTSIDE] = "outside", [NET_INSIDE] = "inside",
};

static const char *needs(const struct claim *claim,
			 const struct scenario *scenario)
{
	int i;

	if (claim->abi < 4)
		return "rights of the network (ABI 4)";
	for (i = 0; i < scenario->count; i++)
		if (scenario->operations[i].flags & NET_MPTCP &&
		    !net_has_mptcp())
			return "MPTCP";
	return NULL;
}

static void enforce(struct random *random, uint32_t all,
		    struct scenario *scenario)
{
	struct policy *policy = &scenario->policies[scenario->policies_count];
	int i, count = random_below(random, 5);

	memset(policy, 0, sizeof(*policy));
	do {
		policy->handled[SET_NET] = random_next(random) & all;
	} while (!policy->handled[SET_NET]);
	for (i = 0; i < count; i++) {
		struct grant *grant = &policy->grants[policy->grants_count];
		const uint32_t access = random_next(random) &
					policy->handled[SET_NET];

		if (!access)
			continue;
		grant->port = net_port(random_below(random, NET_PORTS));
		grant->access = access;
		policy->grants_count++;
	}
	scenario->operations[scenario->count++] = (struct operation) {
		.kind = PORT_ENFORCE, .actor = NET_INSIDE,
		.policy = scenario->policies_count++,
	};
}

static uint32_t pick_flags(struct random *random, enum net_kind kind)
{
	uint32_t result = random_chance(random, 40) ? NET_V6 : 0;

	if (kind == PORT_SEND ||
	    (kind != PORT_FASTOPEN && random_chance(random, 40)))
		return result | NET_UDP;
	if (kind == PORT_FASTOPEN || kind == PORT_DISCONNECT)
		return result;
	if (random_chance(random, 20))
		result |= NET_MPTCP;
	else if (random_chance(random, 10))
		result |= NET_OTHER;
	return result;
}

static void generate(struct random *random, const struct claim *claim,
		     struct scenario *scenario)
{
	const uint32_t all = model_rights(SET_NET, claim->abi) ?: BIND_TCP;
	const int count = 30 + random_below(random, 20);
	int i;

	scenario->count = scenario->policies_count = 0;
	for (i = 1; i < NET_PORTS; i++)
		if (random_chance(random, 50))
			scenario->operations[scenario->count++] =
				(struct operation) {
					.kind = PORT_SERVE, .slot = i,
					.flags = random_chance(random, 20) ?
						 NET_UDP : 0,
				};
	enforce(random, all, scenario);
	for (i = 0; i < count; i++) {
		struct operation op = {
			.actor = NET_INSIDE,
			.slot = random_below(random, NET_PORTS),
			.kind = PORT_BIND + random_below(random, PORT_KINDS -
							 PORT_BIND),
		};

		if (scenario->policies_count < 3 && random_chance(random, 3)) {
			enforce(random, all, scenario);
			continue;
		}
		op.flags = pick_flags(random, op.kind);
		scenario->operations[scenario->count++] = op;
	}
}

static void predict(const struct claim *claim, const struct scenario *scenario,
		    struct prediction *prediction)
{
	struct net_state state;
	int i;

	net_init(&state, claim);
	prediction->decisions = 0;
	prediction->digested = false;
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];

		prediction->decisions += op->kind != PORT_ENFORCE &&
					 state.layers_count;
		prediction->expected[i] = net_apply(&state, op,
			&scenario->policies[op->policy]);
	}
	prediction->count = i;
}

const struct part part_net = {
	.name = "net",
	.actors = actors,
	.actors_count = sizeof(actors) / sizeof(actors[0]),
	.kinds = kinds,
	.kinds_count = PORT_KINDS,
	.slots = NET_PORTS,
	.independent = true,
	.prepare = net_prepare,
	.needs = needs,
	.generate = generate,
	.predict = predict,
	.run = net_run,
	.statement = net_statement,
	.helpers = net_helpers,
};
