// SPDX-License-Identifier: GPL-2.0
/* Block devices: ioctl(2) commands, and the same by io_uring. */
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "device.h"
#include "bricks/loop.h"
#include "bricks/uring.h"

#define SIZE		(1 << 16)
#define BLOCK		4096

/* A device full of 'x' */
static int loop_device(struct scene *scene)
{
	char data[BLOCK];
	int backing, ret, i;

	memset(data, 'x', sizeof(data));
	backing = open("backing", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	for (i = 0; i < SIZE / BLOCK; i++)
		if (backing < 0 || write(backing, data, BLOCK) != BLOCK)
			return errno;
	ret = loop_attach(scene, backing);
	close(backing);
	return ret;
}

static int open_device(struct scene *scene)
{
	return open(scene->text, O_RDWR | O_CLOEXEC);
}

static int ask_block_size(struct scene *scene)
{
	const int fd = open_device(scene);
	int size = 0;

	if (fd < 0)
		return errno;
	if (ioctl(fd, BLKSSZGET, &size))
		return errno;
	return size > 0 ? WORKED : NO_EFFECT;
}

#define ON_BLOCK_DEVICE							\
	.guard	 = FS(IOCTL_DEV),					\
	.uses	 = OPENING,						\
	.grant	 = { PATH("/dev") },					\
	.root	 = true,						\
	.scene	 = loop_device

CASE("ioctl.block.blksszget",
	ON_BLOCK_DEVICE,
	.claim	 = "ioctl(BLKSSZGET) on a block device",
	.promise = { DENIED(EACCES) },
	.needs	 = "root loop",
	.attempt = ask_block_size,
	.source	 = IOCTL_SOURCE);

static int discard(struct scene *scene)
{
	const uint64_t range[2] = { 0, BLOCK };
	const int fd = open_device(scene);

	return fd < 0 ? errno : errno_of(ioctl(fd, BLKDISCARD, range));
}

/* What is discarded reads as zeroes in the file behind the device. */
static bool discarded(struct scene *scene)
{
	const int fd = open("backing", O_RDONLY | O_CLOEXEC);
	char byte = 'x';
	ssize_t len;

	(void)scene;
	len = pread(fd, &byte, 1, 0);
	close(fd);
	return len == 1 && byte == 0;
}

CASE("ioctl.block.blkdiscard",
	ON_BLOCK_DEVICE,
	.claim	 = "ioctl(BLKDISCARD) on a block device",
	.promise = { DENIED(EACCES) },
	.needs	 = "root loop",
	.attempt = discard,
	.effect	 = discarded,
	.source	 = IOCTL_SOURCE);

/* include/uapi/linux/blkdev.h, since 6.12 */
#define BLOCK_URING_CMD_DISCARD_OP	_IO(0x12, 0)
#define OP_URING_CMD			46

static int discard_by_uring(struct scene *scene)
{
	const uint64_t length = BLOCK;
	struct io_uring_sqe sqe = {
		.opcode = OP_URING_CMD,
		.fd = open_device(scene),
		.addr = 0,
	};
	int ret;

	if (sqe.fd < 0)
		return errno;
	sqe_set(&sqe, SQE_CMD_OP, BLOCK_URING_CMD_DISCARD_OP);
	/* addr3, which older headers do not name */
	memcpy((char *)&sqe + 48, &length, sizeof(length));
	ret = uring_one(&sqe);
	if (ret == -EOPNOTSUPP || ret == -EINVAL)
		return cannot(scene, "io_uring commands of block devices (Linux 6.12)");
	return ret < 0 ? -ret : WORKED;
}

CASE("ioctl.uring_cmd.discard",
	ON_BLOCK_DEVICE,
	.claim	 = "BLOCK_URING_CMD_DISCARD, io_uring's BLKDISCARD",
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#65",
	.labels	 = "bypass",
	.needs	 = "root loop io_uring",
	.attempt = discard_by_uring,
	.effect	 = discarded,
	.witness = ask_block_size,
	.source	 = "security/landlock/fs.c: no uring_cmd hook");

static int zero_by_fallocate(struct scene *scene)
{
	const int fd = open_device(scene);

	if (fd < 0)
		return errno;
	return errno_of(fallocate(fd, FALLOC_FL_PUNCH_HOLE |
				  FALLOC_FL_KEEP_SIZE, 0, BLOCK));
}

CASE("ioctl.block.fallocate",
	ON_BLOCK_DEVICE,
	.claim	 = "fallocate(2) of a block device, which discards as BLKDISCARD does",
	.promise = { OPEN },
	.gap	 = "documented limit: the right is about ioctl(2)",
	.needs	 = "root loop",
	.attempt = zero_by_fallocate,
	.effect	 = discarded,
	.witness = ask_block_size,
	.source	 = "block/fops.c: blkdev_fallocate(), after the hook file_permission alone");
