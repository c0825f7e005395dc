// SPDX-License-Identifier: GPL-2.0
/* Ports, by the documentation of Landlock. */
#include <errno.h>
#include <string.h>

#include "clause.h"
#include "net.h"

#define H(clause) clause_holds(CLAUSE_##clause)

uint16_t net_port(int slot)
{
	return slot ? NET_FIRST_PORT + slot : 0;
}

static bool layer_denies(const struct net_layer *layer, uint32_t right,
			 uint16_t port)
{
	int i;

	if (!(layer->handled & right))
		return false;
	for (i = 0; i < layer->count; i++)
		if (layer->rules[i].access & right &&
		    (layer->rules[i].port == port || !H(NET_PORT)))
			return false;
	return true;
}

static bool denied(const struct net_state *state, uint32_t right,
		   uint16_t port)
{
	int i, count = state->layers_count;

	if (!H(NET_LAYERS) && count)
		count = 1;
	for (i = 0; i < count; i++)
		if (layer_denies(&state->layers[i], right, port))
			return true;
	return false;
}

static bool handled(const struct net_state *state, uint32_t right)
{
	int i;

	for (i = 0; i < state->layers_count; i++)
		if (state->layers[i].handled & right)
			return true;
	return false;
}

static void judge(const struct net_state *state, uint32_t right,
		  uint16_t port, enum clause clause, struct expected *expected)
{
	if (!clause_holds(clause) || !denied(state, right, port))
		return;
	expected->denied = true;
	expected->clause = clause;
	expected_add(expected, EACCES);
}

/* Do the rights of TCP concern this socket? */
static bool is_tcp(const struct net_state *state, uint32_t flags)
{
	if (flags & NET_UDP)
		return false;
	return !(flags & NET_MPTCP) ||
	       claim_fixed(&state->claim, 1) != H(NET_ONLY_TCP);
}

/* The right, on TCP or on UDP */
static uint32_t right_of(const struct operation *op, uint32_t tcp,
			 uint32_t udp)
{
	return op->flags & NET_UDP ? udp : tcp;
}

static void judge_bind(const struct net_state *state,
		       const struct operation *op, struct expected *expected)
{
	if (op->flags & NET_UDP)
		judge(state, BIND_UDP, net_port(op->slot),
		      CLAUSE_NET_BIND_UDP, expected);
	else if (is_tcp(state, op->flags))
		judge(state, BIND_TCP, net_port(op->slot),
		      CLAUSE_NET_BIND_TCP, expected);
}

/* A first datagram, or a remote address, binds the socket to some port. */
static void judge_connect(const struct net_state *state,
			  const struct operation *op,
			  struct expected *expected)
{
	const uint16_t port = net_port(op->slot);

	if (op->flags & NET_UDP) {
		judge(state, CONNECT_SEND_UDP, port, CLAUSE_NET_SEND_UDP,
		      expected);
		judge(state, BIND_UDP, 0, CLAUSE_NET_AUTOBIND, expected);
	} else if (op->kind == PORT_FASTOPEN) {
		if (H(NET_FASTOPEN))
			judge(state, CONNECT_TCP, port,
			      CLAUSE_NET_CONNECT_TCP, expected);
	} else if (is_tcp(state, op->flags)) {
		judge(state, CONNECT_TCP, port, CLAUSE_NET_CONNECT_TCP,
		      expected);
	}
}

/*
 * The stack refuses an address of the other IP version.  Where the right is
 * handled, Landlock may do so with another error, which nothing tells.
 */
static void other_version(const struct net_state *state,
			  uint32_t right, struct expected *expected)
{
	expected_add(expected, EAFNOSUPPORT);
	if (handled(state, right) || !H(NET_UNHANDLED))
		expected_add(expected, EINVAL);
	if (!expected->clause)
		expected->clause = CLAUSE_NET_UNHANDLED;
	if (!H(NET_UNHANDLED) && state->layers_count)
		expected->answers[0] = EINVAL;
}

static void enforce(struct net_state *state, const struct policy *policy)
{
	struct net_layer *layer = &state->layers[state->layers_count];
	int i;

	layer->handled = policy->handled[SET_NET] &
			 model_rights(SET_NET, state->claim.abi);
	layer->count = 0;
	if (!layer->handled || state->layers_count == NET_LAYERS_MAX - 1)
		return;
	for (i = 0; i < policy->grants_count; i++) {
		layer->rules[layer->count].port = policy->grants[i].port;
		layer->rules[layer->count++].access =
			policy->grants[i].access & layer->handled;
	}
	state->layers_count++;
}

void net_init(struct net_state *state, const struct claim *claim)
{
	memset(state, 0, sizeof(*state));
	state->claim = *claim;
}

/* A datagram goes anywhere; a connection needs somebody there. */
static int answer_of_peer(const struct net_state *state,
			  const struct operation *op)
{
	if (op->flags & NET_UDP)
		return op->kind == PORT_SEND && !op->slot ? EINVAL : 0;
	return state->served[0][op->slot] ? 0 : ECONNREFUSED;
}

struct expected net_apply(struct net_state *state, const struct operation *op,
			  const struct policy *policy)
{
	const bool udp = op->flags & NET_UDP;
	struct expected expected = { .count = 0 };

	switch (op->kind) {
	case PORT_ENFORCE:
		enforce(state, policy);
		expected_add(&expected, 0);
		break;
	case PORT_SERVE:
		expected_add(&expected, state->served[udp][op->slot] ?
					EADDRINUSE : 0);
		state->served[udp][op->slot] = true;
		break;
	case PORT_BIND:
		judge_bind(state, op, &expected);
		if (op->flags & NET_OTHER)
			other_version(state, right_of(op, BIND_TCP,
				      BIND_UDP), &expected);
		else if (op->slot && state->served[udp][op->slot])
			expected_add(&expected, EADDRINUSE);
		break;
	case PORT_DISCONNECT:
		if (!H(NET_DISCONNECT))
			judge_connect(state, op, &expected);
		break;
	default:
		judge_connect(state, op, &expected);
		if (op->flags & NET_OTHER)
			other_version(state, right_of(op, CONNECT_TCP,
				      CONNECT_SEND_UDP), &expected);
		else if (answer_of_peer(state, op))
			expected_add(&expected, answer_of_peer(state, op));
	}
	if (!expected.count)
		expected_add(&expected, 0);
	return expected;
}
