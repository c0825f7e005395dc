/* SPDX-License-Identifier: GPL-2.0 */
/* What all cases of fs.metadata have in common. */
#ifndef LANDPROOF_METADATA_H
#define LANDPROOF_METADATA_H

#include "fs.h"

/*
 * On a file of which every right is denied.  The list of such calls is at the
 * end of "Filesystem flags" in userspace-api/landlock.rst.
 */
#define UNRESTRICTED							\
	.guard	 = { .fs = FS_ABI_1 },					\
	.promise = { OPEN },						\
	.witness = read_dir_file

#define DOCUMENTED_LIMIT						\
	.gap	 = "landlock-lsm/linux#11",				\
	.source	 = "userspace-api/landlock, Filesystem flags: not possible to restrict"

#endif
