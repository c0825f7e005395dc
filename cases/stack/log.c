// SPDX-License-Identifier: GPL-2.0
/* Where two would refuse, one does, and so one record is written: its own. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "bricks/audit_log.h"
#include "bricks/target.h"
#include "stack.h"

/* struct logged - an operation on what AppArmor refuses too, and its refusal */
struct logged {
	uint32_t fs, scoped;
	int (*act)(struct scene *scene);
	struct refusal refusal;
	enum other other;
};

static int open_file(struct scene *scene)
{
	const int fd = open("refused/file", O_RDONLY | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	close(fd);
	return WORKED;
}

static int make_new(struct scene *scene)
{
	(void)scene;
	return errno_of(mkdirat(AT_FDCWD, "refused/new", 0700));
}

static int send_signal(struct scene *scene)
{
	return errno_of(kill(scene->pid[0], SIGUSR2));
}

#define LOGGED_OPERATION(...) .data = &(const struct logged) { __VA_ARGS__ }

/* Programs and filters write no records. */
static const struct variant operations[] = {
	{ "", .arg = APPARMOR, LOGGED_OPERATION(
		FS_READ_FILE, 0, open_file, { "file_open", .logged = true }) },
	{ "make_dir", .arg = APPARMOR, LOGGED_OPERATION(
		FS_MAKE_DIR, 0, make_new, { "path_mkdir", .logged = true }) },
	{ "signal", .arg = APPARMOR, LOGGED_OPERATION(
		0, SCOPE_SIGNAL, send_signal, { "task_kill", .logged = true }) },
	{ "bpf", .arg = BPF, LOGGED_OPERATION(
		FS_MAKE_DIR, 0, make_new, { "path_mkdir" }) },
	{ "seccomp", .arg = SECCOMP, LOGGED_OPERATION(
		FS_MAKE_DIR, 0, make_new, { .calls = { SYS_mkdirat } }) },
	{ NULL }
};

static const struct logged *logged(const struct scene *scene)
{
	return scene->variant->data;
}

static bool other_refuses(const struct scene *scene)
{
	return scene->world != WORLD_CONTROL;
}

/* The profile is about directories below one of /tmp's. */
static int scene(struct scene *scene)
{
	int ret = audit_scene(scene) ?: target_start(scene, 1);

	if (ret)
		return ret;
	scene->pid[0] = scene->pid[1];
	if (make_dir("world/refused") || chdir("world") ||
	    make_file("refused/file", "secret"))
		return broken(scene, "files");
	return other_refuses(scene) ?
		other_prepare(scene, &logged(scene)->refusal) : 0;
}

/* What the witness does is denied, and nothing else. */
static int enforce_little(struct scene *scene)
{
	return enforce_ruleset(scene, RULESET { .fs = FS_READ_DIR });
}

static int enforce_refusal(struct scene *scene)
{
	const struct ruleset set = {
		.fs = FS_READ_DIR | logged(scene)->fs,
		.scoped = logged(scene)->scoped,
	};

	return enforce_ruleset(scene, &set);
}

static int open_dir(struct scene *scene)
{
	const int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	close(fd);
	return WORKED;
}

/* A program knows whom to refuse by the name, the log's reader too. */
static int act(struct scene *scene)
{
	int ret;

	if (!other_refuses(scene))
		return logged(scene)->act(scene);
	ret = other_begins(scene, &logged(scene)->refusal) ?:
	      logged(scene)->act(scene);
	prctl(PR_SET_NAME, scene->text);
	return ret;
}

/* Where Landlock denies anything it denied the witness before. */
static int read_log(struct scene *scene)
{
	const int error = act(scene);
	const bool first = scene->test->enforce == enforce_refusal &&
			   !other_comes_first(scene);
	const int landlocks = other_refuses(scene) ? 1 + first : 0;
	const int others = other_refuses(scene) && !first &&
			   scene->variant->arg == APPARMOR;
	struct audit_log log;

	if (error < 0 || audit_read(scene, &log))
		return error < 0 ? error : CANNOT;
	if (log.accesses != landlocks || log.others != others)
		remark(scene, "%d records of Landlock's and %d of another's, not %d and %d",
		       log.accesses, log.others, landlocks, others);
	if (!error)
		return WORKED;
	if (log.accesses < landlocks || log.others < others)
		return LOG_SILENT;
	return log.accesses == landlocks && log.others == others ?
		LOG_RIGHT : LOG_WRONG;
}

#define IN_LOG								\
	.worlds	  = W(CONTROL) | W(DENY),				\
	.bare	  = true,						\
	.root	  = true,						\
	.needs	  = "guest audit root",					\
	.covers	  = LOGGED_SINCE,					\
	.promise  = { LOGGED },						\
	.variants = operations,						\
	.scene	  = scene,						\
	.witness  = open_dir,						\
	.attempt  = read_log

CASE("stack.log.both",
	.claim	  = "the record of what Landlock and another would refuse: the first one's alone",
	IN_LOG,
	.enforce  = enforce_refusal,
	.source	  = "admin-guide/LSM/landlock: AUDIT_LANDLOCK_ACCESS; admin-guide/LSM/index: the order");

CASE("stack.log.other",
	.claim	  = "the record of what only another refuses: none of Landlock's",
	IN_LOG,
	.enforce  = enforce_little,
	.source	  = "admin-guide/LSM/landlock: AUDIT_LANDLOCK_ACCESS, of what Landlock denied");
