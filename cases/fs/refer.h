/* SPDX-License-Identifier: GPL-2.0 */
/* Moving files between two directories, "source" and "target". */
#ifndef LANDPROOF_REFER_H
#define LANDPROOF_REFER_H

#include "fs.h"

#define REFER_DOCUMENTED "userspace-api/landlock: LANDLOCK_ACCESS_FS_REFER"

/* One layer that handles @handled, with rights on each of both directories. */
#define ON_BOTH(handled, left, right)					\
	{								\
		.fs = (handled),					\
		.rules = {						\
			PATH("source", .access = (left)),		\
			PATH("target", .access = (right)),		\
		},							\
	}

/*
 * Scene: source/this, of the type that the variant's arg names (else a regular
 * file), target/other of the same type, and source/sub, target/sub.
 */
int source_and_target(struct scene *scene);

/* Attempts: source/this becomes target/this, or changes place with other. */
int rename_across(struct scene *scene);
int link_across(struct scene *scene);
int exchange_across(struct scene *scene);

/* An effect: something moved. */
bool moved(struct scene *scene);

/* "", "link", "exchange": variants by .op; "", "link" */
extern const struct variant reparenting[];
extern const struct variant rename_and_link[];
#endif
