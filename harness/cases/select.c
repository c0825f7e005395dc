// SPDX-License-Identifier: GPL-2.0
/* Selection of cases by name, glob, label, family and ABI. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "cases/promise.h"
#include "cases/select.h"
#include "cases/table.h"

/* The closed list: another word in a case's .labels does not pass the tests. */
const char *const labels[] = {
	"bypass",	/* a known or possible way around a rule */
	"limit",	/* a limit that the documentation admits */
	"reach-tcp",	/* a road to a guarded TCP port: landproof reach */
	"serve-tcp",	/* a road to serve on one */
	"reach-udp",	/* the same for UDP */
	"serve-udp",
	"honesty",	/* holds the kernel's claims against its behaviour */
	"proposed",	/* about what is in no release yet */
	"needs-root",
	"unreported",	/* see SECURITY.md */
	"private",	/* the same; said of cases from outside the tree */
	"selftest",	/* about the suite, not about Landlock */
	NULL
};

static bool guards(const struct landproof_case *test, const char *name)
{
	const struct feature *f = feature_find(name);

	if (!f)
		return false;
	if (has_word(test->covers, name))
		return true;
	return (f->kind == FEATURE_FS && (test->guard.fs & f->value)) ||
	       (f->kind == FEATURE_NET && (test->guard.net & f->value)) ||
	       (f->kind == FEATURE_SCOPE && (test->guard.scoped & f->value));
}

bool has_label(const struct landproof_case *test, const char *label)
{
	if (strcmp(label, case_family(test)) == 0 || guards(test, label))
		return true;
	if (strcmp(label, "needs-root") == 0)
		return test->root || has_word(test->needs, "root");
	if (strcmp(label, "honesty") == 0 && test->honesty)
		return true;
	if (strcmp(label, "private") == 0)
		return test->private;
	if (strcmp(label, "proposed") == 0)
		return case_abi(test) == ABI_PROPOSED;
	return has_word(test->labels, label);
}

/*
 * Globs know * and ?; brackets are part of names. Of several stars only the last
 * has to be tried at other places, so that no glob takes long.
 */
static bool matches(const char *glob, const char *name)
{
	const char *star = NULL, *after = NULL;

	while (*name) {
		if (*glob == '*') {
			star = glob++;
			after = name;
		} else if (*glob == '?' || *glob == *name) {
			glob++;
			name++;
		} else if (star) {
			glob = star + 1;
			name = ++after;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}

static bool any(const char *const list[], size_t count,
		const struct landproof_case *test)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (has_label(test, list[i]))
			return true;
	return count == 0;
}

/* Was a case, or the variant, asked for by its full name? */
static bool named(const struct selection *s, const struct line *line)
{
	char id[128];
	size_t i;

	case_id(line->test, line->variant, id, sizeof(id));
	for (i = 0; i < s->globs_count; i++)
		if (strcmp(s->globs[i], id) == 0 ||
		    strcmp(s->globs[i], line->test->id) == 0)
			return true;
	return false;
}

bool selected(const struct selection *s, const struct landproof_case *test,
	      const struct variant *variant)
{
	char id[128];
	bool named = false, exact = false;
	size_t i;

	case_id(test, variant, id, sizeof(id));
	for (i = 0; i < s->globs_count; i++) {
		named |= matches(s->globs[i], id) ||
			 matches(s->globs[i], test->id);
		exact |= strcmp(s->globs[i], id) == 0 ||
			 strcmp(s->globs[i], test->id) == 0;
	}
	if (s->globs_count && !named)
		return false;
	if (!exact && has_label(test, "selftest"))
		return false;
	if (!exact && !s->unreported && has_label(test, "unreported"))
		return false;
	for (i = 0; i < s->families_count; i++)
		if (strcmp(s->families[i], case_family(test)) == 0)
			break;
	if (s->families_count && i == s->families_count)
		return false;
	if (s->abi && case_abi(test) != s->abi)
		return false;
	return any(s->labels, s->labels_count, test);
}

/* Fisher and Yates; the same seed gives the same order. */
static void shuffle(struct line *lines, size_t count, unsigned int seed)
{
	size_t i;

	srandom(seed);
	for (i = count; i > 1; i--) {
		const size_t other = random() % i;
		const struct line line = lines[i - 1];

		lines[i - 1] = lines[other];
		lines[other] = line;
	}
}

static bool has_glob(const struct landproof_case *test, const char *glob)
{
	const struct variant *variant;
	char id[128];

	if (matches(glob, test->id))
		return true;
	for (variant = case_variants(test); variant->name; variant++) {
		case_id(test, variant, id, sizeof(id));
		if (matches(glob, id))
			return true;
	}
	return false;
}

static bool has_family(const struct landproof_case *test, const char *family)
{
	return strcmp(case_family(test), family) == 0;
}

static const char *of_none(const char *const words[], size_t count,
			   bool (*is_of)(const struct landproof_case *test,
					 const char *word))
{
	size_t word, i;

	for (word = 0; word < count; word++) {
		for (i = 0; i < cases_count; i++)
			if (is_of(cases[i], words[word]))
				break;
		if (i == cases_count)
			return words[word];
	}
	return NULL;
}

const char *select_nothing(const struct selection *s)
{
	return of_none(s->globs, s->globs_count, has_glob) ?:
	       of_none(s->families, s->families_count, has_family) ?:
	       of_none(s->labels, s->labels_count, has_label);
}

struct line *select_lines(const struct selection *selection, size_t *count)
{
	const struct variant *variant;
	struct line *lines = NULL;
	size_t i;

	*count = 0;
	for (i = 0; i < cases_count; i++) {
		for (variant = case_variants(cases[i]); variant->name;
		     variant++) {
			const struct line line = { cases[i], variant };

			if (!selected(selection, cases[i], variant))
				continue;
			if (variant->filesystem && !selection->filesystems &&
			    !named(selection, &line))
				continue;
			lines = reallocarray(lines, *count + 1, sizeof(*lines));
			if (!lines)
				abort();
			lines[(*count)++] = line;
		}
	}
	if (selection->shuffle)
		shuffle(lines, *count, selection->shuffle);
	return lines;
}
