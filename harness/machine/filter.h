/* SPDX-License-Identifier: GPL-2.0 */
/* Seccomp filters that a parent has left: calls that are refused, or kill. */
#ifndef LANDPROOF_MACHINE_FILTER_H
#define LANDPROOF_MACHINE_FILTER_H

#include <stdbool.h>

/* Is there a filter? */
bool filter_is_there(void);
/* Does it kill who makes this call? */
bool filter_kills_at(long number);
/* Does it kill for any call that is looked at? */
bool filter_is_deadly(void);
/* Calls without which nothing can be tried, and that it kills for: or NULL */
const char *filter_kills_at_once(void);

#endif
