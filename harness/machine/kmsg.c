// SPDX-License-Identifier: GPL-2.0
/* The kernel's log: did it warn or oops while a case ran? */
#include "engine/run.h"

static int kmsg_fd = -1;

/* Only in a machine of our own: elsewhere, others make it warn too. */
void kmsg_init(void)
{
	kmsg_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg_fd >= 0)
		lseek(kmsg_fd, 0, SEEK_END);
}

/* What a kernel prints at the head of a report; bug.h, kasan, lockdep. */
static bool is_trouble(const char *line)
{
	static const char *const heads[] = {
		"WARNING: ", "BUG: ", "kernel BUG at ", "Oops: ",
		"general protection fault", "UBSAN: ", "KASAN: ", "KCSAN: ",
		"INFO: possible recursive locking", "INFO: task ",
		"INFO: possible circular locking", "INFO: rcu",
		"refcount_t: ", "list_add corruption", "list_del corruption",
		"possible circular locking", "possible recursive locking",
		"VFS: Busy inodes",
	};
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (strncmp(line, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

bool kmsg_trouble(char *buf, size_t size)
{
	char record[8192], *text, *end;
	bool trouble = false;
	size_t used = 0;
	ssize_t len;

	buf[0] = '\0';
	while (kmsg_fd >= 0) {
		len = read(kmsg_fd, record, sizeof(record) - 1);
		/* EPIPE: records were overwritten; the next read goes on */
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			break;
		record[len] = '\0';
		text = strchr(record, ';');
		if (!text)
			continue;
		end = strchr(++text, '\n');
		if (end)
			*end = '\0';
		trouble |= is_trouble(text);
		if (trouble && used + strlen(text) + 2 < size)
			used += snprintf(buf + used, size - used, "%s\n",
					 text);
	}
	return trouble;
}
