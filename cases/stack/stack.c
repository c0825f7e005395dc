// SPDX-License-Identifier: GPL-2.0
/* Those who decide beside Landlock: how each is brought to refuse. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "stack.h"

/*
 * AppArmor knows paths, signals, and families and types of sockets.  What it
 * denies by a rule it logs only where the rule says so: records that nobody
 * reads may keep a process waiting for a minute (kernel/audit.c,
 * audit_backlog_wait_time).
 */
#define PROFILE(name, deny)						\
	"profile " name " flags=(attach_disconnected) {\n"		\
	"  capability,\n"						\
	"  file,\n"							\
	"  mount,\n"							\
	"  network inet,\n"						\
	"  network netlink,\n"						\
	"  network unix stream,\n"					\
	"  ptrace,\n"							\
	"  signal,\n"							\
	"  umount,\n"							\
	"  unix,\n"							\
	"  " deny " /tmp/*/refused/ r,\n"				\
	"  " deny " /tmp/*/refused/** rwklx,\n"			\
	"  " deny " network inet6,\n"					\
	"  " deny " network unix dgram,\n"				\
	"  " deny " signal send set=(usr2),\n"				\
	"}\n"

#define QUIET	"landproof-quiet"
#define LOGGING	"landproof-logging"
static const char profiles[] =
	PROFILE(QUIET, "deny") PROFILE(LOGGING, "audit deny");

const struct variant others[] = {
	{ "", .arg = APPARMOR },
	{ "bpf", .arg = BPF },
	{ "seccomp", .arg = SECCOMP },
	{ NULL }
};

const struct variant others_by_hook[] = {
	{ "", .arg = BPF },
	{ "seccomp", .arg = SECCOMP },
	{ NULL }
};

/* Here AppArmor is asked about both ends of a UNIX socket, and not only of one. */
#define UNIX_MEDIATION							\
	"/sys/kernel/security/apparmor/features/network_v9/af_unix"

/* Is Landlock asked after the other?  A filter comes before every hook. */
static bool asked_first(const struct scene *scene,
			const struct refusal *refusal)
{
	const int landlock = module_position("landlock");

	switch (scene->variant->arg) {
	case APPARMOR:
		return (refusal->asked_early && !exists(UNIX_MEDIATION)) ||
		       module_position("apparmor") < landlock;
	case BPF:
		return module_position("bpf") < landlock;
	default:
		return true;
	}
}

bool other_comes_first(const struct scene *scene)
{
	return scene->value[5];
}

int other_prepare(struct scene *scene, const struct refusal *refusal)
{
	scene->value[5] = asked_first(scene, refusal);
	switch (scene->variant->arg) {
	case APPARMOR:
		return apparmor_enter(scene, profiles, refusal->logged ?
				      LOGGING : QUIET);
	case BPF:
		return bpf_refuse(scene, refusal->hook, OTHER_ERRNO);
	default:
		return prctl(PR_GET_SECCOMP) < 0 ?
			cannot(scene, "seccomp (CONFIG_SECCOMP_FILTER)") : 0;
	}
}

static int refuse_calls(struct scene *scene, const int calls[2])
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[0], 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[1] ?: calls[0], 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | OTHER_ERRNO),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]), .filter = filter,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ?
		broken(scene, "seccomp: %s", strerrorname_np(errno)) : 0;
}

int other_begins(struct scene *scene, const struct refusal *refusal)
{
	switch (scene->variant->arg) {
	case BPF:
		prctl(PR_SET_NAME, refusal->hook);
		return 0;
	case SECCOMP:
		return refuse_calls(scene, refusal->calls);
	default:
		return 0;
	}
}

/* The promise speaks of Landlock's error: here it stands for the right one. */
static int judge_error(struct scene *scene, int error)
{
	const int landlocks = scene->test->promise[0].error;
	const int others = scene->variant->arg == APPARMOR ? EACCES :
							    OTHER_ERRNO;
	const int right = scene->world == WORLD_EXTRA ||
			  other_comes_first(scene) ? others : landlocks;

	if (error == right)
		return landlocks;
	remark(scene, "not %s, the error of who is asked first",
	       strerrorname_np(right));
	return error == landlocks ? NO_EFFECT : error;
}

int decide(struct scene *scene, const struct decision *decision)
{
	int ret;

	if (scene->world == WORLD_CONTROL || scene->world == WORLD_GRANT)
		return decision->act(scene, FREE);
	ret = other_begins(scene, &decision->refusal) ?:
	      decision->act(scene, REFUSED);
	return ret > 0 ? judge_error(scene, ret) : ret;
}
