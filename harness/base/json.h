/* SPDX-License-Identifier: GPL-2.0 */
/* JSON, written. */
#ifndef LANDPROOF_BASE_JSON_H
#define LANDPROOF_BASE_JSON_H

#include <stdio.h>

/* A quoted, escaped JSON string on @out; NULL gives null. */
void json_string(FILE *out, const char *text);

#endif
