/* SPDX-License-Identifier: GPL-2.0 */
/* The user that attempts run as. */
#ifndef LANDPROOF_MACHINE_SUBJECT_H
#define LANDPROOF_MACHINE_SUBJECT_H

#include <sys/types.h>

/* The nobody of every distribution; attempts own nothing else. */
#define NOBODY 65534

/* IDs to give scratch files to */
uid_t subject_uid(void);
gid_t subject_gid(void);
/* Becomes that user without privileges; 0 or errno. */
int become_subject(void);

#endif
