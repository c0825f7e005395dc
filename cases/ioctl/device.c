// SPDX-License-Identifier: GPL-2.0
/* ioctl(2) on devices: which commands IOCTL_DEV guards. */
#include <asm/termbits.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

#include "device.h"

int open_ptmx(void)
{
	return open(PTMX, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

int command_issue(int fd, const struct command *command)
{
	static const int one = 1;
	char zeroes[256] = { 0 };
	void *arg = NULL;

	if (command->argument == ZEROES)
		arg = zeroes;
	if (command->argument == ONE)
		arg = memcpy(zeroes, &one, sizeof(one));
	return errno_of(ioctl(fd, command->number, arg));
}

struct probe {
	struct scene *scene;
	int (*run)(struct scene *scene);
};

static int probe_main(void *data)
{
	const struct probe *probe = data;

	probe->scene->value[0] = become_subject() ? -1 :
						    probe->run(probe->scene);
	_exit(0);
}

int native_result(struct scene *scene, int (*run)(struct scene *scene))
{
	struct probe probe = { scene, run };
	pid_t pid;

	scene->value[0] = -1;
	pid = scene_spawn(scene, probe_main, &probe);
	if (pid < 0 || waitpid_retry(pid, NULL) || scene->value[0] < 0)
		return broken(scene, "no result outside the sandbox");
	if (scene->value[0] == EACCES)
		return cannot(scene, "refused with EACCES without Landlock");
	return 0;
}

int same_as_native(struct scene *scene, int result)
{
	if (result == scene->value[0])
		return WORKED;
	return result ? result : NO_EFFECT;
}

int tcgets(int fd)
{
	struct termios terminal;
	int error;

	if (fd < 0)
		return errno;
	error = errno_of(ioctl(fd, TCGETS, &terminal));
	close(fd);
	return error;
}

int tcgets_ptmx(struct scene *scene)
{
	(void)scene;
	return tcgets(open_ptmx());
}

CASE("ioctl.device.tcgets",
	.claim	 = "ioctl(TCGETS) on a pseudo-terminal",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/dev") },
	.needs	 = "pty",
	.attempt = tcgets_ptmx,
	.source	 = IOCTL_SOURCE);

CASE("ioctl.device.rule_on_file",
	.claim	 = "ioctl(TCGETS) on a device, with a rule on the device itself",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.deny	 = { .fs = FS_IOCTL_DEV,
		     .rules = { PATH("/dev/null"), PATH("/dev/zero") } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH(PTMX) },
	.needs	 = "pty",
	.attempt = tcgets_ptmx,
	.source	 = IOCTL_SOURCE);

/* Other rights on the device are no right to its commands. */
CASE("ioctl.device.other_rights",
	.claim	 = "ioctl(TCGETS) on a device that may be read and written",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = { .fs = FS_READ_FILE | FS_WRITE_FILE },
	.deny	 = { .fs = FS_IOCTL_DEV | FS_READ_FILE | FS_WRITE_FILE,
		     .rules = { PATH("/dev", .access = FS_READ_FILE |
						       FS_WRITE_FILE) } },
	.promise = { DENIED(EACCES) },
	.allow	 = { .fs = FS_IOCTL_DEV | FS_READ_FILE | FS_WRITE_FILE,
		     .rules = { PATH("/dev", .access = FS_READ_FILE |
					FS_WRITE_FILE | FS_IOCTL_DEV) } },
	.needs	 = "pty",
	.attempt = tcgets_ptmx,
	.source	 = IOCTL_SOURCE);

#define COMMAND(...) .data = &(const struct command) { __VA_ARGS__ }

/* On POWER the next one is FIONBIO. */
#define BESIDE_FIOASYNC (FIOASYNC + (FIOASYNC + 1 == FIONBIO ? 2 : 1))

static const struct variant denied[] = {
	{ "", COMMAND(FIONREAD, ZEROES) },
	{ "tiocgwinsz", COMMAND(TIOCGWINSZ, ZEROES) },
	{ "tiocgptn", COMMAND(TIOCGPTN, ZEROES) },
	{ "fs_ioc_getflags", COMMAND(FS_IOC_GETFLAGS, ZEROES) },
	{ "fs_ioc_setflags", COMMAND(FS_IOC_SETFLAGS, NOTHING) },
	{ "fs_ioc_fsgetxattr", COMMAND(FS_IOC_FSGETXATTR, ZEROES) },
	{ "fibmap", COMMAND(FIBMAP, ZEROES) },
	{ "fs_ioc_resvsp", COMMAND(_IOW('X', 40, char[48]), ZEROES) },
	{ "fs_ioc_zero_range", COMMAND(_IOW('X', 57, char[48]), ZEROES) },
	{ "unknown", COMMAND(0xdeadbeef, NOTHING) },
	{ "fs_ioc_fssetxattr", COMMAND(FS_IOC_FSSETXATTR, NOTHING) },
	{ "fs_ioc_resvsp64", COMMAND(_IOW('X', 42, char[48]), ZEROES) },
	{ "fs_ioc_unresvsp", COMMAND(_IOW('X', 41, char[48]), ZEROES) },
	{ "fs_ioc_unresvsp64", COMMAND(_IOW('X', 43, char[48]), ZEROES) },
	{ "tcsets", COMMAND(TCSETS, NOTHING) },
	{ "blkroget", COMMAND(BLKROGET, ZEROES) },
	{ "beside_fioasync", COMMAND(BESIDE_FIOASYNC, NOTHING) },
	{ NULL }
};

static const struct variant always_allowed[] = {
	{ "", COMMAND(FIOCLEX, NOTHING) },
	{ "fionclex", COMMAND(FIONCLEX, NOTHING) },
	{ "fionbio", COMMAND(FIONBIO, ONE) },
	{ "fioasync", COMMAND(FIOASYNC, ONE) },
	{ "fioqsize", COMMAND(FIOQSIZE, ZEROES) },
	{ "figetbsz", COMMAND(FIGETBSZ, ZEROES) },
	{ "fs_ioc_fiemap", COMMAND(FS_IOC_FIEMAP, ZEROES) },
	{ "ficlone", COMMAND(FICLONE, NOTHING) },
	{ "ficlonerange", COMMAND(FICLONERANGE, ZEROES) },
	{ "fideduperange", COMMAND(FIDEDUPERANGE, ZEROES) },
	{ "fs_ioc_getfsuuid", COMMAND(_IOR(0x15, 0, char[17]), ZEROES) },
	{ "fs_ioc_getfssysfspath", COMMAND(_IOR(0x15, 1, char[129]), ZEROES) },
	{ "fifreeze", COMMAND(FIFREEZE, NOTHING) },
	{ "fithaw", COMMAND(FITHAW, NOTHING) },
	{ NULL }
};

/* Some commands leave a mark on the descriptor. */
static bool took_effect(int fd, unsigned long number)
{
	switch (number) {
	case FIOCLEX:
		return fcntl(fd, F_GETFD) & FD_CLOEXEC;
	case FIONCLEX:
		return !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	case FIONBIO:
		return fcntl(fd, F_GETFL) & O_NONBLOCK;
	case FIOASYNC:
		return fcntl(fd, F_GETFL) & O_ASYNC;
	default:
		return true;
	}
}

/* Opened with close-on-exec only where the command takes that away. */
static int on_ptmx(struct scene *scene)
{
	const struct command *command = scene->variant->data;
	const int fd = open(PTMX, O_RDWR | O_NOCTTY |
			    (command->number == FIONCLEX ? O_CLOEXEC : 0));
	int error;

	if (fd < 0)
		return errno;
	error = command_issue(fd, command);
	if (!error && !took_effect(fd, command->number))
		error = EILSEQ;
	close(fd);
	return error;
}

/*
 * arm and s390 have a number of their own for FIOQSIZE, and a kernel of arm64
 * does not know that of its 32-bit programs.
 */
static bool knows(const struct command *command)
{
	struct utsname kernel;

	return command->number != FIOQSIZE || FIOQSIZE != 0x545e ||
	       uname(&kernel) || strcmp(kernel.machine, "aarch64") != 0;
}

static int native_on_ptmx(struct scene *scene)
{
	if (!knows(scene->variant->data))
		return cannot(scene, "FIOQSIZE of a 32-bit program of arm");
	return native_result(scene, on_ptmx);
}

static int compare_on_ptmx(struct scene *scene)
{
	const int result = on_ptmx(scene);

	return result == EILSEQ ? NO_EFFECT : same_as_native(scene, result);
}

CASE("ioctl.device.denied",
	.claim	  = "ioctl(2) commands that reach the driver of a device",
	.guard	  = FS(IOCTL_DEV),
	.uses	  = OPENING,
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("/dev") },
	.needs	  = "pty",
	.variants = denied,
	.scene	  = native_on_ptmx,
	.attempt  = compare_on_ptmx,
	.source	  = IOCTL_SOURCE);

CASE("ioctl.device.always_allowed",
	.claim	  = "ioctl(2) commands that are harmless on every device",
	.guard	  = FS(IOCTL_DEV),
	.uses	  = OPENING,
	.promise  = { ALLOWED },
	.needs	  = "pty",
	.variants = always_allowed,
	.scene	  = native_on_ptmx,
	.attempt  = compare_on_ptmx,
	.witness  = tcgets_ptmx,
	.source	  = "include/uapi/linux/landlock.h: IOCTL_DEV, commands that are always permitted");
