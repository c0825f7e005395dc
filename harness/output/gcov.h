/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's gcov counters of Landlock: how often each of its lines ran. */
#ifndef LANDPROOF_OUTPUT_GCOV_H
#define LANDPROOF_OUTPUT_GCOV_H

/* Records of what was counted since the boot */
void gcov_put(void);

#endif
