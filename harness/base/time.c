// SPDX-License-Identifier: GPL-2.0
/* What time it is, and how long to wait on a machine of this speed. */
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "base/programs.h"
#include "base/time.h"

int patience_ms = 2000;

double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

/* Twenty children that do nothing, and room for a thousand times that. */
void measure_speed(void)
{
	const double start = now_ms();
	int i, status;
	pid_t pid;

	for (i = 0; i < 20; i++) {
		pid = fork();
		if (pid == 0)
			_exit(0);
		if (pid > 0)
			waitpid_retry(pid, &status);
	}
	patience_ms = (now_ms() - start) / 20 * 2000;
	if (patience_ms < 2000)
		patience_ms = 2000;
	if (patience_ms > 60000)
		patience_ms = 60000;
}

bool await_input(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, patience_ms / 2) == 1;
}
