// SPDX-License-Identifier: GPL-2.0
/* The table of cases and of what they cover, for people and programs. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cases/table.h"
#include "cases/worlds.h"
#include "engine/needs.h"
#include "output/list.h"

static const char *kind_name(const struct landproof_case *test)
{
	int i;

	for (i = 0; i < PROMISES_MAX; i++)
		if (test->promise[i].kind == PROMISE_DENIED)
			return "denied";
	return test->promise[0].kind == PROMISE_OPEN ? "open" : "allowed";
}

static const char *const promise_words[] = {
	[PROMISE_OPEN]		= "nothing promised",
	[PROMISE_ALLOWED]	= "never refused",
	[PROMISE_UNCHANGED]	= "as without Landlock, errors too",
};

/* The promise in words: "refused with EACCES; once erratum 1 is fixed, ..." */
static void promise_text(const struct landproof_case *test, char *buf,
			 size_t size)
{
	const struct promise *p;
	char name[32];
	size_t used;

	used = snprintf(buf, size, "%s",
			case_abi(test) == ABI_PROPOSED ? "proposed: " : "");
	for (p = test->promise; p < test->promise + PROMISES_MAX && p->kind;
	     p++) {
		if (p != test->promise)
			used += snprintf(buf + used, size - used,
					 "; before that ");
		if (p->fixed)
			used += snprintf(buf + used, size - used,
					 "once erratum %d is fixed ",
					 p->fixed);
		if (p->from_abi)
			used += snprintf(buf + used, size - used,
					 "from ABI %d on ", p->from_abi);
		if (p->kind == PROMISE_DENIED)
			used += snprintf(buf + used, size - used,
					 "refused with %s",
					 outcome_name(p->error, name,
						      sizeof(name)));
		else
			used += snprintf(buf + used, size - used, "%s",
					 promise_words[p->kind]);
	}
}

static void strings(const char *key, const char *words)
{
	char copy[256], *word, *rest;
	bool first = true;

	snprintf(copy, sizeof(copy), "%s", words ? words : "");
	printf(",\"%s\":[", key);
	for (word = strtok_r(copy, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		fputs(first ? "" : ",", stdout);
		json_string(stdout, word);
		first = false;
	}
	putchar(']');
}

static void guard_names(const struct landproof_case *test, char *buf,
			size_t size)
{
	const struct feature *f;
	size_t used = 0;

	buf[0] = '\0';
	for (f = features; f < features + features_count; f++)
		if ((f->kind == FEATURE_FS && (test->guard.fs & f->value)) ||
		    (f->kind == FEATURE_NET && (test->guard.net & f->value)) ||
		    (f->kind == FEATURE_SCOPE &&
		     (test->guard.scoped & f->value)))
			used += snprintf(buf + used, size - used, "%s%s",
					 used ? " " : "", f->name);
}

static void put(const char *key, const char *text)
{
	printf(",\"%s\":", key);
	json_string(stdout, text);
}

static const char *abi_text(int abi, const char *proposed)
{
	static char text[12];

	snprintf(text, sizeof(text), "%d", abi);
	return abi == ABI_PROPOSED ? proposed : text;
}

static void list_labels(const struct landproof_case *test)
{
	size_t i;

	printf(",\"labels\":[");
	json_string(stdout, case_family(test));
	for (i = 0; labels[i]; i++)
		if (has_label(test, labels[i])) {
			putchar(',');
			json_string(stdout, labels[i]);
		}
	putchar(']');
}

static void list_variants(const struct landproof_case *test)
{
	const struct variant *variant = case_variants(test);
	const unsigned int worlds = case_worlds(test);
	bool first = true;
	enum world world;

	printf(",\"variants\":[");
	for (; variant->name; variant++) {
		fputs(variant == case_variants(test) ? "" : ",", stdout);
		json_string(stdout, variant->name);
	}
	printf("],\"worlds\":[");
	for (world = 0; world < WORLDS; world++) {
		if (!(worlds & (1U << world)))
			continue;
		fputs(first ? "" : ",", stdout);
		json_string(stdout, world_names[world]);
		first = false;
	}
	putchar(']');
}

static void list_json(const struct landproof_case *test)
{
	char text[512], guard[512], covers[800];

	promise_text(test, text, sizeof(text));
	guard_names(test, guard, sizeof(guard));
	snprintf(covers, sizeof(covers), "%s %s", guard,
		 test->covers ? test->covers : "");
	printf("{\"id\":");
	json_string(stdout, test->id);
	put("family", case_family(test));
	put("claim", test->claim);
	strings("guard", guard);
	put("promise", text);
	put("kind", kind_name(test));
	printf(",\"since\":%s", abi_text(case_abi(test), "null"));
	put("gap", test->gap);
	strings("needs", test->needs);
	list_labels(test);
	put("source", test->source);
	put("file", test->file);
	printf(",\"line\":%d", test->line);
	list_variants(test);
	strings("covers", covers);
	putchar('}');
}

void list_cases(const struct selection *selection, bool json)
{
	const struct variant *variant;
	bool first = true;
	char id[128];
	size_t i;

	if (json)
		putchar('[');
	for (i = 0; i < cases_count; i++) {
		bool any = false;

		for (variant = case_variants(cases[i]); variant->name;
		     variant++) {
			if (!selected(selection, cases[i], variant))
				continue;
			any = true;
			if (!json)
				printf("%s\n", case_id(cases[i], variant, id,
						       sizeof(id)));
		}
		if (json && any) {
			fputs(first ? "" : ",\n", stdout);
			list_json(cases[i]);
			first = false;
		}
	}
	if (json)
		printf("]\n");
}

static void coverage_of(const struct feature *feature, bool json)
{
	bool first = true;
	size_t i;

	for (i = 0; i < cases_count; i++) {
		if (has_label(cases[i], "unreported") ||
		    !has_label(cases[i], feature->name))
			continue;
		if (json && !first)
			putchar(',');
		if (json)
			json_string(stdout, cases[i]->id);
		else
			printf("%s%s", first ? "" : " ", cases[i]->id);
		first = false;
	}
	if (!json && first)
		printf("%s", feature->reason ? feature->reason : "no case");
}

void list_coverage(bool json)
{
	const struct feature *f;

	if (json)
		putchar('{');
	for (f = features; f < features + features_count; f++) {
		if (!json) {
			printf("%-30s ABI %-2s  ", f->name,
			       abi_text(f->abi, "-"));
			coverage_of(f, false);
			putchar('\n');
			continue;
		}
		if (f != features)
			printf(",\n");
		json_string(stdout, f->name);
		printf(":{\"abi\":%s,\"cases\":[", abi_text(f->abi, "null"));
		coverage_of(f, true);
		printf("],\"reason\":");
		json_string(stdout, f->reason);
		putchar('}');
	}
	if (json)
		printf("}\n");
}

static bool known_label(const char *word)
{
	size_t i;

	for (i = 0; labels[i]; i++)
		if (strcmp(labels[i], word) == 0)
			return true;
	return false;
}

static int complain(const struct landproof_case *test, const char *what,
		    const char *word)
{
	fprintf(stderr, "%s:%d: %s: %s%s%s\n", test->file, test->line,
		test->id, what, word ? " " : "", word ? word : "");
	return 1;
}

static int check_words(const struct landproof_case *test)
{
	char copy[256], *word, *rest;
	int defects = 0;

	if (need_unknown(test->needs))
		defects += complain(test, "unknown need",
				    need_unknown(test->needs));
	snprintf(copy, sizeof(copy), "%s", test->labels ? test->labels : "");
	for (word = strtok_r(copy, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		if (!known_label(word))
			defects += complain(test, "unknown label", word);
	snprintf(copy, sizeof(copy), "%s", test->covers ? test->covers : "");
	for (word = strtok_r(copy, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		if (!feature_find(word))
			defects += complain(test, "unknown feature", word);
	return defects;
}

int list_check(void)
{
	int defects = 0;
	size_t i;

	for (i = 0; i < cases_count; i++) {
		const struct landproof_case *test = cases[i];

		if (i && strcmp(cases[i - 1]->id, test->id) == 0)
			defects += complain(test, "a second case of this name",
					    NULL);
		if (!test->claim || !test->source || !test->attempt ||
		    !test->promise[0].kind)
			defects += complain(test, "claim, source, attempt or promise missing",
					    NULL);
		if (test->promise[0].kind == PROMISE_OPEN &&
		    !test->promise[1].kind && !test->gap)
			defects += complain(test, "an open case names its gap",
					    NULL);
		defects += check_words(test);
	}
	return defects;
}
