// SPDX-License-Identifier: GPL-2.0
/* What the kernel's documentation promises of a case, on a given kernel. */
#include "base/words.h"
#include "cases/case.h"

/* The ABI version that a case needs: its guard's, and its features'. */
int case_abi(const struct landproof_case *test)
{
	int abi = abi_of(test->guard.fs, test->guard.net, test->guard.scoped);
	const char *words = test->covers;
	char word[WORD_MAX];

	while (next_word(&words, word)) {
		const struct feature *feature = feature_find(word);

		if (feature && feature->abi > abi)
			abi = feature->abi;
	}
	return abi ? abi : 1;
}

/* Does the kernel take all that the case's policy speaks of? */
bool case_expressible(const struct landproof_case *test,
		      const struct kernel *kernel)
{
	const char *words = test->covers;
	char word[WORD_MAX];

	if (!kernel->abi || (test->guard.fs & ~kernel->fs) ||
	    (test->guard.net & ~kernel->net) ||
	    (test->guard.scoped & ~kernel->scoped))
		return false;
	while (next_word(&words, word)) {
		const struct feature *feature = feature_find(word);

		if (feature && !kernel_takes(kernel, feature))
			return false;
	}
	return true;
}

static bool erratum_fixed(const struct kernel *kernel, int erratum)
{
	return kernel->errata >= 0 && (kernel->errata & (1 << (erratum - 1)));
}

/*
 * A kernel without the errata interface claims nothing about errata, so
 * whatever depends on one is not promised there, one way or the other.
 */
const struct promise *promise_on(const struct landproof_case *test,
				 const struct kernel *kernel)
{
	static const struct promise none = OPEN;
	const struct promise *clause;

	for (clause = test->promise; clause < test->promise + PROMISES_MAX;
	     clause++) {
		if (!clause->kind)
			break;
		if (clause->fixed && kernel->errata < 0)
			return &none;
		if (clause->fixed && !erratum_fixed(kernel, clause->fixed))
			continue;
		if (clause->from_abi > kernel->abi)
			continue;
		return clause;
	}
	return &none;
}
