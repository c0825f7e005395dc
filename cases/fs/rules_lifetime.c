// SPDX-License-Identifier: GPL-2.0
/* What rules keep of files, and what they do not keep: mounts and space. */
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "fs.h"

/* A file system of our own, on "mnt" */
static int own_mount(struct scene *scene)
{
	const int error = make_dir("mnt");

	if (error)
		return error;
	if (mount("scene", "mnt", "tmpfs", 0, NULL))
		return cannot(scene, "mount of a tmpfs: %s",
			      strerrorname_np(errno));
	return make_file("mnt/file", SECRET);
}

/* A ruleset that grants to read in it; control has none. */
static int policy_of_mount(struct scene *scene)
{
	static const struct ruleset set = {
		.fs = FS_READ_FILE,
		.rules = { PATH("mnt", .access = FS_READ_FILE),
			   PATH("mnt/file", .access = FS_READ_FILE) },
	};

	return scene->world == WORLD_CONTROL ? -1 : build_ruleset(scene, &set);
}

/* It does enforce: nothing else may be read. */
static int enforce_and_read(struct scene *scene)
{
	if (ll_restrict(scene->value[0], 0))
		return policy_refused(scene, "landlock_restrict_self", errno);
	return reads("beside");
}

static int unmount_under_rule(struct scene *scene)
{
	int ret = make_file("beside", SECRET);

	scene->value[0] = policy_of_mount(scene);
	ret = ret ?: errno_of(umount2("mnt", 0));
	if (ret || scene->world == WORLD_CONTROL)
		return ret;
	ret = in_child(scene, enforce_and_read);
	close(scene->value[0]);
	if (ret != EACCES)
		return ret == WORKED ? UNENFORCED : ret;
	return exists("mnt/file") ? NO_EFFECT : WORKED;
}

CASE("fs.rules.unmounted",
	.claim	 = "umount2(2), outside the sandbox, of a mount that a rule names",
	.guard	 = FS(READ_FILE),
	.promise = { ALLOWED },
	.worlds	 = W(CONTROL) | W(CALL),
	.needs	 = "namespaces",
	.root	 = true,
	.own_memory = true,
	.scene	 = own_mount,
	.attempt = unmount_under_rule,
	.source	 = "security/landlock/fs.c: hook_sb_delete(); a rule pins no mount");

static unsigned long files_left(void)
{
	struct statvfs st;

	return statvfs("mnt", &st) ? 0 : st.f_ffree;
}

/* Its inode goes when the last rule does. */
static int remove_with_rule(struct scene *scene)
{
	const int ruleset = policy_of_mount(scene);
	const unsigned long before = files_left();
	unsigned long kept, freed;
	int error = errno_of(unlink("mnt/file"));

	if (error || !before)
		return error ?: cannot(scene, "a count of files");
	kept = files_left();
	close(ruleset);
	freed = files_left();
	if (freed == before + 1 && (kept == before || ruleset < 0))
		return WORKED;
	remark(scene, "files left: %lu, then %lu, then %lu", before, kept,
	       freed);
	return NO_EFFECT;
}

/* In a sandbox, which shows that rulesets do enforce something */
static int enforce_first(struct scene *scene)
{
	static const struct ruleset set = { .fs = FS_READ_FILE };
	const int ret = scene->world == WORLD_CONTROL ?
		0 : enforce_ruleset(scene, &set);

	if (ret)
		return ret;
	if (scene->world != WORLD_CONTROL && reads("mnt/file") != EACCES)
		return UNENFORCED;
	return remove_with_rule(scene);
}

CASE("fs.rules.space",
	.claim	 = "a removed file whose last rule is gone takes no space any more",
	.guard	 = FS(READ_FILE),
	.promise = { ALLOWED },
	.worlds	 = W(CONTROL) | W(CALL),
	.needs	 = "namespaces",
	.root	 = true,
	.scene	 = own_mount,
	.attempt = enforce_first,
	.source	 = "security/landlock/object.c: landlock_put_object()");
