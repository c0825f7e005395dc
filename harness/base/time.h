/* SPDX-License-Identifier: GPL-2.0 */
/* What time it is, and how long to wait on a machine of this speed. */
#ifndef LANDPROOF_BASE_TIME_H
#define LANDPROOF_BASE_TIME_H

#include <stdbool.h>

/* Since some point in the past */
double now_ms(void);

/* Who has not answered by then hangs. */
extern int patience_ms;
/* Sets it. */
void measure_speed(void);
/*
 * Waits until there is something to read, for half as long at most: so that an
 * attempt that waits in vain can still say so.
 */
bool await_input(int fd);

#endif
