/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network of the cases: two network namespaces across a veth pair, set up
 * once with iproute2.  Attempts run in one; the other holds the peers.
 * Where the kernel has no veth, both are one and the wire is its loopback.
 */
#ifndef LANDPROOF_LAB_H
#define LANDPROOF_LAB_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/*
 * Ports of the peers.  A case names the peer that it talks to in .needs.
 * lab_guard() gives all up to LAB_FREE the same number.
 */
enum lab_port {
	LAB_PLAIN_TCP	= 7001,	/* socat: "peer-socat" */
	LAB_TCP,		/* echo server of our own: "peer-tcp" */
	LAB_MPTCP,		/* "peer-mptcp" */
	LAB_STRIPPED,		/* MPTCP behind a filter: "peer-stripped" */
	LAB_SUBFLOW,		/* announced by MPTCP peers: "peer-subflow" */
	LAB_SMC,		/* "peer-smc" */
	LAB_SCTP,		/* "peer-sctp" */
	LAB_SCTP_MANY,		/* one-to-many: "peer-sctp" */
	LAB_UDP,		/* "peer-udp" */
	LAB_UDPLITE,		/* "peer-udplite" */
	LAB_DCCP,		/* "peer-dccp" */
	LAB_FREE,		/* nobody's: to bind in the attempt */

	LAB_TCP_OTHER	= 7101,	/* a second one: "peer-tcp" */
	LAB_UDP_OTHER,		/* a second one: "peer-udp" */
	LAB_MPTCP_OTHER,	/* a second one: "peer-mptcp" */
	LAB_RDS,		/* "peer-rds" */
	LAB_FREE_OTHER,
	LAB_SHARED,		/* nobody's: to share in the attempt */
	LAB_WITNESS	= 7198,	/* nobody's: of the witnesses below */
	LAB_DECOY	= 7199,	/* nobody's: for rules that must not matter */
};

/* Builds the lab on first use: NULL, or what is missing. */
const char *lab_up(void);
/* Finds it again after execve(2). */
void lab_resume(void);
/* Starts the peer of @port on first use: NULL, or what is missing. */
const char *lab_peer(int port);
/* Moves the calling process into the namespace of the attempts: 0 or errno. */
int lab_enter(void);
/* "veth", "loopback", or "host": what the wire is; "" before lab_up(). */
const char *lab_wire(void);
/* Is this one of the lab's processes, which outlive a case? */
bool lab_is_peer(pid_t pid);
/* The number that stands for @port here. */
int lab_port(int port);
/*
 * From now on all ports up to LAB_FREE are this one, on addresses of their own
 * where peers would collide: what a case says of the port is said of this one.
 */
void lab_guard(int port);
/* Address of the peer of @port, or of our own end, with its number. */
socklen_t peer_address(int family, int port, struct sockaddr_storage *to);
socklen_t own_address(int family, int port, struct sockaddr_storage *to);
/* An IPv4 address of our own end that hardly any world had before this one. */
socklen_t fresh_address(struct sockaddr_storage *to);
socklen_t loopback_address(int family, int port, struct sockaddr_storage *to);

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
/* A socket without an address: descriptor or -errno */
int new_socket(int family, int type, int protocol);
/* The same, on exec(2) kept open. */
int lasting_socket(int family, int type, int protocol);

/*
 * Witnesses: refused where the domain denies this right on LAB_WITNESS, and
 * nowhere else.
 */
struct scene;
int witness_bind_tcp(struct scene *scene);
int witness_connect_tcp(struct scene *scene);
int witness_bind_udp(struct scene *scene);
int witness_send_udp(struct scene *scene);

/* For .enforce: all rights of the network that the kernel has, and no rule. */
int deny_all_net(struct scene *scene);

#endif
