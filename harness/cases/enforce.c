// SPDX-License-Identifier: GPL-2.0
/* Policies that must be taken, and what a refusal comes to. */
#include <string.h>

#include "cases/case.h"
#include "cases/enforce.h"

int policy_refused(struct scene *scene, const char *call, int error)
{
	if (call == OPENING)
		return cannot(scene, "%s: %s", call, strerrorname_np(error));
	remark(scene, "%s: %s", call, strerrorname_np(error));
	return POLICY;
}

int enforce_ruleset(struct scene *scene, const struct ruleset *set)
{
	const char *call;
	const int error = ruleset_enforce(set, scene->test->guard.fs,
					  scene->test->guard.net, &call);

	return error ? policy_refused(scene, call, error) : 0;
}

int build_ruleset(struct scene *scene, const struct ruleset *set)
{
	const char *call;
	const int fd = ruleset_build(set, scene->test->guard.fs,
				     scene->test->guard.net, &call);

	return fd < 0 ? policy_refused(scene, call, -fd) : fd;
}
