/* SPDX-License-Identifier: GPL-2.0 */
/* The table of all cases. */
#ifndef LANDPROOF_CASES_TABLE_H
#define LANDPROOF_CASES_TABLE_H

#include <stddef.h>

#include "cases/case.h"

/* The cases, in order of their ids. */
extern const struct landproof_case **cases;
extern size_t cases_count;
void cases_sort(void);
/* The same cases as the linker placed them: what exec'd attempts are told. */
const struct landproof_case *case_at(size_t index);	/* or NULL */
size_t case_index(const struct landproof_case *test);

/* "net.tcp.connect[ipv6]" */
const char *case_id(const struct landproof_case *test,
		    const struct variant *variant, char *buf, size_t size);
/* "net" of "net.tcp.connect" */
const char *case_family(const struct landproof_case *test);
const struct variant *case_variants(const struct landproof_case *test);

#endif
