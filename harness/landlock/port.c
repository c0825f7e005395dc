// SPDX-License-Identifier: GPL-2.0
/* The numbers that stand for the ports of policies and peers here. */
#include <stdbool.h>

#include "landlock/port.h"

int lab_guarded;
int port_offset;

static bool in_lab(int port)
{
	return port >= LAB_PLAIN_TCP && port <= LAB_DECOY;
}

void lab_guard(int port)
{
	lab_guarded = port;
	/* The number may be another port of the lab: those are moved then. */
	port_offset = in_lab(port) ? LAB_DECOY - LAB_PLAIN_TCP + 1 : 0;
}

int lab_port(int port)
{
	if (lab_guarded && port >= LAB_PLAIN_TCP && port <= LAB_FREE)
		return lab_guarded;
	return in_lab(port) ? port + port_offset : port;
}
