// SPDX-License-Identifier: GPL-2.0
/*
 * Reparenting needs MAKE_* on the target and, for rename(2), REMOVE_* on the
 * source, and a refusal for their sake comes before the one for REFER's.
 */
#include <sys/syscall.h>

#include "refer.h"

#define ORDER								\
	.promise = { DENIED(EACCES) },					\
	.scene	 = source_and_target,					\
	.effect	 = moved,						\
	.source	 = REFER_DOCUMENTED ", EACCES takes precedence over EXDEV"

#define MAKE_AND_REFER (FS_MAKE_REG | FS_REFER)

CASE("fs.refer.make_missing",
	.claim	  = "reparenting without MAKE_REG on the target directory",
	.guard	  = { .fs = MAKE_AND_REFER },
	.uses	  = FS(REMOVE_FILE),
	.deny	  = ON_BOTH(MAKE_AND_REFER, MAKE_AND_REFER, FS_REFER),
	.extra	  = RULESET { .fs = MAKE_AND_REFER },
	.allow	  = ON_BOTH(MAKE_AND_REFER, FS_REFER | FS_MAKE_REG,
			    MAKE_AND_REFER),
	.variants = rename_and_link,
	.attempt  = variant_op,
	ORDER);

#define REMOVE_AND_REFER (FS_REMOVE_FILE | FS_REFER)

CASE("fs.refer.remove_missing",
	.claim	 = "rename(2) without REMOVE_FILE on the source directory",
	.guard	 = { .fs = REMOVE_AND_REFER },
	.uses	 = FS(MAKE_REG),
	.deny	 = ON_BOTH(REMOVE_AND_REFER, FS_REFER, REMOVE_AND_REFER),
	.extra	 = RULESET { .fs = REMOVE_AND_REFER },
	.allow	 = ON_BOTH(REMOVE_AND_REFER, REMOVE_AND_REFER, FS_REFER),
	.attempt = rename_across,
	ORDER);

/*
 * EXDEV tells a program without REFER to copy the file and unlink it instead.
 */
CASE("fs.refer.only_refer_missing",
	.claim	  = "reparenting with MAKE_REG and REMOVE_FILE but no REFER",
	.guard	  = { .fs = MAKE_AND_REFER | FS_REMOVE_FILE },
	.promise  = { DENIED(EXDEV) },
	.deny	  = ON_BOTH(MAKE_AND_REFER | FS_REMOVE_FILE, FS_REMOVE_FILE,
			    FS_MAKE_REG),
	.allow	  = ON_BOTH(MAKE_AND_REFER | FS_REMOVE_FILE, REMOVE_AND_REFER,
			    MAKE_AND_REFER),
	.variants = rename_and_link,
	.scene	  = source_and_target,
	.attempt  = variant_op,
	.effect	  = moved,
	.source	  = REFER_DOCUMENTED);

/* source/this is a file, target/dir a directory: both must be made anew. */
static int file_and_dir(struct scene *scene)
{
	return source_and_target(scene) ?: make_dir("target/dir");
}

static int exchange_with_dir(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_renameat2, AT_FDCWD, "source/this",
				AT_FDCWD, "target/dir", 1 << 1));
}

#define BOTH_WAYS							\
	(FS_MAKE_REG | FS_MAKE_DIR | FS_REMOVE_FILE | FS_REMOVE_DIR | FS_REFER)

#define EXCHANGES_WITH_DIR						\
	.guard	 = { .fs = BOTH_WAYS },					\
	.promise = { DENIED(EACCES) },					\
	.allow	 = ON_BOTH(BOTH_WAYS, BOTH_WAYS, BOTH_WAYS),		\
	.scene	 = file_and_dir,					\
	.attempt = exchange_with_dir,					\
	.effect	 = moved,						\
	.source	 = REFER_DOCUMENTED ", EACCES takes precedence over EXDEV"

CASE("fs.refer.exchange_make_missing",
	.claim	 = "exchanging a file and a directory without one MAKE_*",
	.deny	 = ON_BOTH(BOTH_WAYS, BOTH_WAYS & ~FS_MAKE_DIR, BOTH_WAYS),
	.extra	 = RULESET ON_BOTH(BOTH_WAYS, BOTH_WAYS, BOTH_WAYS & ~FS_MAKE_REG),
	EXCHANGES_WITH_DIR);

CASE("fs.refer.exchange_remove_missing",
	.claim	 = "exchanging a file and a directory without one REMOVE_*",
	.deny	 = ON_BOTH(BOTH_WAYS, BOTH_WAYS & ~FS_REMOVE_FILE, BOTH_WAYS),
	.extra	 = RULESET ON_BOTH(BOTH_WAYS, BOTH_WAYS, BOTH_WAYS & ~FS_REMOVE_DIR),
	EXCHANGES_WITH_DIR);
