/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ports: one process with a few sockets that sandboxes itself, and peers
 * outside.  What each operation answers, by the documentation.
 */
#ifndef LANDPROOF_MODEL_NET_H
#define LANDPROOF_MODEL_NET_H

#include "scenario.h"

/* The ring is that of who is inside: io_uring does what it is asked for. */
enum net_actor { NET_OUTSIDE, NET_INSIDE, NET_RING, NET_ACTORS };

/* The texts are addresses, but for NET_SOCKET. */
enum net_kind {
	NET_ENFORCE,	/* landlock_restrict_self(2) */
	NET_SOCKET,	/* a new one in the slot: "tcp4" ... "mptcp6" */
	NET_CLOSE,
	NET_BIND,
	NET_CONNECT,
	NET_LISTEN,
	NET_SENDTO,
	NET_SENDMSG,
	NET_SENDMMSG,	/* two messages; what the second one answers */
	NET_KINDS
};

enum net_connect_flag { CONNECT_NONBLOCK = 1 << 0 };
enum net_send_flag { SEND_FASTOPEN = 1 << 0 };

#define SOCKETS_MAX 4

/*
 * The ports: somebody listens on the first two of TCP and receives on the
 * first three of UDP; nobody ever is on the fourth; the own ones are free.
 */
#define PORT_PEER	1101
#define TCP_PEERS	2
#define UDP_PEERS	3
#define PORT_NOBODY	1104
#define PORT_OWN	1201
#define PORTS_OWN	3

enum net_family {
	FAMILY_NONE,	/* no address at all */
	FAMILY_V4,	/* 127.0.0.1 */
	FAMILY_V4_ANY,	/* 0.0.0.0 */
	FAMILY_V6,	/* ::1 */
	FAMILY_V6_ANY,	/* :: */
	FAMILY_MAPPED,	/* ::ffff:127.0.0.1 */
	FAMILY_UNSPEC,	/* AF_UNSPEC, and zeros */
	FAMILY_UNIX,	/* a name of another kind of socket */
	FAMILIES
};

/* The old form of an IPv6 address has no scope (RFC 2133): 24 bytes. */
enum net_size {
	SIZE_FULL, SIZE_SHORT, SIZE_FAMILY, SIZE_LONG, SIZE_OLD, SIZES
};

/* "v4:1101", "v6any:0/short", "none" */
struct net_address {
	enum net_family family;
	enum net_size size;
	uint16_t port;
};

struct net_address net_address(const char *text);
/* How many bytes it has */
int net_address_bytes(const struct net_address *address);
/* Writes it down. */
void net_address_text(const struct net_address *address, char *text);

enum net_protocol { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_MPTCP };

/* "tcp4" and so on */
enum net_protocol net_protocol(const char *text, bool *v6);

enum net_connection {
	IDLE, CONNECTED, LISTENING,
	PENDING,	/* it is there, and connect(2) has not been told */
	REFUSED,	/* the same, refused */
	SPENT,		/* nothing says what it does now */
};

/* A socket in a slot */
struct net_socket {
	enum net_protocol protocol;
	enum net_connection connection;
	enum net_family local;	/* FAMILY_NONE: not bound */
	enum net_family pinned;	/* FAMILY_V4, FAMILY_V6: it has such an address */
	uint16_t port, peer;
	bool open, v6;
	bool asked;		/* bound by bind(2) */
	bool locked;		/* bound to a port that was asked for */
	bool address_locked;	/* bound to an address that was asked for */
	bool older;		/* than the sandbox */
	bool again;		/* it was connected before */
	bool unclear;		/* whether a port was taken */
};

#define NET_LAYERS_MAX 16

struct net_layer {
	uint32_t handled;
	const struct policy *policy;
};

struct net_state {
	struct claim claim;
	struct net_socket sockets[SOCKETS_MAX];
	struct net_layer layers[NET_LAYERS_MAX];
	int layers_count;
	bool by_ring;		/* the operation that is judged */
	unsigned int accepted[TCP_PEERS], received[UDP_PEERS];
};

void net_init(struct net_state *state, const struct claim *claim);
struct expected net_apply(struct net_state *state,
			  const struct operation *operation,
			  const struct policy *policy);

/* A number for what is left; net_mix() makes it of the parts. */
uint64_t net_digest(const struct net_state *state);
uint64_t net_mix(int what, int index, unsigned int one, unsigned int other);

#endif
