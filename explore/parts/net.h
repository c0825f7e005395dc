/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the part "net" share. */
#ifndef LANDPROOF_EXPLORE_NET_H
#define LANDPROOF_EXPLORE_NET_H

#include "explore/engine/part.h"
#include "explore/model/net.h"

void net_predict(const struct claim *claim, const struct scenario *scenario,
		 struct prediction *prediction);

void net_generate(struct random *random, const struct claim *claim,
		  struct scenario *scenario);

const char *net_prepare(void);
/* Has this kernel the sockets of @protocol? */
bool net_has(enum net_protocol protocol, bool v6);
bool net_run(const struct claim *claim, const struct scenario *scenario,
	     const bool *skip, struct observation *observation,
	     const char **why);

/* Of who is inside, by io_uring: the result, or -1 with errno */
bool net_ring_can(const struct operation *operation);
struct msghdr;
long net_ring_do(const struct operation *operation, int fd,
		 const void *address, int length,
		 const struct msghdr *message);

void net_statement(FILE *out, const struct scenario *scenario, int number);
extern const struct helper net_helpers[];

#endif
