/* SPDX-License-Identifier: GPL-2.0 */
/* Scenarios as text: a line for each operation, which people read, too. */
#ifndef LANDPROOF_EXPLORE_TEXT_H
#define LANDPROOF_EXPLORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "explore/engine/part.h"

/* One operation, without a newline */
void text_operation(const struct part *part, const struct scenario *scenario,
		    int index, char *text, size_t size);

/* Reads one line and adds it; false, with what is wrong in @why. */
bool text_read(const struct part *part, struct scenario *scenario,
	       const char *line, const char **why);

#endif
