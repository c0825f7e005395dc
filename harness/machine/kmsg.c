// SPDX-License-Identifier: GPL-2.0
/* The kernel's log: did it warn or oops while a case ran? */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/files.h"
#include "machine/kmsg.h"

#define DEBUGFS "/sys/kernel/debug"

static int kmsg_fd = -1;

/* Only in a machine of our own: elsewhere, others make it warn too. */
void kmsg_init(void)
{
	kmsg_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg_fd >= 0)
		lseek(kmsg_fd, 0, SEEK_END);
}

/* What says nothing about the kernel; audit records quote user space. */
static const char *const innocent[] = {
	"audit: *",
	"WARNING: The mand mount option *",
};

/* The machine is too small: nobody can say what a case showed then. */
static const char *const no_memory[] = {
	"* invoked oom-killer: *",
	"oom-kill:*",
	"*: page allocation failure: order:0,*",
};

/* The head of a report, without what the subsystem puts before it. */
static const char *const trouble[] = {
	"------------[[] cut here ]------------*",
	"WARNING: *",
	"BUG[: ]*",
	"[[] BUG: *",
	"[[] INFO: *",
	"kernel BUG at *",
	"Kernel panic - not syncing*",
	/* All architectures number what kills: "Oops: 0002 [#1] SMP" */
	"*[[]#[0-9]*]*",
	"PANIC: *",
	"*Unable to handle kernel *",
	"Insufficient stack space *",
	"CFI failure *",
	"Missing ENDBR: *",
	"SError Interrupt on *",
	"UBSAN: *",
	"INFO: task *",
	"INFO: *stall*",
	"INFO: trying to register non-static key*",
	"NMI watchdog: BUG: *",
	"*Watchdog detected hard LOCKUP *",
	"refcount_t: *",
	"list_add *",
	"list_del *",
	"ODEBUG: *",
	"VFS: Busy inodes *",
	"unregister_netdevice: waiting for *",
	"*new suspected memory leaks *",
};

#define MATCHES(line, globs) \
	matches(line, globs, sizeof(globs) / sizeof((globs)[0]))

static bool matches(const char *line, const char *const *globs, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (fnmatch(globs[i], line, 0) == 0)
			return true;
	return false;
}

/* After a level, a time and a caller: "<4>[   12.345678][   T81] " */
static const char *text_of(const char *line)
{
	size_t len;

	for (;; line += len + 1) {
		line += strspn(line, " ");
		if (*line == '<')
			len = 1 + strspn(line + 1, "0123456789");
		else if (*line == '[')
			len = 1 + strspn(line + 1, " .0123456789TC");
		else
			return line;
		if (line[len] != (*line == '<' ? '>' : ']'))
			return line;
	}
}

/* After "rcu: " or "watchdog: "; NULL: nothing like it is there. */
static const char *after_prefix(const char *line)
{
	const size_t len = strcspn(line, ": ");

	return len && strncmp(line + len, ": ", 2) == 0 ? line + len + 2 :
							  NULL;
}

static enum kmsg classify(const char *line)
{
	enum kmsg what = KMSG_QUIET;

	for (line = text_of(line); line; line = after_prefix(line)) {
		if (MATCHES(line, innocent))
			return KMSG_QUIET;
		if (MATCHES(line, trouble))
			return KMSG_TROUBLE;
		if (MATCHES(line, no_memory))
			what = KMSG_NO_MEMORY;
	}
	return what;
}

/* A record shows what it cannot print, such as its inner newlines, as \x0a. */
static void split_lines(char *text)
{
	char *newline;

	text[strcspn(text, "\n")] = '\0';
	while ((newline = strstr(text, "\\x0a"))) {
		*newline = '\n';
		memmove(newline + 1, newline + 4, strlen(newline + 4) + 1);
	}
}

/* A report is complete when the kernel has been silent for so long. */
#define SILENCE_MS 100

static ssize_t next_record(char *record, size_t size, bool patient)
{
	struct pollfd fd = { .fd = kmsg_fd, .events = POLLIN };

	for (;;) {
		const ssize_t len = read(kmsg_fd, record, size);

		if (len >= 0)
			return len;
		/* Overwritten, or too long: the next read goes on behind it. */
		if (errno == EPIPE || errno == EINVAL || errno == EINTR)
			continue;
		if (!patient || poll(&fd, 1, SILENCE_MS) <= 0)
			return -1;
	}
}

enum kmsg kmsg_trouble(char *buf, size_t size)
{
	char record[8192 + 1], *text, *line, *rest;
	enum kmsg worst = KMSG_QUIET;
	size_t used = 0;
	ssize_t len;

	buf[0] = '\0';
	if (kmsg_fd < 0)
		return KMSG_QUIET;
	while ((len = next_record(record, sizeof(record) - 1,
				  worst != KMSG_QUIET)) > 0) {
		record[len] = '\0';
		text = strchr(record, ';');
		if (!text)
			continue;
		split_lines(++text);
		for (line = strtok_r(text, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest)) {
			const enum kmsg what = classify(line);

			if (what > worst)
				worst = what;
			if (worst != KMSG_QUIET &&
			    used + strlen(line) + 2 < size)
				used += snprintf(buf + used, size - used,
						 "%s\n", line);
		}
	}
	return worst;
}

/*
 * WARN_ONCE() is armed again by debugfs (clear_warn_once); what other
 * reporters have said once, lockdep and KASAN among them, cannot be.
 */
bool kmsg_rearm(const char *log)
{
	if (strncmp(log, "------------[ cut here ]", 24) != 0 ||
	    strstr(log, "DEBUG_LOCKS_WARN_ON"))
		return false;
	mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	return !write_file(DEBUGFS "/clear_warn_once", "1");
}
