// SPDX-License-Identifier: GPL-2.0
/* Disconnected directories: which rules count for opening files in them. */
#include <sys/mount.h>

#include "disconnected.h"

static int leaves(void)
{
	return make_dir("src/base/a/one") ?: make_dir("src/base/b/two") ?:
	       make_file("src/base/a/one/f", "one") ?:
	       make_file("src/base/a/one/g", "one") ?:
	       make_file("src/base/b/two/f", "two") ?:
	       make_file("src/base/b/two/g", "two") ?:
	       make_dir("dst/mnt") ?: make_dir("new1") ?: make_dir("new2") ?:
	       make_dir("other") ?: make_file("other/f", "other");
}

int disconnected_scene(struct scene *scene)
{
	const int error = leaves();
	int fd;

	if (error)
		return error;
	fd = open("dst/mnt", O_PATH);
	if (fd < 0 || dup2(fd, 100) < 0)
		return errno;
	close(fd);
	if (mount("src/base", "dst/mnt", NULL, MS_BIND, NULL))
		return cannot(scene, "bind mount: %s", strerrorname_np(errno));
	scene->fd[0] = open("dst/mnt/a/one", O_PATH);
	scene->fd[1] = open("dst/mnt/b/two", O_PATH);
	if (scene->fd[0] < 0 || scene->fd[1] < 0 ||
	    rename("src/base/a/one", "new1/one") ||
	    rename("src/base/b/two", "new2/two"))
		return errno;
	/* Nothing leads up any more: that is what disconnected means. */
	if (faccessat(scene->fd[0], "..", F_OK, 0) == 0 || errno != ENOENT)
		return cannot(scene, "this kernel does not disconnect");
	return 0;
}

int disconnected_read(struct scene *scene)
{
	const int fd = openat(scene->fd[0], "f", O_RDONLY | O_CLOEXEC);
	char text[8] = "";

	if (fd < 0)
		return errno;
	if (read(fd, text, sizeof(text) - 1) < 0)
		return errno;
	return strcmp(text, "one") ? NO_EFFECT : WORKED;
}

int disconnected_witness(struct scene *scene)
{
	char text[8];
	const int len = read_file("other/f", text, sizeof(text));

	(void)scene;
	return len < 0 ? -len : WORKED;
}

#define READ								\
	.guard	 = FS(READ_FILE),					\
	.needs	 = "namespaces",					\
	.scene	 = disconnected_scene,					\
	.attempt = disconnected_read,					\
	.source	 = DISCONNECTED_SOURCE

CASE("fs.disconnected.read",
	READ,
	.claim	 = "open(2) in a disconnected directory, with a rule on that directory",
	.deny	 = { .fs = FS_READ_FILE,
		     .rules = { PATH("src/base/a"), PATH("src/base/b") } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("new1/one") });

CASE("fs.disconnected.read_file_rule",
	READ,
	.claim	 = "open(2) in a disconnected directory, with a rule on the file",
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("new1/one/f") },
	.extra	 = RULESET { .fs = FS_READ_FILE, .rules = { PATH("new1/one/g") } });

CASE("fs.disconnected.read_new_parent",
	READ,
	.claim	 = "open(2) in a disconnected directory, with a rule where it is now",
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("new1") },
	.extra	 = RULESET { .fs = FS_READ_FILE, .rules = { PATH("new2") } });

CASE("fs.disconnected.read_covered",
	READ,
	.claim	 = "open(2) in a disconnected directory, with rules above the place that it was moved from",
	.deny	 = { .fs = FS_READ_FILE, .rules = {
			PATH(COVERED), PATH("src"), PATH("src/base/a") } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("new1/one") });

CASE("fs.disconnected.read_bind_source",
	READ,
	.claim	 = "open(2) in a disconnected directory, with a rule on the bind mount",
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("src/base") } },
	.promise = { FIXED(3, ALLOWED), DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY),
	.witness = disconnected_witness);

CASE("fs.disconnected.read_bind_destination",
	READ,
	.claim	 = "open(2) in a disconnected directory, with a rule above the bind mount",
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("dst") } },
	.promise = { FIXED(3, ALLOWED), DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY),
	.witness = disconnected_witness);
