// SPDX-License-Identifier: GPL-2.0
/* The trace event of a denial whose path does not fit. */
#include <limits.h>

#include "trace.h"

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

/* The errno stands for "denied, and told". */
static int told_from_deep(struct scene *scene)
{
	int error = go_deep() ?: make_file("file", "");
	const char *trace;

	if (error)
		return broken(scene, "a deep directory: %s",
			      strerrorname_np(error));
	error = errno_of(open("file", O_RDONLY | O_CLOEXEC));
	trace = trace_read(scene);
	if (!error || !trace)
		return trace ? WORKED : CANNOT;
	return trace_says(scene, trace, getpid(), "deny_access_fs",
			  "blockers=read_file dev=*:* ino=* path=<too_long>\n",
			  NULL) ? error : WORKED;
}

CASE("log.trace.path_too_long",
	.claim	 = "a denial without a trace event where a path is too long",
	A_TRACE_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.promise = { DENIED(EACCES) },
	.deny	 = { .fs = FS_READ_FILE },
	.attempt = told_from_deep,
	.source	 = "trace/events-landlock: <too_long>");
