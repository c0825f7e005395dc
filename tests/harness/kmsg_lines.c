// SPDX-License-Identifier: GPL-2.0
/*
 * Feeds the harness's reader of the kernel's log with records from standard
 * input, a line each; "case NAME" ends a case, as the runner does.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "machine/kmsg.h"

#define RECORD_MAX	20000

static char records[256][RECORD_MAX];
static size_t first, count;

int __wrap_open(const char *path, int flags, ...);
ssize_t __wrap_read(int fd, void *buf, size_t size);
off_t __wrap_lseek(int fd, off_t offset, int whence);
int __wrap_poll(void *fds, unsigned long n, int timeout);

int __wrap_open(const char *path, int flags, ...)
{
	(void)flags;
	return strcmp(path, "/dev/kmsg") == 0 ? 1000 : -1;
}

off_t __wrap_lseek(int fd, off_t offset, int whence)
{
	return fd == 1000 && offset == 0 && whence == SEEK_END ? 0 : -1;
}

static size_t late;	/* records that come while the reader waits */

int __wrap_poll(void *fds, unsigned long n, int timeout)
{
	(void)fds;
	if (n != 1 || timeout <= 0 || !late)
		return 0;
	count += late;
	late = 0;
	return 1;
}

/* As devkmsg_read(): one record a call. */
ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	const char *record;

	if (fd != 1000 || first == count) {
		errno = EAGAIN;
		return -1;
	}
	record = records[first++];
	if (strcmp(record, "overwritten") == 0)
		errno = EPIPE;
	else if (strlen(record) >= size)
		errno = EINVAL;
	else
		return (ssize_t)strlen(strcpy(buf, record));
	return -1;
}

static void end_case(const char *name)
{
	static const char *const words[] = {
		[KMSG_QUIET] = "quiet", [KMSG_NO_MEMORY] = "no memory",
		[KMSG_TROUBLE] = "trouble",
	};
	char log[2048];
	const enum kmsg what = kmsg_trouble(log, sizeof(log));

	printf("%s\t%s\t", name, words[what]);
	for (const char *c = log; *c; c++)
		putchar(*c == '\n' ? '\t' : *c);
	putchar('\n');
	first = count = late = 0;
}

int main(void)
{
	static char line[RECORD_MAX];
	bool waited = false;

	kmsg_init();
	while (fgets(line, sizeof(line), stdin)) {
		if (strncmp(line, "case ", 5) == 0) {
			line[strcspn(line, "\n")] = '\0';
			end_case(line + 5);
			waited = false;
		} else if (strcmp(line, "later\n") == 0) {
			waited = true;
		} else {
			line[strcspn(line, "\n")] = '\0';
			strcpy(records[count + late], line);
			waited ? late++ : count++;
		}
	}
	return 0;
}
