// SPDX-License-Identifier: GPL-2.0
/* JSON, written. */
#include <string.h>

#include "base/json.h"

static void put_character(FILE *out, unsigned char c)
{
	if (c == '"' || c == '\\')
		fprintf(out, "\\%c", c);
	else if (c == '\n')
		fputs("\\n", out);
	else if (c < 0x20 || c == 0x7f)
		fprintf(out, "\\u%04x", c);
	else
		putc(c, out);
}

static void put_text(FILE *out, const char *text, size_t length)
{
	size_t i;

	putc('"', out);
	for (i = 0; i < length && text[i]; i++)
		put_character(out, text[i]);
	putc('"', out);
}

FILE *json_value(struct json *json, const char *key)
{
	if (json->follows)
		putc(',', json->out);
	if (key) {
		put_text(json->out, key, strlen(key));
		putc(':', json->out);
	}
	json->follows = true;
	return json->out;
}

static void open_with(struct json *json, const char *key, char bracket)
{
	putc(bracket, json_value(json, key));
	json->follows = false;
}

static void close_with(struct json *json, char bracket)
{
	putc(bracket, json->out);
	json->follows = true;
}

void json_object(struct json *json, const char *key)
{
	open_with(json, key, '{');
}

void json_object_end(struct json *json)
{
	close_with(json, '}');
}

void json_array(struct json *json, const char *key)
{
	open_with(json, key, '[');
}

void json_array_end(struct json *json)
{
	close_with(json, ']');
}

void json_part(struct json *json, const char *key, const char *text,
	       size_t length)
{
	put_text(json_value(json, key), text, length);
}

void json_string(struct json *json, const char *key, const char *text)
{
	if (text)
		json_part(json, key, text, strlen(text));
	else
		json_null(json, key);
}

void json_integer(struct json *json, const char *key, long value)
{
	fprintf(json_value(json, key), "%ld", value);
}

void json_real(struct json *json, const char *key, double value)
{
	fprintf(json_value(json, key), "%.2f", value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	fputs(value ? "true" : "false", json_value(json, key));
}

void json_null(struct json *json, const char *key)
{
	fputs("null", json_value(json, key));
}
