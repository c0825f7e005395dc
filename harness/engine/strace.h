/* SPDX-License-Identifier: GPL-2.0 */
/* Has strace(1) look at the harness, and writes into its output where a world is. */
#ifndef LANDPROOF_ENGINE_STRACE_H
#define LANDPROOF_ENGINE_STRACE_H

#include "cases/scene.h"

/*
 * Starts the shell script @script, which has to become strace and attach to
 * the process that is its argument: NULL, or what is missing.  What it writes
 * is for strace_stop().
 */
const char *strace_start(const char *script);
/* Lets go; returns what the script wrote to the file STRACE_OUTPUT, or NULL */
#define STRACE_OUTPUT "/landproof/strace.out"
const char *strace_stop(size_t *length);

/* Nothing unless strace was started: "landproof: WORLD WHAT CASE" in its output */
void strace_mark(const struct scene *scene, const char *what);

#endif
