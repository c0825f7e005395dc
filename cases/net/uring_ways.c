// SPDX-License-Identifier: GPL-2.0
/* The ways of one request: where does the kernel take its credentials from? */
#include <netinet/in.h>
#include <sys/syscall.h>

#include "net_uring.h"

const struct variant uring_ways[] = {
	{ "", AF_INET, BY_RING(DIRECTLY) },
	{ "fixed_file", AF_INET, BY_RING(FIXED_FILE) },
	{ "linked", AF_INET, BY_RING(LINKED) },
	{ "async", AF_INET, BY_RING(ASYNC) },
	{ "polled", AF_INET, BY_RING(POLLED) },
	{ NULL }
};

static int register_file(struct uring *ring, int fd)
{
	return syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_FILES,
		       &fd, 1) < 0 ? -errno : 0;
}

/* Its result, or -errno */
static int submit(struct uring *ring, enum way way,
		  const struct io_uring_sqe *sqe)
{
	struct io_uring_sqe both[] = {
		{ .opcode = IORING_OP_NOP, .flags = IOSQE_IO_LINK },
		*sqe,
	};
	int results[2], ret;

	switch (way) {
	case LINKED:
		ret = uring_submit_all(ring, both, 2, results);
		return ret ? ret : results[1];
	case FIXED_FILE:
		ret = register_file(ring, sqe->fd);
		if (ret)
			return ret;
		both[1].fd = 0;
		both[1].flags = IOSQE_FIXED_FILE;
		break;
	case ASYNC:
		both[1].flags = IOSQE_ASYNC;
		break;
	default:
		break;
	}
	return uring_submit(ring, &both[1]);
}

int uring_request(struct scene *scene, const struct io_uring_sqe *sqe,
		  const char *name, int *result)
{
	const struct by_ring *by = scene->variant->data;
	const enum way way = by ? by->way : DIRECTLY;
	struct uring ring;
	int ret = uring_open(&ring, way == POLLED ? IORING_SETUP_SQPOLL : 0);

	if (ret)
		return ret;
	ret = submit(&ring, way, sqe);
	uring_close(&ring);
	if (result)
		*result = ret;
	if ((ret == -EINVAL || ret == -EOPNOTSUPP) &&
	    scene->world == WORLD_CONTROL)
		return cannot(scene, "%s", name);
	return ret < 0 ? -ret : 0;
}
