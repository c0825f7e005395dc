/* SPDX-License-Identifier: GPL-2.0 */
/* A 9p server that shows a directory, and a file system of its. */
#ifndef LANDPROOF_MACHINE_P9_H
#define LANDPROOF_MACHINE_P9_H

/*
 * Mounts what a new process serves of the directory @source on @place, with
 * @options of mount(2) besides ("" for none): 0 or errno.
 */
int p9_mount(const char *source, const char *place, const char *options);

#endif
