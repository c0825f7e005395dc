// SPDX-License-Identifier: GPL-2.0
/* The table of all cases, which the linker put together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cases/table.h"

const struct variant ipv4_and_ipv6[] = {
	{ "", AF_INET },
	{ "ipv6", AF_INET6 },
	{ NULL }
};

static const struct variant only[] = { { "" }, { NULL } };

const struct landproof_case **cases;
size_t cases_count;

extern const struct landproof_case *__start_landproof_cases[];
extern const struct landproof_case *__stop_landproof_cases[];

const struct landproof_case *case_at(size_t index)
{
	if (__start_landproof_cases + index >= __stop_landproof_cases)
		return NULL;
	return __start_landproof_cases[index];
}

size_t case_index(const struct landproof_case *test)
{
	size_t i = 0;

	while (__start_landproof_cases[i] != test)
		i++;
	return i;
}

static int by_id(const void *a, const void *b)
{
	const struct landproof_case *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

void cases_sort(void)
{
	cases_count = __stop_landproof_cases - __start_landproof_cases;
	cases = calloc(cases_count, sizeof(*cases));
	if (!cases)
		abort();
	memcpy(cases, __start_landproof_cases, cases_count * sizeof(*cases));
	qsort(cases, cases_count, sizeof(*cases), by_id);
}

const struct variant *case_variants(const struct landproof_case *test)
{
	return test->variants ? test->variants : only;
}

const char *case_id(const struct landproof_case *test,
		    const struct variant *variant, char *buf, size_t size)
{
	if (variant->name[0])
		snprintf(buf, size, "%s[%s]", test->id, variant->name);
	else
		snprintf(buf, size, "%s", test->id);
	return buf;
}

const char *case_family(const struct landproof_case *test)
{
	static char family[32];

	snprintf(family, sizeof(family), "%.*s",
		 (int)strcspn(test->id, "."), test->id);
	return family;
}
