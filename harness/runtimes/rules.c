// SPDX-License-Identifier: GPL-2.0
/* What a rule grants, and what it is about; a tool's names of rights. */
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/programs.h"
#include "landlock/port.h"
#include "runtimes/saying.h"

const char *tool_right(const struct tool *tool, enum set set, uint32_t bits)
{
	int i;

	for (i = 0; i < tool->rights_count; i++)
		if (tool->rights[i].set == set && (tool->rights[i].bit & bits))
			return tool->rights[i].name;
	return NULL;
}

static void find_path(struct saying *s, const char *path, struct about *about)
{
	char here[PATH_MAX / 2] = "";
	struct stat st;

	if (path == SELF) {
		snprintf(about->object, sizeof(about->object), "%s", s->probe);
		if (s->tool->by_directory)
			dirname(about->object);
	} else if (path[0] == '/' || !getcwd(here, sizeof(here))) {
		snprintf(about->object, sizeof(about->object), "%s", path);
	} else {
		snprintf(about->object, sizeof(about->object), "%s/%.1000s",
			 here, path);
	}
	about->is_file = !stat(about->object, &st) && !S_ISDIR(st.st_mode);
}

void read_rule(struct saying *s, const struct rule *rule, struct grant *grant)
{
	const struct policy *const policy = s->policy;

	grant->access = rule->access;
	if (rule->is_port) {
		grant->set = SET_NET;
		grant->about.is_file = false;
		snprintf(grant->about.object, sizeof(grant->about.object),
			 "%d", lab_port(rule->port));
		if (!rule->access)
			grant->access = policy->guard_net;
		return;
	}
	grant->set = SET_FS;
	find_path(s, rule->path, &grant->about);
	if (!rule->access)
		grant->access = policy->guard_fs;
	if (grant->about.is_file)
		grant->access &= FS_FILE_RIGHTS;
}
