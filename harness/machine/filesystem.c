// SPDX-License-Identifier: GPL-2.0
/* The file system that the worlds' directories lie on, where it is not tmpfs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/programs.h"
#include "base/words.h"
#include "machine/filesystem.h"
#include "machine/fuse.h"
#include "machine/guest.h"
#include "machine/loop.h"
#include "machine/p9.h"
#include "machine/subject.h"

#define MAKE_MAX 12

/*
 * struct filesystem - as vm/filesystems.toml describes it
 * @modules: words; the first is its own
 * @options: of mount(2); %u stands for the subject's user ID, then its group ID
 * @make: the program that makes it on a device, and its arguments; none: it
 *	needs no device
 * @size: of the device, in MiB
 * @layers: an overlay of directories on tmpfs
 * @server: it is a server's of ours: for FUSE, with node IDs that are "stable"
 *	or "changing", or "9p"
 */
static struct filesystem {
	const char *type, *modules, *options;
	const char *make[MAKE_MAX + 2];
	int make_count;
	unsigned int size;
	bool layers;
	const char *server;
} chosen;

static bool take(char *line)
{
	const char *const item = strsep(&line, "\t");

	if (!line)
		return false;
	if (strcmp(item, "type") == 0)
		chosen.type = line;
	else if (strcmp(item, "modules") == 0)
		chosen.modules = line;
	else if (strcmp(item, "options") == 0)
		chosen.options = line;
	else if (strcmp(item, "size") == 0)
		chosen.size = strtoul(line, NULL, 10);
	else if (strcmp(item, "layers") == 0)
		chosen.layers = true;
	else if (strcmp(item, "server") == 0)
		chosen.server = line;
	else if (strcmp(item, "make") == 0)
		while (line && chosen.make_count < MAKE_MAX)
			chosen.make[chosen.make_count++] = strsep(&line, "\t");
	else
		return false;
	return true;
}

const char *filesystem_read(const char *path)
{
	static char text[4096];
	char *rest = text, *line;

	if (read_file(path, text, sizeof(text)) < 0)
		return "it cannot be read";
	while ((line = strsep(&rest, "\n")))
		if (*line && !take(line))
			return "a line is not understood";
	return chosen.type ? NULL : "it names no type";
}

bool filesystem_chosen(void)
{
	return chosen.type;
}

bool filesystem_cannot(int error)
{
	return filesystem_chosen() && (error == EPERM || error == EOPNOTSUPP);
}

static const char *failed(const char *what, int error)
{
	static char text[160];

	snprintf(text, sizeof(text), "%s for %s: %s", what, chosen.type,
		 strerror(error));
	return text;
}

/* The device goes with the last that has it open: the mount. */
static const char *mount_device(const char *place, const char *options)
{
	const int backing = memfd_create("device", MFD_CLOEXEC);
	const char *missing = NULL;
	char device[32];
	int error, status, fd = -1;

	if (backing < 0 || ftruncate(backing, (off_t)chosen.size << 20))
		return failed("memory", errno);
	error = loop_device(backing, device, sizeof(device), &fd);
	close(backing);
	if (error)
		return failed("a loop device", error);
	chosen.make[chosen.make_count] = device;
	status = run_program(chosen.make);
	if (status)
		missing = failed(chosen.make[0], status < 0 ? -status : EIO);
	else if (mount(device, place, chosen.type, 0, options))
		missing = failed("mount(2)", errno);
	close(fd);
	return missing;
}

/* Directories for its layers lie beside @place, on its file system. */
static const char *mount_layers(const char *place)
{
	static const char *const names[] = { "lower", "upper", "work" };
	char path[128], options[512];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s-%s", place, names[i]);
		if (mkdir(path, 0755))
			return failed(path, errno);
	}
	snprintf(options, sizeof(options),
		 "lowerdir=%s-lower,upperdir=%s-upper,workdir=%s-work%s%s",
		 place, place, place, chosen.options ? "," : "",
		 chosen.options ?: "");
	return mount("overlay", place, chosen.type, 0, options) ?
		failed("mount(2)", errno) : NULL;
}

static const char *mount_served(const char *place)
{
	char source[128];
	int error;

	snprintf(source, sizeof(source), "%s-served", place);
	if (mkdir(source, 0755))
		return failed(source, errno);
	if (strcmp(chosen.server, "9p") == 0)
		error = p9_mount(source, place, chosen.options ?: "");
	else
		error = fuse_mount(source, place,
				   strcmp(chosen.server, "changing") == 0);
	return error ? failed("a server", error) : NULL;
}

const char *filesystem_mount(const char *place)
{
	const char *modules = chosen.modules;
	char module[WORD_MAX], options[256];

	if (!is_guest())
		return "a virtual machine, to mount another file system in";
	/* One that is built in is no module. */
	while (next_word(&modules, module))
		guest_load(module);
	if (mkdir(place, 0755))
		return failed(place, errno);
	if (chosen.layers)
		return mount_layers(place);
	if (chosen.server)
		return mount_served(place);
	snprintf(options, sizeof(options), chosen.options ?: "", subject_uid(),
		 subject_gid());
	if (chosen.make_count)
		return mount_device(place, options);
	return mount(chosen.type, place, chosen.type, 0, options) ?
		failed("mount(2)", errno) : NULL;
}

/*
 * What is looked up below a directory whose own name has another inode by now
 * stays in the kernel's cache until memory is short, and each such inode has a
 * descriptor of the server (d_invalidate(), which takes away what is cached by
 * then).
 */
void filesystem_rest(void)
{
	if (chosen.server)
		write_file("/proc/sys/vm/drop_caches", "2");
}
