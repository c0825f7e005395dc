/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the part "fs" share. */
#ifndef LANDPROOF_EXPLORE_FS_H
#define LANDPROOF_EXPLORE_FS_H

#include "explore/engine/part.h"
#include "explore/model/fs.h"

void fs_generate(struct random *random, const struct claim *claim,
		 struct scenario *scenario);

extern const struct kind fs_kinds[FS_KINDS];
extern const char *const fs_actors[];
void fs_predict(const struct claim *claim, const struct scenario *scenario,
		struct prediction *prediction);

const char *fs_prepare(void);
bool fs_can_mount(void);
bool fs_can_mknod(void);	/* of devices */
bool fs_can_overlay(void);

/* Of who is inside, by io_uring: 0 or errno */
bool fs_ring_can(const struct operation *operation);
int fs_rename_flags(uint32_t flags);
int fs_ring_open(int dir, const char *path, int flags);
int fs_ring_do(const struct operation *operation, int dir, const char *path,
	       int other_dir, const char *other);
bool fs_run(const struct claim *claim, const struct scenario *scenario,
	    const bool *skip, struct observation *observation,
	    const char **why);

void fs_statement(FILE *out, const struct scenario *scenario, int number);
extern const struct helper fs_helpers[];

#endif
