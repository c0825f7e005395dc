/* SPDX-License-Identifier: GPL-2.0 */
/* Lists of words that spaces separate; NULL is an empty one. */
#ifndef LANDPROOF_BASE_WORDS_H
#define LANDPROOF_BASE_WORDS_H

#include <stdbool.h>

/* Room for a word; no list of the suite has one that is longer. */
#define WORD_MAX 64

/*
 * Takes the first word from the list *@words: @word, or NULL at its end.
 *
 *	while (next_word(&words, word))
 */
const char *next_word(const char **words, char word[WORD_MAX]);

/* Is @word one of @words? */
bool has_word(const char *words, const char *word);

#endif
