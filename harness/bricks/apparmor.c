// SPDX-License-Identifier: GPL-2.0
/* An AppArmor profile that a world runs in. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/files.h"
#include "base/programs.h"
#include "bricks/apparmor.h"
#include "bricks/modules.h"

/* By the program that brings policies into kernels everywhere */
static int load(struct scene *scene, const char *profiles)
{
	static const char *loaded;	/* in memory that all worlds share */
	char path[32];
	/* Without the features it takes rules of old kernels only. */
	const char *const command[] = {
		"apparmor_parser", "--quiet", "--skip-cache", "--replace",
		"--policy-features", "/sys/kernel/security/apparmor/features",
		path, NULL
	};
	const ssize_t length = strlen(profiles);
	int fd, status;

	if (loaded == profiles)
		return 0;
	fd = memfd_create("profiles", 0);
	if (fd < 0 || write(fd, profiles, length) != length)
		return broken(scene, "writing AppArmor profiles");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	status = run_program(command);
	close(fd);
	if (status)
		return cannot(scene, "apparmor_parser (package apparmor): %s",
			      status < 0 ? strerrorname_np(-status) : "failed");
	loaded = profiles;
	return 0;
}

int apparmor_enter(struct scene *scene, const char *profiles, const char *name)
{
	char text[64];
	int ret;

	if (!module_position("apparmor"))
		return cannot(scene, "AppArmor (\"apparmor\" in the kernel's list of security modules)");
	ret = load(scene, profiles);
	if (ret)
		return ret;
	snprintf(text, sizeof(text), "changeprofile %s", name);
	ret = write_file("/proc/self/attr/apparmor/current", text);
	return ret ? broken(scene, "entering the AppArmor profile: %s",
			    strerrorname_np(ret)) : 0;
}
