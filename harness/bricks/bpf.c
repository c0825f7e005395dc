// SPDX-License-Identifier: GPL-2.0
/* Programs of the BPF LSM that each refuse one thing to processes of one name. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/files.h"
#include "bricks/bpf.h"
#include "bricks/modules.h"
#include "machine/bpf_lsm.h"

#define CMD_OBJ_PIN 6

struct pin_attr {
	uint64_t path;
	uint32_t fd, flags;
};

#define PINS "/sys/fs/bpf"

/*
 * To attach and detach one takes longer than ten worlds: in the file system of
 * such programs it stays, if there is one.
 */
static void pin(int fd, const char *path)
{
	const struct pin_attr attr = { (uintptr_t)path, fd, 0 };

	if (syscall(SYS_bpf, CMD_OBJ_PIN, &attr, sizeof(attr)) &&
	    !mount("bpf", PINS, "bpf", 0, NULL))
		syscall(SYS_bpf, CMD_OBJ_PIN, &attr, sizeof(attr));
}

/* A 64-bit kernel asks about ioctl(2) of a 32-bit program in another hook. */
static const char *hook_here(const char *hook)
{
	struct utsname kernel;

	if (sizeof(long) == 4 && strcmp(hook, "file_ioctl") == 0 &&
	    uname(&kernel) == 0 && strstr(kernel.machine, "64"))
		return "file_ioctl_compat";
	return hook;
}

int bpf_refuse(struct scene *scene, const char *hook, int error)
{
	char path[80];
	int fd;

	if (!module_position("bpf"))
		return cannot(scene, "the BPF LSM (\"bpf\" in the kernel's list of security modules)");
	snprintf(path, sizeof(path), PINS "/%.60s", hook);
	if (exists(path))
		return 0;
	fd = bpf_lsm_attach(hook_here(hook), hook, error);
	if (fd == -ENOENT)
		return cannot(scene, "types of the kernel with bpf_lsm_%s (CONFIG_DEBUG_INFO_BTF)",
			      hook);
	if (fd < 0)
		return cannot(scene, "a program of the BPF LSM on %s: %s", hook,
			      strerrorname_np(-fd));
	pin(fd, path);
	return 0;
}
