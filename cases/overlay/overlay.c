// SPDX-License-Identifier: GPL-2.0
/* The overlay that the cases of this directory look at. */
#include <sys/mount.h>

#include "overlay.h"

static int layers(void)
{
	return make_dir("lower/dir/deep") ?: make_dir("below") ?:
	       make_dir("upper") ?: make_dir("work") ?: make_dir("merged") ?:
	       make_file("lower/low", "lower") ?:
	       make_file("upper/up", "upper") ?:
	       make_file("below/both", "below") ?:
	       make_file("lower/both", "lower") ?:
	       make_file("upper/both", "upper") ?:
	       make_file("below/two", "below") ?:
	       make_file("lower/two", "lower") ?:
	       make_file("lower/dir/file", "lower") ?:
	       make_program("lower/program");
}

int overlay_scene(struct scene *scene)
{
	const int error = layers();

	if (error)
		return error;
	if (mount("scene", "merged", "overlay", 0,
		  "lowerdir=lower:below,upperdir=upper,workdir=work"))
		return cannot(scene, "mount of an overlay: %s",
			      strerrorname_np(errno));
	return 0;
}

int overlay_read(const char *path, const char *text)
{
	char got[16];
	const int len = read_file(path, got, sizeof(got));

	if (len < 0)
		return -len;
	return strcmp(got, text) ? NO_EFFECT : WORKED;
}

bool is_whiteout(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == 0;
}
