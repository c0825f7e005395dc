/* SPDX-License-Identifier: GPL-2.0 */
/* The file system that the worlds' directories lie on, where it is not tmpfs. */
#ifndef LANDPROOF_MACHINE_FILESYSTEM_H
#define LANDPROOF_MACHINE_FILESYSTEM_H

#include <stdbool.h>

/*
 * Takes the file system that @path describes, a line for each item, its parts
 * separated by tabs (docs/records.md): NULL, or what is wrong.
 */
const char *filesystem_read(const char *path);
/* Was one taken? */
bool filesystem_chosen(void);
/* Does @error, of a call outside any sandbox, say that it has no such files? */
bool filesystem_cannot(int error);
/* Makes it and mounts it on @place, in a guest: NULL, or what is missing */
const char *filesystem_mount(const char *place);
/* Between worlds: the kernel gives up what it keeps of names that are gone. */
void filesystem_rest(void);

#endif
