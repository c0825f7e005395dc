// SPDX-License-Identifier: GPL-2.0
/* Calls that name another process, and that ptrace's check does not guard. */
#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "bricks/target.h"
#include "landproof.h"

/* linux/sched/types.h */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static int batch(struct scene *scene)
{
	const int policy = sched_getscheduler(scene->pid[0]);

	return policy < 0 ? errno : policy == SCHED_BATCH ? WORKED : NO_EFFECT;
}

static int do_sched_setscheduler(struct scene *scene)
{
	const struct sched_param none = { 0 };

	return errno_of(sched_setscheduler(scene->pid[0], SCHED_BATCH,
					   &none)) ?: batch(scene);
}

static int do_sched_getscheduler(struct scene *scene)
{
	const int policy = sched_getscheduler(scene->pid[0]);

	return policy < 0 ? errno : policy == SCHED_OTHER ? WORKED : NO_EFFECT;
}

static int do_sched_setparam(struct scene *scene)
{
	const struct sched_param none = { 0 };

	return errno_of(sched_setparam(scene->pid[0], &none));
}

static int do_sched_getparam(struct scene *scene)
{
	struct sched_param param = { .sched_priority = -1 };

	return errno_of(sched_getparam(scene->pid[0], &param)) ?:
	       param.sched_priority == 0 ? WORKED : NO_EFFECT;
}

static int do_sched_rr_get_interval(struct scene *scene)
{
	struct timespec interval = { -1, -1 };

	return errno_of(sched_rr_get_interval(scene->pid[0], &interval)) ?:
	       interval.tv_sec >= 0 ? WORKED : NO_EFFECT;
}

static int do_sched_setattr(struct scene *scene)
{
	struct attributes attributes = {
		.size = sizeof(attributes), .policy = SCHED_BATCH,
	};

	return errno_of(syscall(SYS_sched_setattr, scene->pid[0], &attributes,
				0)) ?: batch(scene);
}

static int do_sched_getattr(struct scene *scene)
{
	struct attributes attributes = { .policy = 99 };

	return errno_of(syscall(SYS_sched_getattr, scene->pid[0], &attributes,
				sizeof(attributes), 0)) ?:
	       attributes.policy == SCHED_OTHER ? WORKED : NO_EFFECT;
}

static int do_getpgid(struct scene *scene)
{
	return errno_of(getpgid(scene->pid[0]));
}

static int do_getsid(struct scene *scene)
{
	return errno_of(getsid(scene->pid[0]));
}

static int do_capget(struct scene *scene)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3, .pid = scene->pid[0],
	};
	struct __user_cap_data_struct data[2] = { { .effective = ~0u } };

	return errno_of(syscall(SYS_capget, &header, data)) ?:
	       data[0].effective != ~0u ? WORKED : NO_EFFECT;
}

/* The target cannot open a descriptor any more. */
static int do_prlimit(struct scene *scene)
{
	const struct rlimit none = { 0, 0 };
	struct rlimit now;

	return errno_of(prlimit(scene->pid[0], RLIMIT_NOFILE, &none, NULL)) ?:
	       errno_of(prlimit(scene->pid[0], RLIMIT_NOFILE, NULL, &now)) ?:
	       now.rlim_max == 0 ? WORKED : NO_EFFECT;
}

#define CALL(name) { #name, .op = do_##name }

static const struct variant calls[] = {
	{ "", .op = do_sched_setscheduler },
	CALL(sched_getscheduler), CALL(sched_setparam), CALL(sched_getparam),
	CALL(sched_rr_get_interval), CALL(sched_setattr), CALL(sched_getattr),
	CALL(getpgid), CALL(getsid), CALL(capget), CALL(prlimit),
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("domain.process.calls",
	.claim	  = "sched_setscheduler(2) and other calls that name a process outside",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { OPEN },
	.gap	  = "documented limit: of what processes do to each other, scopes name signals and abstract sockets",
	.variants = calls,
	.scene	  = target_scene,
	.witness  = target_kill,
	.attempt  = by_variant,
	.source	  = "userspace-api/landlock: IPC scoping; security/landlock/task.c: no such hook");
