/* SPDX-License-Identifier: GPL-2.0 */
/* File systems that the worlds' directories lie on, where it is not tmpfs. */
#ifndef LANDPROOF_MACHINE_FILESYSTEM_H
#define LANDPROOF_MACHINE_FILESYSTEM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Takes the file system that @path describes, a line for each item, its parts
 * separated by tabs (docs/records.md): NULL, or what is wrong.
 */
const char *filesystem_read(const char *path);
/* Was one taken? */
bool filesystem_chosen(void);
/*
 * Does @error, of a call outside any sandbox, say that such files cannot be had
 * on the file system @name?  NULL: on the one that was taken
 */
bool filesystem_cannot(const char *name, int error);
/* Makes it and mounts it on @place, in a guest: NULL, or what is missing */
const char *filesystem_mount(const char *place);
/*
 * For a variant on one of those that the guest has descriptions of: makes and
 * mounts it, once.  NULL, or what is missing
 */
const char *filesystem_have(const char *name);
/* Where that lies */
void filesystem_place(const char *name, char *path, size_t size);
/* Between worlds: the kernel gives up what it keeps of names that are gone. */
void filesystem_rest(void);

#endif
