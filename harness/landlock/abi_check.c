// SPDX-License-Identifier: GPL-2.0
/* Compares abi.h with the system's linux/landlock.h, where that defines it. */
#include <linux/landlock.h>

#include "landlock/abi.h"

#define SAME(ours, theirs) \
	_Static_assert((ours) == (theirs), #ours " differs from " #theirs)

/* Made of abi.h: the bits */
#include "abi_names.h"

SAME((int)RULE_PATH_BENEATH, (int)LANDLOCK_RULE_PATH_BENEATH);
SAME(sizeof(struct path_beneath_attr),
     sizeof(struct landlock_path_beneath_attr));

#ifdef LANDLOCK_ACCESS_NET_BIND_TCP
SAME((int)RULE_NET_PORT, (int)LANDLOCK_RULE_NET_PORT);
SAME(sizeof(struct net_port_attr), sizeof(struct landlock_net_port_attr));
#endif
#ifdef LANDLOCK_ADD_RULE_QUIET
SAME(sizeof(struct ruleset_attr), sizeof(struct landlock_ruleset_attr));
#endif
