// SPDX-License-Identifier: GPL-2.0
/* Disconnected directories: renames in them and between them. */
#include "disconnected.h"

#define RENAME								\
	.needs	 = "namespaces",					\
	.scene	 = disconnected_scene,					\
	.source	 = DISCONNECTED_SOURCE

static int rename_in_place(struct scene *scene)
{
	return errno_of(renameat(scene->fd[1], "f", scene->fd[1], "h"));
}

static bool renamed_in_place(struct scene *scene)
{
	(void)scene;
	return file_is("new2/two/h", "two");
}

CASE("fs.disconnected.rename",
	RENAME,
	.claim	 = "rename(2) in one disconnected directory",
	.guard	 = FS(MAKE_REG),
	.uses	 = FS(REMOVE_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("new2/two") },
	.extra	 = RULESET { .fs = FS_MAKE_REG, .rules = { PATH("src/base/b"),
			PATH(COVERED), PATH("new1") } },
	.attempt = rename_in_place,
	.effect	 = renamed_in_place);

static int make_in_other(struct scene *scene)
{
	(void)scene;
	return errno_of(mknod("other/new", S_IFREG | 0644, 0));
}

CASE("fs.disconnected.rename_bind_destination",
	RENAME,
	.claim	 = "rename(2) in one disconnected directory, with a rule above the bind mount",
	.guard	 = FS(MAKE_REG),
	.uses	 = FS(REMOVE_FILE),
	.deny	 = { .fs = FS_MAKE_REG, .rules = { PATH("dst") } },
	.promise = { FIXED(3, ALLOWED), DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY),
	.attempt = rename_in_place,
	.effect	 = renamed_in_place,
	.witness = make_in_other);

static int rename_across(struct scene *scene)
{
	return errno_of(renameat(scene->fd[0], "f", scene->fd[1], "h"));
}

static bool renamed_across(struct scene *scene)
{
	(void)scene;
	return file_is("new2/two/h", "one");
}

CASE("fs.disconnected.refer",
	RENAME,
	.claim	 = "rename(2) from one disconnected directory to another",
	.guard	 = FS(REFER),
	.promise = { DENIED(EXDEV) },
	.grant	 = { PATH("new1/one"), PATH("new2/two") },
	.extra	 = RULESET { .fs = FS_REFER, .rules = { PATH("new1/one"),
			PATH("src/base/b"), PATH(COVERED) } },
	.attempt = rename_across,
	.effect	 = renamed_across);

CASE("fs.disconnected.refer_new_parents",
	RENAME,
	.claim	 = "rename(2) between disconnected directories, with rules where they are now",
	.guard	 = FS(REFER),
	.promise = { FIXED(3, DENIED(EXDEV)), OPEN },
	.grant	 = { PATH("new1"), PATH("new2") },
	.extra	 = RULESET { .fs = FS_REFER, .rules = { PATH("new1") } },
	.attempt = rename_across,
	.effect	 = renamed_across,
	.gap	 = "kernels that did not fix erratum 3 promise nothing");

#define MOVE (FS_REFER | FS_MAKE_REG)

CASE("fs.disconnected.refer_without_create",
	RENAME,
	.claim	 = "rename(2) to a disconnected directory that may not create",
	.guard	 = { .fs = MOVE },
	.uses	 = FS(REMOVE_FILE),
	.deny	 = { .fs = MOVE, .rules = {
			PATH("new1/one", .access = MOVE),
			PATH("new2/two", .access = FS_REFER) } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("new1/one", .access = FS_REFER),
		     PATH("new2/two", .access = MOVE) },
	.attempt = rename_across,
	.effect	 = renamed_across);

/* The file would become executable where it goes, or lose that. */
CASE("fs.disconnected.widening",
	RENAME,
	.claim	 = "rename(2) to a disconnected directory that allows more",
	.guard	 = { .fs = MOVE | FS_EXECUTE },
	.deny	 = { .fs = MOVE | FS_EXECUTE, .rules = {
			PATH("new1/one", .access = MOVE),
			PATH("new2/two", .access = MOVE | FS_EXECUTE) } },
	.promise = { DENIED(EXDEV) },
	.grant	 = { PATH("new1/one", .access = MOVE | FS_EXECUTE),
		     PATH("new2/two", .access = MOVE) },
	.attempt = rename_across,
	.effect	 = renamed_across);

/* Where it is now counts as well as the mount that it is reached by. */
CASE("fs.disconnected.widening_new_parent",
	RENAME,
	.claim	 = "rename(2) to a disconnected directory below one that allows more",
	.guard	 = { .fs = MOVE | FS_EXECUTE },
	.deny	 = { .fs = MOVE | FS_EXECUTE, .rules = {
			PATH("dst", .access = MOVE),
			PATH("new2", .access = MOVE | FS_EXECUTE) } },
	.promise = { FIXED(3, DENIED(EXDEV)), OPEN },
	.worlds	 = W(CONTROL) | W(DENY),
	.gap	 = "kernels that did not fix erratum 3 promise nothing",
	.attempt = rename_across,
	.effect	 = renamed_across);

static int exchange(struct scene *scene)
{
	return errno_of(renameat2(scene->fd[0], "f", scene->fd[1], "f",
				  RENAME_EXCHANGE));
}

static bool exchanged(struct scene *scene)
{
	(void)scene;
	return file_is("new1/one/f", "two") && file_is("new2/two/f", "one");
}

CASE("fs.disconnected.exchange",
	RENAME,
	.claim	 = "renameat2(RENAME_EXCHANGE) between disconnected directories, one allowing more",
	.guard	 = { .fs = MOVE | FS_EXECUTE },
	.deny	 = { .fs = MOVE | FS_EXECUTE, .rules = {
			PATH("new1/one", .access = MOVE | FS_EXECUTE),
			PATH("new2/two", .access = MOVE) } },
	.promise = { DENIED(EXDEV) },
	.grant	 = { PATH("new1/one"), PATH("new2/two") },
	.attempt = exchange,
	.effect	 = exchanged);

static int link_across(struct scene *scene)
{
	return errno_of(linkat(scene->fd[0], "f", scene->fd[1], "h", 0));
}

CASE("fs.disconnected.link",
	RENAME,
	.claim	 = "link(2) from one disconnected directory to another",
	.guard	 = FS(REFER),
	.promise = { DENIED(EXDEV) },
	.grant	 = { PATH("new1/one"), PATH("new2/two") },
	.extra	 = RULESET { .fs = FS_REFER, .rules = { PATH("new2/two"),
			PATH("src/base/a"), PATH(COVERED) } },
	.attempt = link_across,
	.effect	 = renamed_across);
