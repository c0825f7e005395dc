// SPDX-License-Identifier: GPL-2.0
/* What a rule on a path grants, and what it leaves alone. */
#include "fs.h"

#define RULE_DOCUMENTED							\
	"userspace-api/landlock, Layers of file path access rights"

/* Several paths to one file: the rule on its real directory counts. */
static const struct variant ways[] = {
	{ "", .data = "dir/file" },
	{ "dotdot", .data = "decoy/../dir/file" },
	{ "symlink", .data = "decoy/link" },
	{ "procfd", .data = "/proc/self/cwd/dir/file" },
	{ NULL }
};

static int read_some_way(struct scene *scene)
{
	return reads(scene->variant->data);
}

/* dir/file has other names: decoy/link and links/hard. */
static int files_and_links(struct scene *scene)
{
	return dir_file(scene) ?: make_file("dir/other", SECRET) ?:
	       make_dir("links") ?:
	       errno_of(symlink("../dir/file", "decoy/link")) ?:
	       errno_of(symlink("../dir", "links/dir")) ?:
	       errno_of(link("dir/file", "links/hard"));
}

#define READS_DIR_FILE							\
	.guard	  = FS(READ_FILE),					\
	.promise  = { DENIED(EACCES) },					\
	.scene	  = files_and_links,					\
	.source	  = RULE_DOCUMENTED

CASE("fs.rules.sibling",
	.claim	  = "reading beside the directories of the rules",
	.deny	  = {
		.fs = FS_READ_FILE,
		.rules = { PATH("decoy"), PATH("dir/sub"), PATH("links") },
	},
	.grant	  = { PATH("dir") },
	.variants = ways,
	.attempt  = read_some_way,
	READS_DIR_FILE);

CASE("fs.rules.sibling_file",
	.claim	 = "reading beside the file of the rule",
	.deny	 = {
		.fs = FS_READ_FILE,
		.rules = { PATH("dir/other"), PATH("decoy/file") },
	},
	.grant	 = { PATH("dir/file") },
	.attempt = read_dir_file,
	READS_DIR_FILE);

static int read_sub_file(struct scene *scene)
{
	(void)scene;
	return reads("dir/sub/file");
}

CASE("fs.rules.subtree",
	.claim	 = "reading far beneath the directory of the rule",
	.grant	 = { PATH(".") },
	.attempt = read_sub_file,
	READS_DIR_FILE);

/* The walk goes on through the mount point of the scratch file system. */
CASE("fs.rules.root",
	.claim	 = "reading beneath a rule on /",
	.grant	 = { PATH("/") },
	.attempt = read_sub_file,
	READS_DIR_FILE);

CASE("fs.rules.file",
	.claim	 = "reading the file of the rule",
	.grant	 = { PATH("dir/file") },
	.attempt = read_dir_file,
	READS_DIR_FILE);

/* A rule follows the inode, and one on a directory only its own hierarchy. */
CASE("fs.rules.hard_link",
	.claim	 = "reading a file whose other name has a rule",
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("links") } },
	.grant	 = { PATH("links/hard") },
	.attempt = read_dir_file,
	READS_DIR_FILE);

CASE("fs.rules.via_symlink",
	.claim	 = "reading the file that a symbolic link points to, with a rule on the link",
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("decoy/file") } },
	.grant	 = { PATH("links/dir") },
	.attempt = read_dir_file,
	READS_DIR_FILE);

static int read_and_write(struct scene *scene)
{
	(void)scene;
	return writes("dir/sub/file", O_RDWR);
}

#define READ_AND_WRITE (FS_READ_FILE | FS_WRITE_FILE)

#define READS_AND_WRITES						\
	.guard	 = { .fs = READ_AND_WRITE },				\
	.scene	 = dir_file,						\
	.attempt = read_and_write

CASE("fs.rules.union_down_path",
	.claim	 = "O_RDWR with one right from above and one from below",
	.promise = { DENIED(EACCES) },
	.deny	 = {
		.fs = READ_AND_WRITE,
		.rules = {
			PATH("dir", .access = FS_READ_FILE),
			PATH("decoy", .access = FS_WRITE_FILE),
		},
	},
	.extra	 = RULESET {
		.fs = READ_AND_WRITE,
		.rules = { PATH("dir/sub/file", .access = FS_WRITE_FILE) },
	},
	.allow	 = {
		.fs = READ_AND_WRITE,
		.rules = {
			PATH("dir", .access = FS_READ_FILE),
			PATH("dir/sub", .access = FS_WRITE_FILE),
		},
	},
	.source	 = RULE_DOCUMENTED,
	READS_AND_WRITES);

CASE("fs.rules.same_object_twice",
	.claim	 = "O_RDWR with one right from each of two rules on one file",
	.promise = { DENIED(EACCES) },
	.deny	 = {
		.fs = READ_AND_WRITE,
		.rules = {
			PATH("dir/sub/file", .access = FS_READ_FILE),
			PATH("dir/sub/file", .access = FS_READ_FILE),
		},
	},
	.allow	 = {
		.fs = READ_AND_WRITE,
		.rules = {
			PATH("dir/sub/file", .access = FS_READ_FILE),
			PATH("dir/sub/file", .access = FS_WRITE_FILE),
		},
	},
	.source	 = RULE_DOCUMENTED,
	READS_AND_WRITES);

static int write_decoy(struct scene *scene)
{
	(void)scene;
	return writes("decoy/file", O_WRONLY);
}

CASE("fs.rules.child_cannot_subtract",
	.claim	 = "writing where a rule above grants it and one below does not",
	.promise = { ALLOWED },
	.deny	 = {
		.fs = READ_AND_WRITE,
		.rules = {
			PATH("dir", .access = READ_AND_WRITE),
			PATH("dir/sub", .access = FS_READ_FILE),
		},
	},
	.witness = write_decoy,
	.source	 = RULE_DOCUMENTED,
	READS_AND_WRITES);
