// SPDX-License-Identifier: GPL-2.0
/* A command line that is being made: its arguments, and forms filled in. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtimes/saying.h"

static const enum feature_kind kinds[SETS] = {
	FEATURE_FS, FEATURE_NET, FEATURE_SCOPE,
};

bool cannot_say(struct saying *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(s->out->inexpressible, sizeof(s->out->inexpressible), fmt,
		  args);
	va_end(args);
	return false;
}

char *keep_text(struct command_line *out, const char *text)
{
	const size_t length = strlen(text) + 1;
	char *const place = out->text + out->used;

	if (length > sizeof(out->text) - out->used)
		return NULL;
	memcpy(place, text, length);
	out->used += length;
	return place;
}

void put_argument(struct command_line *out, const char *text)
{
	if (out->argc < 255)
		out->argv[out->argc++] = keep_text(out, text);
	out->argv[out->argc] = NULL;
}

static void replace(char *buf, size_t size, const char *form,
		    const struct about *about)
{
	size_t used = 0;

	buf[0] = '\0';
	while (*form && used < size - 1) {
		const char *text = NULL;

		if (about && *form == '{') {
			if (strncmp(form, "{right", 6) == 0)
				text = about->rights;
			else if (strncmp(form, "{path}", 6) == 0 ||
				 strncmp(form, "{port}", 6) == 0)
				text = about->object;
		}
		if (text) {
			used += snprintf(buf + used, size - used, "%s", text);
			form = strchrnul(form, '}');
			form += *form != '\0';
		} else {
			buf[used++] = *form++;
			buf[used] = '\0';
		}
	}
}

void put_form(struct command_line *out, const struct form *form,
	      const struct about *about)
{
	char text[PATH_MAX + 512];
	int i;

	for (i = 0; i < form->count; i++) {
		replace(text, sizeof(text), form->part[i], about);
		put_argument(out, text);
	}
}

const char *right_name(enum set set, uint32_t bits)
{
	const struct feature *f;

	for (f = features; f < features + features_count; f++)
		if (f->kind == kinds[set] && (bits & f->value))
			return f->name;
	return "?";
}
