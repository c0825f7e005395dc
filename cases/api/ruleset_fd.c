// SPDX-License-Identifier: GPL-2.0
/* The descriptor of a ruleset, as a descriptor. */
#include "api.h"
#include "bricks/unix.h"

static int is_close_on_exec(struct scene *scene)
{
	const int fd = new_ruleset(FS_READ_DIR, 0, 0);

	(void)scene;
	if (fd < 0)
		return -fd;
	if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC) ||
	    (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR)
		return NO_EFFECT;
	return proves_itself(fd);
}

CASE("api.ruleset_fd.cloexec",
	.claim	 = "a ruleset is read-write and closed by execve(2)",
	A_CALL,
	.promise = { ALLOWED },
	.control = create_ruleset_rightly,
	.attempt = is_close_on_exec,
	.source	 = "syscalls.c, landlock_create_ruleset: O_RDWR | O_CLOEXEC");

/* In square brackets since Linux 5.16. */
static int is_named(struct scene *scene)
{
	const int fd = new_ruleset(FS_READ_DIR, 0, 0);
	char path[64], name[64] = "";

	if (fd < 0)
		return -fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (readlink(path, name, sizeof(name) - 1) < 0)
		return cannot(scene, "%s: %s", path, strerrorname_np(errno));
	if (!strstr(name, "landlock-ruleset"))
		return NO_EFFECT;
	return proves_itself(fd);
}

CASE("api.ruleset_fd.name",
	.claim	 = "the link of a ruleset in /proc/self/fd says landlock-ruleset",
	A_CALL,
	.promise = { ALLOWED },
	.control = create_ruleset_rightly,
	.attempt = is_named,
	.source	 = "syscalls.c, landlock_create_ruleset: anon_inode_getfd");

/* Reading and writing mean something to the kernel only. */
static int io_after_proof(int (*io)(int fd))
{
	const int fd = new_ruleset(FS_READ_DIR, 0, 0);
	const int ret = proves_itself(fd);

	return ret ? ret : io(fd);
}

static int do_read(int fd)
{
	char byte;

	return errno_of(read(fd, &byte, 1));
}

static int do_write(int fd)
{
	return errno_of(write(fd, "x", 1));
}

static int read_it(struct scene *scene)
{
	(void)scene;
	return io_after_proof(do_read);
}

static int write_it(struct scene *scene)
{
	(void)scene;
	return io_after_proof(do_write);
}

CASE("api.ruleset_fd.read",
	.claim	 = "read(2) of a ruleset",
	A_CALL,
	.promise = { DENIED(EINVAL) },
	.control = create_ruleset_rightly,
	.attempt = read_it,
	.source	 = "syscalls.c, fop_dummy_read");

CASE("api.ruleset_fd.write",
	.claim	 = "write(2) to a ruleset",
	A_CALL,
	.promise = { DENIED(EINVAL) },
	.control = create_ruleset_rightly,
	.attempt = write_it,
	.source	 = "syscalls.c, fop_dummy_write");

/* The child builds it and is gone before it is enforced. */
static int send_ruleset(struct scene *scene)
{
	const int fd = new_ruleset(FS_READ_DIR, 0, 0);

	return fd < 0 ? -fd : unix_pass(scene->fd[1], fd);
}

static int pass_and_enforce(struct scene *scene)
{
	int ends[2], ret;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return broken(scene, "socketpair: %s", strerrorname_np(errno));
	scene->fd[1] = ends[1];
	ret = in_child(scene, send_ruleset);
	return ret ? ret : proves_itself(unix_receive(ends[0]));
}

CASE("api.ruleset_fd.scm_rights",
	.claim	 = "a ruleset that came by SCM_RIGHTS is enforced",
	A_CALL,
	.promise = { ALLOWED },
	.control = create_ruleset_rightly,
	.attempt = pass_and_enforce,
	.source	 = "selftests/landlock: ruleset_fd_transfer");

static int add_in_child(struct scene *scene)
{
	return add_path_rule(scene->value[0], "/dev", FS_READ_FILE);
}

/* The descriptor is shared, and so is the ruleset behind it. */
static int rule_from_child(struct scene *scene)
{
	const int fd = new_ruleset(FS_READ_DIR | FS_READ_FILE, 0, 0);
	int ret;

	if (fd < 0)
		return -fd;
	scene->value[0] = fd;
	ret = in_child(scene, add_in_child);
	if (!ret)
		ret = proves_itself(fd);
	return ret ? ret : try_open("/dev/null", O_RDONLY);
}

CASE("api.ruleset_fd.shared_by_fork",
	.claim	 = "a rule that a child added counts for the parent",
	A_CALL,
	.promise = { ALLOWED },
	.control = create_ruleset_rightly,
	.attempt = rule_from_child,
	.source	 = "syscalls.c: a ruleset descriptor is shared like any");

/* Neither a copy of the number nor its end makes a difference. */
static int enforce_duplicate(struct scene *scene)
{
	const int fd = new_ruleset(FS_READ_DIR, 0, 0);
	const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 100);
	int ret;

	(void)scene;
	if (fd < 0 || copy < 0)
		return errno;
	close(fd);
	ret = proves_itself(copy);
	close(copy);
	if (ret)
		return ret;
	return refused(list_root());
}

CASE("api.ruleset_fd.closed_after",
	.claim	 = "a domain outlives the descriptor that it came from",
	A_CALL,
	.promise = { ALLOWED },
	.control = create_ruleset_rightly,
	.attempt = enforce_duplicate,
	.source	 = "domain.c, landlock_merge_ruleset: a domain is a copy");

/* No way through /proc gives another open file of it. */
static int reopen(struct scene *scene)
{
	const int fd = new_ruleset(FS_READ_DIR, 0, 0);
	int ret = ruleset_works(scene, fd);
	struct stat st;
	char path[64];

	if (ret)
		return ret;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ret = try_open(path, scene->variant->arg);
	/* Only its owner, root, comes as far as no_open (fs/inode.c). */
	return ret == ENXIO && !fstat(fd, &st) && st.st_uid == geteuid() ?
		EACCES : ret;
}

static const struct variant modes[] = {
	{ "", .arg = O_RDONLY },
	{ "wronly", .arg = O_WRONLY },
	{ "rdwr", .arg = O_RDWR },
	{ NULL }
};

CASE("api.ruleset_fd.reopen",
	.claim	  = "open(2) of a ruleset through /proc/self/fd",
	A_CALL,
	.promise  = { DENIED(EACCES) },
	.variants = modes,
	.control  = create_ruleset_rightly,
	.attempt  = reopen,
	.source	  = "fs/libfs.c, alloc_anon_inode: root's, and for nobody else");
