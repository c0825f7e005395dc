/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the part "net" share. */
#ifndef LANDPROOF_EXPLORE_NET_H
#define LANDPROOF_EXPLORE_NET_H

#include "explore/engine/part.h"
#include "explore/model/net.h"

const char *net_prepare(void);
bool net_has_mptcp(void);
bool net_run(const struct claim *claim, const struct scenario *scenario,
	     const bool *skip, struct observation *observation,
	     const char **why);

void net_statement(FILE *out, const struct operation *operation,
		   const struct policy *policy, int number);
extern const struct helper net_helpers[];

#endif
