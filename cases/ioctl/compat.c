// SPDX-License-Identifier: GPL-2.0
/* ioctl(2) of 32-bit programs, which has a hook of its own. */
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "bricks/compat.h"
#include "device.h"

static int ioctl_32(int fd, unsigned int number)
{
	/* Pointers have 32 bits there. */
	static char argument[4096];
	const int ret = compat_call(COMPAT_IOCTL, fd, number, (long)argument);

	return ret < 0 ? -ret : 0;
}

#define TCGETS_32	0x5401

static int on_ptmx(struct scene *scene)
{
	const int fd = open_ptmx();
	int error;

	if (fd < 0)
		return errno;
	error = ioctl_32(fd, scene->variant->arg);
	close(fd);
	return error;
}

static int native_on_ptmx(struct scene *scene)
{
	return compat_scene(scene) ?: native_result(scene, on_ptmx);
}

static int compare_on_ptmx(struct scene *scene)
{
	return same_as_native(scene, on_ptmx(scene));
}

static int tcgets_32(struct scene *scene)
{
	const int fd = open_ptmx();

	(void)scene;
	return fd < 0 ? errno : ioctl_32(fd, TCGETS_32);
}

/* Some commands have other numbers where structures have other sizes. */
static const struct variant denied[] = {
	{ "", .arg = TCGETS_32 },
	{ "fionread", .arg = FIONREAD },
	{ "fs_ioc32_getflags", .arg = _IOR('f', 1, int) },
	{ "fs_ioc32_setflags", .arg = _IOW('f', 2, int) },
	{ "fs_ioc_resvsp_32", .arg = _IOW('X', 40, char[44]) },
	{ "fs_ioc_resvsp64_32", .arg = _IOW('X', 42, char[44]) },
	{ "fs_ioc_unresvsp_32", .arg = _IOW('X', 41, char[44]) },
	{ "fs_ioc_unresvsp64_32", .arg = _IOW('X', 43, char[44]) },
	{ "fs_ioc_zero_range_32", .arg = _IOW('X', 57, char[44]) },
	{ "fs_ioc_resvsp", .arg = _IOW('X', 40, char[48]) },
	{ "unknown", .arg = 0xdeadbeef },
	{ NULL }
};

CASE("ioctl.compat.denied",
	.claim	  = "ioctl(2) of a 32-bit program on a device",
	.guard	  = FS(IOCTL_DEV),
	.uses	  = OPENING,
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("/dev") },
	.needs	  = "pty",
	.variants = denied,
	.scene	  = native_on_ptmx,
	.attempt  = compare_on_ptmx,
	.source	  = IOCTL_SOURCE);

static const struct variant always_allowed[] = {
	{ "", .arg = FIONBIO },
	{ "fioclex", .arg = FIOCLEX },
	{ "figetbsz", .arg = FIGETBSZ },
	{ "ficlone", .arg = FICLONE },
	{ "ficlonerange", .arg = FICLONERANGE },
	{ "fithaw", .arg = FITHAW },
	{ "fionclex", .arg = FIONCLEX },
	{ "fioasync", .arg = FIOASYNC },
	{ "fioqsize", .arg = FIOQSIZE },
	{ "fs_ioc_fiemap", .arg = FS_IOC_FIEMAP },
	{ "fideduperange", .arg = FIDEDUPERANGE },
	{ NULL }
};

CASE("ioctl.compat.always_allowed",
	.claim	  = "ioctl(2) commands of a 32-bit program that are harmless",
	.guard	  = FS(IOCTL_DEV),
	.promise  = { ALLOWED },
	.needs	  = "pty",
	.variants = always_allowed,
	.scene	  = native_on_ptmx,
	.attempt  = compare_on_ptmx,
	.witness  = tcgets_32,
	.source	  = IOCTL_SOURCE);

static int regular_file(struct scene *scene)
{
	const int ret = native_on_ptmx(scene);

	return ret ? ret : make_file("file", "12345");
}

static int on_regular_file(struct scene *scene)
{
	const int fd = open("file", O_RDONLY | O_CLOEXEC);

	(void)scene;
	return fd < 0 ? errno : ioctl_32(fd, FIONREAD);
}

CASE("ioctl.compat.regular",
	.claim	 = "ioctl(FIONREAD) of a 32-bit program on a regular file",
	.guard	 = FS(IOCTL_DEV),
	.promise = { ALLOWED },
	.needs	 = "pty",
	.variants = (const struct variant[]) { { "", .arg = TCGETS_32 },
					       { NULL } },
	.scene	 = regular_file,
	.attempt = on_regular_file,
	.witness = tcgets_32,
	.source	 = "security/landlock/fs.c: is_device() in hook_file_ioctl_common()");
