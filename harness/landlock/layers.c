// SPDX-License-Identifier: GPL-2.0
/* Counts the layers that a process could still add to its domain. */
#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/programs.h"
#include "landlock/abi.h"
#include "landlock/landlock.h"
#include "landlock/layers.h"

/* Before 5.18.3 a domain had 64. */
#define MANY 64

int layers_use_up(void)
{
	const struct ruleset_attr attr = {
		.handled_access_fs = FS_MAKE_BLOCK,
	};
	int count = 0;
	int ruleset;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	ruleset = landlock_create(&attr, sizeof(attr.handled_access_fs), 0);
	if (ruleset < 0)
		return 0;
	while (count < MANY && !landlock_restrict(ruleset, 0))
		count++;
	return count;
}

int layers_left(void)
{
	const pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(layers_use_up());
	if (pid < 0 || waitpid_retry(pid, &status) || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}
