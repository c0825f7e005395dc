// SPDX-License-Identifier: GPL-2.0
/* Reparenting where a rule on the root directory of the machine decides. */
#include <sys/mount.h>
#include <sys/syscall.h>

#include "refer.h"

/*
 * The directories, reached through a mount that is not the one of the root
 * directory: a walk from their mount's root up to the rule then takes steps.
 */
static int on_a_mount(struct scene *scene)
{
	const int error = source_and_target(scene);

	if (error)
		return error;
	if (mkdir("mount", 0755) || mount(".", "mount", NULL, MS_BIND, NULL))
		return cannot(scene, "a bind mount: %s",
			      strerrorname_np(errno));
	return 0;
}

static int rename_on_mount(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("mount/source/this", "mount/target/this"));
}

static int link_on_mount(struct scene *scene)
{
	(void)scene;
	return errno_of(link("mount/source/this", "mount/target/this"));
}

static int exchange_on_mount(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_renameat2, AT_FDCWD, "mount/source/this",
				AT_FDCWD, "mount/target/other",
				RENAME_EXCHANGE));
}

static int make_symlink(struct scene *scene)
{
	(void)scene;
	return errno_of(symlink("this", "mount/target/link"));
}

static const struct variant ways[] = {
	{ "", .op = rename_on_mount },
	{ "link", .op = link_on_mount },
	{ "exchange", .op = exchange_on_mount },
	{ NULL }
};

#define READ_AND_REFER (FS_READ_FILE | FS_REFER)

/* Source and target get the same rights; the target's come from two rules. */
CASE("fs.refer.rule_on_root",
	.claim	  = "reparenting to where a rule grants again what the one on / grants",
	.guard	  = { .fs = READ_AND_REFER },
	.promise  = { ALLOWED },
	.deny	  = {
		.fs = READ_AND_REFER | FS_MAKE_SYM,
		.rules = {
			PATH("/", .access = READ_AND_REFER),
			PATH("target", .access = FS_READ_FILE),
		},
	},
	.needs	  = "namespaces",
	.variants = ways,
	.scene	  = on_a_mount,
	.attempt  = variant_op,
	.witness  = make_symlink,
	.effect	  = moved,
	.source	  = REFER_DOCUMENTED ", may not gain more access rights");
