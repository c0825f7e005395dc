// SPDX-License-Identifier: GPL-2.0
/* Requests of io_uring are checked like the calls that they stand for. */
#include <linux/openat2.h>

#include "refer.h"
#include "bricks/uring.h"

/* linux/io_uring.h of 5.15 and 6.9 */
#define OP_RENAMEAT	35
#define OP_UNLINKAT	36
#define OP_MKDIRAT	37
#define OP_SYMLINKAT	38
#define OP_LINKAT	39
#define OP_FTRUNCATE	55

/* In control, a request that the kernel does not know is no refusal. */
static int request(struct scene *scene, struct io_uring_sqe *sqe)
{
	const int ret = uring_one(sqe);

	if (ret == -EINVAL && scene->world == WORLD_CONTROL)
		return cannot(scene, "io_uring request %d", sqe->opcode);
	return ret < 0 ? -ret : 0;
}

static int read_result(int fd)
{
	return fd < 0 ? -fd : reads_fd(fd);
}

static int open_file(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT,
		.flags = scene->variant->arg,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)"dir/file",
		.open_flags = O_RDONLY | O_CLOEXEC,
	};

	return read_result(uring_one(&sqe));
}

static int open_file_how(struct scene *scene)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC };
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT2,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)"dir/file",
		.len = sizeof(how),
		.off = (uintptr_t)&how,
	};

	(void)scene;
	return read_result(uring_one(&sqe));
}

static const struct variant opens[] = {
	{ "", .op = open_file },
	{ "async", .op = open_file, .arg = IOSQE_ASYNC },
	{ "openat2", .op = open_file_how },
	{ NULL }
};

CASE("fs.read_file.io_uring_openat",
	.claim	  = "IORING_OP_OPENAT of a file for reading",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.allow	  = ONLY(FS_READ_FILE, "dir"),
	.extra	  = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.needs	  = "io_uring",
	.variants = opens,
	.scene	  = dir_file,
	.attempt  = variant_op,
	.source	  = "io_uring/openclose.c: io_openat2(), do_file_open()");

static int unlink_file(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = OP_UNLINKAT,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)"dir/file",
	};

	return request(scene, &sqe);
}

static bool gone(struct scene *scene)
{
	(void)scene;
	return !exists("dir/file");
}

CASE("fs.remove_file.io_uring_unlinkat",
	.claim	 = "IORING_OP_UNLINKAT",
	.guard	 = FS(REMOVE_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_REMOVE_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_REMOVE_FILE, "dir"),
	.needs	 = "io_uring",
	.scene	 = dir_file,
	.attempt = unlink_file,
	.effect	 = gone,
	.source	 = "io_uring/fs.c: io_unlinkat(), do_unlinkat()");

static bool made(struct scene *scene)
{
	(void)scene;
	return exists("dir/new");
}

static int make_directory(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = OP_MKDIRAT,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)"dir/new",
		.len = 0755,
	};

	return request(scene, &sqe);
}

CASE("fs.make_dir.io_uring_mkdirat",
	.claim	 = "IORING_OP_MKDIRAT",
	.guard	 = FS(MAKE_DIR),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_MAKE_DIR, "dir"),
	.extra	 = RULESET ALL_BUT(FS_MAKE_DIR, "dir"),
	.needs	 = "io_uring",
	.scene	 = dir_file,
	.attempt = make_directory,
	.effect	 = made,
	.source	 = "io_uring/fs.c: io_mkdirat(), do_mkdirat()");

static int make_link(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = OP_SYMLINKAT,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)"nowhere",
		.addr2 = (uintptr_t)"dir/new",
	};

	return request(scene, &sqe);
}

CASE("fs.make_sym.io_uring_symlinkat",
	.claim	 = "IORING_OP_SYMLINKAT",
	.guard	 = FS(MAKE_SYM),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_MAKE_SYM, "dir"),
	.extra	 = RULESET ALL_BUT(FS_MAKE_SYM, "dir"),
	.needs	 = "io_uring",
	.scene	 = dir_file,
	.attempt = make_link,
	.effect	 = made,
	.source	 = "io_uring/fs.c: io_symlinkat(), do_symlinkat()");

/* Both requests have the second directory in len. */
static int refer(struct scene *scene, int opcode)
{
	struct io_uring_sqe sqe = {
		.opcode = opcode,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)"source/this",
		.len = AT_FDCWD,
		.addr2 = (uintptr_t)"target/this",
	};

	return request(scene, &sqe);
}

static int refer_by_rename(struct scene *scene)
{
	return refer(scene, OP_RENAMEAT);
}

static int refer_by_link(struct scene *scene)
{
	return refer(scene, OP_LINKAT);
}

static const struct variant refers[] = {
	{ "", .op = refer_by_rename },
	{ "link", .op = refer_by_link },
	{ NULL }
};

CASE("fs.refer.io_uring",
	.claim	  = "IORING_OP_RENAMEAT and LINKAT to another directory",
	.guard	  = FS(REFER),
	.promise  = { DENIED(EXDEV) },
	.grant	  = { PATH("source"), PATH("target") },
	.needs	  = "io_uring",
	.variants = refers,
	.scene	  = source_and_target,
	.attempt  = variant_op,
	.effect	  = moved,
	.source	  = "io_uring/fs.c: io_renameat(), do_renameat2()");

static int truncate_opened(struct scene *scene)
{
	const int fd = open("dir/file", O_WRONLY | O_CLOEXEC);
	struct io_uring_sqe sqe = { .opcode = OP_FTRUNCATE, .fd = fd };

	return fd < 0 ? not_opened(scene) : request(scene, &sqe);
}

CASE("fs.truncate.io_uring_ftruncate",
	.claim	 = "IORING_OP_FTRUNCATE of a file opened in the sandbox",
	.guard	 = FS(TRUNCATE),
	.uses	 = FS(WRITE_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_TRUNCATE | FS_WRITE_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_TRUNCATE, "dir"),
	.needs	 = "io_uring",
	.scene	 = dir_file,
	.attempt = truncate_opened,
	.effect	 = written,
	.source	 = "io_uring/truncate.c: io_ftruncate(), do_ftruncate()");
