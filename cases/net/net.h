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
 * Enforces @sets, one layer on the other, up to one that handles nothing.
 * Returns what an enforce function does.
 */
int enforce_layers(struct scene *scene, const struct ruleset sets[]);

/* Of what the stack itself refuses with @error: that is how it should be. */
static inline int refused_by_stack(int ret, int error)
{
	return ret == error ? WORKED : ret == WORKED ? NO_EFFECT : ret;
}

#endif
