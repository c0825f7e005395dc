/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON, written.  Each function writes one value: a member called @key of an
 * object, or where @key is NULL an element of an array or a text of its own.
 * Commas come by themselves.
 */
#ifndef LANDPROOF_BASE_JSON_H
#define LANDPROOF_BASE_JSON_H

#include <stdbool.h>
#include <stdio.h>

struct json {
	FILE *out;
	bool follows;		/* a value: the next one needs a comma */
};

void json_object(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array(struct json *json, const char *key);
void json_array_end(struct json *json);

void json_string(struct json *json, const char *key, const char *text);
/* At most @length bytes of @text */
void json_part(struct json *json, const char *key, const char *text,
	       size_t length);
void json_integer(struct json *json, const char *key, long value);
/* With two digits behind the point */
void json_real(struct json *json, const char *key, double value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* For a value that the caller writes itself: where to */
FILE *json_value(struct json *json, const char *key);

#endif
