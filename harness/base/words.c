// SPDX-License-Identifier: GPL-2.0
/* Lists of words that spaces separate. */
#include <string.h>

#include "base/words.h"

bool has_word(const char *words, const char *word)
{
	const size_t len = strlen(word);
	const char *at = words;

	while (at && (at = strstr(at, word))) {
		if ((at == words || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\0'))
			return true;
		at += len;
	}
	return false;
}
