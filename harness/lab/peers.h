/* SPDX-License-Identifier: GPL-2.0 */
/* The peers of the network cases: they echo what arrives, each on its port. */
#ifndef LANDPROOF_LAB_PEERS_H
#define LANDPROOF_LAB_PEERS_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts the peer of @port on first use: NULL, or what is missing. */
const char *lab_peer(int port);
/* Is this one of the lab's processes, which outlive a case? */
bool lab_is_peer(pid_t pid);

#endif
