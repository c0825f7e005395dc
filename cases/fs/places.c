// SPDX-License-Identifier: GPL-2.0
/*
 * Rules on file systems whose files are the kernel's own: procfs, sysfs,
 * cgroup2, devpts, hugetlbfs and mqueue, each mounted on place/.
 */
#include <mqueue.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "fs.h"

#define PLACE	"place"
#define GROUP	"landproof"
#define NEW	PLACE "/new"
#define SUB	PLACE "/sub"
#define TEXT	"landproof"

/*
 * struct place - what a variant is about
 * @scene: mounts it, and makes what the attempt needs
 * @path: what the attempt opens, lists, makes or removes
 * @text: what it writes, if that is not TEXT
 * @attempt, @effect: where places differ
 */
struct place {
	int (*scene)(struct scene *scene);
	const char *path, *text;
	int (*attempt)(const struct place *place);
	bool (*effect)(struct scene *scene);
};

static const struct place *place_of(struct scene *scene)
{
	return scene->variant->data;
}

static int stand(struct scene *scene)
{
	return place_of(scene)->scene(scene);
}

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

/* It shows the devices of the caller's network: here one, nobody else's. */
static int sysfs(struct scene *scene)
{
	return errno_of(unshare(CLONE_NEWNET)) ?:
	       mount_place(scene, "sysfs", NULL);
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

/* What the master wrote waits in the terminal. */
static int pts_written(struct scene *scene)
{
	const int error = pts(scene);

	if (error)
		return error;
	return write(scene->fd[0], "x\n", 2) == 2 ? 0 : errno;
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
	int error = errno_of(unshare(CLONE_NEWIPC)) ?:
		    mount_place(scene, "mqueue", NULL);
	mqd_t mq;

	if (error)
		return error;
	mq = mq_open("/new", O_RDWR | O_CREAT, 0666, &attr);
	return errno_of(mq) ?: errno_of(mq_close(mq));
}

/* Attempts */

static int read_it(struct scene *scene)
{
	const int fd = open(place_of(scene)->path,
			    O_RDONLY | O_NOCTTY | O_CLOEXEC);
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

static int list_it(struct scene *scene)
{
	const int fd = open(place_of(scene)->path,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return WORKED;
}

static int writes_text(const struct place *place, int flags)
{
	const char *const text = place->text ?: TEXT;
	const int fd = open(place->path,
			    flags | O_WRONLY | O_NOCTTY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return errno;
	len = write(fd, text, strlen(text));
	if (close(fd) || len < 0)
		return errno;
	return WORKED;
}

static int write_it(struct scene *scene)
{
	return writes_text(place_of(scene), 0);
}

static int open_truncating(const struct place *place)
{
	return writes_text(place, O_TRUNC);
}

static off_t block_size(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_blksize;
}

/* hugetlbfs has no write(2); a file's size is a multiple of a huge page's. */
static int truncate_huge(const struct place *place)
{
	return errno_of(truncate(place->path, block_size(place->path)));
}

static int truncate_it(struct scene *scene)
{
	return place_of(scene)->attempt(place_of(scene));
}

static int make_it(struct scene *scene)
{
	return errno_of(mkdir(place_of(scene)->path, 0755));
}

static int create_it(struct scene *scene)
{
	return errno_of(mknod(place_of(scene)->path, S_IFREG | 0644, 0));
}

static int remove_it(struct scene *scene)
{
	return errno_of(rmdir(place_of(scene)->path));
}

static int unlink_it(struct scene *scene)
{
	return errno_of(unlink(place_of(scene)->path));
}

static int rename_it(struct scene *scene)
{
	return errno_of(rename(place_of(scene)->path, SUB "/moved"));
}

static int window_size(struct scene *scene)
{
	const int fd = open(place_of(scene)->path,
			    O_RDWR | O_NOCTTY | O_CLOEXEC);
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

	return read_file(place_of(scene)->path, text, sizeof(text)) > 0 &&
	       strncmp(text, TEXT, strlen(TEXT)) == 0;
}

static bool depth_there(struct scene *scene)
{
	return file_is(place_of(scene)->path, "7\n");
}

/* What is written to the terminal comes to the master. */
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

	return !stat(place_of(scene)->path, &st) &&
	       st.st_size == st.st_blksize;
}

static bool effect_there(struct scene *scene)
{
	return place_of(scene)->effect(scene);
}

static bool made(struct scene *scene)
{
	return exists(place_of(scene)->path);
}

static bool gone(struct scene *scene)
{
	return !made(scene);
}

static bool moved_there(struct scene *scene)
{
	return gone(scene) && exists(SUB "/moved");
}

/* Whether a rule is found may depend on the place: grant runs in each. */
#define AT(name, ...)							\
	{ name, .grants = true,						\
	  .data = &(const struct place){ __VA_ARGS__ } }

/* The rule lies on the root of the file system; privileges are kept. */
#define ON_PLACE(right, error, ...)					\
	.guard	  = FS(right),						\
	.promise  = { DENIED(error) },					\
	.grant	  = { PATH(PLACE) },					\
	.needs	  = "guest namespaces",					\
	.root	  = true,						\
	.worlds	  = W(CONTROL) | W(DENY) | W(GRANT),			\
	.scene	  = stand,						\
	.variants = (const struct variant[]){ __VA_ARGS__, { NULL } },	\
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_FS_" #right

#define ALIAS	PLACE "/class/net/lo/ifalias"
#define DEPTH	PLACE "/" GROUP "/cgroup.max.depth"

CASE("fs.places.read",
	.claim	  = "reading a file of procfs and others",
	ON_PLACE(READ_FILE, EACCES,
		 AT("", proc, PLACE "/sys/kernel/ostype"),
		 AT("sysfs", sysfs, PLACE "/class/net/lo/mtu"),
		 AT("cgroup2", cgroup, PLACE "/" GROUP "/cgroup.type"),
		 AT("devpts", pts_written, PLACE "/0"),
		 AT("mqueue", mqueue, NEW)),
	.attempt  = read_it);

CASE("fs.places.list",
	.claim	  = "opening a directory of procfs and others",
	ON_PLACE(READ_DIR, EACCES,
		 AT("", proc, PLACE),
		 AT("sysfs", sysfs, PLACE),
		 AT("cgroup2", cgroup, PLACE),
		 AT("devpts", pts, PLACE),
		 AT("hugetlbfs", hugetlb, PLACE),
		 AT("mqueue", mqueue, PLACE)),
	.attempt  = list_it);

CASE("fs.places.write",
	.claim	  = "writing to a file of sysfs and others",
	ON_PLACE(WRITE_FILE, EACCES,
		 AT("", sysfs, ALIAS, .effect = alias_there),
		 AT("cgroup2", cgroup, DEPTH, "7", .effect = depth_there),
		 AT("devpts", pts, PLACE "/0", .effect = terminal_wrote)),
	.attempt  = write_it,
	.effect	  = effect_there);

CASE("fs.places.truncate",
	.claim	  = "O_TRUNC, or truncate(2), of a file of sysfs and others",
	ON_PLACE(TRUNCATE, EACCES,
		 AT("", sysfs, ALIAS, .attempt = open_truncating,
		    .effect = alias_there),
		 AT("cgroup2", cgroup, DEPTH, "7", open_truncating,
		    depth_there),
		 AT("hugetlbfs", hugetlb_file, NEW, .attempt = truncate_huge,
		    .effect = has_size)),
	.attempt  = truncate_it,
	.effect	  = effect_there);

CASE("fs.places.mkdir",
	.claim	  = "mkdir(2) of a control group, or in hugetlbfs",
	ON_PLACE(MAKE_DIR, EACCES,
		 AT("", cgroup, PLACE "/" GROUP "/sub"),
		 AT("hugetlbfs", hugetlb, PLACE "/made")),
	.attempt  = make_it,
	.effect	  = made);

CASE("fs.places.rmdir",
	.claim	  = "rmdir(2) of a control group, or in hugetlbfs",
	ON_PLACE(REMOVE_DIR, EACCES,
		 AT("", cgroup_with_sub, PLACE "/" GROUP "/sub"),
		 AT("hugetlbfs", hugetlb_file, SUB)),
	.attempt  = remove_it,
	.effect	  = gone);

CASE("fs.places.create",
	.claim	  = "making a file in hugetlbfs, or a queue as a file of mqueue",
	ON_PLACE(MAKE_REG, EACCES,
		 AT("", hugetlb, PLACE "/made"),
		 AT("mqueue", mqueue, PLACE "/made")),
	.attempt  = create_it,
	.effect	  = made);

CASE("fs.places.unlink",
	.claim	  = "unlink(2) of a file of hugetlbfs, or of a queue as one of mqueue",
	ON_PLACE(REMOVE_FILE, EACCES,
		 AT("", hugetlb_file, NEW),
		 AT("mqueue", mqueue, NEW)),
	.attempt  = unlink_it,
	.effect	  = gone);

CASE("fs.places.rename",
	.claim	  = "rename(2) between directories of hugetlbfs",
	ON_PLACE(REFER, EXDEV, AT("", hugetlb_file, NEW)),
	.attempt  = rename_it,
	.effect	  = moved_there);

CASE("fs.places.ioctl",
	.claim	  = "ioctl(2) of a terminal of devpts",
	ON_PLACE(IOCTL_DEV, EACCES, AT("", pts, PLACE "/0")),
	.attempt  = window_size);
