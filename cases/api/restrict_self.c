// SPDX-License-Identifier: GPL-2.0
/* landlock_restrict_self(2): who may call it, and with what. */
#include <sched.h>
#include <sys/prctl.h>

#include "api.h"

/* The attempt must start without no_new_privs, which cannot be cleared. */
static int has_no_new_privs(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

static int needs_gain(struct scene *scene)
{
	return has_no_new_privs() ?
		cannot(scene, "no_new_privs is set already") : 0;
}

static int set_no_new_privs(void)
{
	return errno_of(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static int restrict_with_no_new_privs(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	const int ret = needs_gain(scene);

	if (ret)
		return ret;
	if (ruleset < 0)
		return -ruleset;
	if (set_no_new_privs())
		return errno;
	return restrict_self(ruleset, 0);
}

static int restrict_without(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);

	(void)scene;
	return ruleset < 0 ? -ruleset : restrict_self(ruleset, 0);
}

CASE("api.restrict_self.no_privilege",
	.claim	 = "landlock_restrict_self(2) without no_new_privs",
	A_CALL,
	.may_gain_privs = true,
	.promise = { DENIED(EPERM) },
	.control = restrict_with_no_new_privs,
	.attempt = restrict_without,
	.source	 = "landlock_restrict_self(2): EPERM, no_new_privs");

static int bad_without(struct scene *scene)
{
	(void)scene;
	return restrict_self(-1, 0);
}

CASE("api.restrict_self.order_privilege_fd",
	.claim	 = "landlock_restrict_self(2) with a bad descriptor, without no_new_privs: which error comes first",
	A_CALL,
	.may_gain_privs = true,
	.promise = { FROM_ABI(2, DENIED(EPERM)), DENIED(ANY_ERRNO) },
	.control = restrict_with_no_new_privs,
	.attempt = bad_without,
	.source	 = "syscalls.c, landlock_restrict_self: privilege, then fd");

static int unknown_without(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);

	(void)scene;
	return ruleset < 0 ? -ruleset : restrict_self(ruleset, 1U << 31);
}

CASE("api.restrict_self.order_privilege_flags",
	.claim	 = "landlock_restrict_self(2) with unknown flags, without no_new_privs: which error comes first",
	A_CALL,
	.may_gain_privs = true,
	.promise = { FROM_ABI(11, DENIED(EINVAL)), FROM_ABI(2, DENIED(EPERM)),
		     DENIED(ANY_ERRNO) },
	.control = restrict_with_no_new_privs,
	.attempt = unknown_without,
	.source	 = "selftests/landlock: restrict_self_checks_ordering");

static int restrict_with_capability(struct scene *scene)
{
	const int ret = needs_gain(scene);

	return ret ? ret : proves_itself(new_ruleset(FS_READ_DIR, 0, 0));
}

CASE("api.restrict_self.capability",
	.claim	 = "landlock_restrict_self(2) with CAP_SYS_ADMIN alone",
	A_CALL,
	.root	 = true,
	.may_gain_privs = true,
	.needs	 = "namespaces",
	.promise = { ALLOWED },
	.control = restrict_self_rightly,
	.attempt = restrict_with_capability,
	.source	 = "landlock_restrict_self(2): CAP_SYS_ADMIN or no_new_privs");

/*
 * An unprivileged process has all capabilities in a namespace that it makes,
 * unless another LSM takes them away: the second call needs CAP_SYS_ADMIN too.
 */
static int restrict_in_userns(struct scene *scene)
{
	if (unshare(CLONE_NEWUSER) || unshare(CLONE_NEWUTS))
		return cannot(scene, "CAP_SYS_ADMIN in a user namespace: %s",
			      strerrorname_np(errno));
	return restrict_with_capability(scene);
}

CASE("api.restrict_self.capability_userns",
	.claim	 = "landlock_restrict_self(2) with CAP_SYS_ADMIN of a user namespace",
	A_CALL,
	.own_memory = true,
	.may_gain_privs = true,
	.needs	 = "userns",
	.promise = { ALLOWED },
	.control = restrict_self_rightly,
	.attempt = restrict_in_userns,
	.source	 = "landlock_restrict_self(2): CAP_SYS_ADMIN in the caller's user namespace, or no_new_privs");

static int unknown_flags(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	const int fd = scene->variant->arg ? -1 : ruleset;
	const uint32_t known = kernel.restrict_flags;
	uint32_t flag;
	int error;

	if (ruleset < 0)
		return -ruleset;
	for (flag = kernel.abi > ABI_NEWEST ? 1U << 16 : next_bit(known); flag;
	     flag <<= 1) {
		error = restrict_self(fd, flag);
		if (error == EINVAL)
			error = restrict_self(fd, flag | known);
		if (error != EINVAL)
			return error;
	}
	return EINVAL;
}

static const struct variant no_rulesets[] = {
	{ "" },
	{ "no_ruleset", .arg = 1 },
	{ NULL }
};

CASE("api.restrict_self.unknown_flags",
	.claim	  = "landlock_restrict_self(2) with a flag that does not exist",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.variants = no_rulesets,
	.control  = restrict_self_rightly,
	.attempt  = unknown_flags,
	.source	  = "landlock_restrict_self(2): EINVAL, unknown flags");

static int restrict_bad_fd(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	int fd, ret;

	if (ruleset < 0)
		return -ruleset;
	ret = bad_fd(scene, ruleset, &fd);
	return ret ? ret : restrict_self(fd, 0);
}

CASE("api.restrict_self.bad_fd",
	.claim	  = "landlock_restrict_self(2) of a descriptor that is not open",
	A_CALL,
	.promise  = { DENIED(EBADF) },
	.variants = bad_fds,
	.control  = restrict_self_rightly,
	.attempt  = restrict_bad_fd,
	.source	  = "landlock_restrict_self(2): EBADF");

static int restrict_foreign_fd(struct scene *scene)
{
	const int fd = foreign_fd(scene);

	return fd < 0 ? fd : restrict_self(fd, 0);
}

CASE("api.restrict_self.foreign_fd",
	.claim	  = "landlock_restrict_self(2) of a descriptor of another sort",
	A_CALL,
	.promise  = { DENIED(EBADFD) },
	.variants = foreign_fds,
	.control  = restrict_self_rightly,
	.attempt  = restrict_foreign_fd,
	.source	  = "landlock_restrict_self(2): EBADFD");

static const struct variant files[] = {
	{ "" },
	{ "directory", .arg = 1 },
	{ NULL }
};

static int restrict_file(struct scene *scene)
{
	const int fd = open(scene->variant->arg ? "/" : "/dev/null",
			    O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return cannot(scene, "opening it: %s", strerrorname_np(errno));
	return restrict_self(fd, 0);
}

CASE("api.restrict_self.file",
	.claim	  = "landlock_restrict_self(2) of an open file",
	A_CALL,
	.promise  = { DENIED(EBADFD) },
	.variants = files,
	.control  = restrict_self_rightly,
	.attempt  = restrict_file,
	.source	  = "landlock_restrict_self(2): EBADFD");

static int refused_then_free(struct scene *scene)
{
	int error;

	(void)scene;
	error = restrict_self(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
	if (error != EBADFD)
		return error ? error : UNENFORCED;
	error = list_root();
	return error ? error :
		proves_itself(new_ruleset(FS_READ_DIR, 0, 0));
}

CASE("api.restrict_self.failure_changes_nothing",
	.claim	 = "a landlock_restrict_self(2) that fails restricts nothing",
	A_CALL,
	.promise = { ALLOWED },
	.control = restrict_self_rightly,
	.attempt = refused_then_free,
	.source	 = "syscalls.c, landlock_restrict_self: abort_creds");
