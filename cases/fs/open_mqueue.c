// SPDX-License-Identifier: GPL-2.0
/* POSIX message queues are files, of a file system of their own. */
#include <mqueue.h>
#include <signal.h>
#include <sys/mount.h>

#include "fs.h"

#define QUEUE "/queue"

/* The queues of the namespace appear in mqueue/. */
static int queue(struct scene *scene)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 8 };
	mqd_t mq;

	if (make_dir("mqueue") ||
	    mount("mqueue", "mqueue", "mqueue", 0, NULL))
		return cannot(scene, "mounting mqueue: %s",
			      strerrorname_np(errno));
	mq = mq_open(QUEUE, O_RDWR | O_CREAT, 0666, &attr);
	if (mq < 0)
		return cannot(scene, "mq_open: %s", strerrorname_np(errno));
	return dir_file(scene) ?:
	       errno_of(lchown("mqueue/queue", subject_uid(), subject_gid())) ?:
	       errno_of(mq_close(mq));
}

static int open_queue(struct scene *scene)
{
	(void)scene;
	return errno_of(mq_open(QUEUE, O_RDONLY));
}

/* The rule that grants lies on the root of that file system. */
CASE("fs.open.mq_existing",
	.claim	 = "mq_open(3) of a queue that exists",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("mqueue") },
	.needs	 = "mqueue",
	.newipc	 = true,
	.scene	 = queue,
	.attempt = open_queue,
	.source	 = "ipc/mqueue.c: do_mq_open(), dentry_open()");

static int make_queue(struct scene *scene)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 8 };

	(void)scene;
	return errno_of(mq_open("/new", O_RDWR | O_CREAT, 0600, &attr));
}

static int creat_new(struct scene *scene)
{
	(void)scene;
	return errno_of(creat("dir/new", 0644));
}

static bool made(struct scene *scene)
{
	(void)scene;
	return exists("mqueue/new");
}

CASE("fs.open.mq_create",
	.claim	 = "mq_open(3) of a new queue, which is a new file",
	.guard	 = FS(MAKE_REG),
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#29",
	.needs	 = "mqueue",
	.newipc	 = true,
	.scene	 = queue,
	.attempt = make_queue,
	.witness = creat_new,
	.effect	 = made,
	.source	 = "ipc/mqueue.c: do_mq_open(), no security_path_mknod()");

static int unlink_queue(struct scene *scene)
{
	(void)scene;
	return errno_of(mq_unlink(QUEUE));
}

static int unlink_file(struct scene *scene)
{
	(void)scene;
	return errno_of(unlink("dir/file"));
}

static bool gone(struct scene *scene)
{
	(void)scene;
	return !exists("mqueue/queue");
}

CASE("fs.open.mq_unlink",
	.claim	 = "mq_unlink(3), which removes a file",
	.guard	 = FS(REMOVE_FILE),
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#29",
	.needs	 = "mqueue",
	.newipc	 = true,
	.scene	 = queue,
	.attempt = unlink_queue,
	.witness = unlink_file,
	.effect	 = gone,
	.source	 = "ipc/mqueue.c: mq_unlink(), no security_path_unlink()");

/* Opened before the sandbox, with a message in it */
static int queue_opened(struct scene *scene)
{
	const int error = queue(scene);

	if (error)
		return error;
	scene->fd[0] = mq_open(QUEUE, O_RDWR | O_NONBLOCK);
	fcntl(scene->fd[0], F_SETFD, 0);
	return errno_of(scene->fd[0]) ?:
	       errno_of(mq_send(scene->fd[0], "x", 1, 0));
}

static int receive(struct scene *scene)
{
	char text[8];

	return errno_of(mq_receive(scene->fd[0], text, sizeof(text), NULL)) ?:
	       text[0] == 'x' ? WORKED : NO_EFFECT;
}

static int send_one(struct scene *scene)
{
	return receive(scene) ?: errno_of(mq_send(scene->fd[0], "x", 1, 0)) ?:
	       receive(scene);
}

static int ask(struct scene *scene)
{
	struct mq_attr attr = { 0 };

	return errno_of(mq_getattr(scene->fd[0], &attr)) ?:
	       attr.mq_curmsgs == 1 ? WORKED : NO_EFFECT;
}

/* SIGEV_NONE notifies nobody, but it takes the queue's only registration. */
static int take_notice(struct scene *scene)
{
	struct sigevent none = { .sigev_notify = SIGEV_NONE };

	return errno_of(mq_notify(scene->fd[0], &none)) ?:
	       mq_notify(scene->fd[0], &none) < 0 && errno == EBUSY ?
	       WORKED : NO_EFFECT;
}

static const struct variant uses[] = {
	{ "", .op = receive },
	{ "mq_timedsend", .op = send_one },
	{ "mq_getsetattr", .op = ask },
	{ "mq_notify", .op = take_notice },
	{ NULL }
};

CASE("fs.open.mq_before",
	.claim	  = "using a message queue opened before the sandbox",
	.guard	  = { .fs = FS_ABI_1 },
	.promise  = { ALLOWED },
	.needs	  = "mqueue",
	.newipc	  = true,
	.variants = uses,
	.scene	  = queue_opened,
	.attempt  = variant_op,
	.witness  = read_dir_file,
	.source	  = "userspace-api/landlock, Filesystem flags: opened before the sandboxing");
