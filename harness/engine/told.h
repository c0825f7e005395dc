/* SPDX-License-Identifier: GPL-2.0 */
/* Did a tool say what it does not enforce? */
#ifndef LANDPROOF_ENGINE_TOLD_H
#define LANDPROOF_ENGINE_TOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "runtimes/tool.h"

/*
 * Is there a line in @said, but not in @usual, that complains of a right of
 * @set by the tool's word or by the kernel's, and is no chatter?  @line: it
 */
bool tool_told(const struct tool *tool, const struct ruleset *set,
	       const char *usual, const char *said, char *line, size_t size);

#endif
