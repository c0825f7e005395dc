/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ports: a process that sandboxes itself, and servers outside.  Each operation
 * uses a socket of its own.
 */
#ifndef LANDPROOF_MODEL_NET_H
#define LANDPROOF_MODEL_NET_H

#include "scenario.h"

enum net_actor { NET_OUTSIDE, NET_INSIDE };

/* The port is the slot. */
enum net_kind {
	PORT_ENFORCE,
	PORT_SERVE,	/* for both IP versions; outside, and first */
	PORT_BIND,
	PORT_CONNECT,
	PORT_SEND,	/* a datagram */
	PORT_FASTOPEN,	/* data with the connection: TCP Fast Open */
	PORT_DISCONNECT,	/* connect(2) with AF_UNSPEC */
	PORT_KINDS
};

enum net_flag {
	NET_UDP		= 1 << 0,	/* else TCP */
	NET_MPTCP	= 1 << 1,
	NET_V6		= 1 << 2,
	NET_OTHER	= 1 << 3,	/* an address of the other IP version */
};

/* Slot 0 is port 0. */
#define NET_PORTS	8
#define NET_FIRST_PORT	5000

#define NET_LAYERS_MAX	8

struct net_layer {
	uint32_t handled;
	struct { uint16_t port; uint32_t access; } rules[GRANTS_MAX];
	int count;
};

struct net_state {
	struct claim claim;
	bool served[2][NET_PORTS];	/* TCP, UDP */
	struct net_layer layers[NET_LAYERS_MAX];
	int layers_count;
};

uint16_t net_port(int slot);
void net_init(struct net_state *state, const struct claim *claim);
struct expected net_apply(struct net_state *state,
			  const struct operation *operation,
			  const struct policy *policy);

#endif
