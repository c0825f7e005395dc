// SPDX-License-Identifier: GPL-2.0
/* Attempt: a request of io_uring that reaches the listener. */
#include <linux/io_uring.h>
#include <sys/mman.h>

/* It worked if the message came to who listens, outside the sandbox. */
static int attempt(void)
{
	struct io_uring_params p = { 0 };
	const int ring = syscall(SYS_io_uring_setup, 1, &p);
	const int fd = socket(CLIENT), rw = PROT_WRITE;
	char *rings = mmap(0, 4096, rw, 1, ring, IORING_OFF_SQ_RING);
	struct io_uring_sqe *sqe = mmap(0, 4096, rw, 1, ring, IORING_OFF_SQES);
	struct io_uring_cqe *cqe = (void *)(rings + p.cq_off.cqes);
	char text[99] = "";

	if (ring < 0)
		err(CANNOT, "io_uring");
	*sqe = (struct io_uring_sqe) { .fd = fd, .msg_flags = MSG_FASTOPEN,
		REQUEST };
	*(int *)(rings + p.sq_off.tail) = 1;
	syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, 0, 0);
	if (cqe->res < 0 && cqe->res != -EINPROGRESS)
		return -cqe->res;
	if (cqe->res < 0)	/* connected, and nothing sent yet */
		send(fd, MESSAGE, sizeof(MESSAGE), MSG_NOSIGNAL);
	recv(accept(server, NULL, NULL), text, sizeof(text) - 1, 0);
	return strcmp(text, MESSAGE) ? NO_EFFECT : 0;
}
