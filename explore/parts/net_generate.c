// SPDX-License-Identifier: GPL-2.0
/*
 * Makes up a scenario of ports: sockets, a policy or several, and operations of
 * which the model says what comes of them.  Each scenario is about something:
 * its focus says which sockets, operations and addresses are likely.
 */
#include <stdio.h>
#include <string.h>

#include "explore/parts/net.h"

enum focus { MIXED, STREAMS, DATAGRAMS, ADDRESSES, OPENING, FOCUSES };

static const uint8_t weights[NET_KINDS][FOCUSES] = {
	[NET_ENFORCE]	= { 3, 3, 3, 3, 3 },
	[NET_SOCKET]	= { 22, 24, 16, 20, 30 },
	[NET_CLOSE]	= { 3, 3, 3, 3, 3 },
	[NET_BIND]	= { 20, 22, 20, 24, 6 },
	[NET_CONNECT]	= { 24, 30, 22, 26, 14 },
	[NET_LISTEN]	= { 4, 8, 1, 2, 2 },
	[NET_SENDTO]	= { 10, 3, 16, 10, 14 },
	[NET_SENDMSG]	= { 8, 3, 12, 6, 14 },
	[NET_SENDMMSG]	= { 4, 1, 8, 2, 2 },
};

/* How likely a kind of socket is */
static const struct {
	const char *name;
	uint8_t weights[FOCUSES];
} sockets[] = {
	{ "tcp4", { 4, 6, 1, 4, 6 } }, { "tcp6", { 4, 6, 1, 4, 6 } },
	{ "udp4", { 4, 1, 6, 4, 1 } }, { "udp6", { 4, 1, 6, 4, 1 } },
	{ "mptcp4", { 1, 2, 0, 0, 0 } }, { "mptcp6", { 1, 2, 0, 0, 0 } },
};

struct maker {
	struct random *random;
	struct scenario *scenario;
	struct net_state state;
	enum focus focus;
	int layers;		/* at most */
	bool ring;		/* it is used */
};

/* Adds what the model speaks of. */
static void add(struct maker *maker, const struct operation *op)
{
	struct scenario *scenario = maker->scenario;
	const struct net_state before = maker->state;
	struct expected expected;

	if (scenario->count == OPERATIONS_MAX)
		return;
	expected = net_apply(&maker->state, op,
			     &scenario->policies[op->policy]);
	if (expected.unspecified)
		maker->state = before;
	else
		scenario->operations[scenario->count++] = *op;
}

static uint16_t any_port(struct maker *maker)
{
	const int chance = random_below(maker->random, 12);

	if (chance < 6)
		return PORT_PEER + random_below(maker->random, UDP_PEERS);
	if (chance < 10)
		return PORT_OWN + random_below(maker->random, PORTS_OWN);
	return chance == 10 ? PORT_NOBODY : 0;
}

static uint16_t pick_port(struct maker *maker, bool own)
{
	const int chance = random_below(maker->random, 100);

	if (chance < 8)
		return 0;
	if (own || chance < 16)
		return PORT_OWN + random_below(maker->random, PORTS_OWN);
	if (chance < 24)
		return PORT_NOBODY;
	return PORT_PEER + random_below(maker->random, UDP_PEERS);
}

static void enforce(struct maker *maker)
{
	struct scenario *scenario = maker->scenario;
	struct random *random = maker->random;
	struct operation op = { .kind = NET_ENFORCE, .actor = NET_INSIDE };
	const uint32_t all = model_rights(SET_NET, maker->state.claim.abi);
	struct policy *policy;
	int rules;

	if (scenario->policies_count == POLICIES_MAX ||
	    maker->state.layers_count >= maker->layers || !all)
		return;
	op.policy = scenario->policies_count;
	policy = &scenario->policies[scenario->policies_count++];
	memset(policy, 0, sizeof(*policy));
	policy->handled[SET_NET] = random_chance(random, 30) ? all :
				   random_bits(maker->random, all, 50);
	if (!policy->handled[SET_NET])
		policy->handled[SET_NET] = 1U << random_below(random, 4) & all ?:
					   (uint32_t)BIND_TCP;
	for (rules = random_below(random, GRANTS_MAX + 1); rules; rules--) {
		struct grant *grant = &policy->grants[policy->grants_count];

		grant->port = any_port(maker);
		grant->access = random_bits(maker->random,
					    policy->handled[SET_NET], 70);
		policy->grants_count += grant->access != 0;
	}
	add(maker, &op);
}

static void new_socket(struct maker *maker, int slot)
{
	struct operation op = {
		.kind = NET_SOCKET, .actor = NET_INSIDE, .slot = slot,
	};
	const int count = sizeof(sockets) / sizeof(sockets[0]);
	const int i = random_weighted(maker->random,
				      &sockets[0].weights[maker->focus],
				      count, sizeof(sockets[0]));

	strcpy(op.text[0], sockets[i].name);
	add(maker, &op);
}

/* An address that suits the socket, most of the time */
static void fill_address(struct maker *maker, const struct net_socket *socket,
			 enum net_kind kind, char *text)
{
	struct random *random = maker->random;
	const bool odd = random_chance(random, maker->focus == ADDRESSES ?
				       45 : 6);
	struct net_address address = { .family = FAMILY_V4 };

	if (kind >= NET_SENDTO && random_chance(random, 20)) {
		strcpy(text, "none");
		return;
	}
	address.port = pick_port(maker, kind == NET_BIND);
	if (socket->v6)
		address.family = random_chance(random, 35) ? FAMILY_MAPPED :
							     FAMILY_V6;
	if (kind == NET_BIND && random_chance(random, 60))
		address.family = socket->v6 ? FAMILY_V6_ANY : FAMILY_V4_ANY;
	if (odd) {
		static const enum net_family families[] = {
			FAMILY_V4, FAMILY_V6, FAMILY_MAPPED, FAMILY_UNSPEC,
			FAMILY_UNSPEC, FAMILY_UNIX,
		};

		if (random_chance(random, 75))
			address.family = families[random_below(random, 6)];
		if (random_chance(random, 50))
			address.size = random_below(random, SIZES);
	}
	net_address_text(&address, text);
}

/* What a ring can be asked for, with what the model says of it */
static bool ring_does(const struct operation *op)
{
	return op->kind == NET_BIND || op->kind == NET_LISTEN ||
	       (op->kind == NET_CONNECT && !op->flags) ||
	       (op->kind == NET_SENDMSG && !op->flags);
}

static void add_random(struct maker *maker)
{
	struct random *random = maker->random;
	struct operation op = {
		.kind = random_weighted(random, &weights[0][maker->focus],
					NET_KINDS, sizeof(weights[0])),
		.actor = NET_INSIDE,
		.slot = random_below(random, SOCKETS_MAX),
	};
	const struct net_socket *socket = &maker->state.sockets[op.slot];

	if (op.kind == NET_ENFORCE) {
		enforce(maker);
		return;
	}
	if (op.kind == NET_SOCKET || !socket->open) {
		new_socket(maker, op.slot);
		return;
	}
	if (op.kind != NET_CLOSE && op.kind != NET_LISTEN)
		fill_address(maker, socket, op.kind, op.text[0]);
	if (op.kind == NET_SENDMMSG)
		fill_address(maker, socket, op.kind, op.text[1]);
	if (op.kind == NET_CONNECT && random_chance(random, 12) &&
	    socket->protocol == PROTOCOL_TCP)
		op.flags = CONNECT_NONBLOCK;
	if ((op.kind == NET_SENDTO || op.kind == NET_SENDMSG) &&
	    socket->protocol == PROTOCOL_TCP && maker->focus == OPENING &&
	    random_chance(random, 70))
		op.flags = SEND_FASTOPEN;
	if (maker->ring && ring_does(&op) && random_chance(random, 40))
		op.actor = NET_RING;
	add(maker, &op);
}

static enum focus pick_focus(struct random *random)
{
	static const uint8_t percent[FOCUSES] = {
		[MIXED] = 30, [STREAMS] = 25, [DATAGRAMS] = 25,
		[ADDRESSES] = 15, [OPENING] = 5,
	};
	int i, at = random_below(random, 100);

	for (i = 0; i < FOCUSES - 1; i++) {
		at -= percent[i];
		if (at < 0)
			break;
	}
	return i;
}

void net_generate(struct random *random, const struct claim *claim,
		  struct scenario *scenario)
{
	static struct maker maker;
	int count, i;

	scenario->count = scenario->policies_count = 0;
	maker.random = random;
	maker.scenario = scenario;
	maker.focus = pick_focus(random);
	maker.ring = random_chance(random, 8);
	maker.layers = 1 + random_below(random, 3);
	net_init(&maker.state, claim);
	for (i = 0; i < SOCKETS_MAX; i++)
		new_socket(&maker, i);
	for (i = random_below(random, 8); i; i--)
		add_random(&maker);
	enforce(&maker);
	count = 50 + random_below(random, 50);
	for (i = 0; i < count; i++)
		add_random(&maker);
}
