/* SPDX-License-Identifier: GPL-2.0 */
/* Bricks of network cases: connections that are proved by an echo. */
#ifndef LANDPROOF_BRICKS_NET_H
#define LANDPROOF_BRICKS_NET_H

#include "cases/scene.h"
#include "lab/ends.h"
#include "landlock/port.h"

/* Sends a token and waits for its echo: 0, errno, or NO_EFFECT. */
int echo_token(int fd);
/* Its two halves; what is sent may be sent by other means. */
extern const char lab_token[16];
int await_token(int fd);
/* connect(2) of @fd to the peer, echo_token() */
int connect_echo(int fd, int family, int port);
/* socket(2), connect(2) to the peer, echo_token(): 0 or errno or outcome */
int stream_echo(int family, int protocol, int port);
/* socket(2), bind(2) to our own end, listen(2) for streams: 0 or errno */
int bind_port(int family, int type, int protocol, int port);
/* bind(2) to any port takes this one then (IP_LOCAL_PORT_RANGE): 0 or errno */
int choose_only(int fd, uint16_t port);
/* A socket without an address: descriptor or -errno */
int new_socket(int family, int type, int protocol);
/* The same, on exec(2) kept open. */
int lasting_socket(int family, int type, int protocol);

/*
 * Witnesses: refused where the domain denies this right on LAB_WITNESS, and
 * nowhere else.
 */
int witness_bind_tcp(struct scene *scene);
int witness_connect_tcp(struct scene *scene);
int witness_bind_udp(struct scene *scene);
int witness_send_udp(struct scene *scene);

/* For .enforce: all rights of the network that the kernel has, and no rule. */
int deny_all_net(struct scene *scene);

#endif
