// SPDX-License-Identifier: GPL-2.0
/* Runs the shell scripts of a directory, and records what each printed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/programs.h"
#include "base/time.h"
#include "landlock/landlock.h"
#include "machine/audit.h"
#include "machine/guest.h"
#include "output/records.h"
#include "output/scripts.h"

#define SUFFIX		".sh"
#define SAID_MAX	(1 << 18)
/* A script may take ten times this at least: the driver waits longer. */
#define PATIENCE_MS	6000
#define PATIENCES	10

static int is_script(const struct dirent *entry)
{
	const char *const dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, SUFFIX) == 0;
}

static void __attribute__((noreturn)) become(const char *path, int out)
{
	setsid();
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execl("/bin/sh", "sh", path, NULL);
	printf("/bin/sh: %m\n");
	_exit(127);
}

/* What @pid has left behind may hold its output: its own end is waited for. */
static int wait_for(pid_t pid)
{
	struct pollfd ended = {
		.fd = syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN,
	};
	int status, ret;

	do
		ret = poll(&ended, 1, PATIENCES * patience_ms);
	while (ret < 0 && errno == EINTR);
	close(ended.fd);
	if (ret == 0)
		kill(-pid, SIGKILL);
	if (waitpid_retry(pid, &status))
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

static bool run_script(const char *path, const char *id)
{
	static char *said;
	const int out = memfd_create(id, MFD_CLOEXEC);
	const double start = now_ms();
	struct json *json;
	ssize_t length;
	int status;
	pid_t pid;

	record_case(id);
	pid = out < 0 ? -1 : fork();
	if (pid == 0)
		become(path, out);
	if (pid < 0)
		return false;
	status = wait_for(pid);
	length = TAKE_ARRAY(said, SAID_MAX) ?
		 pread(out, said, SAID_MAX, 0) : -1;
	close(out);
	json = record_begin("script");
	json_string(json, "id", id);
	json_integer(json, "status", status);
	json_real(json, "ms", now_ms() - start);
	json_part(json, "said", said, length > 0 ? length : 0);
	record_done();
	return true;
}

/* All that come behind @after, by name */
static bool run_scripts(const char *directory, const char *after)
{
	struct dirent **found;
	const int count = scandir(directory, &found, is_script, alphasort);
	char path[PATH_MAX], id[NAME_MAX + 1];
	int i;

	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory,
			 found[i]->d_name);
		snprintf(id, sizeof(id), "%s", found[i]->d_name);
		*strrchr(id, '.') = '\0';
		/* The first one prepares the machine for the others. */
		if (i > 0 && after && strcmp(id, after) <= 0)
			continue;
		if (!run_script(path, id))
			return false;
	}
	return count > 0;
}

int command_scripts(const struct arguments *a)
{
	const double start = now_ms();
	bool done;

	if (!a->scripts || (a->records_fd < 0 && !is_guest())) {
		fputs("landproof-guest: scripts needs --scripts and --records\n",
		      stderr);
		return 2;
	}
	guest_load("overlay");
	if (a->audit)
		audit_enable(true);
	kernel_probe();
	measure_speed();
	if (patience_ms < PATIENCE_MS)
		patience_ms = PATIENCE_MS;
	records_open(a->records_fd, false);
	record_start(0);
	done = run_scripts(a->scripts, a->selection.resume_after);
	if (done)
		record_end(now_ms() - start, now_ms() - start);
	return done && records_complete() ? 0 : 2;
}
