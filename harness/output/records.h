/* SPDX-License-Identifier: GPL-2.0 */
/* What a run says, for programs (docs/records.md) and for people (KTAP). */
#ifndef LANDPROOF_OUTPUT_RECORDS_H
#define LANDPROOF_OUTPUT_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "engine/result.h"

/*
 * Where the lines go; a descriptor of -1, a false @ktap: nowhere, but in a
 * guest to its driver.
 */
void records_open(int fd, bool ktap);
void record_start(size_t selected);
/* Which hooks are traced: false if something is @missing for that. */
bool record_hooks(const char *missing);
void record_case(const char *id);
void record_result(const struct result *result);
/* The cases that are left need a fresh machine. */
void record_renew(void);
void record_end(double cases_ms, double total_ms);
/* Has all of it been written? */
bool records_complete(void);

/* Is another case to begin with a log of its own, in another machine? */
bool records_fill_up(void);

/* A record of another kind, to which the caller adds members */
struct json *record_begin(const char *type);
void record_done(void);

#endif
