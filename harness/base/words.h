/* SPDX-License-Identifier: GPL-2.0 */
/* Lists of words that spaces separate. */
#ifndef LANDPROOF_BASE_WORDS_H
#define LANDPROOF_BASE_WORDS_H

#include <stdbool.h>

/* Is @word one of @words?  NULL has none. */
bool has_word(const char *words, const char *word);

#endif
