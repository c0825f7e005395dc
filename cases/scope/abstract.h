/* SPDX-License-Identifier: GPL-2.0 */
/* What the cases of abstract UNIX sockets share. */
#ifndef CASES_SCOPE_ABSTRACT_H
#define CASES_SCOPE_ABSTRACT_H

#include "bricks/unix.h"
#include "bricks/uring.h"
#include "landproof.h"

#define DOC_ABSTRACT \
	"userspace-api/landlock: LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET"

/* A server of the variant's type, outside: fd[0], its name in text */
int abstract_server(struct scene *scene);
int abstract_stream_server(struct scene *scene);
int abstract_dgram_server(struct scene *scene);
/* connect(2) to it and a token */
int abstract_call(struct scene *scene);
bool abstract_heard(struct scene *scene);
/* sendto(2) to the server, for witnesses of any type of socket */
int abstract_refused(struct scene *scene);
int abstract_client(int type);

#endif
