// SPDX-License-Identifier: GPL-2.0
/* Programs, found, run and waited for. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/programs.h"

const char SELF[] = "(the harness itself)";
int self_fd = -1;

int self_open(void)
{
	/* It may be executable and not readable. */
	self_fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	return self_fd < 0 ? errno : 0;
}

int kill_one(pid_t pid, int number)
{
	if (pid > 0)
		return kill(pid, number);
	errno = ESRCH;
	return -1;
}

int waitpid_retry(pid_t pid, int *status)
{
	pid_t ret;

	do
		ret = waitpid(pid, status, 0);
	while (ret < 0 && errno == EINTR);
	return ret == pid ? 0 : -1;
}

const char *find_program(const char *name)
{
	static const char *const dirs[] = {
		"/usr/bin", "/bin", "/usr/sbin", "/sbin",
	};
	static char path[128];
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

int run_program(const char *const argv[])
{
	const char *path = find_program(argv[0]);
	pid_t pid;
	int status;

	if (!path)
		return -ENOENT;
	pid = fork();
	if (pid == 0) {
		execv(path, (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || waitpid_retry(pid, &status))
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}
