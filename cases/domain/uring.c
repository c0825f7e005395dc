// SPDX-License-Identifier: GPL-2.0
/* io_uring: whose domain counts for a request? */
#include <sys/syscall.h>

#include "domain.h"
#include "bricks/uring.h"

/* The ring belongs to one process image, as what it is mapped to does. */
static struct uring ring;
static bool made;

static int make_ring(struct scene *scene)
{
	int ret;

	made = true;
	ret = uring_open(&ring, scene->variant->arg);
	if (ret)
		return cannot(scene, "io_uring: %s", strerrorname_np(ret));
	/*
	 * Requests of this personality run with the caller's present
	 * credentials.
	 */
	scene->value[0] = 0;
	if (scene->variant->op)
		ret = scene->variant->op(scene);
	return ret;
}

static int register_self(struct scene *scene)
{
	enum { REGISTER_PERSONALITY = 9 };
	const int id = syscall(SYS_io_uring_register, ring.fd,
			       REGISTER_PERSONALITY, NULL, 0);

	if (id < 0)
		return cannot(scene, "a personality: %s",
			      strerrorname_np(errno));
	scene->value[0] = id;
	return 0;
}

static int ring_then_enforce(struct scene *scene)
{
	const bool grants = scene->world == WORLD_GRANT;

	return make_ring(scene) ?:
	       deny_reading(scene, grants ? "dir" : "other", 0);
}

static int open_by_ring(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)"dir/file",
		.open_flags = O_RDONLY,
	};
	char text[16] = "";
	int fd, ret = made ? 0 : make_ring(scene);

	if (ret)
		return ret;
	sqe.personality = scene->value[0];
	fd = uring_submit(&ring, &sqe);
	if (fd < 0)
		return -fd;
	return read(fd, text, sizeof(text)) > 0 && !strcmp(text, "secret") ?
		WORKED : NO_EFFECT;
}

static const struct variant plain_ring[] = {
	{ "" },
	{ NULL }
};

CASE("domain.io_uring.ring_before",
	.own_memory = true,
	.claim	  = "IORING_OP_OPENAT on a ring from before the domain",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.needs	  = "io_uring",
	.variants = plain_ring,
	.scene	  = domain_files,
	.enforce  = ring_then_enforce,
	.attempt  = open_by_ring,
	.source	  = "io_uring/io_uring.c: requests have the submitter's credentials");

static const struct variant kept_credentials[] = {
	{ "", .op = register_self },
	{ NULL }
};

CASE("domain.io_uring.personality_before",
	.own_memory = true,
	.claim	  = "IORING_OP_OPENAT with a personality from before the domain",
	.guard	  = FS(READ_FILE),
	.promise  = { OPEN },
	.gap	  = "none known: see SECURITY.md",
	.labels	  = "unreported",
	.needs	  = "io_uring",
	.variants = kept_credentials,
	.scene	  = domain_files,
	.enforce  = ring_then_enforce,
	.witness  = read_guarded_file,
	.attempt  = open_by_ring,
	.source	  = "io_uring/io_uring.c, io_init_req: override_creds");

static const struct variant polled_ring[] = {
	{ "", .arg = IORING_SETUP_SQPOLL },
	{ NULL }
};

CASE("domain.io_uring.sqpoll_before",
	.own_memory = true,
	.claim	  = "IORING_OP_OPENAT on a polled ring from before the domain",
	.guard	  = FS(READ_FILE),
	.promise  = { OPEN },
	.gap	  = "none known: see SECURITY.md",
	.labels	  = "unreported",
	.needs	  = "io_uring",
	.variants = polled_ring,
	.scene	  = domain_files,
	.enforce  = ring_then_enforce,
	.witness  = read_guarded_file,
	.attempt  = open_by_ring,
	.source	  = "io_uring/sqpoll.c, io_sq_offload_create: sq_creds");

static int polled_then_enforce_all(struct scene *scene)
{
	return make_ring(scene) ?:
	       deny_reading(scene, NULL, RESTRICT_TSYNC);
}

CASE("domain.io_uring.sqpoll_tsync",
	.own_memory = true,
	.claim	  = "IORING_OP_OPENAT on a polled ring from before a domain of all threads",
	.guard	  = FS(READ_FILE),
	.promise  = { OPEN },
	.gap	  = "none known: see SECURITY.md",
	.labels	  = "unreported",
	.covers	  = "restrict.tsync",
	.needs	  = "io_uring",
	.variants = polled_ring,
	.scene	  = domain_files,
	.enforce  = polled_then_enforce_all,
	.witness  = read_guarded_file,
	.attempt  = open_by_ring,
	.source	  = "io_uring/sqpoll.c, io_sq_offload_create: sq_creds");
