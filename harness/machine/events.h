/* SPDX-License-Identifier: GPL-2.0 */
/* Landlock's trace events in a guest: on only while cases read them. */
#ifndef LANDPROOF_MACHINE_EVENTS_H
#define LANDPROOF_MACHINE_EVENTS_H

#include <stdbool.h>

/* A trace of our own in tracefs */
#define EVENTS_INSTANCE "/sys/kernel/tracing/instances/landproof/"

/* For the engine: before a case, which reads events or does not */
void events_enable(bool on);

#endif
