// SPDX-License-Identifier: GPL-2.0
/* A kernel that is described instead of asked. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "landlock/abi.h"

/* The ABI version that brings LANDLOCK_CREATE_RULESET_ERRATA */
static int errata_abi(void)
{
	return feature_find("create.errata")->abi;
}

static void set(uint64_t *bits, uint64_t value, bool taken)
{
	*bits = taken ? *bits | value : *bits & ~value;
}

/* False: whether it is taken follows from something else. */
static bool take(struct kernel *kernel, const struct feature *f, bool taken)
{
	switch (f->kind) {
	case FEATURE_FS:
		set(&kernel->fs, f->value, taken);
		return true;
	case FEATURE_NET:
		set(&kernel->net, f->value, taken);
		return true;
	case FEATURE_SCOPE:
		set(&kernel->scoped, f->value, taken);
		return true;
	case FEATURE_RESTRICT_FLAG:
		set(&kernel->restrict_flags, f->value, taken);
		return true;
	case FEATURE_ADD_FLAG:
		set(&kernel->add_flags, f->value, taken);
		return true;
	case FEATURE_PROPOSED:
		kernel->proposed = taken ? f->value : 0;
		return true;
	case FEATURE_FIELD:
		if (f->value < offsetof(struct ruleset_attr, quiet_access_fs))
			return false;
		kernel->quiet = taken;
		return true;
	default:
		return false;
	}
}

/* All that @abi promises */
static void take_all_of(struct kernel *kernel, int abi)
{
	const struct feature *f;

	*kernel = (struct kernel) {
		.abi = abi,
		.errata = -1,
		.landlock_errno = abi ? 0 : ENOSYS,
		.proposal = "proposed socket rules",
	};
	for (f = features; f < features + features_count; f++)
		if (f->abi <= abi)
			take(kernel, f, true);
}

static bool number(const char *text, long max, int *value)
{
	char *end;
	const long n = strtol(text, &end, 0);

	*value = n;
	return end != text && !*end && n >= 0 && n <= max;
}

/* What follows @key in @word, or NULL */
static const char *value_of(const char *word, const char *key)
{
	const size_t len = strlen(key);

	return strncmp(word, key, len) == 0 ? word + len : NULL;
}

static const char *describe(struct kernel *kernel, const char *word)
{
	const char *const abi = value_of(word, "abi=");
	const char *const errata = value_of(word, "errata=");
	int n;

	if (abi && number(abi, 99, &n)) {
		take_all_of(kernel, n);
	} else if (errata && strcmp(errata, "none") == 0) {
		kernel->errata = -1;
	} else if (errata && number(errata, INT_MAX, &n)) {
		kernel->errata = n;
	} else if (word[0] == '+' || word[0] == '-') {
		const struct feature *f = feature_find(word + 1);

		if (!f || !take(kernel, f, word[0] == '+'))
			return "no feature that a kernel has more or less";
	} else {
		return "none of abi=N, errata=N, errata=none, +FEATURE, -FEATURE";
	}
	return NULL;
}

const char *kernel_describe(struct kernel *kernel, const char *words)
{
	static char complaint[256];
	char copy[1024], *word, *rest;
	const char *wrong;
	bool errata = false;

	if (strncmp(words, "abi=", 4) != 0)
		return "it begins with abi=N";
	if (strlen(words) >= sizeof(copy))
		return "it is too long";
	strcpy(copy, words);
	for (word = strtok_r(copy, ",", &rest); word;
	     word = strtok_r(NULL, ",", &rest)) {
		errata |= strncmp(word, "errata=", 7) == 0;
		wrong = describe(kernel, word);
		if (!wrong)
			continue;
		snprintf(complaint, sizeof(complaint), "%.80s is %s", word,
			 wrong);
		return complaint;
	}
	if (!errata && kernel->abi >= errata_abi())
		return "such a kernel announces errata: say errata=N, too, or errata=none";
	return NULL;
}
