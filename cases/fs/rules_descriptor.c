// SPDX-License-Identifier: GPL-2.0
/* The descriptor that names a rule's object, and when the rule is added. */
#include "fs.h"

static int ruleset_on(struct scene *scene, const char *path, int flags,
		      bool late)
{
	const struct ruleset_attr attr = { .handled_access_fs = FS_READ_FILE };
	struct path_beneath_attr rule = { .allowed_access = FS_READ_FILE };
	int ruleset, error;

	rule.parent_fd = open(path, flags | O_CLOEXEC);
	ruleset = ll_create(&attr, sizeof(attr.handled_access_fs), 0);
	if (rule.parent_fd < 0 || ruleset < 0)
		return broken(scene, "%s: %s", path, strerrorname_np(errno));
	error = late && ll_restrict(ruleset, 0) ? errno : 0;
	if (!error && ll_add(ruleset, RULE_PATH_BENEATH, &rule, 0))
		error = errno;
	if (!error && !late && ll_restrict(ruleset, 0))
		error = errno;
	close(rule.parent_fd);
	close(ruleset);
	return error ? policy_refused(scene, path, error) : 0;
}

static int file_and_link(struct scene *scene)
{
	return dir_file(scene) ?: errno_of(symlink("dir", "link"));
}

/* The rule is on the directory, or only on what points to it. */
static int rule_by_flags(struct scene *scene)
{
	if (scene->world == WORLD_GRANT)
		return ruleset_on(scene, "link", scene->variant->arg, false);
	return ruleset_on(scene, "link", O_PATH | O_NOFOLLOW, false);
}

static const struct variant flags[] = {
	{ "", .arg = O_PATH },
	{ "rdonly", .arg = O_RDONLY },
	{ NULL }
};

CASE("fs.rules.symlink_itself",
	.claim	  = "reading beneath a directory whose symbolic link has the rule",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("link") },
	.variants = flags,
	.scene	  = file_and_link,
	.attempt  = read_dir_file,
	.enforce  = rule_by_flags,
	.source	  = "userspace-api/landlock: struct landlock_path_beneath_attr");

static int rule_before_or_after(struct scene *scene)
{
	return ruleset_on(scene, "dir", O_PATH, scene->world != WORLD_GRANT);
}

CASE("fs.rules.added_later",
	.claim	 = "reading a file whose rule was added after the ruleset was enforced",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("dir") },
	.scene	 = dir_file,
	.attempt = read_dir_file,
	.enforce = rule_before_or_after,
	.source	 = "security/landlock/syscalls.c: sys_landlock_restrict_self(), a domain is a copy");
