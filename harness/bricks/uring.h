/* SPDX-License-Identifier: GPL-2.0 */
/* io_uring without liburing: a request, or a few that are linked. */
#ifndef LANDPROOF_BRICKS_URING_H
#define LANDPROOF_BRICKS_URING_H

#include <linux/io_uring.h>
#include <stddef.h>
#include <stdint.h>

/* Requests that a ring has room for: a power of two */
#define URING_MAX 4

/* struct uring - a ring */
struct uring {
	int fd;
	void *rings;
	size_t size;
	struct io_uring_sqe *sqes;
	struct io_uring_params params;
};

/*
 * Makes a ring with @flags of io_uring_setup(2): 0 or errno.  A ring with
 * IORING_SETUP_SQPOLL is submitted to by a thread of the kernel.
 */
int uring_open(struct uring *ring, unsigned int flags);
/* Submits @sqe and waits for its end: its result, or -errno. */
int uring_submit(struct uring *ring, const struct io_uring_sqe *sqe);
/*
 * Submits @count requests at once and waits for the ends of all: 0, or -errno
 * of the submission.
 */
int uring_submit_all(struct uring *ring, const struct io_uring_sqe *sqes,
		     unsigned int count, int *results);
void uring_close(struct uring *ring);

/* Fields of struct io_uring_sqe that older headers do not name, by their place */
enum sqe_word { SQE_CMD_OP = 8, SQE_LEVEL = 16, SQE_OPTNAME = 20 };

/*
 * Sets a field of 32 bits that lies in a wider one: which half of that it is
 * depends on the byte order.
 */
void sqe_set(struct io_uring_sqe *sqe, enum sqe_word word, uint32_t value);

/* One request on a ring of its own: its result, or -errno. */
int uring_one(struct io_uring_sqe *sqe);

#endif
