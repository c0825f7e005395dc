// SPDX-License-Identifier: GPL-2.0
/* Signals to all processes of a control group. */
#include <sys/mount.h>

#include "bricks/target.h"
#include "landproof.h"

#define GROUP	"cgroup/landproof"

/* The target alone in a group, whose files everybody may write to */
static int target_in_cgroup(struct scene *scene)
{
	const int error = target_start(scene, 0);

	if (error)
		return error;
	if (make_dir("cgroup") ||
	    mount("cgroup2", "cgroup", "cgroup2", 0, NULL))
		return cannot(scene, "a mount of cgroup2: %s",
			      strerrorname_np(errno));
	/* Of an earlier world, whose target is dead */
	rmdir(GROUP);
	if (mkdir(GROUP, 0755))
		return errno;
	if (access(GROUP "/cgroup.kill", F_OK))
		return cannot(scene, "cgroup.kill (Linux 5.14)");
	snprintf(scene->text, sizeof(scene->text), "%d", scene->pid[0]);
	return write_file(GROUP "/cgroup.procs", scene->text) ?:
	       errno_of(chmod(GROUP "/cgroup.kill", 0666));
}

static int kill_cgroup(struct scene *scene)
{
	(void)scene;
	return write_file(GROUP "/cgroup.kill", "1");
}

CASE("scope.signal.cgroup_kill",
	.claim	  = "a write to cgroup.kill of a group of processes outside the domain",
	.guard	  = SCOPE(SIGNAL),
	.uses	  = { .fs = FS_WRITE_FILE },
	.promise  = { OPEN },
	.gap	  = "none known: see SECURITY.md",
	.labels	  = "unreported",
	.needs	  = "guest namespaces",
	.scene	  = target_in_cgroup,
	.witness  = target_kill,
	.attempt  = kill_cgroup,
	.effect	  = target_was_hit,
	.source	  = "kernel/cgroup/cgroup.c: __cgroup_kill() sends SIGKILL without a check");
