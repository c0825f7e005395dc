// SPDX-License-Identifier: GPL-2.0
/*
 * A disconnected branch: the directory that was moved carries a mount.
 *
 * src/base is mounted on mid/base/x/mnt, and mid/base with that on dst/mnt.
 * dst/mnt/x/mnt/d was opened as scene->fd[0]; then mid/base/x went to new/x.
 * From the file up: d, src/base; x, new, the root of the file system, where the
 * way to mid/base is lost; mid/base; dst.
 */
#include <sys/mount.h>

#include "disconnected.h"

static int hold(const char *path, int number)
{
	const int fd = open(path, O_PATH);

	if (fd < 0 || dup2(fd, number) < 0)
		return errno;
	return close(fd);
}

static int branch(struct scene *scene)
{
	const int error = make_dir("src/base/d") ?:
		make_file("src/base/d/f", "one") ?:
		make_dir("mid/base/x/mnt") ?: make_dir("dst/mnt") ?:
		make_dir("new") ?: make_dir("other") ?:
		make_file("other/f", "other") ?:
		hold("mid/base/x/mnt", 100) ?: hold("dst/mnt", 101);

	if (error)
		return error;
	if (mount("src/base", "mid/base/x/mnt", NULL, MS_BIND, NULL) ||
	    mount("mid/base", "dst/mnt", NULL, MS_BIND | MS_REC, NULL))
		return cannot(scene, "bind mount: %s", strerrorname_np(errno));
	scene->fd[0] = open("dst/mnt/x/mnt/d", O_PATH);
	if (scene->fd[0] < 0 || rename("mid/base/x", "new/x"))
		return errno;
	if (faccessat(scene->fd[0], "../../..", F_OK, 0) == 0 ||
	    errno != ENOENT)
		return cannot(scene, "this kernel does not disconnect");
	return 0;
}

#define BRANCH								\
	.guard	 = FS(READ_FILE),					\
	.needs	 = "namespaces",					\
	.scene	 = branch,						\
	.attempt = disconnected_read,					\
	.source	 = DISCONNECTED_SOURCE

CASE("fs.disconnected.branch",
	BRANCH,
	.claim	 = "open(2) below a mount in a disconnected directory",
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("src"), PATH("mid"),
			PATH(COVERED), PATH("/proc/self/fd/101") } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("src/base") });

CASE("fs.disconnected.branch_moved",
	BRANCH,
	.claim	 = "open(2) below a mount in a disconnected directory, with a rule on that directory",
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("new/x") });

CASE("fs.disconnected.branch_new_parent",
	BRANCH,
	.claim	 = "open(2) below a mount in a disconnected directory, with a rule where it is now",
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("new") });

CASE("fs.disconnected.branch_bind_source",
	BRANCH,
	.claim	 = "open(2) below a mount in a disconnected directory, with a rule on the outer mount",
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("mid/base") } },
	.promise = { FIXED(3, ALLOWED), DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY),
	.witness = disconnected_witness);

CASE("fs.disconnected.branch_bind_destination",
	BRANCH,
	.claim	 = "open(2) below a mount in a disconnected directory, with a rule above the outer mount",
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("dst") } },
	.promise = { FIXED(3, ALLOWED), DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY),
	.witness = disconnected_witness);
