// SPDX-License-Identifier: GPL-2.0
/* The file system that the worlds' directories lie on, where it is not tmpfs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/files.h"
#include "base/programs.h"
#include "base/words.h"
#include "machine/filesystem.h"
#include "machine/fuse.h"
#include "machine/guest.h"
#include "machine/loop.h"
#include "machine/nfs.h"
#include "machine/p9.h"
#include "machine/subject.h"

#define MAKE_MAX 12
#define FILESYSTEMS	"/landproof/filesystems"	/* descriptions */
#define PLACES		"/run/filesystems"

/*
 * struct filesystem - as vm/filesystems.toml describes it
 * @modules: words; the first is its own
 * @options: of mount(2); %u stands for the subject's user ID, then its group ID
 * @make: the program that makes it on a device, and its arguments; none: it
 *	needs no device
 * @size: of the device, in MiB
 * @layers: an overlay of directories on tmpfs
 * @server: it is a server's of ours: for FUSE, with node IDs that are "stable"
 *	or "changing", or "9p"; or the kernel's own, "nfs"
 * @loses_inodes: not described but seen: see loses_inodes()
 */
struct filesystem {
	const char *type, *modules, *options;
	const char *make[MAKE_MAX + 2];
	int make_count;
	unsigned int size;
	bool layers;
	const char *server;
	bool loses_inodes;
};

static struct filesystem chosen;	/* where all worlds lie */

/* One that some variants of cases lie on; @missing: why it is not there */
#define OTHERS_MAX 16
static struct other {
	const char *name, *missing;
	struct filesystem filesystem;
} others[OTHERS_MAX];

static bool take(struct filesystem *fs, char *line)
{
	const char *const item = strsep(&line, "\t");

	if (!line)
		return false;
	if (strcmp(item, "type") == 0)
		fs->type = line;
	else if (strcmp(item, "modules") == 0)
		fs->modules = line;
	else if (strcmp(item, "options") == 0)
		fs->options = line;
	else if (strcmp(item, "size") == 0)
		fs->size = strtoul(line, NULL, 10);
	else if (strcmp(item, "layers") == 0)
		fs->layers = true;
	else if (strcmp(item, "server") == 0)
		fs->server = line;
	else if (strcmp(item, "make") == 0)
		while (line && fs->make_count < MAKE_MAX)
			fs->make[fs->make_count++] = strsep(&line, "\t");
	else
		return false;
	return true;
}

static const char *read_description(struct filesystem *fs, const char *path)
{
	char text[4096], *rest, *line;

	if (read_file(path, text, sizeof(text)) < 0)
		return "it cannot be read";
	rest = strdup(text);
	while ((line = strsep(&rest, "\n")))
		if (*line && !take(fs, line))
			return "a line is not understood";
	return fs->type ? NULL : "it names no type";
}

const char *filesystem_read(const char *path)
{
	return read_description(&chosen, path);
}

bool filesystem_chosen(void)
{
	return chosen.type;
}

/*
 * Does a name lead to another inode each time?  Then a UNIX socket, which is
 * found by its inode, cannot be called, and what a dentry held goes with it: a
 * mount, and the way to the current directory.
 */
static bool loses_inodes(const char *place)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const int server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const int client = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool loses;

	snprintf(name.sun_path, sizeof(name.sun_path), "%s/socket", place);
	loses = !bind(server, (void *)&name, sizeof(name)) &&
		connect(client, (void *)&name, sizeof(name)) &&
		errno == ECONNREFUSED;
	unlink(name.sun_path);
	close(server);
	close(client);
	return loses;
}

static struct other *find_other(const char *name)
{
	struct other *other = others;

	while (other->name && strcmp(other->name, name))
		other++;
	return other;
}

bool filesystem_cannot(const char *name, int error)
{
	const struct filesystem *const fs =
		name ? &find_other(name)->filesystem : &chosen;

	if (fs->loses_inodes && (error == ECONNREFUSED || error == ENOENT))
		return true;
	return fs->type && (error == EPERM || error == EOPNOTSUPP);
}

static const char *failed(const struct filesystem *fs, const char *what,
			  int error)
{
	char *text;

	return asprintf(&text, "%s for %s: %s", what, fs->type,
			strerror(error)) < 0 ? "memory" : text;
}

/* The device goes with the last that has it open: the mount. */
static const char *mount_device(struct filesystem *fs, const char *place, const char *options)
{
	/* By its name mkfs.btrfs tells whether the device is mounted. */
	const int backing = memfd_create(fs->type, MFD_CLOEXEC);
	const char *missing = NULL;
	char device[32];
	int error, status, fd = -1;

	if (backing < 0 || ftruncate(backing, (off_t)fs->size << 20))
		return failed(fs, "memory", errno);
	error = loop_device(backing, device, sizeof(device), &fd);
	close(backing);
	if (error)
		return failed(fs, "a loop device", error);
	fs->make[fs->make_count] = device;
	status = run_program(fs->make);
	if (status)
		missing = failed(fs, fs->make[0], status < 0 ? -status : EIO);
	else if (mount(device, place, fs->type, 0, options))
		missing = failed(fs, "mount(2)", errno);
	close(fd);
	return missing;
}

/* Directories for its layers lie beside @place, on its file system. */
static const char *mount_layers(const struct filesystem *fs, const char *place)
{
	static const char *const names[] = { "lower", "upper", "work" };
	char path[128], options[512];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s-%s", place, names[i]);
		if (mkdir(path, 0755))
			return failed(fs, path, errno);
	}
	snprintf(options, sizeof(options),
		 "lowerdir=%s-lower,upperdir=%s-upper,workdir=%s-work%s%s",
		 place, place, place, fs->options ? "," : "",
		 fs->options ?: "");
	return mount("overlay", place, fs->type, 0, options) ?
		failed(fs, "mount(2)", errno) : NULL;
}

static const char *mount_served(const struct filesystem *fs, const char *place)
{
	char source[128];
	int error;

	snprintf(source, sizeof(source), "%s-served", place);
	if (mkdir(source, 0755))
		return failed(fs, source, errno);
	if (strcmp(fs->server, "9p") == 0)
		error = p9_mount(source, place, fs->options ?: "");
	else if (strcmp(fs->server, "nfs") == 0)
		error = nfs_mount(source, place, fs->options ?: "");
	else
		error = fuse_mount(source, place,
				   strcmp(fs->server, "changing") == 0);
	return error ? failed(fs, "a server", error) : NULL;
}

static const char *mount_any(struct filesystem *fs, const char *place)
{
	char options[256];

	if (mkdir(place, 0755))
		return failed(fs, place, errno);
	if (fs->layers)
		return mount_layers(fs, place);
	if (fs->server)
		return mount_served(fs, place);
	snprintf(options, sizeof(options), fs->options ?: "", subject_uid(),
		 subject_gid());
	if (fs->make_count)
		return mount_device(fs, place, options);
	return mount(fs->type, place, fs->type, 0, options) ?
		failed(fs, "mount(2)", errno) : NULL;
}

static const char *load_and_mount(struct filesystem *fs, const char *place)
{
	const char *modules = fs->modules, *missing;
	char module[WORD_MAX], absent[WORD_MAX] = "", *text;

	/* One that is built in is no module. */
	while (next_word(&modules, module))
		if (guest_load(module) && !*absent)
			strcpy(absent, module);
	missing = mount_any(fs, place);
	if (!missing)
		fs->loses_inodes = loses_inodes(place);
	if (missing && *absent &&
	    asprintf(&text, "%s (module %s)", missing, absent) >= 0)
		return text;
	return missing;
}

const char *filesystem_mount(const char *place)
{
	return is_guest() ? load_and_mount(&chosen, place) :
		"a virtual machine, to mount another file system in";
}

/* They are there until the machine goes: on a tmpfs of their own. */
static const char *mount_other(struct other *other)
{
	struct filesystem *const fs = &other->filesystem;
	char path[PATH_MAX];
	const char *wrong;

	snprintf(path, sizeof(path), "%s/%s", FILESYSTEMS, other->name);
	wrong = read_description(fs, path);
	if (wrong)
		return wrong;
	if (mkdir(PLACES, 0755) == 0 &&
	    mount("filesystems", PLACES, "tmpfs", 0, "mode=0755"))
		return failed(fs, PLACES, errno);
	filesystem_place(other->name, path, sizeof(path));
	return load_and_mount(fs, path);
}

const char *filesystem_have(const char *name)
{
	struct other *const other = find_other(name);

	if (!other->name) {
		if (other + 1 == others + OTHERS_MAX)
			return "room for one more file system";
		other->name = name;
		other->missing = mount_other(other);
	}
	return other->missing;
}

void filesystem_place(const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", PLACES, name);
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
