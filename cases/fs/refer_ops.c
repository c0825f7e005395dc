// SPDX-License-Identifier: GPL-2.0
/* Moving files between two directories: what the REFER cases share. */
#include <sys/syscall.h>

#include "refer.h"

static long inode(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : (long)st.st_ino;
}

int source_and_target(struct scene *scene)
{
	const mode_t type = scene->variant->arg ?: S_IFREG;
	const int error = make_dir("source/sub") ?: make_dir("target/sub") ?:
			  make_node("source/this", type) ?:
			  make_node("target/other", type);

	scene->value[0] = inode("source/this");
	return error;
}

int rename_across(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("source/this", "target/this"));
}

int link_across(struct scene *scene)
{
	(void)scene;
	return errno_of(link("source/this", "target/this"));
}

int exchange_across(struct scene *scene)
{
	(void)scene;
	/* RENAME_EXCHANGE of linux/fs.h */
	return errno_of(syscall(SYS_renameat2, AT_FDCWD, "source/this",
				AT_FDCWD, "target/other", 1 << 1));
}

bool moved(struct scene *scene)
{
	return exists("target/this") ||
	       inode("source/this") != scene->value[0];
}

const struct variant reparenting[] = {
	{ "", .op = rename_across },
	{ "link", .op = link_across },
	{ "exchange", .op = exchange_across },
	{ NULL }
};

const struct variant rename_and_link[] = {
	{ "", .op = rename_across },
	{ "link", .op = link_across },
	{ NULL }
};
