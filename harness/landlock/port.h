/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ports that policies and peers name, and the numbers that stand for them
 * on this machine.
 */
#ifndef LANDPROOF_LANDLOCK_PORT_H
#define LANDPROOF_LANDLOCK_PORT_H

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

/*
 * Ports that cases name inside of the range that the kernel chooses from by
 * itself.  In the lab it leaves them alone: a client that is gone would keep
 * one for the minute of its TIME_WAIT state (ip_local_reserved_ports).
 */
#define LAB_FIRST_EPHEMERAL	32768
#define LAB_EPHEMERAL		40123

/* The number that stands for @port here. */
int lab_port(int port);

/*
 * From now on all ports up to LAB_FREE are this one, on addresses of their own
 * where peers would collide: what a case says of the port is said of this one.
 */
void lab_guard(int port);
extern int lab_guarded;	/* 0: none */

/* How far from their names the other numbers are */
extern int port_offset;

#endif
