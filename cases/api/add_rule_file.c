// SPDX-License-Identifier: GPL-2.0
/* landlock_add_rule(2): which rights a rule on a file can carry. */
#include "api.h"

/* The rule's right: the variant's, or else the case's guard. */
static uint64_t right(struct scene *scene)
{
	return scene->variant->arg ? (uint64_t)scene->variant->arg :
				     scene->test->guard.fs;
}

static int dir_right_on_file(struct scene *scene)
{
	const int ruleset = new_ruleset(right(scene) | FS_READ_FILE, 0, 0);
	int error;

	if (ruleset < 0)
		return -ruleset;
	error = add_path_rule(ruleset, "/dev/null", right(scene));
	if (error != EINVAL)
		return error;
	/* A right that fits does not excuse one that does not. */
	return add_path_rule(ruleset, "/dev/null",
			     right(scene) | FS_READ_FILE);
}

static int dir_right_on_dir(struct scene *scene)
{
	const int ruleset = new_ruleset(right(scene), 0, 0);
	const int error = no_domain_yet();

	if (ruleset < 0)
		return -ruleset;
	return error ? error : add_path_rule(ruleset, "/dev", right(scene));
}

static const struct variant dir_rights[] = {
	{ "", .arg = FS_READ_DIR },
	{ "remove_dir", .arg = FS_REMOVE_DIR },
	{ "remove_file", .arg = FS_REMOVE_FILE },
	{ "make_char", .arg = FS_MAKE_CHAR },
	{ "make_dir", .arg = FS_MAKE_DIR },
	{ "make_reg", .arg = FS_MAKE_REG },
	{ "make_sock", .arg = FS_MAKE_SOCK },
	{ "make_fifo", .arg = FS_MAKE_FIFO },
	{ "make_block", .arg = FS_MAKE_BLOCK },
	{ "make_sym", .arg = FS_MAKE_SYM },
	{ NULL }
};

CASE("api.add_rule.dir_right_on_file",
	.claim	  = "a rule on a file that grants what only directories have",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "rule.path_beneath",
	.variants = dir_rights,
	.control  = dir_right_on_dir,
	.attempt  = dir_right_on_file,
	.source	  = "fs.c, landlock_append_fs_rule: ACCESS_FILE");

CASE("api.add_rule.refer_on_file",
	.claim	 = "a rule on a file that grants REFER",
	A_CALL,
	.guard	 = FS(REFER),
	.promise = { DENIED(EINVAL) },
	.control = dir_right_on_dir,
	.attempt = dir_right_on_file,
	.source	 = "fs.c, landlock_append_fs_rule: ACCESS_FILE");

/* On a file of each sort that a tree can hold. */
static int file_right_taken(struct scene *scene)
{
	const uint64_t wanted = right(scene);
	const int ruleset = new_ruleset(wanted | FS_READ_DIR, 0, 0);
	int error;

	if (ruleset < 0)
		return -ruleset;
	error = add_path_rule(ruleset, "/dev/null", wanted);
	if (!error)
		error = add_path_rule(ruleset, "/proc/self/status", wanted);
	return error ? error : proves_itself(ruleset);
}

static const struct variant file_rights[] = {
	{ "", .arg = FS_READ_FILE },
	{ "write_file", .arg = FS_WRITE_FILE },
	{ "execute", .arg = FS_EXECUTE },
	{ "together", .arg = FS_EXECUTE | FS_READ_FILE | FS_WRITE_FILE },
	{ NULL }
};

CASE("api.add_rule.right_on_file",
	.claim	  = "a rule on a file that grants what files have",
	A_CALL,
	.promise  = { ALLOWED },
	.covers	  = "rule.path_beneath",
	.variants = file_rights,
	.control  = dir_right_on_dir,
	.attempt  = file_right_taken,
	.source	  = "fs.c, landlock_append_fs_rule: ACCESS_FILE");

CASE("api.add_rule.truncate_on_file",
	.claim	 = "a rule on a file that grants TRUNCATE",
	A_CALL,
	.guard	 = FS(TRUNCATE),
	.promise = { ALLOWED },
	.control = dir_right_on_dir,
	.attempt = file_right_taken,
	.source	 = "fs.c, landlock_append_fs_rule: ACCESS_FILE");

CASE("api.add_rule.ioctl_dev_on_file",
	.claim	 = "a rule on a file that grants IOCTL_DEV",
	A_CALL,
	.guard	 = FS(IOCTL_DEV),
	.promise = { ALLOWED },
	.control = dir_right_on_dir,
	.attempt = file_right_taken,
	.source	 = "fs.c, landlock_append_fs_rule: ACCESS_FILE");

CASE("api.add_rule.resolve_unix_on_file",
	.claim	 = "a rule on a file that grants RESOLVE_UNIX",
	A_CALL,
	.guard	 = FS(RESOLVE_UNIX),
	.promise = { ALLOWED },
	.control = dir_right_on_dir,
	.attempt = file_right_taken,
	.source	 = "fs.c, landlock_append_fs_rule: ACCESS_FILE");
