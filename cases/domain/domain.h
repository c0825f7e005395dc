/* SPDX-License-Identifier: GPL-2.0 */
/* Files that show in which domain a thread is. */
#ifndef CASES_DOMAIN_DOMAIN_H
#define CASES_DOMAIN_DOMAIN_H

#include "landproof.h"

/* As a .scene: files dir/file, other/file */
int domain_files(struct scene *scene);
/* 0, errno or NO_EFFECT of reading dir/file, other/file */
int read_guarded_file(struct scene *scene);
int read_other_file(struct scene *scene);

/* A layer that denies reading but beneath @granted (NULL: nowhere) */
int deny_reading(struct scene *scene, const char *granted, unsigned int flags);

/*
 * A thread that waits for work: started before a domain, it is a sibling of
 * the thread that enforces it.  Threads are numbered from 0.
 */
#define SIBLINGS 8
int sibling_start(struct scene *scene, int number);
/* Runs @work in that thread: its outcome. */
int sibling_run(struct scene *scene, int number,
		int (*work)(struct scene *scene));
/* Runs @work in that thread, at the same time as the caller goes on. */
void sibling_begin(int number, int (*work)(struct scene *scene));
int sibling_end(int number);

#endif
