/* SPDX-License-Identifier: GPL-2.0 */
/* Bricks of the network cases. */
#ifndef LANDPROOF_CASES_NET_H
#define LANDPROOF_CASES_NET_H

#include "landproof.h"

#define TCP_RIGHTS	(NET_BIND_TCP | NET_CONNECT_TCP)
#define UDP_RIGHTS	(NET_BIND_UDP | NET_CONNECT_SEND_UDP)

/* <linux/mptcp.h>, <linux/in.h>: newer than the system's headers may be. */
#define PROTOCOL_MPTCP	262
#define PROTOCOL_SMC	256

/* connect(2) with an address without family, @len bytes of it: 0 or errno */
int disconnect(int fd, socklen_t len);
/* bind(2) to our own end, with SO_REUSEADDR: 0 or errno */
int bind_own(int fd, int family, int port);
/* The port that @fd is bound to, in host order; 0: none; -1: trouble */
int local_port(int fd);
/* Connects to @listener with a new socket; a token must come through. */
int self_echo(int listener, int protocol);
/* sendto(2) of a token to the peer of @port, which must echo it. */
int udp_send_echo(int fd, int family, int port);
/* accept(2) on @listener; whoever is there must send a token. */
int accept_token(int listener);

/*
 * A scene: fd[0] listens, outside the sandbox, and fd[1] has called it and
 * sent a token.
 */
int listener_with_client(struct scene *scene);

/*
 * A scene: fd[0] is a UDP socket outside the sandbox, on LAB_FREE of our own
 * end; and the effect: did anything come to it?
 */
int udp_listener(struct scene *scene);
bool datagram_arrived(struct scene *scene);

/*
 * Enforces @sets, one layer on the other, up to one that handles nothing.
 * Returns what an enforce function does.
 */
int enforce_layers(struct scene *scene, const struct ruleset sets[]);

/*
 * For .enforce: three layers that handle the guard and grant it, but in the
 * denying worlds each time another one of them.
 */
int one_of_three_layers(struct scene *scene);

/*
 * struct net_try - one call with one address, by a socket of its own
 * @whose: builds the address of @port: peer_address() and its like
 * @call: makes the call and proves its effect: an outcome or errno
 */
struct net_try {
	int type, protocol, port;
	socklen_t (*whose)(int family, int port, struct sockaddr_storage *to);
	int (*call)(int fd, const struct sockaddr *address, socklen_t len);
};

/*
 * Does it with a socket of the variant's family, and an address of its shape.
 * Without a type: the case's guard says whether it is TCP or UDP.
 */
int net_try(struct scene *scene, const struct net_try *try);

/*
 * struct shape - a variant's structure, where the address is not as usual
 * @family, @len: the family and the bytes that it has, whatever the socket's is
 * @none: or there is no address at all
 */
struct shape {
	int family;
	socklen_t len;
	bool none;
};

#define SHAPE(...)	.data = &(const struct shape) { __VA_ARGS__ }
#define NO_ADDRESS	SHAPE(.none = true)

/* The type of socket that the case's guard is about */
int guarded_type(const struct scene *scene);

/* Whose addresses: everybody's; the IPv4 peer's and ours, as IPv6 has them */
socklen_t any_address(int family, int port, struct sockaddr_storage *to);
socklen_t mapped_peer(int family, int port, struct sockaddr_storage *to);
socklen_t mapped_own(int family, int port, struct sockaddr_storage *to);

/* Calls: bind(2), connect(2) and an echo, sendto(2) and its echo */
int call_bind(int fd, const struct sockaddr *own, socklen_t len);
int call_connect(int fd, const struct sockaddr *to, socklen_t len);
int call_sendto(int fd, const struct sockaddr *to, socklen_t len);
/* sendto(2) with MSG_FASTOPEN, and its echo */
int call_fastopen(int fd, const struct sockaddr *to, socklen_t len);

/*
 * For a call that the network stack has to refuse with @error: WORKED if it
 * does.
 */
static inline int refused_by_stack(int ret, int error)
{
	return ret == error ? WORKED : ret == WORKED ? NO_EFFECT : ret;
}

#endif
