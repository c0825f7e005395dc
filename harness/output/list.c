// SPDX-License-Identifier: GPL-2.0
/* The table of cases and of what they cover, for people and programs. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/words.h"
#include "cases/table.h"
#include "cases/worlds.h"
#include "engine/needs.h"
#include "engine/uses.h"
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
		if (p->kind == PROMISE_DENIED && p->error == LOG_RIGHT)
			used += snprintf(buf + used, size - used,
					 "the log says so");
		else if (p->kind == PROMISE_DENIED)
			used += snprintf(buf + used, size - used,
					 "refused with %s",
					 outcome_name(p->error, name,
						      sizeof(name)));
		else
			used += snprintf(buf + used, size - used, "%s",
					 promise_words[p->kind]);
	}
}

static struct json json;

static void put_words(const char *words)
{
	char word[WORD_MAX];

	while (next_word(&words, word))
		json_string(&json, NULL, word);
}

static void put_list(const char *key, const char *words)
{
	json_array(&json, key);
	put_words(words);
	json_array_end(&json);
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

static void put_abi(const char *key, int abi)
{
	if (abi == ABI_PROPOSED)
		json_null(&json, key);
	else
		json_integer(&json, key, abi);
}

static void list_labels(const struct landproof_case *test)
{
	size_t i;

	json_array(&json, "labels");
	json_string(&json, NULL, case_family(test));
	for (i = 0; labels[i]; i++)
		if (has_label(test, labels[i]))
			json_string(&json, NULL, labels[i]);
	json_array_end(&json);
}

static void list_variants(const struct landproof_case *test)
{
	const struct variant *variant;
	const unsigned int worlds = case_worlds(test);
	enum world world;

	json_array(&json, "variants");
	for (variant = case_variants(test); variant->name; variant++)
		json_string(&json, NULL, variant->name);
	json_array_end(&json);
	json_array(&json, "worlds");
	for (world = 0; world < WORLDS; world++)
		if (worlds & (1U << world))
			json_string(&json, NULL, world_names[world]);
	json_array_end(&json);
}

static void list_json(const struct landproof_case *test)
{
	char text[512], guard[512];

	promise_text(test, text, sizeof(text));
	guard_names(test, guard, sizeof(guard));
	json_object(&json, NULL);
	json_string(&json, "id", test->id);
	json_string(&json, "family", case_family(test));
	json_string(&json, "claim", test->claim);
	put_list("guard", guard);
	json_string(&json, "promise", text);
	json_string(&json, "kind", kind_name(test));
	put_abi("since", case_abi(test));
	json_string(&json, "gap", test->gap);
	put_list("needs", test->needs);
	list_labels(test);
	json_string(&json, "source", test->source);
	json_string(&json, "file", test->file);
	json_integer(&json, "line", test->line);
	list_variants(test);
	json_array(&json, "covers");
	put_words(guard);
	put_words(test->covers);
	json_array_end(&json);
	json_object_end(&json);
}

static void print_names(const struct selection *selection)
{
	const struct variant *variant;
	char id[128];
	size_t i;

	for (i = 0; i < cases_count; i++)
		for (variant = case_variants(cases[i]); variant->name;
		     variant++)
			if (selected(selection, cases[i], variant))
				puts(case_id(cases[i], variant, id,
					     sizeof(id)));
}

static bool any_variant(const struct selection *selection,
			const struct landproof_case *test)
{
	const struct variant *variant;

	for (variant = case_variants(test); variant->name; variant++)
		if (selected(selection, test, variant))
			return true;
	return false;
}

void list_cases(const struct selection *selection, bool as_json)
{
	size_t i;

	if (!as_json) {
		print_names(selection);
		return;
	}
	json.out = stdout;
	json_array(&json, NULL);
	for (i = 0; i < cases_count; i++)
		if (any_variant(selection, cases[i]))
			list_json(cases[i]);
	json_array_end(&json);
	putchar('\n');
}

static bool covers(const struct landproof_case *test,
		   const struct feature *feature)
{
	return has_label(test, feature->name) &&
	       !has_label(test, "unreported") && !test->private;
}

static void print_coverage(const struct feature *feature)
{
	bool any = false;
	char abi[12];
	size_t i;

	snprintf(abi, sizeof(abi), "%d", feature->abi);
	printf("%-30s ABI %-2s ", feature->name,
	       feature->abi == ABI_PROPOSED ? "-" : abi);
	for (i = 0; i < cases_count; i++) {
		if (!covers(cases[i], feature))
			continue;
		printf(" %s", cases[i]->id);
		any = true;
	}
	printf("%s%s\n", any ? "" : " ", any ? "" : feature->reason ?: "no case");
}

static void put_coverage(const struct feature *feature)
{
	size_t i;

	json_object(&json, feature->name);
	put_abi("abi", feature->abi);
	json_integer(&json, "value", feature->value);
	json_array(&json, "cases");
	for (i = 0; i < cases_count; i++)
		if (covers(cases[i], feature))
			json_string(&json, NULL, cases[i]->id);
	json_array_end(&json);
	json_string(&json, "reason", feature->reason);
	json_object_end(&json);
}

void list_coverage(bool as_json)
{
	const struct feature *f;

	json.out = stdout;
	if (as_json)
		json_object(&json, NULL);
	for (f = features; f < features + features_count; f++)
		if (as_json)
			put_coverage(f);
		else
			print_coverage(f);
	if (as_json) {
		json_object_end(&json);
		putchar('\n');
	}
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
	const char *list;
	char word[WORD_MAX];
	int defects = 0;

	for (list = test->needs; next_word(&list, word);)
		if (!need_known(word))
			defects += complain(test, "unknown need", word);
	for (list = test->labels; next_word(&list, word);)
		if (!known_label(word))
			defects += complain(test, "unknown label", word);
	for (list = test->covers; next_word(&list, word);)
		if (!feature_find(word))
			defects += complain(test, "unknown feature", word);
	return defects;
}

/* Variants of cases whose control world could not show what they use */
static int untried;

static bool is_covered(const struct feature *feature)
{
	size_t i;

	for (i = 0; i < cases_count; i++)
		if (has_label(cases[i], feature->name))
			return true;
	return feature->reason;
}

static int check_features(void)
{
	const struct feature *f;
	int defects = 0;

	for (f = features; f < features + features_count; f++) {
		if (is_covered(f))
			continue;
		fprintf(stderr, "%s: no case has it in .guard or .covers, and no reason says why\n",
			f->name);
		defects++;
	}
	return defects;
}

static bool among(const struct feature *f, const struct exercised *rights)
{
	return (f->kind == FEATURE_FS && (rights->fs & f->value)) ||
	       (f->kind == FEATURE_NET && (rights->net & f->value)) ||
	       (f->kind == FEATURE_SCOPE && (rights->scoped & f->value));
}

static int check_uses(const struct landproof_case *test)
{
	const struct variant *variant;
	struct exercised unsaid = { 0 };
	const struct feature *f;
	int defects = 0;

	for (variant = case_variants(test); variant->name; variant++) {
		bool tried;
		const struct exercised more =
			uses_unsaid(test, variant, &tried);

		untried += !tried;
		unsaid.fs |= more.fs;
		unsaid.net |= more.net;
		unsaid.scoped |= more.scoped;
	}
	for (f = features; f < features + features_count; f++)
		if (among(f, &unsaid))
			defects += complain(test, "neither .guard nor .uses names what its helpers exercise:",
					    f->name);
	return defects;
}

int list_check_uses(void)
{
	int defects = 0;
	size_t i;

	for (i = 0; i < cases_count; i++)
		defects += check_uses(cases[i]);
	if (untried)
		printf("not tried, because they cannot run here: %d\n",
			untried);
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
	return defects + check_features();
}
