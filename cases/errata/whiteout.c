// SPDX-License-Identifier: GPL-2.0
/* Erratum 4: which right guards whiteouts, held against the kernel's claim. */
#include <sys/sysmacros.h>

#include "landproof.h"

#define ERRATUM_SOURCE "userspace-api/landlock: erratum 4"

static bool is_whiteout(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == 0;
}

static int fifo(struct scene *scene)
{
	(void)scene;
	return make_dir("dir") ?: errno_of(mkfifo("dir/fifo", 0644)) ?:
	       errno_of(fchownat(AT_FDCWD, "dir/fifo", subject_uid(),
				 subject_gid(), 0));
}

static int make_whiteout(struct scene *scene)
{
	(void)scene;
	if (mknod("dir/new", S_IFCHR | 0600, makedev(0, 0)))
		return errno;
	return is_whiteout("dir/new") ? WORKED : NO_EFFECT;
}

static int leave_whiteout(struct scene *scene)
{
	(void)scene;
	if (renameat2(AT_FDCWD, "dir/fifo", AT_FDCWD, "dir/moved",
		      RENAME_WHITEOUT))
		return errno;
	return is_whiteout("dir/fifo") ? WORKED : NO_EFFECT;
}

static int whiteout(struct scene *scene)
{
	return scene->variant->op(scene);
}

static const struct variant ways[] = {
	{ "", .op = make_whiteout },
	{ "rename", .op = leave_whiteout },
	{ NULL }
};

static int make_regular(struct scene *scene)
{
	(void)scene;
	return errno_of(mknod("dir/regular", S_IFREG | 0644, 0));
}

/* The rename also makes and removes a fifo: other rights, in .uses. */
CASE("errata.4",
	.claim	  = "mknod(2), renameat2(2) of a whiteout without MAKE_REG",
	.guard	  = FS(MAKE_REG),
	.uses	  = { .fs = FS_MAKE_CHAR | FS_MAKE_FIFO | FS_REMOVE_FILE },
	.covers	  = "create.errata",
	.honesty  = true,
	.promise  = { FIXED(4, DENIED(EACCES)), ALLOWED },
	.grant	  = { PATH("dir") },
	.variants = ways,
	.scene	  = fifo,
	.attempt  = whiteout,
	.witness  = make_regular,
	.source	  = ERRATUM_SOURCE);

static int make_directory_witness(struct scene *scene)
{
	(void)scene;
	return errno_of(mkdir("dir/sub", 0755));
}

/* MAKE_DIR is there to be denied: an ordinary user can make no device. */
CASE("errata.4_make_char",
	.claim	 = "mknod(2) of a whiteout without MAKE_CHAR",
	.guard	 = { .fs = FS_MAKE_CHAR | FS_MAKE_DIR },
	.covers	 = "create.errata",
	.honesty = true,
	.promise = { FIXED(4, ALLOWED), DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(DENY) | W(GRANT),
	.grant	 = { PATH("dir") },
	.scene	 = fifo,
	.attempt = make_whiteout,
	.witness = make_directory_witness,
	.source	 = ERRATUM_SOURCE);
