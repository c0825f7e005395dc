// SPDX-License-Identifier: GPL-2.0
/* A ruleset is a descriptor: whoever has it can enforce it. */
#include "domain.h"

static int build(struct scene *scene, int fd_slot)
{
	const struct ruleset set = {
		.fs = FS_READ_FILE,
		.rules = { PATH("other", .access = FS_READ_FILE) },
	};

	scene->fd[fd_slot] = -1;
	if (!kernel.abi)
		return 0;
	scene->fd[fd_slot] = build_ruleset(scene, &set);
	return scene->fd[fd_slot] < 0 ? POLICY : 0;
}

/* landlock_create_ruleset(2) makes it close-on-exec. */
static int inheritable(struct scene *scene)
{
	const int ret = domain_files(scene) ?: build(scene, 0);

	if (!ret && scene->fd[0] >= 0)
		return errno_of(fcntl(scene->fd[0], F_SETFD, 0));
	return ret;
}

static int enforce_and_read(struct scene *scene)
{
	if (ll_restrict(scene->fd[0], 0))
		return policy_refused(scene, "landlock_restrict_self", errno);
	/* What the ruleset grants must be granted. */
	if (read_other_file(scene)) {
		remark(scene, "the rule of the ruleset grants nothing");
		return NO_EFFECT;
	}
	return read_guarded_file(scene);
}

CASE("domain.ruleset_fd.exec",
	.own_memory = true,
	.claim	  = "a ruleset made by another user is enforced after execve(2)",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .fs = FS_READ_DIR },
	.worlds	  = W(CONTROL) | W(CALL) | W(INHERITED),
	.scene	  = inheritable,
	.control  = read_guarded_file,
	.attempt  = enforce_and_read,
	.source	  = "userspace-api/landlock: landlock_create_ruleset, a file descriptor");

/* It travels in a message that only the attempt takes out. */
static int in_flight(struct scene *scene)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = {
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
		.cmsg_len = CMSG_LEN(sizeof(int)),
	} };
	struct iovec data = { "", 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int ret = domain_files(scene) ?: build(scene, 0);

	if (ret || scene->fd[0] < 0)
		return ret;
	memcpy(CMSG_DATA(&control.header), scene->fd, sizeof(int));
	ret = errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0, scene->fd + 1));
	ret = ret ?: errno_of(sendmsg(scene->fd[1], &message, 0));
	close(scene->fd[0]);
	return ret;
}

static int receive_enforce_and_read(struct scene *scene)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	if (recvmsg(scene->fd[2], &message, 0) != 1 ||
	    control.header.cmsg_type != SCM_RIGHTS)
		return broken(scene, "no descriptor arrived");
	memcpy(scene->fd, CMSG_DATA(&control.header), sizeof(int));
	return enforce_and_read(scene);
}

CASE("domain.ruleset_fd.scm_rights",
	.own_memory = true,
	.claim	  = "a ruleset received by SCM_RIGHTS is enforced",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(CALL),
	.scene	  = in_flight,
	.control  = read_guarded_file,
	.attempt  = receive_enforce_and_read,
	.source	  = "userspace-api/landlock: landlock_create_ruleset, a file descriptor");

/* The domain is a copy: what is added to the ruleset later is not in it. */
static int add_rule_later(struct scene *scene)
{
	struct path_beneath_attr rule = { .allowed_access = FS_READ_FILE };

	if (ll_restrict(scene->fd[0], 0))
		return policy_refused(scene, "landlock_restrict_self", errno);
	rule.parent_fd = open("dir", O_PATH | O_CLOEXEC);
	if (ll_add(scene->fd[0], RULE_PATH_BENEATH, &rule, 0))
		return policy_refused(scene, "landlock_add_rule", errno);
	close(rule.parent_fd);
	return read_guarded_file(scene);
}

CASE("domain.ruleset_fd.rule_after",
	.own_memory = true,
	.claim	  = "a rule added to a ruleset after its enforcement grants nothing",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(CALL),
	.scene	  = inheritable,
	.control  = read_guarded_file,
	.attempt  = add_rule_later,
	.source	  = "security/landlock/domain.c, landlock_merge_ruleset: a copy");
