/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the lab share; not for cases. */
#ifndef LANDPROOF_LAB_PARTS_H
#define LANDPROOF_LAB_PARTS_H

#include "lab.h"

/* The network namespace of the peers; -1 on a bare host. */
extern int peers_ns;

/* Does a wire of two ends lie between the attempts and the peers? */
bool lab_crosses(void);
socklen_t lab_address(int family, const char *text, int port,
		      struct sockaddr_storage *to);
/* Runs a program in namespace @ns, @input on its standard input: its status. */
int program_in(int ns, const char *input, const char *const argv[]);

#endif
