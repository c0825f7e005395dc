// SPDX-License-Identifier: GPL-2.0
/* Runs the kernel's selftests, which lie in a directory of the guest. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/programs.h"
#include "base/time.h"
#include "machine/audit.h"
#include "machine/guest.h"
#include "output/gcov.h"
#include "output/records.h"
#include "selftests/selftests.h"

#define DIRECTORY	"/selftests"
#define ROOT		"/landproof/root"
#define RECORDER_FD	1000	/* vm/recorder.c */
#define SUFFIX		"_test"
#define TEXT_SIZE	(1 << 16)

static int is_program(const struct dirent *entry)
{
	const size_t length = strlen(entry->d_name);

	return length > strlen(SUFFIX) &&
	       strcmp(entry->d_name + length - strlen(SUFFIX), SUFFIX) == 0;
}

static bool wanted(const struct selection *selection, const char *program)
{
	size_t i;

	for (i = 0; i < selection->globs_count; i++)
		if (fnmatch(selection->globs[i], program, 0) == 0)
			return true;
	return selection->globs_count == 0;
}

/* pivot_root(2), which they test, refuses where the root is a rootfs. */
static int leave_rootfs(void)
{
	mkdir(ROOT, 0755);
	return mount("/", ROOT, NULL, MS_BIND | MS_REC, NULL) ||
	       chdir(ROOT) || mount(".", "/", NULL, MS_MOVE, NULL) ||
	       chroot(".") || chdir(DIRECTORY) ? -1 : 0;
}

static void __attribute__((noreturn)) become(const char *program,
					     const char *test, int out)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "./%s", program);
	setsid();
	signal(SIGPIPE, SIG_DFL);
	dup2(open("/dev/null", O_RDONLY), 0);
	dup2(out, 1);
	dup2(out, 2);
	dup2(out, RECORDER_FD);
	execl(path, path, test ? "-r" : NULL, test, NULL);
	printf("%s: %m\n", path);
	_exit(127);
}

/* Takes the whole lines of @text; returns how much of it is left over. */
static size_t take_lines(char *text, size_t length)
{
	char *line = text, *end;

	while ((end = memchr(line, '\n', text + length - line))) {
		*end = '\0';
		selftest_line(line);
		line = end + 1;
	}
	length -= line - text;
	memmove(text, line, length);
	return length;
}

/* What a test leaves behind may hold the pipe: its end is not waited for. */
static void read_output(int in, pid_t pid)
{
	const int process = syscall(SYS_pidfd_open, pid, 0);
	struct pollfd fds[] = {
		{ .fd = in, .events = POLLIN },
		{ .fd = process, .events = POLLIN },
	};
	static char *text;
	size_t used = 0;
	ssize_t length;

	if (!TAKE_ARRAY(text, TEXT_SIZE))
		return;
	fcntl(in, F_SETFL, O_NONBLOCK);
	while (poll(fds, 2, -1) > 0 || errno == EINTR) {
		length = read(in, text + used, TEXT_SIZE - used);
		if (length > 0)
			used = take_lines(text, used + length);
		else if (length == 0 || fds[1].revents)
			break;
		if (used == TEXT_SIZE)
			used = 0;
	}
	close(process);
}

static struct dirent **ours;	/* what is in the directory at first */
static int ours_count;

static int not_ours(const struct dirent *entry)
{
	int i;

	for (i = 0; i < ours_count; i++)
		if (strcmp(entry->d_name, ours[i]->d_name) == 0)
			return false;
	return true;
}

/* What a test may leave behind: processes, files, rules, a setting. */
static void clean_up(void)
{
	const char *remove[] = { "busybox", "rm", "-rf", NULL, NULL };
	struct dirent **left;
	int count;

	if (!is_guest())
		return;
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	count = scandir(".", &left, not_ours, NULL);
	while (count-- > 0) {
		remove[3] = left[count]->d_name;
		run_program(remove);
	}
	audit_clear();
}

/* All of the program's tests, or only @test. */
static int start_program(const char *program, const char *test)
{
	int ends[2], status = -1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return status;
	pid = fork();
	if (pid == 0)
		become(program, test, ends[1]);
	close(ends[1]);
	read_output(ends[0], pid);
	close(ends[0]);
	waitpid_retry(pid, &status);
	clean_up();
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	       128 + WTERMSIG(status);
}

static char *failed[4096];
static size_t failed_count;

static void remember(const char *id)
{
	if (failed_count < sizeof(failed) / sizeof(failed[0]))
		failed[failed_count++] = strdup(strchr(id, '.') + 1);
}

/*
 * A test that fails may leave behind what makes others fail.  So each that
 * failed is asked for its reasons when it runs alone.
 */
static void run_selftest(const char *program)
{
	selftest_begin(program, "result", remember);
	selftest_end(start_program(program, NULL));
	while (failed_count) {
		selftest_begin(program, "alone", NULL);
		selftest_end(start_program(program, failed[--failed_count]));
		free(failed[failed_count]);
	}
}

static int run_selected(const struct selection *selection)
{
	struct dirent **programs;
	char after[256] = "";
	int count, i, ran = 0;

	if (is_guest() && leave_rootfs())
		fprintf(stderr, "landproof: cannot leave the rootfs: %m\n");
	audit_clear();
	guest_load("overlay");
	if (is_guest())
		mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	/* A program that ended the last machine does not get another one. */
	if (selection->resume_after)
		sscanf(selection->resume_after, "%255[^.]", after);
	ours_count = scandir(".", &ours, NULL, NULL);
	count = scandir(".", &programs, is_program, alphasort);
	for (i = 0; i < count; i++) {
		if (strcmp(programs[i]->d_name, after) <= 0 ||
		    !wanted(selection, programs[i]->d_name))
			continue;
		run_selftest(programs[i]->d_name);
		ran++;
	}
	return ran || after[0] ? 0 : 2;
}

/*
 * The kernel's selftests, in the current directory or the guest's own.  They
 * need the machine as it is: the initial namespaces, no scratch file system.
 */
int command_selftests(struct arguments *a)
{
	const double start = now_ms();
	int status;

	if (a->records_fd < 0 && !is_guest())
		a->records_fd = STDOUT_FILENO;
	kernel_probe();
	records_open(a->records_fd, a->ktap);
	/* The tests end themselves after 30 seconds. */
	patience_ms = 6000;
	record_start(0);
	status = run_selected(&a->selection);
	if (a->gcov)
		gcov_put();
	record_end(now_ms() - start, now_ms() - start);
	return status;
}
