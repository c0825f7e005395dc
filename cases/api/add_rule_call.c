// SPDX-License-Identifier: GPL-2.0
/* landlock_add_rule(2): flags, ruleset, type and memory of a rule. */
#include "api.h"

static const struct variant types[] = {
	{ "", .arg = RULE_PATH_BENEATH },
	{ "net_port", .arg = RULE_NET_PORT },
	{ NULL }
};

/* Flags are looked at first: the rest need not even make sense. */
static int add_unknown_flags(struct scene *scene)
{
	const struct path_beneath_attr attr = {
		.allowed_access = FS_READ_DIR,
		.parent_fd = open("/", O_PATH | O_CLOEXEC),
	};
	/* Without a quiet right, QUIET is EINVAL by itself. */
	const struct ruleset_attr quiet = {
		.handled_access_fs = FS_READ_DIR,
		.quiet_access_fs = kernel.add_flags & ADD_QUIET ?
			FS_READ_DIR : 0,
	};
	const uint32_t next = next_bit(kernel.add_flags);
	const int ruleset = new_ruleset_of(&quiet);
	uint32_t flags;

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	for (flags = kernel.abi > ABI_NEWEST ? 1U << 16 : next; flags;
	     flags <<= 1) {
		if (ll_add(ruleset, RULE_PATH_BENEATH, &attr, flags) == 0)
			return WORKED;
		if (errno != EINVAL)
			return errno;
		/* A known flag does not excuse an unknown one. */
		if (ll_add(ruleset, RULE_PATH_BENEATH, &attr,
			   flags | ADD_QUIET) == 0)
			return WORKED;
		if (errno != EINVAL)
			return errno;
	}
	return EINVAL;
}

CASE("api.add_rule.unknown_flags",
	.claim	 = "landlock_add_rule(2) with a flag that does not exist",
	A_CALL,
	.promise = { DENIED(EINVAL) },
	.control = add_rule_rightly,
	.attempt = add_unknown_flags,
	.source	 = "landlock_add_rule(2): EINVAL, flags");

static int add_flags_no_ruleset(struct scene *scene)
{
	(void)scene;
	return errno_of(ll_add(-1, 0, NULL, 1U << 31));
}

CASE("api.add_rule.order_flags_fd",
	.claim	 = "landlock_add_rule(2) with unknown flags and a bad descriptor: which error comes first",
	A_CALL,
	.promise = { FROM_ABI(2, DENIED(EINVAL)), DENIED(ANY_ERRNO) },
	.control = add_rule_rightly,
	.attempt = add_flags_no_ruleset,
	.source	 = "syscalls.c, landlock_add_rule: flags, then ruleset");

static int add_to_bad_fd(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	int fd, ret;

	if (ruleset < 0)
		return -ruleset;
	ret = bad_fd(scene, ruleset, &fd);
	return ret ? ret : add_path_rule(fd, "/", FS_READ_DIR);
}

CASE("api.add_rule.ruleset_bad_fd",
	.claim	  = "landlock_add_rule(2) to a descriptor that is not open",
	A_CALL,
	.promise  = { DENIED(EBADF) },
	.variants = bad_fds,
	.control  = add_rule_rightly,
	.attempt  = add_to_bad_fd,
	.source	  = "landlock_add_rule(2): EBADF");

static int add_to_foreign_fd(struct scene *scene)
{
	const int fd = foreign_fd(scene);

	return fd < 0 ? fd : add_path_rule(fd, "/", FS_READ_DIR);
}

CASE("api.add_rule.ruleset_foreign_fd",
	.claim	  = "landlock_add_rule(2) to a descriptor of another sort",
	A_CALL,
	.promise  = { DENIED(EBADFD) },
	.variants = foreign_fds,
	.control  = add_rule_rightly,
	.attempt  = add_to_foreign_fd,
	.source	  = "landlock_add_rule(2): EBADFD");

static const struct variant files[] = {
	{ "" },
	{ "directory", .arg = 1 },
	{ NULL }
};

static int add_to_file(struct scene *scene)
{
	const int fd = open(scene->variant->arg ? "/" : "/dev/null",
			    O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return cannot(scene, "opening it: %s", strerrorname_np(errno));
	return add_path_rule(fd, "/", FS_READ_DIR);
}

CASE("api.add_rule.ruleset_is_file",
	.claim	  = "landlock_add_rule(2) to an open file",
	A_CALL,
	.promise  = { DENIED(EBADFD) },
	.variants = files,
	.control  = add_rule_rightly,
	.attempt  = add_to_file,
	.source	  = "landlock_add_rule(2): EBADFD");

/* Large enough and right for every type that there is. */
static int add_type(int type)
{
	const struct path_beneath_attr attr = {
		.allowed_access = FS_EXECUTE,
		.parent_fd = open("/", O_PATH | O_CLOEXEC),
	};
	char memory[4096] = { 0 };
	const int ruleset = new_ruleset(FS_EXECUTE, kernel.net, 0);

	memcpy(memory, &attr, sizeof(attr));
	if (ruleset < 0)
		return -ruleset;
	return errno_of(ll_add(ruleset, type, memory, 0));
}

enum rule_types { NEXT_TYPE = -1000 };

static int add_unknown_type(struct scene *scene)
{
	if (scene->variant->arg != NEXT_TYPE)
		return add_type(scene->variant->arg);
	if (kernel.abi > ABI_NEWEST)
		return cannot(scene, "ABI %d is newer than this suite",
			      kernel.abi);
	return add_type(kernel.net ? RULE_NET_PORT + 1 :
				     RULE_PATH_BENEATH + 1);
}

static const struct variant unknown_types[] = {
	{ "", .arg = 99 },
	{ "zero", .arg = 0 },
	{ "minus_one", .arg = -1 },
	{ "highest", .arg = 0x7fffffff },
	{ "byte_overflow", .arg = 0x101 },
	{ "next", .arg = NEXT_TYPE },
	{ NULL }
};

CASE("api.add_rule.unknown_type",
	.claim	  = "landlock_add_rule(2) with a type that does not exist",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "rule.path_beneath",
	.variants = unknown_types,
	.control  = add_rule_rightly,
	.attempt  = add_unknown_type,
	.source	  = "syscalls.c, landlock_add_rule: rule_type");

static int unknown_type_no_ruleset(struct scene *scene)
{
	(void)scene;
	return errno_of(ll_add(-1, 99, NULL, 0));
}

CASE("api.add_rule.order_fd_type",
	.claim	 = "landlock_add_rule(2) with a bad descriptor and an unknown type: which error comes first",
	A_CALL,
	.promise = { FROM_ABI(2, DENIED(EBADF)), DENIED(ANY_ERRNO) },
	.control = add_rule_rightly,
	.attempt = unknown_type_no_ruleset,
	.source	 = "syscalls.c, landlock_add_rule: ruleset, then type");

static int unknown_type_no_memory(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	return errno_of(ll_add(ruleset, 99, NULL, 0));
}

CASE("api.add_rule.order_type_attr",
	.claim	 = "landlock_add_rule(2) with an unknown type and a bad address: which error comes first",
	A_CALL,
	.promise = { FROM_ABI(2, DENIED(EINVAL)), DENIED(ANY_ERRNO) },
	.control = add_rule_rightly,
	.attempt = unknown_type_no_memory,
	.source	 = "syscalls.c, landlock_add_rule: type, then rule");

enum memory { NULL_POINTER, NO_ACCESS, NOT_MAPPED, CUT_SHORT, PAST_THE_END };

static const struct variant no_memory[] = {
	{ "", .arg = NULL_POINTER },
	{ "no_access", .arg = NO_ACCESS },
	{ "not_mapped", .arg = NOT_MAPPED },
	{ "cut_short", .arg = CUT_SHORT },
	{ "kernel_half", .arg = PAST_THE_END },
	{ NULL }
};

static int add_fault(struct scene *scene, int type, const void *attr,
		     size_t size)
{
	const int ruleset = new_ruleset(FS_READ_DIR, type == RULE_NET_PORT ?
					NET_CONNECT_TCP : 0, 0);
	void *memory = NULL;

	if (ruleset < 0)
		return -ruleset;
	switch (scene->variant->arg) {
	case NO_ACCESS:
		memory = no_access();
		break;
	case NOT_MAPPED:
		memory = not_mapped();
		break;
	case CUT_SHORT:
		memory = before_a_hole(attr, size - 1);
		break;
	case PAST_THE_END:
		memory = (void *)(UINTPTR_MAX - getpagesize() + 1);
		break;
	default:
		break;
	}
	return errno_of(ll_add(ruleset, type, memory, 0));
}

static int path_fault(struct scene *scene)
{
	const struct path_beneath_attr attr = {
		.allowed_access = FS_READ_DIR,
		.parent_fd = open("/", O_PATH | O_CLOEXEC),
	};

	return add_fault(scene, RULE_PATH_BENEATH, &attr, sizeof(attr));
}

CASE("api.add_rule.path_attr_fault",
	.claim	  = "landlock_add_rule(2): a path rule that is not in memory",
	A_CALL,
	.promise  = { DENIED(EFAULT) },
	.covers	  = "rule.path_beneath",
	.variants = no_memory,
	.control  = add_rule_rightly,
	.attempt  = path_fault,
	.source	  = "landlock_add_rule(2): EFAULT");

static int port_fault(struct scene *scene)
{
	const struct net_port_attr attr = {
		.allowed_access = NET_CONNECT_TCP,
		.port = 443,
	};

	return add_fault(scene, RULE_NET_PORT, &attr, sizeof(attr));
}

CASE("api.add_rule.port_attr_fault",
	.claim	  = "landlock_add_rule(2): a port rule that is not in memory",
	A_CALL,
	.promise  = { DENIED(EFAULT) },
	.covers	  = "rule.net_port",
	.variants = no_memory,
	.control  = add_rule_rightly,
	.attempt  = port_fault,
	.source	  = "landlock_add_rule(2): EFAULT");

/* A ruleset that has no quiet rights has no use for quiet rules. */
static int useless_quiet(struct scene *scene)
{
	const bool net = scene->variant->arg == RULE_NET_PORT;
	const struct ruleset_attr attr = {
		.handled_access_fs = FS_READ_DIR,
		.handled_access_net = NET_CONNECT_TCP,
		/* quiet for the other type of rule only */
		.quiet_access_fs = net ? FS_READ_DIR : 0,
		.quiet_access_net = net ? 0 : NET_CONNECT_TCP,
	};
	const int ruleset = new_ruleset_of(&attr);

	if (ruleset < 0)
		return -ruleset;
	if (net)
		return add_port_rule(ruleset, 443, NET_CONNECT_TCP, ADD_QUIET);
	return add_fd_rule(ruleset, open("/", O_PATH | O_CLOEXEC), FS_READ_DIR,
			   ADD_QUIET);
}

CASE("api.add_rule.quiet_useless",
	.claim	  = "a quiet rule where nothing of its type is quiet",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "add.quiet",
	.variants = types,
	.control  = add_rule_rightly,
	.attempt  = useless_quiet,
	.source	  = "landlock_add_rule(2): EINVAL, LANDLOCK_ADD_RULE_QUIET");

/* A quiet rule grants what it says, and nothing when it says nothing. */
static int quiet_without_access(struct scene *scene)
{
	const bool net = scene->variant->arg == RULE_NET_PORT;
	const struct ruleset_attr attr = {
		.handled_access_fs = FS_READ_DIR,
		.handled_access_net = NET_CONNECT_TCP,
		.quiet_access_fs = FS_READ_DIR,
		.quiet_access_net = NET_CONNECT_TCP,
	};
	const int ruleset = new_ruleset_of(&attr);
	int error;

	if (ruleset < 0)
		return -ruleset;
	if (net)
		error = add_port_rule(ruleset, 443, 0, ADD_QUIET);
	else
		error = add_fd_rule(ruleset, open("/", O_PATH | O_CLOEXEC), 0,
				    ADD_QUIET);
	if (error)
		return error;
	error = proves_itself(ruleset);
	if (error)
		return error;
	return refused(may_connect(443));
}

CASE("api.add_rule.quiet_without_access",
	.claim	  = "a quiet rule that grants nothing",
	A_CALL,
	.needs	  = "inet",
	.promise  = { ALLOWED },
	.covers	  = "add.quiet",
	.variants = types,
	.control  = add_rule_rightly,
	.attempt  = quiet_without_access,
	.source	  = "landlock.h: LANDLOCK_ADD_RULE_QUIET");
