// SPDX-License-Identifier: GPL-2.0
/* ioctl(2) of 32-bit programs, which has a hook of its own. */
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "device.h"

#ifdef __x86_64__

#define NR_GETPID_32	20
#define NR_IOCTL_32	54

/* The way of 32-bit programs into the kernel, open to 64-bit ones too. */
static long call_32(long number, long a, long b, long c)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a" (ret)
		     : "a" (number), "b" (a), "c" (b), "d" (c)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static void no_such_way(int signal)
{
	(void)signal;
	_exit(1);
}

static bool kernel_is_entered(void)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		signal(SIGSEGV, no_such_way);
		_exit(call_32(NR_GETPID_32, 0, 0, 0) != getpid());
	}
	return pid > 0 && waitpid_retry(pid, &status) == 0 && status == 0;
}

static int ioctl_32(int fd, unsigned int number)
{
	/* Pointers have 32 bits there. */
	void *arg = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long ret;

	if (arg == MAP_FAILED)
		return errno;
	ret = call_32(NR_IOCTL_32, fd, number, (long)arg);
	munmap(arg, 4096);
	return ret < 0 ? -ret : 0;
}

#else

static bool kernel_is_entered(void)
{
	return false;
}

static int ioctl_32(int fd, unsigned int number)
{
	(void)fd;
	(void)number;
	return ENOSYS;
}

#endif

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
	if (!kernel_is_entered())
		return cannot(scene,
			      "32-bit system calls (CONFIG_IA32_EMULATION)");
	return native_result(scene, on_ptmx);
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
