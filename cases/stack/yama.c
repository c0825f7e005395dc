// SPDX-License-Identifier: GPL-2.0
/* Tracing, where Yama decides too: each kernel.yama.ptrace_scope. */
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>

#include "bricks/target.h"
#include "stack.h"

#define PTRACE_SCOPE "/proc/sys/kernel/yama/ptrace_scope"

static const struct variant scopes[] = {
	{ "", .arg = 0 },
	{ "restricted", .arg = 1 },
	{ "admin_only", .arg = 2 },
	{ "no_attach", .arg = 3 },
	{ NULL }
};

/* Runs @body in a child while the variant's scope holds, for all processes. */
static int in_scope(struct scene *scene, int (*body)(struct scene *scene))
{
	char before[8] = "", text[8];
	int ret;

	if (read_file(PTRACE_SCOPE, before, sizeof(before)) <= 0)
		return cannot(scene, "Yama (\"yama\" in the kernel's list of security modules)");
	/* admin-guide/LSM/Yama: "Once set, this sysctl value cannot be changed." */
	if (atoi(before) == 3 && scene->variant->arg != 3)
		return cannot(scene, "another kernel.yama.ptrace_scope than 3, which is for good");
	if (atoi(before) != 3 && scene->variant->arg == 3)
		return cannot(scene, "kernel.yama.ptrace_scope 3 (--append sysctl.kernel.yama.ptrace_scope=3)");
	snprintf(text, sizeof(text), "%d", (int)scene->variant->arg);
	if (write_file(PTRACE_SCOPE, text))
		return broken(scene, "writing " PTRACE_SCOPE);
	ret = in_child(scene, body);
	write_file(PTRACE_SCOPE, before);
	return ret;
}

static int attach(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL))
		return errno;
	if (waitpid(pid, &status, __WALL) != pid)
		return errno;
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return WIFSTOPPED(status) ? WORKED : NO_EFFECT;
}

/* As a user without capabilities; the child is in the same domain. */
static int attach_child(struct scene *scene)
{
	const int error = become_subject();
	pid_t pid;
	int ret;

	if (error)
		return broken(scene, "setresuid: %s", strerrorname_np(error));
	pid = fork();
	if (pid == 0)
		for (;;)
			pause();
	if (pid < 0)
		return errno;
	ret = attach(pid);
	kill(pid, SIGKILL);
	waitpid_retry(pid, NULL);
	return ret;
}

static int attach_child_in_scope(struct scene *scene)
{
	return in_scope(scene, attach_child);
}

/* As root, whom Yama lets trace everything but in its last scope */
static int attach_target(struct scene *scene)
{
	return attach(scene->pid[0]);
}

static int attach_target_in_scope(struct scene *scene)
{
	return in_scope(scene, attach_target);
}

#define IN_EACH_SCOPE							\
	.worlds	  = W(CONTROL) | W(DENY),				\
	.deny	  = { .fs = FS_READ_DIR },				\
	.root	  = true,						\
	.own_memory = true,						\
	.needs	  = "guest root",					\
	.variants = scopes

static int list_root(struct scene *scene)
{
	const int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	close(fd);
	return WORKED;
}

CASE("stack.yama.attach_inside",
	.claim	  = "PTRACE_ATTACH to a child in the domain: as Yama decides without Landlock",
	IN_EACH_SCOPE,
	.promise  = { UNCHANGED },
	.attempt  = attach_child_in_scope,
	.witness  = list_root,
	.source	  = "userspace-api/landlock: Ptrace restrictions; admin-guide/LSM/Yama");

CASE("stack.yama.attach_outside",
	.claim	  = "PTRACE_ATTACH of root to a process outside the domain, which Yama allows",
	IN_EACH_SCOPE,
	.promise  = { DENIED(EPERM) },
	.scene	  = target_scene,
	.attempt  = attach_target_in_scope,
	.source	  = "userspace-api/landlock: Ptrace restrictions; admin-guide/LSM/Yama");
