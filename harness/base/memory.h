/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Large arrays.  Static ones count for RLIMIT_DATA and RLIMIT_AS in execve(2),
 * where the kernel kills whoever has no room for them, without a word.
 */
#ifndef LANDPROOF_BASE_MEMORY_H
#define LANDPROOF_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory, page by page when it is used; NULL and errno */
void *memory_map(size_t size);

/*
 * Gives a static pointer an array of @count when it is first used: false and
 * errno if there is no room.  Who shares the harness's memory leaves it to all.
 */
#define TAKE_ARRAY(array, count) \
	((array) || ((array) = memory_map((count) * sizeof(*(array)))))

#endif
