// SPDX-License-Identifier: GPL-2.0
/* A domain stays with a process, and goes on to all that it makes. */
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "domain.h"

#define NOBODY 65534
#define DOC_INHERIT "userspace-api/landlock: Inheritance"

/* The harness forks and executes a program for the world "inherited". */
CASE("domain.inherit.exec",
	.own_memory = true,
	.claim	  = "a program started by execve(2) is in the domain",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.worlds	  = W(CONTROL) | W(DENY) | W(GRANT) | W(INHERITED),
	.scene	  = domain_files,
	.attempt  = read_guarded_file,
	.source	  = DOC_INHERIT);

static int by_fork(struct scene *scene)
{
	return in_child(scene, read_guarded_file);
}

static int by_thread(struct scene *scene)
{
	return in_thread(scene, read_guarded_file);
}

static int child_main(void *arg)
{
	struct scene *scene = arg;

	scene->value[1] = read_guarded_file(scene);
	return 0;
}

static int by_clone(struct scene *scene)
{
	static char stack[16384] __attribute__((aligned(16)));
	const int flags = scene->variant->arg;
	int status;
	pid_t pid;

	scene->value[1] = BROKEN;
	pid = clone(child_main, stack + sizeof(stack), flags | SIGCHLD, scene);
	if (pid < 0 || waitpid_retry(pid, &status))
		return errno;
	return scene->value[1];
}

static int by_grandchild(struct scene *scene)
{
	return in_child(scene, by_fork);
}

static const struct variant children[] = {
	{ "", .op = by_fork },
	{ "twice", .op = by_grandchild },
	{ "vfork", .op = by_clone, .arg = CLONE_VM | CLONE_VFORK },
	{ "vm", .op = by_clone, .arg = CLONE_VM },
	{ "files", .op = by_clone, .arg = CLONE_VM | CLONE_FILES | CLONE_FS },
	{ "thread", .op = by_thread },
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("domain.inherit.fork",
	.own_memory = true,
	.claim	  = "a new process or thread is in the domain",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.variants = children,
	.scene	  = domain_files,
	.attempt  = by_variant,
	.source	  = DOC_INHERIT);

static int new_keyring(struct scene *scene)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return cannot(scene, "a session keyring: %s",
			      strerrorname_np(errno));
	return read_guarded_file(scene);
}

CASE("domain.inherit.keyring",
	.own_memory = true,
	.claim	  = "a process keeps its domain in a new session keyring",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.needs	  = "keyring",
	.scene	  = domain_files,
	.attempt  = new_keyring,
	.source	  = DOC_INHERIT);

static int new_userns(struct scene *scene)
{
	if (unshare(CLONE_NEWUSER))
		return cannot(scene, "a user namespace: %s",
			      strerrorname_np(errno));
	return read_guarded_file(scene);
}

CASE("domain.inherit.userns",
	.own_memory = true,
	.claim	  = "a process keeps its domain in a new user namespace",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.needs	  = "userns",
	.scene	  = domain_files,
	.attempt  = new_userns,
	.source	  = DOC_INHERIT);

static int change_user(struct scene *scene)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return broken(scene, "setresuid: %s", strerrorname_np(errno));
	return read_guarded_file(scene);
}

CASE("domain.inherit.setuid",
	.own_memory = true,
	.claim	  = "a process keeps its domain as another user",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.needs	  = "root",
	.root	  = true,
	.scene	  = domain_files,
	.attempt  = change_user,
	.source	  = DOC_INHERIT);

CASE("domain.inherit.root",
	.own_memory = true,
	.claim	  = "a process with all capabilities is bound by its domain",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.needs	  = "root",
	.root	  = true,
	.scene	  = domain_files,
	.attempt  = read_guarded_file,
	.source	  = "userspace-api/landlock: any process, including unprivileged ones");

/* A child gives its parent a session keyring, and with it new credentials. */
static int give_keyring(struct scene *scene)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ||
	    syscall(SYS_keyctl, KEYCTL_SESSION_TO_PARENT) < 0)
		return cannot(scene, "KEYCTL_SESSION_TO_PARENT: %s",
			      strerrorname_np(errno));
	return 0;
}

static long session_keyring(void)
{
	return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID,
		       KEY_SPEC_SESSION_KEYRING, 0);
}

static int take_keyring_and_read(struct scene *scene)
{
	long before;
	int ret;

	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		return cannot(scene, "a session keyring: %s",
			      strerrorname_np(errno));
	before = session_keyring();
	ret = in_child(scene, give_keyring);
	if (ret)
		return ret;
	if (session_keyring() == before)
		return cannot(scene, "the child's keyring did not arrive");
	return read_guarded_file(scene);
}

CASE("domain.cred.session_to_parent",
	.own_memory = true,
	.claim	  = "a process keeps its domain when a child gives it a session keyring",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.needs	  = "keyring",
	.labels	  = "bypass",
	.scene	  = domain_files,
	.attempt  = take_keyring_and_read,
	.source	  = "CVE-2024-42318; commit 39705a6c29f8 (cred_transfer)");
