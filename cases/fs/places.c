// SPDX-License-Identifier: GPL-2.0
/*
 * Rules on file systems whose files are the kernel's own: procfs, sysfs,
 * cgroup2, devpts, hugetlbfs and mqueue, each mounted on place/.
 */
#include <mqueue.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "fs.h"

#define PLACE	"place"
#define GROUP	"landproof"
#define NEW	PLACE "/new"
#define SUB	PLACE "/sub"
#define TEXT	"landproof"

/* The witness's file is on the world's own file system. */
static int mount_place(struct scene *scene, const char *type,
		       const char *options)
{
	const int error = dir_file(scene) ?: make_dir(PLACE);

	if (error)
		return error;
	return mount(type, PLACE, type, 0, options) ?
		cannot(scene, "a mount of %s: %s", type,
		       strerrorname_np(errno)) : 0;
}

static int proc(struct scene *scene)
{
	return mount_place(scene, "proc", NULL);
}

static int sysfs(struct scene *scene)
{
	return mount_place(scene, "sysfs", NULL);
}

/* A group without processes; one of an earlier world is the same. */
static int cgroup(struct scene *scene)
{
	const int error = mount_place(scene, "cgroup2", NULL);

	if (error)
		return error;
	rmdir(PLACE "/" GROUP "/sub");
	rmdir(PLACE "/" GROUP);
	return errno_of(mkdir(PLACE "/" GROUP, 0755));
}

static int cgroup_with_sub(struct scene *scene)
{
	return cgroup(scene) ?: errno_of(mkdir(PLACE "/" GROUP "/sub", 0755));
}

static int pts(struct scene *scene)
{
	int unlock = 0, number = -1;
	int error = mount_place(scene, "devpts", "newinstance,ptmxmode=0666");

	if (error)
		return error;
	/* The master stays open, or there is no terminal. */
	scene->fd[0] = open(PLACE "/ptmx", O_RDWR | O_NOCTTY);
	if (scene->fd[0] < 0 || ioctl(scene->fd[0], TIOCSPTLCK, &unlock) ||
	    ioctl(scene->fd[0], TIOCGPTN, &number))
		return cannot(scene, "a pseudo-terminal: %s",
			      strerrorname_np(errno));
	return number ? broken(scene, "pts %d is the first one", number) : 0;
}

static int hugetlb(struct scene *scene)
{
	return mount_place(scene, "hugetlbfs", "mode=0777");
}

static int hugetlb_file(struct scene *scene)
{
	return hugetlb(scene) ?: errno_of(mknod(NEW, S_IFREG | 0666, 0)) ?:
	       errno_of(mkdir(SUB, 0777));
}

/* The queue is a file, and says how much is in it. */
static int mqueue(struct scene *scene)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	int error = mount_place(scene, "mqueue", NULL);
	mqd_t mq;

	if (error)
		return error;
	mq = mq_open("/new", O_RDWR | O_CREAT, 0666, &attr);
	return errno_of(mq) ?: errno_of(mq_close(mq));
}

static off_t block_size(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_blksize;
}

/* Attempts */

static int reads_something(const char *path)
{
	const int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	char text[256];
	ssize_t len;

	if (fd < 0)
		return errno;
	len = read(fd, text, sizeof(text));
	close(fd);
	if (len < 0)
		return errno;
	return len ? WORKED : NO_EFFECT;
}

static int writes_text(const char *path, int flags, const char *text)
{
	const int fd = open(path, flags | O_WRONLY | O_NOCTTY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return errno;
	len = write(fd, text, strlen(text));
	if (close(fd) || len < 0)
		return errno;
	return WORKED;
}

static int read_ostype(struct scene *scene)
{
	(void)scene;
	return reads_something(PLACE "/sys/kernel/ostype");
}

static int read_mtu(struct scene *scene)
{
	(void)scene;
	return reads_something(PLACE "/class/net/lo/mtu");
}

static int read_type(struct scene *scene)
{
	(void)scene;
	return reads_something(PLACE "/" GROUP "/cgroup.type");
}

static int read_queue(struct scene *scene)
{
	(void)scene;
	return reads_something(NEW);
}

/* What the master wrote is read from the terminal. */
static int read_terminal(struct scene *scene)
{
	if (write(scene->fd[0], "x\n", 2) != 2)
		return broken(scene, "writing to a terminal's master");
	return reads_something(PLACE "/0");
}

static int write_alias(struct scene *scene)
{
	(void)scene;
	return writes_text(PLACE "/class/net/lo/ifalias", 0, TEXT);
}

static int write_depth(struct scene *scene)
{
	(void)scene;
	return writes_text(PLACE "/" GROUP "/cgroup.max.depth", 0, "7");
}

/* What is written to the terminal comes to the master. */
static int write_terminal(struct scene *scene)
{
	(void)scene;
	return writes_text(PLACE "/0", 0, TEXT);
}

static int truncate_alias(struct scene *scene)
{
	(void)scene;
	return writes_text(PLACE "/class/net/lo/ifalias", O_TRUNC, TEXT);
}

static int truncate_depth(struct scene *scene)
{
	(void)scene;
	return writes_text(PLACE "/" GROUP "/cgroup.max.depth", O_TRUNC, "7");
}

/* hugetlbfs has no write(2); a file's size is a multiple of a huge page's. */
static int truncate_huge(struct scene *scene)
{
	(void)scene;
	return errno_of(truncate(NEW, block_size(NEW)));
}

static int lists(const char *path)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return WORKED;
}

static int list_place(struct scene *scene)
{
	(void)scene;
	return lists(PLACE);
}

static int make_group(struct scene *scene)
{
	(void)scene;
	return errno_of(mkdir(PLACE "/" GROUP "/sub", 0755));
}

static int remove_group(struct scene *scene)
{
	(void)scene;
	return errno_of(rmdir(PLACE "/" GROUP "/sub"));
}

static int make_dir_there(struct scene *scene)
{
	(void)scene;
	return errno_of(mkdir(PLACE "/made", 0755));
}

static int make_file_there(struct scene *scene)
{
	(void)scene;
	return errno_of(mknod(PLACE "/made", S_IFREG | 0644, 0));
}

static int unlink_there(struct scene *scene)
{
	(void)scene;
	return errno_of(unlink(NEW));
}

static int rename_there(struct scene *scene)
{
	(void)scene;
	return errno_of(rename(NEW, SUB "/moved"));
}

static int window_size(struct scene *scene)
{
	const int fd = open(PLACE "/0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct winsize size;
	int error;

	if (fd < 0)
		return not_opened(scene);
	error = errno_of(ioctl(fd, TIOCGWINSZ, &size));
	close(fd);
	return error;
}

/* Effects */

static bool alias_there(struct scene *scene)
{
	char text[64];

	(void)scene;
	return read_file(PLACE "/class/net/lo/ifalias", text, sizeof(text)) >
	       0 && strncmp(text, TEXT, strlen(TEXT)) == 0;
}

static bool depth_there(struct scene *scene)
{
	(void)scene;
	return file_is(PLACE "/" GROUP "/cgroup.max.depth", "7\n");
}

static bool terminal_wrote(struct scene *scene)
{
	char text[64] = "";

	fcntl(scene->fd[0], F_SETFL, O_NONBLOCK);
	return read(scene->fd[0], text, sizeof(text) - 1) > 0 &&
	       strstr(text, TEXT);
}

static bool has_size(struct scene *scene)
{
	struct stat st;

	(void)scene;
	return !stat(NEW, &st) && st.st_size == st.st_blksize;
}

static bool group_there(struct scene *scene)
{
	(void)scene;
	return exists(PLACE "/" GROUP "/sub");
}

static bool group_gone(struct scene *scene)
{
	return !group_there(scene);
}

static bool made_there(struct scene *scene)
{
	(void)scene;
	return exists(PLACE "/made");
}

static bool gone_there(struct scene *scene)
{
	(void)scene;
	return !exists(NEW);
}

static bool moved_there(struct scene *scene)
{
	(void)scene;
	return exists(SUB "/moved");
}

/* The rule lies on the root of the file system; privileges are kept. */
#define ON_PLACE(right, error)						\
	.guard	 = FS(right),						\
	.promise = { DENIED(error) },					\
	.grant	 = { PATH(PLACE) },					\
	.needs	 = "guest namespaces",					\
	.root	 = true,						\
	.worlds	 = W(CONTROL) | W(DENY) | W(GRANT)

CASE("fs.places.proc_read",
	.claim	 = "reading a file of procfs",
	ON_PLACE(READ_FILE, EACCES),
	.scene	 = proc,
	.attempt = read_ostype,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE");

CASE("fs.places.proc_list",
	.claim	 = "opening a directory of procfs",
	ON_PLACE(READ_DIR, EACCES),
	.scene	 = proc,
	.attempt = list_place,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_DIR");

CASE("fs.places.sysfs_read",
	.claim	 = "reading a file of sysfs",
	ON_PLACE(READ_FILE, EACCES),
	.newnet	 = true,
	.scene	 = sysfs,
	.attempt = read_mtu,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE");

CASE("fs.places.sysfs_write",
	.claim	 = "writing to a file of sysfs",
	ON_PLACE(WRITE_FILE, EACCES),
	.newnet	 = true,
	.scene	 = sysfs,
	.attempt = write_alias,
	.effect	 = alias_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_WRITE_FILE");

CASE("fs.places.sysfs_truncate",
	.claim	 = "opening a file of sysfs with O_TRUNC",
	ON_PLACE(TRUNCATE, EACCES),
	.newnet	 = true,
	.scene	 = sysfs,
	.attempt = truncate_alias,
	.effect	 = alias_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_TRUNCATE");

CASE("fs.places.sysfs_list",
	.claim	 = "opening a directory of sysfs",
	ON_PLACE(READ_DIR, EACCES),
	.newnet	 = true,
	.scene	 = sysfs,
	.attempt = list_place,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_DIR");

CASE("fs.places.cgroup_read",
	.claim	 = "reading a file of cgroup2",
	ON_PLACE(READ_FILE, EACCES),
	.scene	 = cgroup,
	.attempt = read_type,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE");

CASE("fs.places.cgroup_write",
	.claim	 = "writing to a file of cgroup2",
	ON_PLACE(WRITE_FILE, EACCES),
	.scene	 = cgroup,
	.attempt = write_depth,
	.effect	 = depth_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_WRITE_FILE");

CASE("fs.places.cgroup_truncate",
	.claim	 = "opening a file of cgroup2 with O_TRUNC",
	ON_PLACE(TRUNCATE, EACCES),
	.scene	 = cgroup,
	.attempt = truncate_depth,
	.effect	 = depth_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_TRUNCATE");

CASE("fs.places.cgroup_list",
	.claim	 = "opening a directory of cgroup2",
	ON_PLACE(READ_DIR, EACCES),
	.scene	 = cgroup,
	.attempt = list_place,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_DIR");

CASE("fs.places.cgroup_mkdir",
	.claim	 = "mkdir(2) of a control group",
	ON_PLACE(MAKE_DIR, EACCES),
	.scene	 = cgroup,
	.attempt = make_group,
	.effect	 = group_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_MAKE_DIR");

CASE("fs.places.cgroup_rmdir",
	.claim	 = "rmdir(2) of a control group",
	ON_PLACE(REMOVE_DIR, EACCES),
	.scene	 = cgroup_with_sub,
	.attempt = remove_group,
	.effect	 = group_gone,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_REMOVE_DIR");

CASE("fs.places.devpts_read",
	.claim	 = "reading a terminal of devpts",
	ON_PLACE(READ_FILE, EACCES),
	.scene	 = pts,
	.attempt = read_terminal,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE");

CASE("fs.places.devpts_write",
	.claim	 = "writing to a terminal of devpts",
	ON_PLACE(WRITE_FILE, EACCES),
	.scene	 = pts,
	.attempt = write_terminal,
	.effect	 = terminal_wrote,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_WRITE_FILE");

CASE("fs.places.devpts_ioctl",
	.claim	 = "ioctl(2) of a terminal of devpts",
	ON_PLACE(IOCTL_DEV, EACCES),
	.scene	 = pts,
	.attempt = window_size,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_IOCTL_DEV");

CASE("fs.places.devpts_list",
	.claim	 = "opening the directory of devpts",
	ON_PLACE(READ_DIR, EACCES),
	.scene	 = pts,
	.attempt = list_place,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_DIR");

CASE("fs.places.hugetlbfs_truncate",
	.claim	 = "truncate(2) of a file of hugetlbfs",
	ON_PLACE(TRUNCATE, EACCES),
	.scene	 = hugetlb_file,
	.attempt = truncate_huge,
	.effect	 = has_size,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_TRUNCATE");

CASE("fs.places.hugetlbfs_create",
	.claim	 = "making a file in hugetlbfs",
	ON_PLACE(MAKE_REG, EACCES),
	.scene	 = hugetlb,
	.attempt = make_file_there,
	.effect	 = made_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_MAKE_REG");

CASE("fs.places.hugetlbfs_mkdir",
	.claim	 = "mkdir(2) in hugetlbfs",
	ON_PLACE(MAKE_DIR, EACCES),
	.scene	 = hugetlb,
	.attempt = make_dir_there,
	.effect	 = made_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_MAKE_DIR");

CASE("fs.places.hugetlbfs_unlink",
	.claim	 = "unlink(2) of a file of hugetlbfs",
	ON_PLACE(REMOVE_FILE, EACCES),
	.scene	 = hugetlb_file,
	.attempt = unlink_there,
	.effect	 = gone_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_REMOVE_FILE");

CASE("fs.places.hugetlbfs_rename",
	.claim	 = "rename(2) between directories of hugetlbfs",
	ON_PLACE(REFER, EXDEV),
	.scene	 = hugetlb_file,
	.attempt = rename_there,
	.effect	 = moved_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_REFER");

CASE("fs.places.mqueue_read",
	.claim	 = "reading a queue's file of mqueue",
	ON_PLACE(READ_FILE, EACCES),
	.newipc	 = true,
	.scene	 = mqueue,
	.attempt = read_queue,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE");

CASE("fs.places.mqueue_list",
	.claim	 = "opening the directory of mqueue",
	ON_PLACE(READ_DIR, EACCES),
	.newipc	 = true,
	.scene	 = mqueue,
	.attempt = list_place,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_DIR");

CASE("fs.places.mqueue_create",
	.claim	 = "making a queue as a file of mqueue",
	ON_PLACE(MAKE_REG, EACCES),
	.newipc	 = true,
	.scene	 = mqueue,
	.attempt = make_file_there,
	.effect	 = made_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_MAKE_REG");

CASE("fs.places.mqueue_unlink",
	.claim	 = "unlink(2) of a queue as a file of mqueue",
	ON_PLACE(REMOVE_FILE, EACCES),
	.newipc	 = true,
	.scene	 = mqueue,
	.attempt = unlink_there,
	.effect	 = gone_there,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_REMOVE_FILE");
