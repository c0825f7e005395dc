// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_REFER: a file gets another parent directory. */
#include <sys/syscall.h>

#include "bricks/compat.h"
#include "refer.h"

static const struct variant types[] = {
	{ "", .arg = S_IFREG },
	{ "dir", .arg = S_IFDIR },
	{ "symlink", .arg = S_IFLNK },
	{ "fifo", .arg = S_IFIFO },
	{ NULL }
};

static const struct variant linkable_types[] = {
	{ "", .arg = S_IFREG },
	{ "symlink", .arg = S_IFLNK },
	{ "fifo", .arg = S_IFIFO },
	{ NULL }
};

#define REFERS								\
	.guard	 = FS(REFER),						\
	.promise = { DENIED(EXDEV) },					\
	.grant	 = { PATH("source"), PATH("target") },			\
	.scene	 = source_and_target,					\
	.effect	 = moved,						\
	.source	 = REFER_DOCUMENTED

CASE("fs.refer.rename",
	.claim	  = "rename(2) to another directory",
	.variants = types,
	.attempt  = rename_across,
	REFERS);

CASE("fs.refer.link",
	.claim	  = "link(2) to another directory",
	.variants = linkable_types,
	.attempt  = link_across,
	REFERS);

CASE("fs.refer.exchange",
	.claim	  = "renameat2(2) with RENAME_EXCHANGE between directories",
	.variants = types,
	.attempt  = exchange_across,
	REFERS);

CASE("fs.refer.missing_on_source",
	.claim	  = "reparenting with REFER on the target directory only",
	.variants = reparenting,
	.deny	  = { .fs = FS_REFER, .rules = { PATH("target") } },
	.attempt  = variant_op,
	REFERS);

CASE("fs.refer.missing_on_target",
	.claim	  = "reparenting with REFER on the source directory only",
	.variants = reparenting,
	.deny	  = { .fs = FS_REFER, .rules = { PATH("source") } },
	.attempt  = variant_op,
	REFERS);

/* Everything else that ABI 1 knows is granted; only REFER is not. */
CASE("fs.refer.all_but_refer",
	.claim	  = "reparenting with every other right on both directories",
	.variants = reparenting,
	.deny	  = ON_BOTH(FS_ABI_1 | FS_REFER, FS_ABI_1, FS_ABI_1),
	.allow	  = ON_BOTH(FS_ABI_1 | FS_REFER, FS_ABI_1 | FS_REFER,
			    FS_ABI_1 | FS_REFER),
	.attempt  = variant_op,
	.guard	  = FS(REFER),
	.promise  = { DENIED(EXDEV) },
	.scene	  = source_and_target,
	.effect	  = moved,
	.source	  = REFER_DOCUMENTED);

static int rename_into_sub(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("source/this", "source/sub/this"));
}

CASE("fs.refer.into_subdirectory",
	.claim	 = "rename(2) into a subdirectory that alone grants REFER",
	.guard	 = FS(REFER),
	.promise = { DENIED(EXDEV) },
	.deny	 = { .fs = FS_REFER, .rules = { PATH("source/sub") } },
	.allow	 = { .fs = FS_REFER, .rules = { PATH("source") } },
	.scene	 = source_and_target,
	.attempt = rename_into_sub,
	.effect	 = moved,
	.source	 = REFER_DOCUMENTED);

static int link_procfd(struct scene *scene)
{
	char path[32];
	const int fd = open("source/this", O_PATH | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return errno_of(linkat(AT_FDCWD, path, AT_FDCWD, "target/this",
			       AT_SYMLINK_FOLLOW));
}

CASE("fs.refer.link_procfd",
	.claim	 = "linkat(2) of an O_PATH descriptor by /proc/self/fd",
	.attempt = link_procfd,
	REFERS);

static int link_unnamed(struct scene *scene)
{
	const int fd = open("source", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);
	char path[32];

	if (fd < 0)
		return not_opened(scene);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return errno_of(linkat(AT_FDCWD, path, AT_FDCWD, "target/this",
			       AT_SYMLINK_FOLLOW));
}

CASE("fs.refer.tmpfile_link",
	.claim	 = "linkat(2) of an O_TMPFILE file into another directory",
	.attempt = link_unnamed,
	REFERS);

static int rename_within(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("source/this", "source/renamed"));
}

static int link_within(struct scene *scene)
{
	(void)scene;
	return errno_of(link("source/this", "source/linked"));
}

static int exchange_within(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_renameat2, AT_FDCWD, "source/this",
				AT_FDCWD, "source/sub", 1 << 1));
}

static const struct variant within[] = {
	{ "", .op = rename_within },
	{ "link", .op = link_within },
	{ "exchange", .op = exchange_within },
	{ NULL }
};

static bool changed_within(struct scene *scene)
{
	struct stat st;

	(void)scene;
	return exists("source/renamed") || exists("source/linked") ||
	       (stat("source/this", &st) == 0 && S_ISDIR(st.st_mode));
}

CASE("fs.refer.same_directory",
	.claim	  = "rename(2) and link(2) within a directory without REFER",
	.guard	  = FS(REFER),
	.promise  = { ALLOWED },
	.extra	  = RULESET { .fs = FS_EXECUTE },
	.variants = within,
	.scene	  = source_and_target,
	.attempt  = variant_op,
	.witness  = rename_across,
	.effect	  = changed_within,
	.source	  = REFER_DOCUMENTED ", from or to a different directory");

static int compat_scene_here(struct scene *scene)
{
	return compat_scene(scene) ?: source_and_target(scene);
}

static int move_by_compat(struct scene *scene)
{
	const long result = compat_call(scene->variant->arg,
					(long)"source/this",
					(long)"target/this", 0);

	exercises(FEATURE_FS, FS_REFER);
	return result < 0 ? -result : 0;
}

static const struct variant compat_calls[] = {
	{ "", .arg = COMPAT_RENAME },
	{ "link", .arg = COMPAT_LINK },
	{ NULL }
};

CASE("fs.refer.compat",
	.claim	  = "rename(2) and link(2) of a 32-bit program, to another directory",
	.guard	  = FS(REFER),
	.promise  = { DENIED(EXDEV) },
	.grant	  = { PATH("source"), PATH("target") },
	.variants = compat_calls,
	.scene	  = compat_scene_here,
	.attempt  = move_by_compat,
	.effect	  = moved,
	.source	  = REFER_DOCUMENTED);
