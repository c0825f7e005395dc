/* SPDX-License-Identifier: GPL-2.0 */
/* The servers of the cases of RESOLVE_UNIX. */
#ifndef CASES_FS_RESOLVE_UNIX_SERVER_H
#define CASES_FS_RESOLVE_UNIX_SERVER_H

#include "bricks/unix.h"
#include "landproof.h"

#define DOC_RESOLVE "include/uapi/linux/landlock.h: LANDLOCK_ACCESS_FS_RESOLVE_UNIX"

/*
 * Directories dir and links; outside servers at dir/socket (fd[0]) and, of the
 * same type, at dir/other (fd[1]).
 */
int resolve_server(struct scene *scene);	/* of the variant's type */
int resolve_stream_server(struct scene *scene);
int resolve_dgram_server(struct scene *scene);
int resolve_seqpacket_server(struct scene *scene);
bool resolve_heard(struct scene *scene);
bool resolve_heard_other(struct scene *scene);
/* As .witness: a call to dir/other */
int resolve_refused(struct scene *scene);

#endif
