// SPDX-License-Identifier: GPL-2.0
/* Results by name: "ok", "EACCES", "no-effect". */
#include <stdio.h>
#include <string.h>

#include "cases/outcome.h"

const char *outcome_name(int outcome, char *buf, size_t size)
{
	const char *name;

	switch (outcome) {
	case WORKED:
		return "ok";
	case NO_EFFECT:
		return "no-effect";
	case UNENFORCED:
		return "unenforced";
	case CANNOT:
		return "cannot-run";
	case BROKEN:
		return "broken";
	case HUNG:
		return "hang";
	case KILLED:
		return "killed";
	case POLICY:
		return "policy-refused";
	case LOG_RIGHT:
		return "log-right";
	case LOG_SILENT:
		return "log-silent";
	case LOG_WRONG:
		return "log-wrong";
	case ANY_ERRNO:
		return "any errno";
	case UNPROMISED:
		return "unpromised";
	}
	name = strerrorname_np(outcome);
	if (name)
		return name;
	snprintf(buf, size, "errno %d", outcome);
	return buf;
}
