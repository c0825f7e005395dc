// SPDX-License-Identifier: GPL-2.0
/* Attempts that go wrong: what does the harness make of them? */
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/un.h>

#include "landproof.h"

/* These run only when they are asked for by name. */
#define A_SELFTEST .labels = "selftest", .bare = true

/* Works without a sandbox, and does in it what the case is about. */
static int never_return(struct scene *scene)
{
	while (scene->world != WORLD_CONTROL)
		pause();
	return WORKED;
}

CASE("selftest.attempt.hang",
	.claim	 = "an attempt that never returns",
	A_SELFTEST,
	.worlds	 = W(CONTROL) | W(DENY),
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.attempt = never_return,
	.source	 = "docs/design.md: the verdict hang");

static int die(struct scene *scene)
{
	if (scene->world != WORLD_CONTROL)
		raise(SIGKILL);
	return WORKED;
}

CASE("selftest.attempt.killed",
	.claim	 = "an attempt that dies of a signal",
	A_SELFTEST,
	.worlds	 = W(CONTROL) | W(DENY),
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.attempt = die,
	.source	 = "docs/design.md: the verdict broken");

/* The outcome in the control world, and in the others */
static const struct variant answers[] = {
	{ "", .family = EINVAL, .arg = EINVAL },
	{ "other_error", .family = EINVAL, .arg = EACCES },
	{ "let_through", .family = EINVAL, .arg = WORKED },
	{ "refused", .family = WORKED, .arg = EACCES },
	{ "trouble", .family = NO_EFFECT, .arg = NO_EFFECT },
	{ NULL }
};

static int answer(struct scene *scene)
{
	return scene->world == WORLD_CONTROL ? scene->variant->family :
					       scene->variant->arg;
}

CASE("selftest.attempt.unchanged",
	.claim	  = "an error with a sandbox against that without",
	A_SELFTEST,
	.worlds	  = W(CONTROL) | W(DENY),
	.guard	  = FS(READ_FILE),
	.promise  = { UNCHANGED },
	.variants = answers,
	.attempt  = answer,
	.source	  = "docs/writing-a-case.md: UNCHANGED");

/* An abstract name, which nothing but its owner's end makes free. */
static socklen_t survivor_address(struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	return offsetof(struct sockaddr_un, sun_path) + 1 +
	       snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1,
			"landproof-survivor-%d", getuid());
}

/* In a session of its own, whose parent is gone. */
static void survive(int ready)
{
	struct sockaddr_un address;
	const socklen_t len = survivor_address(&address);
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	setsid();
	if (fork() != 0)
		_exit(0);
	prctl(PR_SET_NAME, "lp-survivor");
	if (bind(fd, (struct sockaddr *)&address, len) || listen(fd, 1) ||
	    write(ready, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static int leave_one_behind(struct scene *scene)
{
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe(ends))
		return broken(scene, "pipe: %s", strerrorname_np(errno));
	pid = fork();
	if (pid == 0)
		survive(ends[1]);
	close(ends[1]);
	if (pid < 0 || waitpid_retry(pid, NULL) ||
	    read(ends[0], &byte, 1) != 1)
		return broken(scene, "no process to leave behind");
	return WORKED;
}

/* One that is just dying hangs up; one that lives keeps us waiting. */
static int call_survivor(struct scene *scene)
{
	struct sockaddr_un address;
	const socklen_t len = survivor_address(&address);
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)scene;
	if (connect(fd, (struct sockaddr *)&address, len))
		return errno;
	return await_input(fd) ? ECONNREFUSED : WORKED;
}

CASE("selftest.attempt.setsid",
	.claim	 = "a process that left its session, after its world ended",
	.labels	 = "selftest",
	.worlds	 = W(CONTROL) | W(CALL),
	.promise = { DENIED(ECONNREFUSED) },
	.control = leave_one_behind,
	.attempt = call_survivor,
	.source	 = "docs/design.md: nothing a case does reaches the next one");
