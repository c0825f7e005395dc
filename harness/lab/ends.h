/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two ends of the lab's wire: namespaces and addresses.  Attempts run in
 * one; the other holds the peers.
 */
#ifndef LANDPROOF_LAB_ENDS_H
#define LANDPROOF_LAB_ENDS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/* The network namespaces; -1 on a bare host. */
extern int attempts_ns, peers_ns;
/* "veth", "loopback", or "host": what the wire is; "" before lab_up(). */
extern const char *lab_wire;
/* Does a wire of two ends lie between the attempts and the peers? */
bool lab_crosses(void);
/* Moves the calling process into the namespace of the attempts: 0 or errno. */
int lab_enter(void);

/* The last number of the peers' addresses begins here. */
#define FIRST_PEER 2

/* Address of the peer of @port, or of our own end, with its number. */
socklen_t peer_address(int family, int port, struct sockaddr_storage *to);
socklen_t own_address(int family, int port, struct sockaddr_storage *to);
/* An IPv4 address of our own end that hardly any world had before this one. */
socklen_t fresh_address(struct sockaddr_storage *to);
socklen_t loopback_address(int family, int port, struct sockaddr_storage *to);
/* The address of the peer of @port, in INET6_ADDRSTRLEN bytes */
void peer_name(int family, int port, char *text);

#endif
