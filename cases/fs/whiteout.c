// SPDX-License-Identifier: GPL-2.0
/* Whiteouts: no character devices, whatever their mode says (erratum 4). */
#include <sys/sysmacros.h>

#include "landproof.h"

#define WHITEOUT_SOURCE "userspace-api/landlock: erratum 4"

static bool is_whiteout(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == 0;
}

static int two_dirs(struct scene *scene)
{
	(void)scene;
	return make_dir("a") ?: make_dir("b");
}

static int fifo_in_a(struct scene *scene)
{
	return two_dirs(scene) ?:
	       errno_of(mkfifo("a/fifo", 0644)) ?:
	       errno_of(fchownat(AT_FDCWD, "a/fifo", subject_uid(),
				 subject_gid(), 0));
}

/* The fifo may go, but what stays behind must be granted where it was. */
static int move_leaving_whiteout(struct scene *scene)
{
	(void)scene;
	return errno_of(renameat2(AT_FDCWD, "a/fifo", AT_FDCWD, "b/fifo",
				  RENAME_WHITEOUT));
}

static bool moved_leaving_whiteout(struct scene *scene)
{
	(void)scene;
	return exists("b/fifo") && is_whiteout("a/fifo");
}

#define MOVE (FS_REFER | FS_MAKE_REG)

CASE("fs.whiteout.rename_across",
	.claim	 = "renameat2(RENAME_WHITEOUT) to another directory",
	.guard	 = { .fs = MOVE },
	.uses	 = { .fs = FS_REMOVE_FILE | FS_MAKE_FIFO },
	.deny	 = { .fs = MOVE, .rules = {
			PATH("a", .access = FS_REFER),
			PATH("b", .access = MOVE) } },
	.promise = { FIXED(4, DENIED(EACCES)), OPEN },
	.gap	 = "kernels that did not fix erratum 4 promise nothing",
	.grant	 = { PATH("a", .access = MOVE),
		     PATH("b", .access = FS_REFER) },
	.scene	 = fifo_in_a,
	.attempt = move_leaving_whiteout,
	.effect	 = moved_leaving_whiteout,
	.source	 = WHITEOUT_SOURCE);

static int rename_in_a(struct scene *scene)
{
	(void)scene;
	return errno_of(renameat2(AT_FDCWD, "a/fifo", AT_FDCWD, "a/moved",
				  RENAME_WHITEOUT));
}

static bool renamed_in_a(struct scene *scene)
{
	(void)scene;
	return exists("a/moved") && is_whiteout("a/fifo");
}

CASE("fs.whiteout.rename",
	.claim	 = "renameat2(RENAME_WHITEOUT) of a fifo in one directory",
	.guard	 = FS(MAKE_REG),
	.uses	 = { .fs = FS_REMOVE_FILE | FS_MAKE_FIFO | FS_MAKE_CHAR },
	.promise = { FIXED(4, DENIED(EACCES)), OPEN },
	.gap	 = "kernels that did not fix erratum 4 promise nothing",
	.grant	 = { PATH("a") },
	.extra	 = RULESET { .fs = FS_MAKE_REG, .rules = { PATH("b") } },
	.scene	 = fifo_in_a,
	.attempt = rename_in_a,
	.effect	 = renamed_in_a,
	.source	 = WHITEOUT_SOURCE);

static int rename_plainly(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("a/fifo", "a/moved"));
}

static int make_regular(struct scene *scene)
{
	(void)scene;
	return errno_of(mknod("a/regular", S_IFREG | 0644, 0));
}

static bool only_renamed(struct scene *scene)
{
	(void)scene;
	return exists("a/moved") && !exists("a/fifo");
}

CASE("fs.whiteout.rename_without",
	.claim	 = "rename(2) of a fifo, which leaves no whiteout",
	.guard	 = FS(MAKE_REG),
	.promise = { ALLOWED },
	.scene	 = fifo_in_a,
	.attempt = rename_plainly,
	.effect	 = only_renamed,
	.witness = make_regular,
	.source	 = WHITEOUT_SOURCE);

static int make_device(struct scene *scene)
{
	const mode_t type = scene->variant->arg;
	const dev_t device = type == S_IFCHR ? makedev(1, 3) : 0;
	struct stat st;

	if (mknod("a/device", type | 0600, device))
		return errno;
	return lstat("a/device", &st) == 0 && st.st_rdev == device &&
	       (st.st_mode & S_IFMT) == type ? WORKED : NO_EFFECT;
}

static const struct variant devices[] = {
	{ "", .arg = S_IFCHR },
	{ "block", .arg = S_IFBLK },
	{ NULL }
};

CASE("fs.whiteout.device_is_none",
	.claim	  = "mknod(2) of a real device, which MAKE_REG does not guard",
	.guard	  = FS(MAKE_REG),
	.promise  = { ALLOWED },
	.root	  = true,
	.needs	  = "root",
	.variants = devices,
	.scene	  = two_dirs,
	.attempt  = make_device,
	.witness  = make_regular,
	.source	  = WHITEOUT_SOURCE);

CASE("fs.whiteout.device_needs_make_char",
	.claim	 = "mknod(2) of a real character device",
	.guard	 = FS(MAKE_CHAR),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("a") },
	.extra	 = RULESET { .fs = FS_MAKE_CHAR, .rules = { PATH("b") } },
	.root	 = true,
	.needs	 = "root",
	.variants = (const struct variant[]) {
		{ "", .arg = S_IFCHR }, { NULL }
	},
	.scene	 = two_dirs,
	.attempt = make_device,
	.source	 = WHITEOUT_SOURCE);
