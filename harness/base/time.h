/* SPDX-License-Identifier: GPL-2.0 */
/* What time it is, and how long to wait on a machine of this speed. */
#ifndef LANDPROOF_BASE_TIME_H
#define LANDPROOF_BASE_TIME_H

/* Since some point in the past */
double now_ms(void);

/* Who has not answered by then hangs. */
extern int patience_ms;
/* Sets it. */
void measure_speed(void);

#endif
