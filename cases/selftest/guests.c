// SPDX-License-Identifier: GPL-2.0
/* Guests that die, hang or warn: only ever in a machine of our own. */
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "landproof.h"

#define A_GUEST_TEST							\
	.labels	 = "selftest",						\
	.needs	 = "guest root",					\
	.bare	 = true,						\
	.root	 = true,						\
	.worlds	 = W(CONTROL) | W(CALL),				\
	.promise = { DENIED(EPERM) }

/* All of these are harmless as long as nothing is done. */
static int do_nothing(struct scene *scene)
{
	(void)scene;
	return WORKED;
}

static int panic(struct scene *scene)
{
	(void)scene;
	/* The write does not return. */
	return write_file("/proc/sysrq-trigger", "c");
}

CASE("selftest.guest.panic",
	.claim	 = "a kernel that panics",
	A_GUEST_TEST,
	.control = do_nothing,
	.attempt = panic,
	.source	 = "docs/design.md: the verdict crash");

/*
 * The runner is PID 1, which no signal stops; a tracer does.  It lives as
 * long as the runner does not kill it.
 */
static int freeze_runner(struct scene *scene)
{
	int status;

	if (ptrace(PTRACE_SEIZE, 1, NULL, NULL) ||
	    ptrace(PTRACE_INTERRUPT, 1, NULL, NULL) ||
	    waitpid(1, &status, __WALL) != 1)
		return cannot(scene, "stopping PID 1: %s",
			      strerrorname_np(errno));
	for (;;)
		pause();
}

CASE("selftest.guest.hang",
	.claim	 = "a guest that falls silent",
	A_GUEST_TEST,
	.control = do_nothing,
	.attempt = freeze_runner,
	.source	 = "docs/design.md: the verdict hang");

/* The first line of a report, in the log where the kernel writes its own */
static int report(struct scene *scene)
{
	static const char *const heads[] = {
		"<4>------------[ cut here ]------------\n",
		"<4>WARNING: possible recursive locking detected\n",
	};
	const int error = write_file("/dev/kmsg", heads[scene->variant->arg]);

	return error ? cannot(scene, "/dev/kmsg: %s", strerrorname_np(error)) :
		       EPERM;
}

/* The first can be armed again, lockdep's cannot. */
static const struct variant reports[] = {
	{ "" }, { "lockdep", .arg = 1 }, { NULL }
};

CASE("selftest.guest.warn",
	.claim	 = "a kernel that warns",
	A_GUEST_TEST,
	.variants = reports,
	.control = do_nothing,
	.attempt = report,
	.source	 = "docs/design.md: the verdict crash");

/* As if Landlock refused an operation to everybody, of the second variant */
static int refused_where_landlock_is(struct scene *scene)
{
	return kernel.abi && scene->variant->arg ? EPERM : WORKED;
}

static const struct variant allowed_and_refused[] = {
	{ "" }, { "refused", .arg = 1 }, { NULL }
};

CASE("selftest.guest.overblock",
	.claim	 = "a kernel that refuses without any sandbox, because of Landlock",
	.labels	 = "selftest",
	.guard	 = FS(READ_FILE),
	.promise = { OPEN },
	.gap	 = "none",
	.needs	 = "guest root",
	.bare	 = true,
	.variants = allowed_and_refused,
	.attempt = refused_where_landlock_is,
	.source	 = "docs/design.md: the verdict overblock");

static int refused_always(struct scene *scene)
{
	(void)scene;
	return EPERM;
}

CASE("selftest.guest.refused",
	.claim	 = "a kernel that refuses, with Landlock and without",
	.labels	 = "selftest",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EPERM) },
	.needs	 = "guest root",
	.bare	 = true,
	.attempt = refused_always,
	.source	 = "docs/design.md: the verdict cannot-run");
