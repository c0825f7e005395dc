// SPDX-License-Identifier: GPL-2.0
/*
 * Ports, by the documentation of Landlock: for each operation what the network
 * stack answers by itself, and whether a policy forbids it.
 */
#include <errno.h>
#include <string.h>

#include "clause.h"
#include "net.h"

#define H(clause) clause_holds(CLAUSE_##clause)

void net_init(struct net_state *state, const struct claim *claim)
{
	memset(state, 0, sizeof(*state));
	state->claim = *claim;
}

/* Policies */

static uint32_t handled_anywhere(const struct net_state *state)
{
	uint32_t handled = 0;
	int i;

	for (i = 0; i < state->layers_count; i++)
		handled |= state->layers[i].handled;
	return handled;
}

/* Rights that a rule for @right stands for, too, if a clause is left out */
static uint32_t same_right(uint32_t right)
{
	static const struct {
		uint32_t protocol, action;
	} others[] = {
		{ BIND_UDP, CONNECT_TCP }, { CONNECT_SEND_UDP, BIND_TCP },
		{ BIND_TCP, CONNECT_SEND_UDP }, { CONNECT_TCP, BIND_UDP },
	};
	const int i = __builtin_ctz(right);

	return right | (H(NET_PROTOCOL) ? 0 : others[i].protocol) |
	       (H(NET_ACTION) ? 0 : others[i].action);
}

static bool grants(const struct net_layer *layer, uint32_t right,
		   uint16_t port)
{
	int i;

	for (i = 0; i < layer->policy->grants_count; i++) {
		const struct grant *grant = &layer->policy->grants[i];

		if (!(grant->access & layer->handled & same_right(right)))
			continue;
		if (grant->port == port || !H(NET_PORT) ||
		    (!grant->port && !H(NET_PORT_ZERO)))
			return true;
	}
	return false;
}

static bool denies(const struct net_state *state, uint32_t right,
		   uint16_t port)
{
	int i;

	for (i = 0; i < state->layers_count; i++) {
		const struct net_layer *layer = &state->layers[i];
		uint32_t handled = layer->handled;

		if (!H(NET_UNHANDLED) && handled)
			handled = model_rights(SET_NET, state->claim.abi);
		if (handled & right && !grants(layer, right, port))
			return true;
		if (!H(NET_LAYERS))
			return false;
	}
	return false;
}

/* Does an answer depend on the policy at all? */
static bool is_judged(const struct net_state *state,
		      const struct net_socket *socket,
		      const struct net_address *address)
{
	if (!state->layers_count || (state->by_ring && !H(NET_RING)))
		return false;
	if (socket->protocol == PROTOCOL_MPTCP && H(NET_MPTCP))
		return false;
	if ((socket->older && !H(NET_OLDER)) || (socket->v6 && !H(NET_V6)) ||
	    (address->family == FAMILY_MAPPED && !H(NET_MAPPED)) ||
	    (socket->again && !H(NET_AGAIN)))
		return false;
	return true;
}

static uint32_t bind_right(const struct net_socket *socket)
{
	return socket->protocol == PROTOCOL_UDP ? BIND_UDP : BIND_TCP;
}

static uint32_t connect_right(const struct net_socket *socket)
{
	return socket->protocol == PROTOCOL_UDP ? CONNECT_SEND_UDP :
						  CONNECT_TCP;
}

static void deny(struct expected *expected, enum clause clause)
{
	if (!expected->denied)
		expected->clause = clause;
	expected->denied = true;
	expected_add(expected, EACCES);
}

static struct expected unspecified(void)
{
	return (struct expected) { .unspecified = true };
}

/*
 * The documentation does not say which error comes first, or what becomes of an
 * address that is none, once a right is handled that it may concern.
 */
static void any_error(struct expected *expected)
{
	expected->clause = CLAUSE_NET_ERRORS;
	if (!H(NET_ERRORS))
		expected->count = 0;
	else
		expected_add(expected, EINVAL);
	expected_add(expected, EACCES);
}

/* Another ruleset than one for this right must not alter an error. */
static int own_error(const struct net_state *state, int error)
{
	if (!H(NET_ERRORS_KEPT) && error == EAFNOSUPPORT &&
	    handled_anywhere(state))
		return EINVAL;
	return error;
}

/* Addresses */

/* What the stack itself says of an address, without looking at its state */
static int address_error(const struct net_socket *socket,
			 const struct net_address *address, bool unspec_is_v4)
{
	enum net_family family = address->family;

	if (net_address_bytes(address) < (socket->v6 ? 24 : 16))
		return EINVAL;
	if (family == FAMILY_UNSPEC && unspec_is_v4 && !socket->v6)
		family = FAMILY_V4;
	if (socket->v6)
		return family == FAMILY_V6 || family == FAMILY_V6_ANY ||
		       family == FAMILY_MAPPED ? 0 : EAFNOSUPPORT;
	return family == FAMILY_V4 || family == FAMILY_V4_ANY ? 0 :
							EAFNOSUPPORT;
}

static bool is_v4(enum net_family family)
{
	return family == FAMILY_V4 || family == FAMILY_MAPPED ||
	       family == FAMILY_V4_ANY || family == FAMILY_UNSPEC;
}

/* Does who is bound to @local get what is sent to @to? */
static bool covers(enum net_family local, enum net_family to)
{
	if (local == FAMILY_V6_ANY || to == FAMILY_V6_ANY)
		return true;
	return is_v4(local) == is_v4(to);
}

static bool pin_differs(const struct net_socket *socket,
			const struct net_address *address)
{
	return socket->v6 && socket->pinned &&
	       is_v4(socket->pinned) != is_v4(address->family);
}

static void pin(struct net_socket *socket, enum net_family family)
{
	socket->pinned = is_v4(family) ? FAMILY_V4 : FAMILY_V6;
}

/* bind(2) */

static int conflict(const struct net_state *state,
		    const struct net_socket *socket,
		    const struct net_address *address, bool *unclear)
{
	int i;

	for (i = 0; i < SOCKETS_MAX && address->port; i++) {
		const struct net_socket *other = &state->sockets[i];

		if (!other->open || other == socket || !other->local ||
		    other->port != address->port ||
		    (other->protocol == PROTOCOL_UDP) !=
		    (socket->protocol == PROTOCOL_UDP))
			continue;
		/* A connection narrows what "any" covers. */
		*unclear |= other->connection != IDLE &&
			    !other->address_locked;
		if (covers(other->local, address->family))
			return EADDRINUSE;
	}
	return 0;
}

static int stack_bind(const struct net_state *state,
		      const struct net_socket *socket,
		      const struct net_address *address, bool *unclear)
{
	const int error = address_error(socket, address, true);

	if (error)
		return error;
	*unclear |= socket->connection == REFUSED || socket->unclear ||
		    (socket->pinned && !socket->local);
	if (socket->local || socket->connection != IDLE)
		return EINVAL;
	return conflict(state, socket, address, unclear);
}

static struct expected do_bind(struct net_state *state,
			       struct net_socket *socket,
			       const struct net_address *address)
{
	struct expected expected = { .clause = CLAUSE_NONE };
	const uint32_t right = bind_right(socket);
	bool unclear = socket->protocol == PROTOCOL_MPTCP &&
		       address_error(socket, address, true);
	int error = stack_bind(state, socket, address, &unclear);

	if (unclear)
		return unspecified();
	if (is_judged(state, socket, address)) {
		if (address_error(socket, address, true)) {
			error = own_error(state, error);
			expected_add(&expected, error);
			expected.clause = CLAUSE_NET_ERRORS_KEPT;
			if (handled_anywhere(state) & right)
				any_error(&expected);
			return expected;
		}
		if (denies(state, right, address->port) &&
		    (address->port || H(NET_BIND_ZERO)) &&
		    (address->family != FAMILY_UNSPEC || H(NET_BIND_UNSPEC)) &&
		    (right == BIND_UDP ? H(NET_BIND_UDP) : H(NET_BIND_TCP)))
			deny(&expected, right == BIND_UDP ?
			     CLAUSE_NET_BIND_UDP : CLAUSE_NET_BIND_TCP);
	}
	if (!expected.denied || error)
		expected_add(&expected, error);
	if (error || (expected.denied && H(NET_NO_EFFECT)))
		return expected;
	socket->local = address->family == FAMILY_UNSPEC ? FAMILY_V4_ANY :
							   address->family;
	socket->port = address->port;
	socket->locked = address->port;
	socket->asked = true;
	socket->address_locked = socket->local != FAMILY_V4_ANY &&
				 socket->local != FAMILY_V6_ANY;
	if (socket->address_locked)
		pin(socket, socket->local);
	return expected;
}

/* connect(2) */

static void take_port(struct net_socket *socket)
{
	if (!socket->local)
		socket->local = socket->v6 ? FAMILY_V6_ANY : FAMILY_V4_ANY;
	socket->unclear = false;
}

static void leave_port(struct net_socket *socket)
{
	socket->unclear |= socket->asked && !socket->locked;
	socket->asked = false;
	if (socket->locked)
		return;
	socket->local = FAMILY_NONE;
	socket->port = 0;
}

/* Who was connected to a listener that goes away is left with an error. */
static void hang_up(struct net_state *state, const struct net_socket *socket)
{
	int i;

	if (socket->connection != LISTENING || !socket->port)
		return;
	for (i = 0; i < SOCKETS_MAX; i++) {
		struct net_socket *other = &state->sockets[i];

		if (other->protocol != PROTOCOL_UDP &&
		    other->peer == socket->port && other != socket)
			other->connection = SPENT;
	}
}

static struct expected dissolve(struct net_state *state,
				struct net_socket *socket,
				const struct net_address *address)
{
	struct expected expected = { .clause = CLAUSE_NET_DISSOLVE };

	if (!H(NET_DISSOLVE) && is_judged(state, socket, address) &&
	    denies(state, connect_right(socket), address->port)) {
		deny(&expected, CLAUSE_NET_DISSOLVE);
		return expected;
	}
	hang_up(state, socket);
	socket->again |= socket->connection == CONNECTED;
	socket->connection = IDLE;
	socket->peer = 0;
	leave_port(socket);
	if (socket->protocol == PROTOCOL_UDP && !socket->address_locked)
		socket->pinned = FAMILY_NONE;
	expected_add(&expected, 0);
	return expected;
}

/* Is there anybody at this address and port? */
static bool somebody_listens(const struct net_state *state,
			     const struct net_address *address)
{
	int i;

	if (address->port >= PORT_PEER &&
	    address->port < PORT_PEER + TCP_PEERS)
		return true;
	for (i = 0; i < SOCKETS_MAX; i++) {
		const struct net_socket *socket = &state->sockets[i];

		if (socket->open && socket->connection == LISTENING &&
		    socket->port == address->port && socket->port &&
		    covers(socket->local, address->family))
			return true;
	}
	return false;
}

/* May the model not say what the stack makes of this connect? */
static bool is_odd(const struct net_socket *socket,
		   const struct net_address *address)
{
	return pin_differs(socket, address) || socket->unclear ||
	       address->family == FAMILY_V4_ANY ||
	       address->family == FAMILY_V6_ANY ||
	       (socket->port && socket->port == address->port);
}

/*
 * A TCP connection: what the stack answers, and what it makes of it.  One that
 * does not block is begun, which counts as success.
 */
static int stack_connect(struct net_state *state, struct net_socket *socket,
			 const struct net_address *address, bool nonblock)
{
	const int error = address_error(socket, address, false);
	bool there;

	switch (socket->connection) {
	case CONNECTED:
	case LISTENING:
		return EISCONN;
	case PENDING:
		socket->connection = CONNECTED;
		return 0;
	case REFUSED:
		socket->connection = IDLE;
		leave_port(socket);
		return ECONNREFUSED;
	default:
		break;
	}
	if (error)
		return error;
	if (socket->v6)
		pin(socket, address->family);
	there = somebody_listens(state, address);
	if (there && address->port < PORT_PEER + TCP_PEERS)
		state->accepted[address->port - PORT_PEER]++;
	if (nonblock || there)
		take_port(socket);
	if (there)
		socket->peer = address->port;
	if (there)
		socket->connection = nonblock ? PENDING : CONNECTED;
	else if (nonblock)
		socket->connection = REFUSED;
	else if (socket->protocol == PROTOCOL_MPTCP || state->by_ring)
		socket->connection = SPENT;
	else
		leave_port(socket);
	return nonblock || there ? 0 : ECONNREFUSED;
}

static struct expected connect_stream(struct net_state *state,
				      struct net_socket *socket,
				      const struct net_address *address,
				      bool nonblock, enum clause clause)
{
	struct expected expected = { .clause = CLAUSE_NONE };
	const bool bad = address_error(socket, address, false);
	const bool idle = socket->connection == IDLE;
	struct net_socket before = *socket;
	int error;

	if (idle && !bad && is_odd(socket, address))
		return unspecified();
	if (is_judged(state, socket, address) && bad) {
		if (handled_anywhere(state) & CONNECT_TCP) {
			/* It may go on or not: nothing says so. */
			if (socket->connection == PENDING ||
			    socket->connection == REFUSED)
				return unspecified();
			expected_add(&expected, stack_connect(state, socket,
							      address,
							      nonblock));
			any_error(&expected);
			return expected;
		}
		error = stack_connect(state, socket, address, nonblock);
		if (!H(NET_ERRORS_KEPT) && (error == EAFNOSUPPORT || !error)) {
			*socket = before;
			error = own_error(state, EAFNOSUPPORT);
		}
		expected.clause = CLAUSE_NET_ERRORS_KEPT;
		expected_add(&expected, error);
		if (before.connection == REFUSED)
			expected_add(&expected, ECONNABORTED);
		return expected;
	}
	if (is_judged(state, socket, address) &&
	    denies(state, CONNECT_TCP, address->port) &&
	    clause_holds(clause))
		deny(&expected, clause);
	if (expected.denied) {
		error = idle ? 0 : EISCONN;
		if (socket->connection == REFUSED ||
		    (idle && !nonblock && !somebody_listens(state, address)))
			error = ECONNREFUSED;
		/* It would fail anyway: that shows nothing. */
		if (error == ECONNREFUSED && clause == CLAUSE_NET_FASTOPEN)
			return unspecified();
		if (error && socket->connection != PENDING)
			expected_add(&expected, error);
		if (socket->connection == REFUSED)
			expected_add(&expected, ECONNABORTED);
		return expected;
	}
	if (!H(NET_TCP_AUTOBIND) && idle && !socket->local &&
	    is_judged(state, socket, address) && denies(state, BIND_TCP, 0)) {
		deny(&expected, CLAUSE_NET_TCP_AUTOBIND);
		return expected;
	}
	expected_add(&expected, stack_connect(state, socket, address,
					      nonblock));
	/* A send may have taken the error. */
	if (before.connection == REFUSED)
		expected_add(&expected, ECONNABORTED);
	return expected;
}

/* UDP sockets take a port with the first datagram or peer. */
static void judge_autobind(const struct net_state *state,
			   const struct net_socket *socket,
			   struct expected *expected, enum clause clause)
{
	if ((socket->local && H(NET_AUTOBIND_BOUND)) || !clause_holds(clause))
		return;
	if (denies(state, BIND_UDP, 0))
		deny(expected, clause);
}

/* A call that fails takes a port, too, or not: nothing says which. */
static struct expected fails(struct net_state *state,
			     struct net_socket *socket, int error, bool judged)
{
	struct expected expected = { .clause = CLAUSE_NET_ERRORS_KEPT };

	if (judged)
		error = own_error(state, error);
	expected_add(&expected, error);
	if (judged && handled_anywhere(state) &
	    (BIND_UDP | CONNECT_SEND_UDP)) {
		any_error(&expected);
		socket->unclear |= !socket->local;
		return expected;
	}
	take_port(socket);
	return expected;
}

/* Would an IPv6 socket have to speak to an address of IPv4? */
static bool is_mixed(const struct net_socket *socket,
		     const struct net_address *address)
{
	return socket->v6 && address->family == FAMILY_V4;
}

static struct expected connect_datagram(struct net_state *state,
					struct net_socket *socket,
					const struct net_address *address)
{
	const bool judged = is_judged(state, socket, address);
	struct expected expected = { .clause = CLAUSE_NONE };
	int error;

	if (socket->unclear || pin_differs(socket, address) ||
	    is_mixed(socket, address) || address->family == FAMILY_V4_ANY ||
	    address->family == FAMILY_V6_ANY)
		return unspecified();
	error = address_error(socket, address, false);
	if (error)
		return fails(state, socket, error, judged);
	if (judged) {
		if (denies(state, CONNECT_SEND_UDP, address->port) &&
		    H(NET_CONNECT_UDP))
			deny(&expected, CLAUSE_NET_CONNECT_UDP);
		judge_autobind(state, socket, &expected,
			       CLAUSE_NET_AUTOBIND_CONNECT);
	}
	if (expected.denied)
		return expected;
	take_port(socket);
	socket->connection = CONNECTED;
	socket->peer = address->port;
	if (socket->v6)
		pin(socket, address->family);
	expected_add(&expected, 0);
	return expected;
}

static struct expected do_connect(struct net_state *state,
				  struct net_socket *socket,
				  const struct net_address *address,
				  uint32_t flags)
{
	if (address->family == FAMILY_UNSPEC)
		return socket->protocol == PROTOCOL_MPTCP ? unspecified() :
		       dissolve(state, socket, address);
	if (socket->protocol == PROTOCOL_UDP)
		return connect_datagram(state, socket, address);
	/* io_uring may go on with a connection that was begun, or begin anew. */
	if (state->by_ring && (socket->connection == PENDING ||
			       socket->connection == REFUSED))
		return unspecified();
	/* When MPTCP gives a port back is not certain. */
	if (socket->protocol == PROTOCOL_MPTCP &&
	    ((flags & CONNECT_NONBLOCK) || socket->port || socket->connection != IDLE ||
	     address_error(socket, address, false)))
		return unspecified();
	return connect_stream(state, socket, address,
			      flags & CONNECT_NONBLOCK, CLAUSE_NET_CONNECT_TCP);
}

/* listen(2) */

static struct expected do_listen(struct net_state *state,
				 struct net_socket *socket)
{
	const struct net_address none = { FAMILY_NONE };
	struct expected expected = { .clause = CLAUSE_NET_LISTEN };

	if (socket->protocol == PROTOCOL_MPTCP ||
	    (socket->v6 && socket->pinned && !socket->address_locked))
		return unspecified();
	if (socket->protocol == PROTOCOL_UDP) {
		expected_add(&expected, EOPNOTSUPP);
		return expected;
	}
	if (socket->connection != IDLE && socket->connection != LISTENING) {
		expected_add(&expected, EINVAL);
		return expected;
	}
	if (!H(NET_LISTEN) && !socket->local &&
	    is_judged(state, socket, &none) && denies(state, BIND_TCP, 0)) {
		deny(&expected, CLAUSE_NET_LISTEN);
		return expected;
	}
	take_port(socket);
	socket->connection = LISTENING;
	expected_add(&expected, 0);
	return expected;
}

/* send(2) and its like */

static struct expected send_stream(struct net_state *state,
				   struct net_socket *socket,
				   const struct net_address *address,
				   bool fastopen)
{
	struct expected expected = { .clause = CLAUSE_NONE };

	if (socket->protocol == PROTOCOL_MPTCP &&
	    (fastopen || socket->connection != CONNECTED))
		return unspecified();
	if (fastopen && address->family == FAMILY_UNSPEC) {
		expected_add(&expected, EOPNOTSUPP);
		if (handled_anywhere(state) & CONNECT_TCP)
			any_error(&expected);
		return expected;
	}
	if (fastopen)
		return connect_stream(state, socket, address, false,
				      CLAUSE_NET_FASTOPEN);
	switch (socket->connection) {
	case CONNECTED:
	case PENDING:
		expected_add(&expected, 0);
		break;
	case REFUSED:
		expected_add(&expected, ECONNREFUSED);
		/* fall through */
	default:
		expected_add(&expected, EPIPE);
		expected_add(&expected, ECONNRESET);
		expected_add(&expected, ECONNREFUSED);
	}
	return expected;
}

static bool somebody_receives(uint16_t port)
{
	return port >= PORT_PEER && port < PORT_PEER + UDP_PEERS;
}

static void deliver(struct net_state *state, uint16_t port)
{
	if (somebody_receives(port))
		state->received[port - PORT_PEER]++;
}

/* To whom a socket is connected, if to anybody */
static struct expected send_connected(struct net_state *state,
				      struct net_socket *socket,
				      const struct net_address *address,
				      bool judged)
{
	struct expected expected = { .clause = CLAUSE_NET_SEND_CONNECTED };

	if (socket->connection != CONNECTED)
		return fails(state, socket, EDESTADDRREQ, judged);
	if (!H(NET_SEND_CONNECTED) && judged &&
	    denies(state, CONNECT_SEND_UDP, socket->peer)) {
		deny(&expected, CLAUSE_NET_SEND_CONNECTED);
		return expected;
	}
	if (address->family == FAMILY_UNSPEC)
		expected.clause = CLAUSE_NET_SEND_UNSPEC_V6;
	expected_add(&expected, 0);
	/* Whether an error comes back from there in time is not known. */
	if (!somebody_receives(socket->peer) ||
	    (address->family == FAMILY_UNSPEC && is_v4(socket->pinned)))
		return unspecified();
	deliver(state, socket->peer);
	return expected;
}

static struct expected send_datagram(struct net_state *state,
				     struct net_socket *socket,
				     const struct net_address *address,
				     bool vector)
{
	const bool judged = is_judged(state, socket, address);
	struct expected expected = { .clause = CLAUSE_NONE };
	int error;

	if (address->family == FAMILY_UNSPEC && socket->v6 && judged &&
	    handled_anywhere(state) & CONNECT_SEND_UDP &&
	    H(NET_SEND_UNSPEC_V6)) {
		deny(&expected, CLAUSE_NET_SEND_UNSPEC_V6);
		if (socket->connection != CONNECTED) {
			expected_add(&expected, EDESTADDRREQ);
			socket->unclear |= !socket->local;
		}
		return expected;
	}
	if (address->family == FAMILY_NONE ||
	    (address->family == FAMILY_UNSPEC && socket->v6))
		return send_connected(state, socket, address, judged);
	if (socket->unclear || pin_differs(socket, address) ||
	    is_mixed(socket, address) || address->family == FAMILY_V4_ANY ||
	    address->family == FAMILY_V6_ANY ||
	    (socket->connection == CONNECTED &&
	     !somebody_receives(address->port)))
		return unspecified();
	error = address_error(socket, address, true);
	if (error)
		return fails(state, socket,
			     socket->v6 && error == EAFNOSUPPORT ? EINVAL :
			     error, judged);
	if (!address->port)
		return fails(state, socket, EINVAL, judged);
	if (judged) {
		const bool explicit = socket->connection != CONNECTED ||
				      H(NET_SEND_EXPLICIT);

		if (denies(state, CONNECT_SEND_UDP, address->port) &&
		    H(NET_SEND_UDP) && explicit && (!vector || H(NET_MMSG)) &&
		    (address->family != FAMILY_UNSPEC || H(NET_SEND_UNSPEC)))
			deny(&expected, CLAUSE_NET_SEND_UDP);
		judge_autobind(state, socket, &expected,
			       CLAUSE_NET_AUTOBIND_SEND);
	}
	if (!expected.denied)
		expected_add(&expected, 0);
	if (expected.denied && H(NET_NO_EFFECT))
		return expected;
	take_port(socket);
	deliver(state, address->port);
	return expected;
}

static struct expected send_one(struct net_state *state,
				struct net_socket *socket, const char *text,
				bool fastopen, bool vector)
{
	const struct net_address address = net_address(text);

	return socket->protocol == PROTOCOL_UDP ?
	       send_datagram(state, socket, &address, vector) :
	       send_stream(state, socket, &address, fastopen);
}

static struct expected do_send(struct net_state *state,
			       struct net_socket *socket,
			       const struct operation *op)
{
	const bool fastopen = op->flags & SEND_FASTOPEN;
	struct expected expected = send_one(state, socket, op->text[0],
					    fastopen, false);

	if (op->kind != NET_SENDMMSG || expected.unspecified ||
	    expected.answers[0])
		return expected;
	if (expected.count > 1)
		return unspecified();
	expected = send_one(state, socket, op->text[1], fastopen, true);
	expected.partial = expected.denied;
	return expected;
}

/* The others */

static struct expected enforce(struct net_state *state,
			       const struct policy *policy)
{
	struct expected expected = { .clause = CLAUSE_NONE };
	const uint32_t handled = policy->handled[SET_NET] &
				 model_rights(SET_NET, state->claim.abi);
	int i;

	expected_add(&expected, handled &&
		     state->layers_count == NET_LAYERS_MAX ? E2BIG : 0);
	if (!handled || expected.answers[0])
		return expected;
	state->layers[state->layers_count++] =
		(struct net_layer) { handled, policy };
	for (i = 0; i < SOCKETS_MAX; i++)
		state->sockets[i].older = true;
	return expected;
}

static struct expected simple(int error)
{
	struct expected expected = { .clause = CLAUSE_NONE };

	expected_add(&expected, error);
	return expected;
}

static void open_socket(struct net_state *state, struct net_socket *socket,
			const char *text)
{
	hang_up(state, socket);
	memset(socket, 0, sizeof(*socket));
	socket->protocol = net_protocol(text, &socket->v6);
	socket->open = true;
}

struct expected net_apply(struct net_state *state, const struct operation *op,
			  const struct policy *policy)
{
	struct net_socket *const socket = &state->sockets[op->slot];
	struct net_address address;

	state->by_ring = op->actor == NET_RING;
	if (op->kind == NET_ENFORCE)
		return enforce(state, policy);
	if (op->kind == NET_SOCKET) {
		open_socket(state, socket, op->text[0]);
		return simple(0);
	}
	if (!socket->open)
		return simple(EBADF);
	if (op->kind == NET_CLOSE) {
		hang_up(state, socket);
		memset(socket, 0, sizeof(*socket));
		return simple(0);
	}
	if (socket->connection == SPENT)
		return unspecified();
	/* What a kernel without the fix does with it is not promised. */
	if (socket->protocol == PROTOCOL_MPTCP && state->layers_count &&
	    !claim_fixed(&state->claim, 1))
		return unspecified();
	address = net_address(op->text[0]);
	if (!H(NET_OLD_ADDRESS) && state->layers_count && socket->v6 &&
	    op->kind != NET_LISTEN && address.size == SIZE_OLD)
		return simple(EINVAL);
	switch (op->kind) {
	case NET_BIND:
		return do_bind(state, socket, &address);
	case NET_CONNECT:
		return do_connect(state, socket, &address, op->flags);
	case NET_LISTEN:
		return do_listen(state, socket);
	default:
		return do_send(state, socket, op);
	}
}

/* What is left */

uint64_t net_mix(int what, int index, unsigned int one, unsigned int other)
{
	uint64_t hash = ((uint64_t)what << 56 | (uint64_t)index << 48 |
			 (uint64_t)one << 20) + other + 1;

	hash = (hash ^ hash >> 31) * 0x7fb5d329728ea185ULL;
	hash = (hash ^ hash >> 27) * 0x81dadef4bc2dd44dULL;
	return hash ^ hash >> 33;
}

uint64_t net_digest(const struct net_state *state)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < SOCKETS_MAX; i++) {
		const struct net_socket *socket = &state->sockets[i];
		const bool connected = socket->connection == CONNECTED ||
				       socket->connection == PENDING;

		if (socket->open && socket->connection != SPENT)
			sum += net_mix('s', i, socket->port,
				       connected ? socket->peer : 0);
	}
	for (i = 0; i < TCP_PEERS; i++)
		sum += net_mix('t', i, state->accepted[i], 0);
	for (i = 0; i < UDP_PEERS; i++)
		sum += net_mix('u', i, state->received[i], 0);
	return sum;
}
