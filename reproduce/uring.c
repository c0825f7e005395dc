// SPDX-License-Identifier: GPL-2.0
/* io_uring with one request. */
#include <linux/io_uring.h>
#include <sys/mman.h>

/* One request, with the answer of a system call */
static int uring(const struct io_uring_sqe request)
{
	struct io_uring_params p = { 0 };
	const int ring = syscall(SYS_io_uring_setup, 1, &p);
	const int rw = PROT_READ | PROT_WRITE; /* and 1 is MAP_SHARED */
	char *rings = mmap(0, 4096, rw, 1, ring, IORING_OFF_SQ_RING);
	struct io_uring_sqe *sqe = mmap(0, 4096, rw, 1, ring, IORING_OFF_SQES);
	const struct io_uring_cqe *cqe = (void *)(rings + p.cq_off.cqes);

	if (ring < 0)
		err(CANNOT, "io_uring");
	*sqe = request;
	*(int *)(rings + p.sq_off.tail) = 1;
	syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, 0, 0);
	errno = -cqe->res;
	return cqe->res < 0;
}
