// SPDX-License-Identifier: GPL-2.0
/* Which limits control groups set, found where they are usually mounted. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "machine/cgroup.h"

/* The lowest limit of @path below @mount and of all above it */
static long lowest(const char *mount, const char *path)
{
	char file[PATH_MAX], text[32];
	long limit, least = LONG_MAX;
	int len = strlen(path);

	for (;;) {
		snprintf(file, sizeof(file), "%s%.*s/pids.max", mount, len,
			 path);
		/* "max" is no number. */
		if (read_file(file, text, sizeof(text)) > 0 &&
		    sscanf(text, "%ld", &limit) == 1 && limit < least)
			least = limit;
		if (!len)
			return least;
		do
			len--;
		while (len && path[len] != '/');
	}
}

/* A line of /proc/self/cgroup, cgroups(7): NUMBER:CONTROLLERS:PATH */
static long limit_of_line(char *line)
{
	char *const controllers = strchr(line, ':') + 1;
	char *const path = strchr(controllers, ':');
	long limit;

	*path = '\0';
	path[1 + strcspn(path + 1, "\n")] = '\0';
	if (strstr(controllers, "pids"))
		return lowest("/sys/fs/cgroup/pids", path + 1);
	if (controllers[0])
		return LONG_MAX;
	limit = lowest("/sys/fs/cgroup", path + 1);
	return limit < LONG_MAX ? limit :
		lowest("/sys/fs/cgroup/unified", path + 1);
}

long cgroup_pids_max(void)
{
	FILE *const lines = fopen("/proc/self/cgroup", "re");
	long limit, least = LONG_MAX;
	char line[PATH_MAX + 256];

	while (lines && fgets(line, sizeof(line), lines)) {
		limit = limit_of_line(line);
		if (limit < least)
			least = limit;
	}
	if (lines)
		fclose(lines);
	return least;
}
