// SPDX-License-Identifier: GPL-2.0
/*
 * no_new_privs: what needs it and what sets it.  Attempts have it already, so
 * a process of the scene that has not makes the calls on their behalf.
 */
#include <sched.h>
#include <sys/prctl.h>

#include "domain.h"

#define DOC_FLAG \
	"include/uapi/linux/landlock.h: LANDLOCK_RESTRICT_SELF_NO_NEW_PRIVS"
#define NO_SUCH_FD (-2)

static int has_nnp(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

static int delegate(struct scene *scene)
{
	const struct landproof_case *test = scene->test;
	int ret = domain_files(scene);

	if (ret)
		return ret;
	if (has_nnp())
		return cannot(scene, "a process without no_new_privs");
	meeting_init(scene);
	if (scene_fork(scene) == 0) {
		await(scene, 0);
		ret = test->root ? 0 : become_subject();
		if (ret)
			ret = broken(scene, "setresuid: %s",
				     strerrorname_np(ret));
		scene->value[0] = ret ?: scene->variant->op(scene);
		wake(scene, 1);
		_exit(0);
	}
	return 0;
}

static int await_delegate(struct scene *scene)
{
	wake(scene, 0);
	await(scene, 1);
	return scene->value[0];
}

static int restrict_with(struct scene *scene, unsigned int flags)
{
	const struct ruleset set = { .fs = FS_READ_FILE };
	const int fd = build_ruleset(scene, &set);
	int error;

	if (fd < 0)
		return fd;
	error = errno_of(ll_restrict(fd, flags));
	close(fd);
	return error;
}

/* Nothing is tried where there is no Landlock, and in the control world. */
static bool calls(struct scene *scene)
{
	return kernel.abi && scene->world == WORLD_CALL;
}

static int set_by_flag(struct scene *scene)
{
	int ret;

	if (!calls(scene))
		return has_nnp() ? NO_EFFECT : WORKED;
	ret = restrict_with(scene, RESTRICT_NO_NEW_PRIVS);
	if (ret)
		return ret;
	if (read_guarded_file(scene) == WORKED)
		return UNENFORCED;
	return has_nnp() == 1 ? WORKED : NO_EFFECT;
}

static const struct variant by_flag[] = {
	{ "", .op = set_by_flag },
	{ NULL }
};

CASE("domain.no_new_privs.flag",
	.own_memory = true,
	.claim	  = "enforcing with the flag NO_NEW_PRIVS, where no_new_privs is not set yet",
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.covers	  = "restrict.no_new_privs",
	.variants = by_flag,
	.scene	  = delegate,
	.attempt  = await_delegate,
	.source	  = DOC_FLAG);

static int without(struct scene *scene)
{
	if (!kernel.abi)
		return 0;
	if (scene->world == WORLD_CONTROL &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return errno;
	return restrict_with(scene, 0);
}

static const struct variant by_nothing[] = {
	{ "", .op = without },
	{ NULL }
};

CASE("domain.no_new_privs.required",
	.own_memory = true,
	.claim	  = "enforcing without no_new_privs and without privileges",
	.promise  = { DENIED(EPERM) },
	.worlds	  = W(CONTROL) | W(CALL),
	.variants = by_nothing,
	.scene	  = delegate,
	.attempt  = await_delegate,
	.source	  = "userspace-api/landlock: no_new_privs is required by Landlock");

/* What is refused must not set it. */
static int refuse_fd(struct scene *scene)
{
	(void)scene;
	if (ll_restrict(NO_SUCH_FD, RESTRICT_NO_NEW_PRIVS) == 0)
		return UNENFORCED;
	return errno == EBADF ? WORKED : errno;
}

static int refuse_layer(struct scene *scene)
{
	int i, ret = 0;

	for (i = 0; i < LAYERS_MAX && !ret; i++)
		ret = restrict_with(scene, 0);
	if (ret)
		return ret;
	ret = restrict_with(scene, RESTRICT_NO_NEW_PRIVS);
	if (ret == WORKED)
		return UNENFORCED;
	return ret == E2BIG ? WORKED : ret;
}

static int refused_call(struct scene *scene)
{
	int ret = 0;

	if (calls(scene))
		ret = scene->variant->arg ? refuse_layer(scene) :
					    refuse_fd(scene);
	return ret ?: (has_nnp() ? NO_EFFECT : WORKED);
}

static const struct variant refusals[] = {
	{ "", .op = refused_call },
	{ "17th_layer", .op = refused_call, .arg = 1 },
	{ NULL }
};

CASE("domain.no_new_privs.refused_call",
	.own_memory = true,
	.claim	  = "a refused call with NO_NEW_PRIVS does not set it",
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.covers	  = "restrict.no_new_privs",
	.needs	  = "namespaces",
	.root	  = true,
	.variants = refusals,
	.scene	  = delegate,
	.attempt  = await_delegate,
	.source	  = DOC_FLAG ": if and only if the call succeeds");

/*
 * A caller with CAP_SYS_ADMIN needs no no_new_privs, and the call does not set
 * it.
 */
static int by_capability(struct scene *scene)
{
	int ret = 0;

	if (calls(scene))
		ret = restrict_with(scene, scene->variant->arg);
	if (ret)
		return ret;
	if (calls(scene) && read_guarded_file(scene) == WORKED)
		return UNENFORCED;
	return has_nnp() ? NO_EFFECT : WORKED;
}

static const struct variant capability[] = {
	{ "", .op = by_capability },
	{ NULL }
};

CASE("domain.no_new_privs.capability",
	.own_memory = true,
	.claim	  = "enforcing with CAP_SYS_ADMIN leaves no_new_privs as it is",
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.needs	  = "namespaces",
	.root	  = true,
	.variants = capability,
	.scene	  = delegate,
	.attempt  = await_delegate,
	.source	  = "userspace-api/landlock: CAP_SYS_ADMIN without setting no_new_privs");

static int sibling_has_nnp(struct scene *scene)
{
	(void)scene;
	return has_nnp();
}

/* The sibling is older than the caller's no_new_privs. */
static int share_with_sibling(struct scene *scene)
{
	const unsigned int flags = scene->variant->arg;
	const bool calling = calls(scene);
	int ret = 0;

	sibling_start(scene, 0);
	if (sibling_run(scene, 0, sibling_has_nnp))
		return broken(scene, "no_new_privs from the start");
	if (!(flags & RESTRICT_NO_NEW_PRIVS) &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return errno;
	if (!calling)
		return WORKED;
	ret = restrict_with(scene, flags);
	if (ret)
		return ret;
	if (sibling_run(scene, 0, read_guarded_file) == WORKED)
		return UNENFORCED;
	return sibling_run(scene, 0, sibling_has_nnp) ? WORKED : NO_EFFECT;
}

static const struct variant tsync[] = {
	{ "", .op = share_with_sibling, .arg = RESTRICT_TSYNC },
	{ NULL }
};

CASE("domain.tsync.no_new_privs",
	.own_memory = true,
	.claim	  = "TSYNC hands the caller's no_new_privs on to the other threads",
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.covers	  = "restrict.tsync",
	.variants = tsync,
	.scene	  = delegate,
	.attempt  = await_delegate,
	.source	  = "include/uapi/linux/landlock.h: LANDLOCK_RESTRICT_SELF_TSYNC");

/* On the caller's processor, and only when nobody else wants it */
static int come_last(struct scene *scene)
{
	const struct sched_param none = { 0 };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	if (sched_setaffinity(getpid(), sizeof(one), &one) ||
	    sched_setaffinity(0, sizeof(one), &one) ||
	    sched_setscheduler(0, SCHED_IDLE, &none))
		return cannot(scene, "SCHED_IDLE: %s", strerrorname_np(errno));
	scene->fd[0] = open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
	return scene->fd[0] < 0 ? broken(scene, "/proc/thread-self") : 0;
}

/* Seen from the caller: the sibling cannot run before this looks at it. */
static int share_before_return(struct scene *scene)
{
	char status[4096] = "";
	int ret;

	sibling_start(scene, 0);
	ret = sibling_run(scene, 0, come_last);
	if (ret)
		return ret;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return errno;
	if (!calls(scene))
		return WORKED;
	ret = restrict_with(scene, RESTRICT_TSYNC);
	if (ret)
		return ret;
	if (read(scene->fd[0], status, sizeof(status) - 1) <= 0)
		return broken(scene, "/proc/thread-self/status");
	if (read_guarded_file(scene) == WORKED)
		return UNENFORCED;
	return strstr(status, "\nNoNewPrivs:\t1\n") ? WORKED : NO_EFFECT;
}

static const struct variant at_return[] = {
	{ "", .op = share_before_return },
	{ NULL }
};

CASE("domain.tsync.at_return",
	.own_memory = true,
	.claim	  = "TSYNC returns when all threads are bound, and not before",
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.covers	  = "restrict.tsync",
	.needs	  = "guest",	/* others may want the processor elsewhere */
	.variants = at_return,
	.scene	  = delegate,
	.attempt  = await_delegate,
	.source	  = "include/uapi/linux/landlock.h: LANDLOCK_RESTRICT_SELF_TSYNC");

/* The caller has no no_new_privs, so TSYNC gives it to no sibling. */
static int share_capability(struct scene *scene)
{
	int ret;

	sibling_start(scene, 0);
	ret = calls(scene) ? restrict_with(scene, RESTRICT_TSYNC) : 0;
	if (ret)
		return ret;
	if (calls(scene) && sibling_run(scene, 0, read_guarded_file) == WORKED)
		return UNENFORCED;
	return sibling_run(scene, 0, sibling_has_nnp) ? NO_EFFECT : WORKED;
}

static const struct variant tsync_capability[] = {
	{ "", .op = share_capability },
	{ NULL }
};

CASE("domain.no_new_privs.tsync_capability",
	.own_memory = true,
	.claim	  = "TSYNC with CAP_SYS_ADMIN leaves no_new_privs of other threads",
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.covers	  = "restrict.tsync",
	.needs	  = "namespaces",
	.root	  = true,
	.variants = tsync_capability,
	.scene	  = delegate,
	.attempt  = await_delegate,
	.source	  = "include/uapi/linux/landlock.h: TSYNC, if the caller runs with no_new_privs");

static const struct variant tsync_and_flag[] = {
	{ "", .op = share_with_sibling,
	  .arg = RESTRICT_TSYNC | RESTRICT_NO_NEW_PRIVS },
	{ NULL }
};

CASE("domain.no_new_privs.tsync",
	.own_memory = true,
	.claim	  = "TSYNC and NO_NEW_PRIVS set it for all threads",
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.covers	  = "restrict.tsync restrict.no_new_privs",
	.variants = tsync_and_flag,
	.scene	  = delegate,
	.attempt  = await_delegate,
	.source	  = DOC_FLAG);
