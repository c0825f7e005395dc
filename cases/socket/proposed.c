// SPDX-License-Identifier: GPL-2.0
/*
 * The socket rules that are proposed (landlock-lsm/linux#6): kernels that do
 * not have them must refuse their numbers as they refuse any unknown one, or
 * programs would take them for there.  A kernel whose ABI is newer than this
 * suite may know them: of that nothing is claimed here.
 */
#include "landproof.h"

/* RFC v4: LANDLOCK_RULE_SOCKET, struct landlock_socket_attr */
#define RULE_SOCKET 3

struct rfc_attr {
	uint64_t allowed_access;
	int32_t family, type, protocol;
} __attribute__((packed));

/* Refused with @error, or taken by a kernel that may have learnt it. */
static int unless_newer(struct scene *scene, int ret, int error)
{
	if (kernel.abi > ABI_NEWEST && ret != error)
		return cannot(scene, "ABI %d is newer than this suite and may know this",
			      kernel.abi);
	return ret;
}

static int path_rule(struct scene *scene)
{
	const struct ruleset set = {
		.fs = FS_READ_FILE, .rules = { PATH("/") }
	};
	const char *step;
	const int fd = ruleset_build(&set, FS_READ_FILE, 0, &step);

	(void)scene;
	if (fd < 0)
		return -fd;
	close(fd);
	return WORKED;
}

static int socket_rule(struct scene *scene)
{
	const struct ruleset_attr ruleset = {
		.handled_access_fs = FS_READ_FILE,
	};
	const struct rfc_attr rule = {
		.allowed_access = 1,
		.family = AF_INET,
		.type = SOCK_STREAM,
	};
	const int fd = ll_create(&ruleset, sizeof(ruleset.handled_access_fs),
				 0);
	int ret;

	if (fd < 0)
		return errno;
	ret = errno_of(ll_add(fd, RULE_SOCKET, &rule, 0));
	close(fd);
	return unless_newer(scene, ret, EINVAL);
}

CASE("socket.create.rule_type",
	.claim	 = "landlock_add_rule(2) with the rule type of the proposed socket rules",
	.promise = { DENIED(EINVAL) },
	.worlds	 = W(CONTROL) | W(CALL),
	.bare	 = true,
	.control = path_rule,
	.attempt = socket_rule,
	.source	 = "landlock_add_rule(2): EINVAL, rule_type is not valid; landlock-lsm/linux#6");

/* The field behind all that ABI 11 knows, and so behind all older ones. */
struct newer_attr {
	struct ruleset_attr known;
	uint64_t handled_next;
};

static int create_with(uint64_t next)
{
	const struct newer_attr attr = {
		.known.handled_access_fs = FS_READ_FILE,
		.handled_next = next,
	};
	const int fd = ll_create(&attr, sizeof(attr), 0);

	if (fd < 0)
		return errno;
	close(fd);
	return WORKED;
}

static int empty_field(struct scene *scene)
{
	(void)scene;
	return create_with(0);
}

static int socket_field(struct scene *scene)
{
	return unless_newer(scene, create_with(1), E2BIG);
}

CASE("socket.create.attr",
	.claim	 = "landlock_create_ruleset(2) with a field behind those of ABI 11",
	.promise = { DENIED(E2BIG) },
	.worlds	 = W(CONTROL) | W(CALL),
	.bare	 = true,
	.control = empty_field,
	.attempt = socket_field,
	.source	 = "landlock_create_ruleset(2): E2BIG, unknown trailing bytes; landlock-lsm/linux#6");
