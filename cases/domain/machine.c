// SPDX-License-Identifier: GPL-2.0
/* What root does to the machine: capabilities decide, and no domain. */
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#if defined(__x86_64__) || defined(__i386__)
#include <sys/io.h>
#endif

#include "domain.h"

#define MODULE "/landproof/ko/dummy.ko"

/* In the sandbox no file can be read. */
static int files_and_module(struct scene *scene)
{
	scene->fd[0] = open(MODULE, O_RDONLY);
	return domain_files(scene);
}

static int do_sethostname(struct scene *scene)
{
	struct utsname name;

	(void)scene;
	return errno_of(sethostname("sandbox", 7)) ?: errno_of(uname(&name)) ?:
	       strcmp(name.nodename, "sandbox") ? NO_EFFECT : WORKED;
}

static int do_setdomainname(struct scene *scene)
{
	struct utsname name;

	(void)scene;
	return errno_of(setdomainname("sandbox", 7)) ?:
	       errno_of(uname(&name)) ?:
	       strcmp(name.domainname, "sandbox") ? NO_EFFECT : WORKED;
}

/* The clock is set to the time that it shows, because later cases read it. */
static int do_settimeofday(struct scene *scene)
{
	struct timeval now;

	(void)scene;
	return errno_of(gettimeofday(&now, NULL)) ?:
	       errno_of(settimeofday(&now, NULL));
}

static int do_clock_settime(struct scene *scene)
{
	struct timespec now;

	(void)scene;
	return errno_of(clock_gettime(CLOCK_REALTIME, &now)) ?:
	       errno_of(clock_settime(CLOCK_REALTIME, &now));
}

static int do_adjtimex(struct scene *scene)
{
	struct timex change = { .modes = ADJ_STATUS, .status = STA_UNSYNC };

	(void)scene;
	return errno_of(adjtimex(&change));
}

static int do_clock_adjtime(struct scene *scene)
{
	struct timex change = { .modes = ADJ_STATUS, .status = STA_UNSYNC };

	(void)scene;
	return errno_of(clock_adjtime(CLOCK_REALTIME, &change));
}

static int do_syslog(struct scene *scene)
{
	static char text[4096];
	enum { READ_ALL = 3 };
	const int length = klogctl(READ_ALL, text, sizeof(text));

	(void)scene;
	return length < 0 ? errno : length > 0 ? WORKED : NO_EFFECT;
}

#if defined(__x86_64__) || defined(__i386__)
static int lacks_ports(struct scene *scene, int error)
{
	if (error == ENOSYS && scene->world == WORLD_CONTROL)
		return cannot(scene, "I/O ports (CONFIG_X86_IOPL_IOPERM)");
	return error;
}

static int do_iopl(struct scene *scene)
{
	return lacks_ports(scene, errno_of(iopl(3)));
}

/*
 * Port 0x80 takes the BIOS's POST codes. Without the permission, writing to it
 * is a fault.
 */
static int do_ioperm(struct scene *scene)
{
	const int error = lacks_ports(scene, errno_of(ioperm(0x80, 1, 1)));

	if (!error)
		outb(0, 0x80);
	return error;
}
#endif

static int do_kexec_load(struct scene *scene)
{
	if (syscall(SYS_kexec_load, 0, 0, NULL, 0) == 0)
		return WORKED;
	if (errno == ENOSYS && scene->world == WORLD_CONTROL)
		return cannot(scene, "kexec_load(2) (CONFIG_KEXEC)");
	return errno;
}

/* A module comes and goes: init_module(2) is the same with a copy. */
static int do_finit_module(struct scene *scene)
{
	const int fd = scene->fd[0];
	int error;

	if (fd < 0)
		return cannot(scene, "a module to load (dummy)");
	syscall(SYS_delete_module, "dummy", O_NONBLOCK);
	error = errno_of(syscall(SYS_finit_module, fd, "numdummies=0", 0));
	return error ?: errno_of(syscall(SYS_delete_module, "dummy",
					 O_NONBLOCK));
}

static int do_init_module(struct scene *scene)
{
	struct stat file;
	void *image;
	int error;

	if (fstat(scene->fd[0], &file))
		return cannot(scene, "a module to load (dummy)");
	image = mmap(NULL, file.st_size, PROT_READ, MAP_PRIVATE, scene->fd[0],
		     0);
	if (image == MAP_FAILED)
		return cannot(scene, "memory for a module: %s",
			      strerrorname_np(errno));
	syscall(SYS_delete_module, "dummy", O_NONBLOCK);
	error = errno_of(syscall(SYS_init_module, image, file.st_size,
				 "numdummies=0"));
	munmap(image, file.st_size);
	return error ?: errno_of(syscall(SYS_delete_module, "dummy",
					 O_NONBLOCK));
}

static int do_quotactl(struct scene *scene)
{
	if (syscall(SYS_quotactl, QCMD(Q_SYNC, USRQUOTA), NULL, 0, NULL) == 0)
		return WORKED;
	if (errno == ENOSYS && scene->world == WORLD_CONTROL)
		return cannot(scene, "quotactl(2) (CONFIG_QUOTACTL)");
	return errno;
}

#define CALL(name) { #name, .op = do_##name }

static const struct variant calls[] = {
	{ "", .op = do_sethostname },
	CALL(setdomainname), CALL(settimeofday), CALL(clock_settime),
	CALL(adjtimex), CALL(clock_adjtime), CALL(syslog),
#if defined(__x86_64__) || defined(__i386__)
	CALL(iopl), CALL(ioperm),
#endif
	CALL(kexec_load), CALL(finit_module), CALL(init_module),
	CALL(quotactl),
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("domain.machine.calls",
	.own_memory = true,
	.claim	  = "sethostname(2) and other calls of root about the whole machine",
	.guard	  = FS(READ_FILE),
	.promise  = { OPEN },
	.gap	  = "documented limit: rules are about objects; what capabilities permit stays permitted",
	.needs	  = "root guest",
	.root	  = true,
	.variants = calls,
	.scene	  = files_and_module,
	.attempt  = by_variant,
	.witness  = read_guarded_file,
	.source	  = "userspace-api/landlock: rules; security/landlock: no such hooks");
