/* SPDX-License-Identifier: GPL-2.0 */
/* Bricks of the network cases that go by io_uring. */
#ifndef LANDPROOF_CASES_NET_URING_H
#define LANDPROOF_CASES_NET_URING_H

#include "net.h"
#include "bricks/uring.h"

/* <linux/io_uring.h>: newer than the system's headers may be. */
enum {
	OP_SOCKET	= 45,	/* 5.19 */
	OP_URING_CMD	= 46,	/* 5.19, of sockets 6.7 */
	OP_SEND_ZC	= 47,	/* 6.0 */
	OP_SENDMSG_ZC	= 48,	/* 6.1 */
	OP_BIND		= 56,	/* 6.11 */
	OP_LISTEN	= 57,	/* 6.11 */
};

/* How a request gets to the kernel's hooks */
enum way {
	DIRECTLY,
	FIXED_FILE,	/* the descriptor is one of the ring's own */
	LINKED,		/* behind another request, which must end first */
	ASYNC,		/* by a worker thread */
	POLLED,		/* taken from the ring by the kernel's thread */
};

/*
 * struct by_ring - a variant's structure; without one, the request is made
 * directly
 * @opcode, @multishot: which request, for cases that have several
 */
struct by_ring {
	enum way way;
	int opcode;
	bool multishot;
};

#define BY_RING(...) .data = &(const struct by_ring) { __VA_ARGS__ }

/* All of these; "" is DIRECTLY */
extern const struct variant uring_ways[];

/*
 * One request, in the way that the variant says: errno or an outcome; @result
 * is what it returned.  EINVAL and EOPNOTSUPP are the answers to an operation
 * that the kernel does not know: without a sandbox they mean nothing else here.
 */
int uring_request(struct scene *scene, const struct io_uring_sqe *sqe,
		  const char *name, int *result);

#endif
