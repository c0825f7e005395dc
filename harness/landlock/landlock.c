// SPDX-License-Identifier: GPL-2.0
/* The three system calls, and policies built from data. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/programs.h"
#include "landlock/landlock.h"
#include "landlock/port.h"

/* The same numbers on every architecture (asm-generic/unistd.h). */
#define NR_LANDLOCK_CREATE_RULESET	444
#define NR_LANDLOCK_ADD_RULE		445
#define NR_LANDLOCK_RESTRICT_SELF	446

enum sabotage sabotage;

int landlock_create(const void *attr, size_t size, uint32_t flags)
{
	return syscall(NR_LANDLOCK_CREATE_RULESET, attr, size, flags);
}

int landlock_add(int ruleset, int type, const void *attr, uint32_t flags)
{
	return syscall(NR_LANDLOCK_ADD_RULE, ruleset, type, attr, flags);
}

int landlock_restrict(int ruleset, uint32_t flags)
{
	return syscall(NR_LANDLOCK_RESTRICT_SELF, ruleset, flags);
}

int ll_create(const void *attr, size_t size, uint32_t flags)
{
	int ret = landlock_create(attr, size, flags);

	if (ret < 0 && sabotage == SABOTAGE_ALLOW)
		return memfd_create("sabotage", MFD_CLOEXEC);
	return ret;
}

int ll_add(int ruleset, int type, const void *attr, uint32_t flags)
{
	int ret;

	if (sabotage == SABOTAGE_DENY)
		return 0;
	ret = landlock_add(ruleset, type, attr, flags);
	return sabotage == SABOTAGE_ALLOW ? 0 : ret;
}

int ll_restrict(int ruleset, uint32_t flags)
{
	if (sabotage == SABOTAGE_ALLOW)
		return 0;
	return landlock_restrict(ruleset, flags);
}

/* The size that carries all of @set: what every kernel with its bits takes. */
static size_t attr_size(const struct ruleset_attr *attr)
{
	if (attr->quiet_access_fs || attr->quiet_access_net ||
	    attr->quiet_scoped)
		return sizeof(*attr);
	if (attr->scoped)
		return offsetof(struct ruleset_attr, quiet_access_fs);
	if (attr->handled_access_net)
		return offsetof(struct ruleset_attr, scoped);
	return offsetof(struct ruleset_attr, handled_access_net);
}

const char OPENING[] = "open(2) of the path of a rule";

static int add_path(int fd, const struct rule *rule, uint64_t guard,
		    const char **step)
{
	struct path_beneath_attr attr = {
		.allowed_access = rule->access ? rule->access : guard,
	};
	struct stat st;
	int ret, error;

	if (rule->path == SELF)
		attr.parent_fd = fcntl(self_fd, F_DUPFD_CLOEXEC, 3);
	else
		attr.parent_fd = open(rule->path, O_PATH | O_CLOEXEC);
	if (attr.parent_fd < 0) {
		*step = OPENING;
		return -1;
	}
	if (!rule->access && fstat(attr.parent_fd, &st) == 0 &&
	    !S_ISDIR(st.st_mode))
		attr.allowed_access &= FS_FILE_RIGHTS;
	/* The way of the harness back to itself is no part of the case. */
	ret = (rule->path == SELF ? landlock_add : ll_add)(
		fd, RULE_PATH_BENEATH, &attr, rule->flags);
	error = errno;
	close(attr.parent_fd);
	errno = error;
	return ret;
}

static int add_port(int fd, const struct rule *rule, uint64_t guard)
{
	struct net_port_attr attr = {
		.allowed_access = rule->access ? rule->access : guard,
		.port = lab_port(rule->port),
	};

	return ll_add(fd, RULE_NET_PORT, &attr, rule->flags);
}

int ruleset_build(const struct ruleset *set, uint64_t guard_fs,
		  uint64_t guard_net, const char **step)
{
	const struct ruleset_attr attr = {
		.handled_access_fs = set->fs,
		.handled_access_net = set->net,
		.scoped = set->scoped,
		.quiet_access_fs = set->quiet_fs,
		.quiet_access_net = set->quiet_net,
		.quiet_scoped = set->quiet_scoped,
	};
	const struct rule *rule;
	int fd, ret;

	*step = "landlock_create_ruleset";
	fd = ll_create(&attr, attr_size(&attr), 0);
	if (fd < 0)
		return -errno;
	*step = "landlock_add_rule";
	for (rule = set->rules; rule < set->rules + RULES_MAX; rule++) {
		if (!rule->path && !rule->is_port)
			break;
		ret = rule->is_port ? add_port(fd, rule, guard_net) :
				      add_path(fd, rule, guard_fs, step);
		if (ret) {
			ret = -errno;
			close(fd);
			return ret;
		}
	}
	return fd;
}

int ruleset_enforce(const struct ruleset *set, uint64_t guard_fs,
		    uint64_t guard_net, const char **step)
{
	int fd, error;

	fd = ruleset_build(set, guard_fs, guard_net, step);
	if (fd < 0)
		return -fd;
	*step = "landlock_restrict_self";
	error = ll_restrict(fd, set->flags) ? errno : 0;
	close(fd);
	return error;
}
