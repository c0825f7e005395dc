// SPDX-License-Identifier: GPL-2.0
/* Programs of root's that the kernel runs on behalf of a process. */
#include "domain.h"

#define HELPER	"/proc/sys/kernel/modprobe"
#define PROGRAM	"/tmp/landproof-helper"
#define SEEN	"/tmp/landproof-helped"

/* In this guest nobody looks for modules, so that the program can be ours. */
static int helper(struct scene *scene)
{
	const int fd = open(PROGRAM, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	static const char text[] = "#!/bin/sh\n: >" SEEN "\n";

	unlink(SEEN);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return errno;
	close(fd);
	if (write_file(HELPER, PROGRAM))
		return cannot(scene, HELPER " (CONFIG_MODULES)");
	return domain_files(scene);
}

/*
 * Kernels no longer have this family, so they start the program that loads
 * modules, and wait for it.
 */
static int ask_for_module(struct scene *scene)
{
	(void)scene;
	return socket(AF_ECONET, SOCK_STREAM, 0) < 0 &&
	       errno == EAFNOSUPPORT ? WORKED : errno;
}

static bool was_helped(struct scene *scene)
{
	(void)scene;
	write_file(HELPER, "/sbin/modprobe");
	return exists(SEEN);
}

CASE("domain.process.helper",
	.own_memory = true,
	.claim	  = "socket(2) of a family without code, for which root's modprobe runs outside the domain",
	.guard	  = { .fs = FS_READ_FILE | FS_EXECUTE },
	.promise  = { OPEN },
	.gap	  = "by design: what the kernel runs by itself is in no domain",
	.needs	  = "guest",
	.scene	  = helper,
	.witness  = read_guarded_file,
	.attempt  = ask_for_module,
	.effect	  = was_helped,
	.source	  = "kernel/module/kmod.c: call_modprobe() by a kernel thread");
