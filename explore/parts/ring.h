/* SPDX-License-Identifier: GPL-2.0 */
/* The ring of io_uring by which lists are done, too. */
#ifndef LANDPROOF_EXPLORE_RING_H
#define LANDPROOF_EXPLORE_RING_H

#include <stdbool.h>

#include "bricks/uring.h"

/* Is there a ring, and does it know this operation? */
bool ring_has(int opcode);
/* The result, or -1 with errno */
long ring_submit(const struct io_uring_sqe *sqe);
/* ring() for programs */
extern const char ring_helper[];

#endif
