// SPDX-License-Identifier: GPL-2.0
/* Which domains may change the mount tree, and what they still may do. */
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "topology.h"

static int change(struct scene *scene)
{
	return scene->variant->op(scene);
}

static const struct variant changes[] = {
	{ "", .op = topology_mount },
	{ "bind", .op = topology_bind },
	{ "remount", .op = topology_remount },
	{ "umount", .op = topology_umount },
	{ "pivot_root", .op = topology_pivot_root },
	{ "move_mount", .op = topology_move_mount },
	{ "fsconfig", .op = topology_reconfigure },
	{ NULL }
};

static int bind_any_port(struct scene *scene)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return cannot(scene, "socket: %s", strerrorname_np(errno));
	return errno_of(bind(fd, (const struct sockaddr *)&any, sizeof(any)));
}

CASE("fs.topology.net_only",
	.claim	  = "changes of the mount tree where only TCP is restricted",
	.guard	  = NET(BIND_TCP),
	.promise  = { ALLOWED },
	.root	  = true,
	.needs	  = "namespaces inet",
	.variants = changes,
	.scene	  = topology_scene,
	.attempt  = change,
	.witness  = bind_any_port,
	.source	  = "security/landlock/fs.c: any_fs in hook_sb_mount() and others");

static int signal_outside(struct scene *scene)
{
	(void)scene;
	return errno_of(kill(getppid(), 0));
}

CASE("fs.topology.scope_only",
	.claim	  = "changes of the mount tree where only signals are restricted",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { ALLOWED },
	.root	  = true,
	.needs	  = "namespaces",
	.variants = changes,
	.scene	  = topology_scene,
	.attempt  = change,
	.witness  = signal_outside,
	.source	  = "security/landlock/fs.c: any_fs in hook_sb_mount() and others");

/* Every right by itself: variants for those of ABI 1. */
static int enforce_one_right(struct scene *scene)
{
	const struct ruleset set = { .fs = scene->variant->arg };

	return enforce_ruleset(scene, &set);
}

static const struct variant rights[] = {
	{ "", .arg = FS_EXECUTE },
	{ "write_file", .arg = FS_WRITE_FILE },
	{ "read_file", .arg = FS_READ_FILE },
	{ "read_dir", .arg = FS_READ_DIR },
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

/* Looked for without opening anything, which the domain may forbid. */
static int unmount(struct scene *scene)
{
	(void)scene;
	if (umount2("mnt", 0))
		return errno;
	return exists("mnt/file") ? NO_EFFECT : WORKED;
}

CASE("fs.topology.any_right",
	.claim	  = "umount2(2) in a domain that handles one right of ABI 1",
	.guard	  = FS(EXECUTE),
	.promise  = { DENIED(EPERM) },
	.root	  = true,
	.needs	  = "namespaces",
	.worlds	  = W(CONTROL) | W(DENY),
	.enforce  = enforce_one_right,
	.variants = rights,
	.scene	  = topology_scene,
	.attempt  = unmount,
	.source	  = TOPOLOGY_SOURCE);

/* A right that is newer than ABI 1 by itself: what its case has besides it */
#define ONE_LATER_RIGHT							\
	.uses	 = { .fs = ~0U },					\
	.promise = { DENIED(EPERM) },					\
	.root	 = true,						\
	.needs	 = "namespaces",					\
	.scene	 = topology_scene,					\
	.attempt = unmount,						\
	.source	 = TOPOLOGY_SOURCE

CASE("fs.topology.any_right_refer",
	.claim	 = "umount2(2) in a domain that handles only REFER",
	.guard	 = FS(REFER),
	ONE_LATER_RIGHT);

CASE("fs.topology.any_right_truncate",
	.claim	 = "umount2(2) in a domain that handles only TRUNCATE",
	.guard	 = FS(TRUNCATE),
	ONE_LATER_RIGHT);

CASE("fs.topology.any_right_ioctl_dev",
	.claim	 = "umount2(2) in a domain that handles only IOCTL_DEV",
	.guard	 = FS(IOCTL_DEV),
	ONE_LATER_RIGHT);

CASE("fs.topology.any_right_resolve_unix",
	.claim	 = "umount2(2) in a domain that handles only RESOLVE_UNIX",
	.guard	 = FS(RESOLVE_UNIX),
	ONE_LATER_RIGHT);

/* Among layers that handle no right of the file system, one does. */
static int enforce_layers(struct scene *scene)
{
	const struct ruleset fs = { .fs = FS_MAKE_SOCK };
	const struct ruleset net = { .net = NET_BIND_TCP };
	int i, ret = 0;

	for (i = 0; i < 3 && !ret; i++)
		ret = enforce_ruleset(scene, i == scene->variant->arg ? &fs :
								       &net);
	return ret;
}

static const struct variant layers[] = {
	{ "", .arg = 0 },
	{ "middle", .arg = 1 },
	{ "youngest", .arg = 2 },
	{ NULL }
};

CASE("fs.topology.layers",
	.claim	  = "mount(2) where one layer of three handles the file system",
	.guard	  = { .fs = FS_MAKE_SOCK, .net = NET_BIND_TCP },
	.promise  = { DENIED(EPERM) },
	.root	  = true,
	.needs	  = "namespaces",
	.enforce  = enforce_layers,
	.worlds	  = W(CONTROL) | W(DENY),
	.variants = layers,
	.scene	  = topology_scene,
	.attempt  = topology_mount,
	.source	  = TOPOLOGY_SOURCE);

static ino_t mount_namespace(void)
{
	struct stat st;

	return stat("/proc/thread-self/ns/mnt", &st) ? 0 : st.st_ino;
}

static int unshare_mounts(struct scene *scene)
{
	const ino_t before = mount_namespace();

	(void)scene;
	if (unshare(CLONE_NEWNS))
		return errno;
	return mount_namespace() == before ? NO_EFFECT : WORKED;
}

CASE("fs.topology.unshare",
	TOPOLOGY,
	.claim	 = "unshare(2) of the mount namespace",
	.promise = { ALLOWED },
	.scene	 = topology_scene,
	.attempt = unshare_mounts,
	.witness = topology_mount,
	.source	 = "security/landlock/fs.c: no hook for namespaces");

/* The scene leaves its namespace, so that there is one to come back to. */
static int second_namespace(struct scene *scene)
{
	const int ret = topology_scene(scene);

	if (ret)
		return ret;
	scene->value[0] = mount_namespace();
	scene->fd[0] = open("/proc/thread-self/ns/mnt", O_RDONLY);
	if (scene->fd[0] < 0 || unshare(CLONE_NEWNS))
		return errno;
	return 0;
}

static int join_namespace(struct scene *scene)
{
	if (setns(scene->fd[0], CLONE_NEWNS))
		return errno;
	return mount_namespace() == (ino_t)scene->value[0] ?
		WORKED : NO_EFFECT;
}

CASE("fs.topology.setns",
	TOPOLOGY,
	.claim	 = "setns(2) to another mount namespace",
	.promise = { ALLOWED },
	.scene	 = second_namespace,
	.attempt = join_namespace,
	.witness = topology_mount,
	.source	 = "security/landlock/fs.c: no hook for namespaces");

static int change_root(struct scene *scene)
{
	(void)scene;
	if (chroot("dir"))
		return errno;
	return exists("/file") ? WORKED : NO_EFFECT;
}

CASE("fs.topology.chroot",
	TOPOLOGY,
	.claim	 = "chroot(2)",
	.promise = { ALLOWED },
	.scene	 = topology_scene,
	.attempt = change_root,
	.witness = topology_mount,
	.source	 = TOPOLOGY_SOURCE);

/* asm-generic/unistd.h of 7.3 */
#define NR_FCHROOT 472

static int change_root_by_descriptor(struct scene *scene)
{
	const int fd = open("dir", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	if (syscall(NR_FCHROOT, fd, 0)) {
		if (errno == ENOSYS && scene->world == WORLD_CONTROL)
			return cannot(scene, "fchroot(2) (Linux 7.3)");
		return errno;
	}
	return exists("/file") ? WORKED : NO_EFFECT;
}

CASE("fs.topology.fchroot",
	TOPOLOGY,
	.claim	 = "fchroot(2)",
	.promise = { ALLOWED },
	.scene	 = topology_scene,
	.attempt = change_root_by_descriptor,
	.witness = topology_mount,
	.source	 = TOPOLOGY_SOURCE " (chroot(2) calls are not denied)");

static int open_in_chroot(struct scene *scene)
{
	char text[16];
	int len;

	if (chroot("dir"))
		return broken(scene, "chroot: %s", strerrorname_np(errno));
	len = read_file("/file", text, sizeof(text));
	if (len < 0)
		return -len;
	return strcmp(text, "covered") ? NO_EFFECT : WORKED;
}

CASE("fs.topology.chroot_inside",
	.claim	 = "open(2) below a root that chroot(2) changed, with a rule above it",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH(".") },
	.extra	 = RULESET { .fs = FS_READ_FILE, .rules = { PATH("mnt") } },
	.root	 = true,
	.needs	 = "namespaces",
	.scene	 = topology_scene,
	.attempt = open_in_chroot,
	.source	 = "security/landlock/fs.c: is_access_to_paths_allowed() walks to the real root");
