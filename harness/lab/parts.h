/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the lab share; not for cases. */
#ifndef LANDPROOF_LAB_PARTS_H
#define LANDPROOF_LAB_PARTS_H

#include "lab/lab.h"

/* The network namespaces; -1 on a bare host. */
extern int attempts_ns, peers_ns;
extern int guarded_port;		/* see lab_guard(); 0: none */

/* The last number of the peers' addresses begins here. */
#define FIRST_PEER 2

/* Does a wire of two ends lie between the attempts and the peers? */
bool lab_crosses(void);
/* Runs a program in namespace @ns, @input on its standard input: its status. */
int program_in(int ns, const char *input, const char *const argv[]);

/* lab_wire.c: NULL, or what is missing */
const char *lab_wire_up(void);
const char *lab_loopback_up(void);
const char *strip_mptcp(void);		/* on the way to LAB_STRIPPED */
const char *announce_subflows(void);	/* to LAB_SUBFLOW */
/* The address of the peer of @port, in INET6_ADDRSTRLEN bytes */
void peer_name(int family, int port, char *text);
/* The settings of a namespace */
void lab_tune(int ns);

#endif
