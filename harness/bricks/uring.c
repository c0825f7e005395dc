// SPDX-License-Identifier: GPL-2.0
/* io_uring without liburing: a request, or a few that are linked. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bricks/uring.h"

#define ENTRIES URING_MAX

static uint32_t *word(const struct uring *ring, uint32_t offset)
{
	return (uint32_t *)((char *)ring->rings + offset);
}

/* Both rings lie in one mapping since 5.4 (IORING_FEAT_SINGLE_MMAP). */
static size_t rings_size(const struct io_uring_params *p)
{
	const size_t sq = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
	const size_t cq = p->cq_off.cqes +
			  p->cq_entries * sizeof(struct io_uring_cqe);

	return sq > cq ? sq : cq;
}

int uring_open(struct uring *ring, unsigned int flags)
{
	int error;

	memset(ring, 0, sizeof(*ring));
	ring->rings = MAP_FAILED;
	ring->sqes = MAP_FAILED;
	ring->params.flags = flags;
	ring->params.sq_thread_idle = 1000;
	ring->fd = syscall(SYS_io_uring_setup, ENTRIES, &ring->params);
	if (ring->fd < 0)
		return errno;
	ring->size = rings_size(&ring->params);
	ring->rings = mmap(NULL, ring->size, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_POPULATE, ring->fd,
			   IORING_OFF_SQ_RING);
	if (ring->rings != MAP_FAILED)
		ring->sqes = mmap(NULL, ENTRIES * sizeof(*ring->sqes),
				  PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_POPULATE, ring->fd,
				  IORING_OFF_SQES);
	if (ring->sqes != MAP_FAILED)
		return 0;
	error = errno;
	uring_close(ring);
	return error;
}

void uring_close(struct uring *ring)
{
	if (ring->sqes != MAP_FAILED)
		munmap(ring->sqes, ENTRIES * sizeof(*ring->sqes));
	if (ring->rings != MAP_FAILED)
		munmap(ring->rings, ring->size);
	close(ring->fd);
}

/* A sleeping submission thread must be woken: it sets a flag before it does. */
static unsigned int enter_flags(const struct uring *ring)
{
	const uint32_t *flags = word(ring, ring->params.sq_off.flags);

	if (!(ring->params.flags & IORING_SETUP_SQPOLL))
		return IORING_ENTER_GETEVENTS;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
		return IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP;
	return IORING_ENTER_GETEVENTS;
}

/* Puts the requests into the ring; each carries its number. */
static void queue(struct uring *ring, const struct io_uring_sqe *sqes,
		  unsigned int count)
{
	const struct io_uring_params *p = &ring->params;
	uint32_t *const tail = word(ring, p->sq_off.tail);
	unsigned int i;

	for (i = 0; i < count; i++) {
		const uint32_t slot = (*tail + i) & (p->sq_entries - 1);

		ring->sqes[slot] = sqes[i];
		ring->sqes[slot].user_data = i;
		word(ring, p->sq_off.array)[slot] = slot;
	}
	__atomic_store_n(tail, *tail + count, __ATOMIC_RELEASE);
}

int uring_submit_all(struct uring *ring, const struct io_uring_sqe *sqes,
		     unsigned int count, int *results)
{
	const struct io_uring_params *p = &ring->params;
	uint32_t *const cq_head = word(ring, p->cq_off.head);
	uint32_t *const cq_tail = word(ring, p->cq_off.tail);
	const struct io_uring_cqe *cqes =
		(void *)((char *)ring->rings + p->cq_off.cqes);
	unsigned int submit = count, done = 0;
	uint32_t head = *cq_head;
	int ret;

	queue(ring, sqes, count);
	while (done < count) {
		while (__atomic_load_n(cq_tail, __ATOMIC_ACQUIRE) == head) {
			ret = syscall(SYS_io_uring_enter, ring->fd, submit, 1,
				      enter_flags(ring), NULL, 0);
			if (ret < 0 && errno != EINTR)
				return -errno;
			if (ret > 0)
				submit -= ret;
		}
		results[cqes[head & (p->cq_entries - 1)].user_data] =
			cqes[head & (p->cq_entries - 1)].res;
		__atomic_store_n(cq_head, ++head, __ATOMIC_RELEASE);
		done++;
	}
	return 0;
}

int uring_submit(struct uring *ring, const struct io_uring_sqe *sqe)
{
	int result;
	const int ret = uring_submit_all(ring, sqe, 1, &result);

	return ret ? ret : result;
}

void sqe_set(struct io_uring_sqe *sqe, enum sqe_word word, uint32_t value)
{
	memcpy((char *)sqe + word, &value, sizeof(value));
}

int uring_one(struct io_uring_sqe *sqe)
{
	struct uring ring;
	int ret;

	ret = uring_open(&ring, 0);
	if (ret)
		return -ret;
	ret = uring_submit(&ring, sqe);
	uring_close(&ring);
	return ret;
}
