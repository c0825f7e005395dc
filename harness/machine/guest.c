// SPDX-License-Identifier: GPL-2.0
/* The harness as PID 1 of a virtual machine: mounts, modules, power off. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/files.h"
#include "base/words.h"
#include "machine/guest.h"
#include "machine/proc.h"

#define ARGUMENTS	"/landproof/args"
#define MODULES		"/landproof/modules"
#define CONSOLE		"/dev/console"

/* On the kernel's command line: vm/qemu.py writes it, and nobody else. */
#define WORD		"landproof.guest"
#define TERMINAL	"landproof.records="

static bool in_guest;
static char command_line[4096];

static bool told_by_command_line(void)
{
	const int proc = proc_detached();
	const int fd = openat(proc, "cmdline", O_RDONLY | O_CLOEXEC);
	char *const text = command_line;
	const ssize_t len = read(fd, text, sizeof(command_line) - 1);

	close(fd);
	close(proc);
	if (len < 0)
		return false;
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return has_word(text, WORD);
}

static bool root_is_initramfs(void)
{
	struct statfs root;

	if (statfs("/", &root))
		return false;
	/* A signed number, of 32 bits where a long has no more */
	return (uint32_t)root.f_type == RAMFS_MAGIC ||
	       (uint32_t)root.f_type == TMPFS_MAGIC;
}

/*
 * PID 1 is also what a container starts, and its mounts may be the host's: a
 * machine of ours says that it is one.  Nothing is mounted to find out.
 */
static bool is_machine_of_ours(void)
{
	return getpid() == 1 && root_is_initramfs() &&
	       in_first_pid_namespace() && told_by_command_line();
}

/* The terminal for records where the driver's log is not there; or -1 */
int guest_terminal(void)
{
	const char *name = strstr(command_line, TERMINAL);
	char path[64];

	if (!name)
		return -1;
	name += strlen(TERMINAL);
	snprintf(path, sizeof(path), "/dev/%.*s", (int)strcspn(name, " "),
		 name);
	return open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
}

bool is_guest(void)
{
	return in_guest;
}

static void mount_or_say(const char *type, const char *dir, const char *data)
{
	mkdir(dir, 0755);
	if (mount(type, dir, type, 0, data) && errno != EBUSY)
		fprintf(stderr, "landproof: %s on %s: %m\n", type, dir);
}

/* The root of an initramfs cannot be pivoted; cases bring their own tmpfs. */
bool guest_init(void)
{
	int fd;

	in_guest = is_machine_of_ours();
	if (!in_guest)
		return false;
	mount_or_say("proc", "/proc", NULL);
	mount_or_say("sysfs", "/sys", NULL);
	mount_or_say("devtmpfs", "/dev", NULL);
	mount_or_say("devpts", "/dev/pts", "mode=0620,ptmxmode=0666");
	mount_or_say("tmpfs", "/tmp", "mode=1777");
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	fd = open(CONSOLE, O_RDWR | O_NOCTTY);
	if (fd >= 0) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
	}
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777");
	return true;
}

void guest_mount_cgroups(void)
{
	if (in_guest)
		mount_or_say("cgroup2", "/sys/fs/cgroup", NULL);
}

void guest_exit(void)
{
	sync();
	reboot(RB_POWER_OFF);
	_exit(0);
}

/* The kernel would read it and check its signature only to say the same. */
static bool is_loaded(const char *path)
{
	const char *const name = strrchr(path, '/') + 1;
	char dir[128];

	snprintf(dir, sizeof(dir), "/sys/module/%.*s",
		 (int)strcspn(name, "."), name);
	return !access(dir, F_OK);
}

static int load_file(const char *path)
{
	int error = 0, fd;

	if (is_loaded(path))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		error = errno;
	close(fd);
	return error;
}

/* What comes before may be a wish only: the last one tells. */
static const char *load_files(char *files)
{
	int error = 0;
	char *file, *rest;

	for (file = strtok_r(files, " \t", &rest); file;
	     file = strtok_r(NULL, " \t", &rest))
		error = load_file(file);
	return error ? "the module" : NULL;
}

/* Each line of the table: name, tab, files in the order of loading */
static const char *load(const char *module)
{
	char *const table = read_whole(MODULES);
	const char *missing = module ? "the module" : NULL;
	char *line, *rest, *files;

	if (!table)
		return "modules";
	for (line = strtok_r(table, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		files = line + strcspn(line, "\t");
		if (*files)
			*files++ = '\0';
		if (!module)
			load_files(files);
		else if (strcmp(line, module) == 0)
			break;
	}
	if (line && module)
		missing = load_files(files);
	free(table);
	return missing;
}

/*
 * Loads @module with all that it depends on.  NULL: loaded, or nothing of
 * ours.
 */
const char *guest_load(const char *module)
{
	return in_guest ? load(module) : NULL;
}

void guest_load_all(void)
{
	if (in_guest)
		load(NULL);
}

/* The arguments of the run, one a line; argv[0] is ours. */
char **guest_arguments(int *argc)
{
	char *const text = read_whole(ARGUMENTS);
	static char *argv[4096] = { "landproof-guest" };
	char *line, *rest;

	*argc = 1;
	if (!text) {
		argv[(*argc)++] = "run";
		return argv;
	}
	for (line = strtok_r(text, "\n", &rest); line && *argc < 4095;
	     line = strtok_r(NULL, "\n", &rest))
		argv[(*argc)++] = line;
	return argv;
}
