// SPDX-License-Identifier: GPL-2.0
/* Small files, read and written whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

int write_file(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t done;
	int error;

	if (fd < 0)
		return errno;
	done = write(fd, text, strlen(text));
	error = done < 0 ? errno : 0;
	close(fd);
	return error;
}

int read_file(const char *path, char *buf, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t len;

	buf[0] = '\0';
	if (fd < 0)
		return -errno;
	while (used < size - 1) {
		len = read(fd, buf + used, size - 1 - used);
		if (len < 0) {
			len = -errno;
			close(fd);
			return len;
		}
		if (len == 0)
			break;
		used += len;
	}
	close(fd);
	buf[used] = '\0';
	return used;
}

char *read_whole(const char *path)
{
	FILE *const file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		return NULL;
	if (getdelim(&text, &size, '\0', file) < 0) {
		free(text);
		text = ferror(file) ? NULL : strdup("");
	}
	fclose(file);
	return text;
}

bool file_is(const char *path, const char *text)
{
	char buf[512];

	return read_file(path, buf, sizeof(buf)) >= 0 &&
	       strcmp(buf, text) == 0;
}

bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}
