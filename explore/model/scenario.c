// SPDX-License-Identifier: GPL-2.0
/* The answers that an operation may have. */
#include "scenario.h"

bool expected_has(const struct expected *expected, int answer)
{
	int i;

	for (i = 0; i < expected->count; i++)
		if (expected->answers[i] == answer)
			return true;
	return false;
}

void expected_add(struct expected *expected, int answer)
{
	if (!expected_has(expected, answer) && expected->count < ANSWERS_MAX)
		expected->answers[expected->count++] = answer;
}
