/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own NFS server, which exports a directory, and a mount of it. */
#ifndef LANDPROOF_MACHINE_NFS_H
#define LANDPROOF_MACHINE_NFS_H

/*
 * Has the kernel export the directory @source over loopback, and mounts it on
 * @place, with @options of mount(2), which begin with "vers=": 0 or errno.
 */
int nfs_mount(const char *source, const char *place, const char *options);

#endif
