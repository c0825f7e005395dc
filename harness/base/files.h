/* SPDX-License-Identifier: GPL-2.0 */
/* Small files, read and written whole. */
#ifndef LANDPROOF_BASE_FILES_H
#define LANDPROOF_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* Reads at most @size - 1 bytes; the length, or -errno. */
int read_file(const char *path, char *buf, size_t size);
/* The text, which the caller frees; NULL and errno */
char *read_whole(const char *path);
/* Writes to a file that is there: 0 or errno */
int write_file(const char *path, const char *text);
bool file_is(const char *path, const char *text);
bool exists(const char *path);

#endif
