// SPDX-License-Identifier: GPL-2.0
/* Trace events of denials whose path does not fit. */
#include <limits.h>
#include <sys/mount.h>

#include "trace.h"

#define TOO_LONG " dev=*:* ino=* path=<too_long>\n"
#define DEEP_CASE							\
	A_TRACE_CASE,							\
	.worlds	 = W(CONTROL) | W(DENY),				\
	.promise = { LOGGED },					\
	.deny	 = { .fs = FS_READ_FILE },				\
	.source	 = "trace/events-landlock: <too_long>"

/* Goes where a file's absolute path is longer than PATH_MAX. */
static int go_deep(void)
{
	char name[NAME_MAX + 1];
	int i, error = 0;

	memset(name, 'd', NAME_MAX);
	name[NAME_MAX] = '\0';
	for (i = 0; i <= PATH_MAX / NAME_MAX && !error; i++)
		error = make_dir(name) ?: errno_of(chdir(name));
	return error;
}

static int told(struct scene *scene, int error, const char *text)
{
	const char *trace = trace_read(scene);

	if (!error || !trace)
		return trace ? WORKED : CANNOT;
	return trace_says(scene, trace, getpid(), "deny_access_fs", text,
			  NULL) ?
		LOG_RIGHT : LOG_SILENT;
}

static int read_deep(struct scene *scene)
{
	const int error = go_deep() ?: make_file("file", "");

	if (error)
		return broken(scene, "a deep directory: %s",
			      strerrorname_np(error));
	return told(scene, errno_of(open("file", O_RDONLY | O_CLOEXEC)),
		    "blockers=read_file" TOO_LONG);
}

CASE("log.trace.path_too_long",
	.claim	 = "a denial leaves a trace event where the path is too long to print",
	DEEP_CASE,
	.attempt = read_deep);

/* A mount's path is that of its root in the file system it shows. */
static int mount_deep(void)
{
	return make_dir("/tmp/shallow") ?: go_deep() ?:
	       errno_of(mount(".", "/tmp/shallow", NULL, MS_BIND, NULL)) ?:
	       errno_of(chdir("/tmp"));
}

static int enforce_beside_mount(struct scene *scene)
{
	return mount_deep() ?: enforce_set(scene, &scene->test->deny);
}

static int umount_deep(struct scene *scene)
{
	return told(scene, errno_of(umount2("shallow", MNT_DETACH)),
		    "blockers=change_topology" TOO_LONG);
}

static int mount_and_umount(struct scene *scene)
{
	return mount_deep() ?: umount_deep(scene);
}

CASE("log.trace.mount_too_long",
	.claim	 = "a denied umount2(2) leaves a trace event where the path is too long to print",
	DEEP_CASE,
	.enforce = enforce_beside_mount,
	.control = mount_and_umount,
	.attempt = umount_deep);
