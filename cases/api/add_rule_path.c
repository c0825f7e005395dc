// SPDX-License-Identifier: GPL-2.0
/* landlock_add_rule(2): rules on files and directories. */
#include "api.h"

static int no_access_at_all(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);

	if (ruleset < 0)
		return -ruleset;
	/* Checked before the descriptor is */
	return add_fd_rule(ruleset, scene->variant->arg ? -1 :
			   open("/", O_PATH | O_CLOEXEC), 0, 0);
}

static const struct variant empty_rules[] = {
	{ "" },
	{ "no_parent", .arg = 1 },
	{ NULL }
};

CASE("api.add_rule.path_no_access",
	.claim	  = "a path rule that grants nothing",
	A_CALL,
	.promise  = { DENIED(ENOMSG) },
	.covers	  = "rule.path_beneath",
	.variants = empty_rules,
	.control  = add_rule_rightly,
	.attempt  = no_access_at_all,
	.source	  = "landlock_add_rule(2): ENOMSG, empty accesses");

static const struct variant not_handled[] = {
	{ "", .arg = FS_READ_FILE },
	{ "one_too_many", .arg = FS_READ_DIR | FS_READ_FILE },
	{ "next", .arg = 0 },
	{ "bit32", .arg = 1LL << 32 },
	{ "bit63", .arg = 1LL << 62 << 1 },
	{ "all_ones", .arg = -1 },
	{ NULL }
};

static int path_not_handled(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	uint64_t access = scene->variant->arg;

	if (ruleset < 0)
		return -ruleset;
	if (!access)
		access = FS_READ_DIR | next_bit(kernel.fs);
	return add_fd_rule(ruleset, open("/", O_PATH | O_CLOEXEC), access, 0);
}

CASE("api.add_rule.path_not_handled",
	.claim	  = "a path rule that grants what the ruleset does not handle",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "rule.path_beneath",
	.variants = not_handled,
	.control  = add_rule_rightly,
	.attempt  = path_not_handled,
	.source	  = "landlock_add_rule(2): EINVAL, inconsistent accesses");

static int path_not_handled_no_parent(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	return add_fd_rule(ruleset, -1, FS_READ_FILE, 0);
}

CASE("api.add_rule.order_access_parent",
	.claim	 = "a path rule with a right that is not handled and a bad parent_fd: which error comes first",
	A_CALL,
	.promise = { FROM_ABI(2, DENIED(EINVAL)), DENIED(ANY_ERRNO) },
	.control = add_rule_rightly,
	.attempt = path_not_handled_no_parent,
	.source	 = "syscalls.c, add_rule_path_beneath: access, then parent");

static int path_of_net_ruleset(struct scene *scene)
{
	const int ruleset = new_ruleset(0, NET_BIND_TCP | NET_CONNECT_TCP, 0);

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	return add_path_rule(ruleset, "/", FS_EXECUTE);
}

CASE("api.add_rule.path_of_net_ruleset",
	.claim	 = "a path rule where the ruleset handles net rights only",
	A_CALL,
	.promise = { DENIED(EINVAL) },
	.covers	 = "field.handled_access_net",
	.control = add_rule_rightly,
	.attempt = path_of_net_ruleset,
	.source	 = "landlock_add_rule(2): EINVAL, inconsistent accesses");

static int parent_bad_fd(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	int fd, ret;

	if (ruleset < 0)
		return -ruleset;
	ret = bad_fd(scene, ruleset, &fd);
	return ret ? ret : add_fd_rule(ruleset, fd, FS_READ_DIR, 0);
}

/* The others of bad_fds: a ruleset opened with O_PATH is of another sort. */
static const struct variant bad_parents[] = {
	{ "", .arg = 0 },
	{ "minus_two", .arg = 1 },
	{ "closed", .arg = 2 },
	{ "too_large", .arg = 3 },
	{ "at_fdcwd", .arg = 4 },
	{ NULL }
};

CASE("api.add_rule.parent_bad_fd",
	.claim	  = "a path rule on a descriptor that is not open",
	A_CALL,
	.promise  = { DENIED(EBADF) },
	.covers	  = "rule.path_beneath",
	.variants = bad_parents,
	.control  = add_rule_rightly,
	.attempt  = parent_bad_fd,
	.source	  = "landlock_add_rule(2): EBADF, a member of rule_attr");

static int parent_foreign_fd(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_FILE, 0, 0);
	const int fd = foreign_fd(scene);

	if (ruleset < 0)
		return -ruleset;
	return fd < 0 ? fd : add_fd_rule(ruleset, fd, FS_READ_FILE, 0);
}

CASE("api.add_rule.parent_foreign_fd",
	.claim	  = "a path rule on a descriptor that names no path, such as a socket",
	A_CALL,
	.promise  = { DENIED(EBADFD) },
	.covers	  = "rule.path_beneath",
	.variants = foreign_fds,
	.control  = add_rule_rightly,
	.attempt  = parent_foreign_fd,
	.source	  = "landlock_add_rule(2): EBADFD, a member of rule_attr");

/* On itself, on another one, and on one opened with O_PATH. */
static int parent_ruleset(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_FILE, 0, 0);
	char path[64];
	int fd = ruleset;

	if (ruleset < 0)
		return -ruleset;
	if (scene->variant->arg == 1)
		fd = new_ruleset(FS_READ_FILE, 0, 0);
	if (scene->variant->arg == 2) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", ruleset);
		fd = open(path, O_PATH | O_CLOEXEC);
		if (fd < 0)
			return cannot(scene, "%s: %s", path,
				      strerrorname_np(errno));
	}
	return add_fd_rule(ruleset, fd, FS_READ_FILE, 0);
}

static const struct variant rulesets[] = {
	{ "", .arg = 0 },
	{ "another", .arg = 1 },
	{ "o_path", .arg = 2 },
	{ NULL }
};

CASE("api.add_rule.parent_ruleset",
	.claim	  = "a path rule on a ruleset",
	A_CALL,
	.promise  = { DENIED(EBADFD) },
	.covers	  = "rule.path_beneath",
	.variants = rulesets,
	.control  = add_rule_rightly,
	.attempt  = parent_ruleset,
	.source	  = "landlock_add_rule(2): EBADFD, a member of rule_attr");

/* Twelve bytes at the very end of a page: the kernel must read no more. */
static int packed_at_page_end(struct scene *scene)
{
	const struct path_beneath_attr attr = {
		.allowed_access = FS_READ_FILE,
		.parent_fd = open("/dev/null", O_PATH | O_CLOEXEC),
	};
	const int ruleset = new_ruleset(FS_READ_DIR | FS_READ_FILE, 0, 0);
	void *memory = before_a_hole(&attr, sizeof(attr));
	int error;

	if (!memory)
		return broken(scene, "mmap: %s", strerrorname_np(errno));
	if (ll_add(ruleset, RULE_PATH_BENEATH, memory, 0))
		return errno;
	error = proves_itself(ruleset);
	return error ? error : try_open("/dev/null", O_RDONLY);
}

CASE("api.add_rule.path_packed",
	.claim	 = "a path rule of twelve bytes where memory ends",
	A_CALL,
	.promise = { ALLOWED },
	.covers	 = "rule.path_beneath",
	.control = add_rule_rightly,
	.attempt = packed_at_page_end,
	.source	 = "landlock.h, struct landlock_path_beneath_attr: packed");

/* How the parent was opened does not matter. */
static int parent_opened(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR | FS_READ_FILE, 0, 0);
	const int fd = open("/dev", scene->variant->arg | O_CLOEXEC);
	int error;

	if (fd < 0)
		return cannot(scene, "/dev: %s", strerrorname_np(errno));
	error = add_fd_rule(ruleset, fd, FS_READ_FILE, 0);
	if (!error)
		error = proves_itself(ruleset);
	return error ? error : try_open("/dev/null", O_RDONLY);
}

static const struct variant openings[] = {
	{ "", .arg = O_PATH },
	{ "rdonly", .arg = O_RDONLY },
	{ "path_nofollow", .arg = O_PATH | O_NOFOLLOW },
	{ NULL }
};

CASE("api.add_rule.parent_opened",
	.claim	  = "a path rule on a directory, however it was opened",
	A_CALL,
	.promise  = { ALLOWED },
	.covers	  = "rule.path_beneath",
	.variants = openings,
	.control  = add_rule_rightly,
	.attempt  = parent_opened,
	.source	  = "landlock.h, struct landlock_path_beneath_attr: parent_fd");
