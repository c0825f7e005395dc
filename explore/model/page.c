// SPDX-License-Identifier: GPL-2.0
/* The clauses as Markdown, of which docs/model.md is made. */
#include <stdio.h>
#include <string.h>

#include "clause.h"
#include "page.h"

static void print_clause(const struct clause_text *text)
{
	static const char *const marks[] = {
		[STATED] = "", [READ] = "**read**: ", [SILENT] = "**silent**: ",
	};

	printf("| `%s` | %s | %s | %s%s | %s |\n", text->name, text->sentence,
	       text->source, marks[text->support], text->note ?: "",
	       text->mutant);
}

int print_model(void)
{
	const char *part = "";
	int i;

	for (i = 1; i < CLAUSES; i++) {
		const struct clause_text *text = &clause_texts[i];

		if (strcmp(part, text->part)) {
			part = text->part;
			printf("%s### Part `%s`\n\n", i > 1 ? "\n" : "", part);
			printf("| clause | the documentation says | where | read as | without it |\n| --- | --- | --- | --- | --- |\n");
		}
		print_clause(text);
	}
	return 0;
}
