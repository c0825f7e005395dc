// SPDX-License-Identifier: GPL-2.0
/* What is reparented must not gain rights where it goes. */
#include <sys/syscall.h>

#include "refer.h"

#define READ_AND_REFER (FS_READ_FILE | FS_REFER)

CASE("fs.refer.gain",
	.claim	  = "reparenting a file to where it may be read",
	.guard	  = { .fs = READ_AND_REFER },
	.promise  = { DENIED(EXDEV) },
	.deny	  = ON_BOTH(READ_AND_REFER, FS_REFER, READ_AND_REFER),
	.extra	  = RULESET ON_BOTH(READ_AND_REFER | FS_EXECUTE | FS_WRITE_FILE,
			    READ_AND_REFER | FS_WRITE_FILE,
			    READ_AND_REFER | FS_EXECUTE),
	.allow	  = ON_BOTH(READ_AND_REFER, READ_AND_REFER, READ_AND_REFER),
	.variants = reparenting,
	.scene	  = source_and_target,
	.attempt  = variant_op,
	.effect	  = moved,
	.source	  = REFER_DOCUMENTED ", may not gain more access rights");

CASE("fs.refer.exchange_gain",
	.claim	 = "RENAME_EXCHANGE that takes a file back to where it may be read",
	.guard	 = { .fs = READ_AND_REFER },
	.promise = { DENIED(EXDEV) },
	.deny	 = ON_BOTH(READ_AND_REFER, READ_AND_REFER, FS_REFER),
	.allow	 = ON_BOTH(READ_AND_REFER, READ_AND_REFER, READ_AND_REFER),
	.scene	 = source_and_target,
	.attempt = exchange_across,
	.effect	 = moved,
	.source	 = REFER_DOCUMENTED ", may not gain more access rights");

#define SYM_AND_REFER (FS_MAKE_SYM | FS_REFER)

static const struct variant dirs[] = {
	{ "", .op = rename_across, .arg = S_IFDIR },
	{ "exchange", .op = exchange_across, .arg = S_IFDIR },
	{ NULL }
};

CASE("fs.refer.gain_in_directory",
	.claim	  = "reparenting a directory to where more may be made in it",
	.guard	  = { .fs = SYM_AND_REFER },
	.promise  = { DENIED(EXDEV) },
	.deny	  = ON_BOTH(SYM_AND_REFER, FS_REFER, SYM_AND_REFER),
	.allow	  = ON_BOTH(SYM_AND_REFER, SYM_AND_REFER, SYM_AND_REFER),
	.variants = dirs,
	.scene	  = source_and_target,
	.attempt  = variant_op,
	.effect	  = moved,
	.source	  = REFER_DOCUMENTED ", may not gain more access rights");

static int move_directory(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("source/sub", "target/moved"));
}

static int move_directory_back(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("target/sub", "source/moved"));
}

/* A right that is about directories is not one that a file can gain. */
CASE("fs.refer.no_gain_for_files",
	.claim	  = "reparenting a file to where directories gain rights",
	.guard	  = { .fs = SYM_AND_REFER },
	.promise  = { ALLOWED },
	.deny	  = ON_BOTH(SYM_AND_REFER, FS_REFER, SYM_AND_REFER),
	.variants = reparenting,
	.scene	  = source_and_target,
	.attempt  = variant_op,
	.witness  = move_directory,
	.effect	  = moved,
	.source	  = "security/landlock/fs.c: no_more_access(), ACCESS_FILE");

/* The same for the file that RENAME_EXCHANGE brings back. */
CASE("fs.refer.no_gain_for_files_back",
	.claim	  = "RENAME_EXCHANGE that takes a file back to where directories gain rights",
	.guard	  = { .fs = SYM_AND_REFER },
	.promise  = { ALLOWED },
	.deny	  = ON_BOTH(SYM_AND_REFER, SYM_AND_REFER, FS_REFER),
	.scene	  = source_and_target,
	.attempt  = exchange_across,
	.witness  = move_directory_back,
	.effect	  = moved,
	.source	  = "security/landlock/fs.c: no_more_access(), ACCESS_FILE");

static int move_back(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("target/other", "source/other"));
}

CASE("fs.refer.fewer_rights",
	.claim	  = "reparenting a file to where it loses rights",
	.guard	  = { .fs = READ_AND_REFER },
	.promise  = { ALLOWED },
	.deny	  = ON_BOTH(READ_AND_REFER | FS_WRITE_FILE,
			    READ_AND_REFER | FS_WRITE_FILE,
			    FS_REFER | FS_WRITE_FILE),
	.variants = rename_and_link,
	.scene	  = source_and_target,
	.attempt  = variant_op,
	.witness  = move_back,
	.effect	  = moved,
	.source	  = REFER_DOCUMENTED ", may not gain more access rights");

/* The file's own rule goes with it: target has nothing to add. */
CASE("fs.refer.own_rule",
	.claim	  = "reparenting a file whose own rule grants what the target grants",
	.guard	  = { .fs = READ_AND_REFER },
	.promise  = { ALLOWED },
	.deny	  = {
		.fs = READ_AND_REFER,
		.rules = {
			PATH("source", .access = FS_REFER),
			PATH("source/this", .access = FS_READ_FILE),
			PATH("target", .access = READ_AND_REFER),
		},
	},
	.variants = rename_and_link,
	.scene	  = source_and_target,
	.attempt  = variant_op,
	.witness  = move_directory,
	.effect	  = moved,
	.source	  = "userspace-api/landlock, Good practices");

/* The same for the file that RENAME_EXCHANGE brings back. */
CASE("fs.refer.own_rule_back",
	.claim	  = "RENAME_EXCHANGE that takes back a file whose own rule grants what the source grants",
	.guard	  = { .fs = READ_AND_REFER },
	.promise  = { ALLOWED },
	.deny	  = {
		.fs = READ_AND_REFER,
		.rules = {
			PATH("source", .access = READ_AND_REFER),
			PATH("target", .access = FS_REFER),
			PATH("target/other", .access = FS_READ_FILE),
		},
	},
	.scene	  = source_and_target,
	.attempt  = exchange_across,
	.witness  = move_directory_back,
	.effect	  = moved,
	.source	  = "userspace-api/landlock, Good practices");

static int tree(struct scene *scene)
{
	return source_and_target(scene) ?:
	       make_file("source/sub/file", SECRET);
}

static int move_and_read(struct scene *scene)
{
	return move_directory(scene) ?: reads("target/moved/file");
}

static int read_ungranted(struct scene *scene)
{
	(void)scene;
	return reads("source/this");
}

CASE("fs.refer.self_sufficient_tree",
	.claim	 = "renaming a directory whose own rule goes on granting",
	.guard	 = { .fs = READ_AND_REFER },
	.promise = { ALLOWED },
	.deny	 = {
		.fs = READ_AND_REFER,
		.rules = {
			PATH("source", .access = FS_REFER),
			PATH("source/sub", .access = FS_READ_FILE),
			PATH("target", .access = FS_REFER),
		},
	},
	.scene	 = tree,
	.attempt = move_and_read,
	.witness = read_ungranted,
	.source	 = "userspace-api/landlock, Good practices");
