// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_READ_FILE: opening a file for reading. */
#include "landproof.h"

static int file(struct scene *scene)
{
	(void)scene;
	return make_dir("dir") ?: make_file("dir/file", "secret");
}

static int open_to_read(struct scene *scene)
{
	char text[16];
	const int len = read_file("dir/file", text, sizeof(text));

	(void)scene;
	if (len < 0)
		return -len;
	return strcmp(text, "secret") ? NO_EFFECT : WORKED;
}

CASE("fs.read_file.open",
	.claim	 = "open(2) of a file for reading",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("dir") },
	.scene	 = file,
	.attempt = open_to_read,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE");
