// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_RESOLVE_UNIX: which path of a socket counts. */
#include <sys/mount.h>

#include "resolve_unix_server.h"

static int symlink_to_server(struct scene *scene)
{
	const int ret = resolve_stream_server(scene);

	return ret ?: errno_of(symlink("../dir/socket", "links/symlink"));
}

static int call_symlink(struct scene *scene)
{
	(void)scene;
	return unix_call("links/symlink", SOCK_STREAM);
}

CASE("fs.resolve_unix.symlink",
	.claim	  = "connect(2) by a symbolic link: the rule on its target counts",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .fs = FS_RESOLVE_UNIX, .rules = { PATH("links") } },
	.grant	  = { PATH("dir") },
	.scene	  = symlink_to_server,
	.attempt  = call_symlink,
	.effect	  = resolve_heard,
	.source	  = "net/unix/af_unix.c, unix_find_bsd: the resolved path");

static int hardlink_to_server(struct scene *scene)
{
	const int ret = resolve_stream_server(scene);

	return ret ?: errno_of(link("dir/socket", "links/hardlink"));
}

static int call_hardlink(struct scene *scene)
{
	(void)scene;
	return unix_call("links/hardlink", SOCK_STREAM);
}

CASE("fs.resolve_unix.hardlink",
	.claim	  = "connect(2) by a hard link: the rule on its directory counts",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .fs = FS_RESOLVE_UNIX, .rules = { PATH("dir") } },
	.grant	  = { PATH("links") },
	.scene	  = hardlink_to_server,
	.attempt  = call_hardlink,
	.effect	  = resolve_heard,
	.source	  = "net/unix/af_unix.c, unix_find_bsd: the resolved path");

static int bind_mount(struct scene *scene)
{
	int ret = resolve_stream_server(scene);

	ret = ret ?: make_dir("top/view");
	return ret ?: errno_of(mount("dir", "top/view", NULL, MS_BIND, NULL));
}

static int call_view(struct scene *scene)
{
	(void)scene;
	return unix_call("top/view/socket", SOCK_STREAM);
}

CASE("fs.resolve_unix.bind_mount",
	.claim	  = "connect(2) through a bind mount: rules on the way to it count",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("top") },
	.needs	  = "namespaces",
	.scene	  = bind_mount,
	.attempt  = call_view,
	.effect	  = resolve_heard,
	.source	  = "userspace-api/landlock: Bind mounts and OverlayFS");

CASE("fs.resolve_unix.bind_mount_source",
	.claim	  = "connect(2) through a bind mount: a rule on its source counts",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.needs	  = "namespaces",
	.scene	  = bind_mount,
	.attempt  = call_view,
	.effect	  = resolve_heard,
	.source	  = "userspace-api/landlock: Bind mounts and OverlayFS");

static int call_by_fd(struct scene *scene)
{
	const int fd = open("dir/socket", O_PATH | O_CLOEXEC);
	char path[64];

	if (fd < 0)
		return errno;
	if (scene->variant->arg && unlink("dir/socket"))
		return broken(scene, "unlink: %s", strerrorname_np(errno));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return unix_call(path, SOCK_STREAM);
}

/* A socket without a name keeps the place that it had. */
static const struct variant named_or_not[] = {
	{ "" },
	{ "unlinked", .arg = true },
	{ NULL }
};

CASE("fs.resolve_unix.proc_fd",
	.claim	  = "connect(2) by /proc/self/fd of an O_PATH descriptor",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = named_or_not,
	.scene	  = resolve_stream_server,
	.attempt  = call_by_fd,
	.effect	  = resolve_heard,
	.source	  = "net/unix/af_unix.c, unix_find_bsd: the resolved path");

static int call_in_chroot(struct scene *scene)
{
	if (chroot("dir"))
		return broken(scene, "chroot: %s", strerrorname_np(errno));
	return unix_call("/socket", SOCK_STREAM);
}

CASE("fs.resolve_unix.chroot",
	.claim	  = "connect(2) by a path below a root that chroot(2) changed",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.needs	  = "root",
	.root	  = true,
	.scene	  = resolve_stream_server,
	.attempt  = call_in_chroot,
	.effect	  = resolve_heard,
	.source	  = "net/unix/af_unix.c, unix_find_bsd: the resolved path");

/*
 * A rule holds on to the file, not to its name: what is done between rule and
 * enforcement shows it.
 */
static int rule_then(struct scene *scene, const char *from, const char *to)
{
	const struct ruleset set = {
		.fs = FS_RESOLVE_UNIX,
		.rules = { PATH("dir/socket", .access = FS_RESOLVE_UNIX) },
	};
	const int fd = build_ruleset(scene, &set);

	if (fd < 0)
		return fd;
	if (rename(from, to))
		return broken(scene, "rename: %s", strerrorname_np(errno));
	if (ll_restrict(fd, 0))
		return policy_refused(scene, "landlock_restrict_self", errno);
	return 0;
}

/* Whoever gets to be sandboxed must be able to move the sockets. */
static int movable_servers(struct scene *scene)
{
	const int ret = resolve_stream_server(scene);

	if (ret)
		return ret;
	if (geteuid() == 0 &&
	    (chown("dir/socket", subject_uid(), subject_gid()) ||
	     chown("dir/other", subject_uid(), subject_gid())))
		return errno;
	return 0;
}

static int replace(struct scene *scene)
{
	return rule_then(scene, "dir/other", "dir/socket");
}

static int call_replaced(struct scene *scene)
{
	if (scene->world == WORLD_CONTROL && rename("dir/other", "dir/socket"))
		return errno;
	return unix_call("dir/socket", SOCK_STREAM);
}

CASE("fs.resolve_unix.replaced",
	.claim	  = "connect(2) to a socket that took the place of the granted one",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.scene	  = movable_servers,
	.enforce  = replace,
	.attempt  = call_replaced,
	.effect	  = resolve_heard_other,
	.source	  = "include/uapi/linux/landlock.h, parent_fd: the file, not its name");

static int move_away(struct scene *scene)
{
	return rule_then(scene, "dir/socket", "links/moved");
}

static int call_moved(struct scene *scene)
{
	if (scene->world == WORLD_CONTROL && rename("dir/socket", "links/moved"))
		return errno;
	return unix_call("links/moved", SOCK_STREAM);
}

CASE("fs.resolve_unix.moved",
	.claim	  = "connect(2) to a granted socket that was moved since",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { ALLOWED },
	.scene	  = movable_servers,
	.enforce  = move_away,
	.witness  = resolve_refused,
	.attempt  = call_moved,
	.effect	  = resolve_heard,
	.source	  = "include/uapi/linux/landlock.h, parent_fd: the file, not its name");
