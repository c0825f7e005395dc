/* SPDX-License-Identifier: GPL-2.0 */
/* What a run says, for programs (docs/records.md) and for people (KTAP). */
#ifndef LANDPROOF_RECORDS_H
#define LANDPROOF_RECORDS_H

#include "engine/run.h"

/* Where the lines go; a descriptor of -1, a false @ktap: nowhere. */
void records_open(int fd, bool ktap);
/* In a guest, instead: the log of the driver; false: there is none. */
bool records_open_log(bool ktap);
void record_start(size_t selected);
/* Which hooks are traced: false if something is @missing for that. */
bool record_hooks(const char *missing);
void record_case(const char *id);
void record_result(const struct result *result);
void record_end(double cases_ms, double total_ms);

/* A record of another kind: its further members, each after a comma. */
FILE *record_begin(const char *type);
void record_done(void);
/* Also records of how often each line of Landlock ran since the boot */
extern bool records_gcov;
void gcov_put(void);		/* gcov.c */

/* A quoted, escaped JSON string on @out; NULL gives null. */
void json_string(FILE *out, const char *text);

#endif
