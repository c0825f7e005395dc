// SPDX-License-Identifier: GPL-2.0
/* What becomes of a ruleset and its rules once they are given. */
#include "api.h"

/* Two rules on one directory grant what either does, and no more. */
static int path_twice(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR | FS_READ_FILE |
					FS_WRITE_FILE, 0, 0);
	int error;

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	error = add_path_rule(ruleset, "/dev", FS_READ_FILE);
	if (!error)
		error = add_path_rule(ruleset, "/dev", FS_WRITE_FILE);
	if (!error)
		error = proves_itself(ruleset);
	if (error)
		return error;
	return refused(try_open("/dev", O_RDONLY | O_DIRECTORY)) ?:
	       try_open("/dev/null", O_RDWR);
}

CASE("api.add_rule.path_twice",
	.claim	 = "two rules on one directory: rights add up",
	A_CALL,
	.promise = { ALLOWED },
	.covers	 = "rule.path_beneath fs.read_file fs.write_file",
	.control = add_rule_rightly,
	.attempt = path_twice,
	.source	 = "ruleset.c, insert_rule: intersect or extend access");

/* A later, smaller rule takes nothing back. */
static int path_twice_smaller(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR | FS_READ_FILE |
					FS_WRITE_FILE, 0, 0);
	int error;

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	error = add_path_rule(ruleset, "/dev", FS_READ_FILE | FS_WRITE_FILE);
	if (!error)
		error = add_path_rule(ruleset, "/dev/null", FS_READ_FILE);
	if (!error)
		error = add_path_rule(ruleset, "/dev", FS_READ_FILE);
	if (!error)
		error = proves_itself(ruleset);
	return error ? error : try_open("/dev/null", O_RDWR);
}

CASE("api.add_rule.path_smaller_later",
	.claim	 = "a later rule with fewer rights takes none back",
	A_CALL,
	.promise = { ALLOWED },
	.covers	 = "rule.path_beneath",
	.control = add_rule_rightly,
	.attempt = path_twice_smaller,
	.source	 = "ruleset.c, insert_rule: rules of one layer add up");

/* The domain is a copy: what the ruleset learns later is not for it. */
static int rule_too_late(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	int ret, error;

	(void)scene;
	ret = proves_itself(ruleset);
	if (ret)
		return ret;
	error = add_path_rule(ruleset, "/", FS_READ_DIR);
	return error ? error : list_root();
}

CASE("api.add_rule.after_restrict_self",
	.claim	 = "a rule added after landlock_restrict_self(2)",
	A_CALL,
	.promise = { DENIED(EACCES) },
	.covers	 = "rule.path_beneath",
	.control = add_rule_rightly,
	.attempt = rule_too_late,
	.source	 = "domain.c, landlock_merge_ruleset: a domain is a copy");

/* But the ruleset did learn it, for whom it is enforced on next. */
static int rule_for_the_next(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR | FS_READ_FILE, 0, 0);
	int ret = ruleset_works(scene, ruleset);

	if (!ret)
		ret = add_path_rule(ruleset, "/dev", FS_READ_FILE);
	if (!ret)
		ret = proves_itself(ruleset);
	return ret ? ret : try_open("/dev/null", O_RDONLY);
}

CASE("api.add_rule.for_the_next_domain",
	.claim	 = "a rule added after the ruleset was enforced on another",
	A_CALL,
	.promise = { ALLOWED },
	.covers	 = "rule.path_beneath",
	.control = add_rule_rightly,
	.attempt = rule_for_the_next,
	.source	 = "domain.c, landlock_merge_ruleset: a domain is a copy");

/* A domain that may not open a directory may still name it in a rule. */
static int add_inside(struct scene *scene)
{
	int ret = proves_itself(new_ruleset(FS_READ_DIR | FS_READ_FILE, 0, 0));
	int ruleset;

	(void)scene;
	if (ret)
		return ret;
	ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	if (ruleset < 0)
		return -ruleset;
	ret = add_path_rule(ruleset, "/", FS_READ_DIR);
	return ret ? ret : restrict_self(ruleset, 0);
}

CASE("api.add_rule.in_a_domain",
	.claim	 = "landlock_add_rule(2) on what the own domain denies",
	A_CALL,
	.promise = { ALLOWED },
	.covers	 = "rule.path_beneath",
	.control = add_rule_rightly,
	.attempt = add_inside,
	.source	 = "userspace-api/landlock: Layers of file path access rights");

/* Such a rule grants in its own layer only. */
static int list_after_add_inside(struct scene *scene)
{
	const int ret = add_inside(scene);

	return ret ? ret : list_root();
}

CASE("api.add_rule.grants_in_own_layer_only",
	.claim	 = "a rule of the second layer for what the first one denies",
	A_CALL,
	.promise = { DENIED(EACCES) },
	.covers	 = "rule.path_beneath fs.read_dir",
	.control = add_rule_rightly,
	.attempt = list_after_add_inside,
	.source	 = "userspace-api/landlock: Layers of file path access rights");

/* The same ruleset again: one more layer, the same rights. */
static int restrict_twice(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR | FS_READ_FILE, 0, 0);
	int ret;

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	ret = add_path_rule(ruleset, "/dev", FS_READ_FILE | FS_READ_DIR);
	if (!ret)
		ret = proves_itself(ruleset);
	if (!ret)
		ret = proves_itself(ruleset);
	if (!ret)
		ret = try_open("/dev", O_RDONLY | O_DIRECTORY);
	return ret ? ret : try_open("/dev/null", O_RDONLY);
}

CASE("api.restrict_self.twice",
	.claim	 = "landlock_restrict_self(2) of one ruleset, twice",
	A_CALL,
	.promise = { ALLOWED },
	.control = restrict_self_rightly,
	.attempt = restrict_twice,
	.source	 = "selftests/landlock: empty_or_same_ruleset");

/* Handled and never granted: all of it is denied. */
static int without_rules(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR | FS_READ_FILE |
					FS_WRITE_FILE, 0, 0);
	const int ret = proves_itself(ruleset);

	(void)scene;
	if (ret)
		return ret;
	return refused(try_open("/dev/null", O_RDONLY)) ?:
	       refused(try_open("/dev/null", O_WRONLY)) ?:
	       try_open("/proc/self/status", O_RDONLY);
}

CASE("api.restrict_self.without_rules",
	.claim	 = "a ruleset without a rule denies all that it handles",
	A_CALL,
	.promise = { DENIED(EACCES) },
	.covers	 = "fs.read_dir fs.read_file fs.write_file",
	.control = restrict_self_rightly,
	.attempt = without_rules,
	.source	 = "userspace-api/landlock: Defining and enforcing a policy");
