// SPDX-License-Identifier: GPL-2.0
/* Lists of words that spaces separate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"

const char *next_word(const char **words, char word[WORD_MAX])
{
	const char *const start = *words ? *words + strspn(*words, " ") : "";
	const size_t length = strcspn(start, " ");

	if (!length)
		return NULL;
	/* Lists stand in the source: this is seen by who writes one. */
	if (length >= WORD_MAX) {
		fprintf(stderr, "landproof: a word too long: %s\n", start);
		abort();
	}
	memcpy(word, start, length);
	word[length] = '\0';
	*words = start + length;
	return word;
}

bool has_word(const char *words, const char *word)
{
	char one[WORD_MAX];

	while (next_word(&words, one))
		if (strcmp(one, word) == 0)
			return true;
	return false;
}
