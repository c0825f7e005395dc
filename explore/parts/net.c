// SPDX-License-Identifier: GPL-2.0
/* The part "net": its words, and what the model says of a scenario. */
#include "explore/parts/net.h"

static const char *const connect_flags[] = { "nonblock", NULL };
static const char *const send_flags[] = { "fastopen", NULL };

static const struct kind kinds[NET_KINDS] = {
	[NET_ENFORCE]	= { "enforce", .enforces = true },
	[NET_SOCKET]	= { "socket", 1, .slot = true },
	[NET_CLOSE]	= { "close", .slot = true },
	[NET_BIND]	= { "bind", 1, .slot = true },
	[NET_CONNECT]	= { "connect", 1, .slot = true,
			    .flags = connect_flags },
	[NET_LISTEN]	= { "listen", .slot = true },
	[NET_SENDTO]	= { "sendto", 1, .slot = true, .flags = send_flags },
	[NET_SENDMSG]	= { "sendmsg", 1, .slot = true, .flags = send_flags },
	[NET_SENDMMSG]	= { "sendmmsg", 2, .slot = true },
};

static const char *const actors[] = {
	[NET_OUTSIDE] = "outside", [NET_INSIDE] = "inside", [NET_RING] = "ring",
};

static const char *needs(const struct claim *claim,
			 const struct scenario *scenario)
{
	int i;

	if (claim->abi < 4)
		return "Landlock ABI version 4";
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];
		enum net_protocol protocol;
		bool v6;

		if (op->actor == NET_RING && !net_ring_can(op))
			return "io_uring";
		if (op->kind != NET_SOCKET)
			continue;
		protocol = net_protocol(op->text[0], &v6);
		if (!net_has(protocol, v6))
			return op->text[0];
	}
	return NULL;
}

void net_predict(const struct claim *claim, const struct scenario *scenario,
		 struct prediction *prediction)
{
	static struct net_state state;
	int i;

	net_init(&state, claim);
	prediction->decisions = 0;
	prediction->digested = false;
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];
		const bool judged = state.layers_count;

		prediction->expected[i] = net_apply(&state, op,
			&scenario->policies[op->policy]);
		if (prediction->expected[i].unspecified)
			break;
		prediction->decisions += judged && op->kind > NET_CLOSE;
	}
	prediction->count = i;
	if (i < scenario->count)
		return;
	prediction->digested = true;
	for (i = 0; i < SOCKETS_MAX; i++)
		if (state.sockets[i].connection == SPENT)
			prediction->digested = false;
	prediction->digest = net_digest(&state);
}

const struct part part_net = {
	.name = "net",
	.actors = actors,
	.actors_count = sizeof(actors) / sizeof(actors[0]),
	.kinds = kinds,
	.kinds_count = NET_KINDS,
	.slots = SOCKETS_MAX,
	.prepare = net_prepare,
	.needs = needs,
	.generate = net_generate,
	.predict = net_predict,
	.run = net_run,
	.statement = net_statement,
	.helpers = { net_helpers },
};
