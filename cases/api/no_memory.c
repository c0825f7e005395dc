// SPDX-License-Identifier: GPL-2.0
/* The three calls when the kernel has no memory for what they make. */
#include "api.h"

#define FAULTS "guest fault-injection"
#define A_FAULT_CASE A_CALL, .own_memory = true, .promise = { DENIED(ENOMEM) }

/* The lowest free descriptor, or -1 */
static int next_fd(void)
{
	const int fd = open("/", O_PATH | O_CLOEXEC);

	close(fd);
	return fd;
}

static int create(struct scene *scene)
{
	const struct ruleset_attr attr = { .handled_access_fs = FS_READ_DIR };
	const int fd = ll_create(&attr, sizeof(attr.handled_access_fs), 0);

	(void)scene;
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int no_descriptor(struct scene *scene)
{
	return next_fd() != scene->value[0];
}

static int create_without_memory(struct scene *scene)
{
	fail_alloc(0);
	scene->value[0] = next_fd();
	return fail_each_alloc(scene, create, no_descriptor);
}

CASE("api.no_memory.create_ruleset",
	.claim	 = "a ruleset for which there is no memory",
	A_FAULT_CASE,
	.needs	 = FAULTS,
	.control = create_ruleset_rightly,
	.attempt = create_without_memory,
	.source	 = "security/landlock/ruleset.c, landlock_create_ruleset: -ENOMEM");

static bool is_about_port(const struct scene *scene)
{
	return scene->test->guard.net;
}

/* A file of which the kernel knows nothing yet has no object either. */
static int add_rule(struct scene *scene)
{
	return is_about_port(scene) ?
		add_port_rule(scene->fd[0], 1, NET_CONNECT_TCP, 0) :
		add_fd_rule(scene->fd[0], scene->fd[1], FS_READ_DIR, 0);
}

/* Does the ruleset still grant nothing? */
static int grants_nothing(struct scene *scene)
{
	const int ret = restrict_self(scene->fd[0], 0);

	if (ret)
		return ret;
	return is_about_port(scene) ? may_connect(1) : list_root();
}

static int still_grants_nothing(struct scene *scene)
{
	return in_child(scene, grants_nothing) != EACCES;
}

static int add_without_memory(struct scene *scene)
{
	int ret;

	scene->fd[0] = new_ruleset(FS_READ_DIR, is_about_port(scene) ?
				   NET_CONNECT_TCP : 0, 0);
	scene->fd[1] = open("/", O_PATH | O_CLOEXEC);
	if (scene->fd[0] < 0)
		return -scene->fd[0];
	ret = fail_each_alloc(scene, add_rule, still_grants_nothing);
	/* With memory, it was added. */
	if (ret == ENOMEM && sabotage != SABOTAGE_DENY &&
	    in_child(scene, grants_nothing))
		return NO_EFFECT;
	return ret;
}

CASE("api.no_memory.add_rule",
	.claim	  = "a path rule for which there is no memory",
	A_FAULT_CASE,
	.needs	  = FAULTS,
	.control  = add_rule_rightly,
	.attempt  = add_without_memory,
	.source	  = "security/landlock/ruleset.c, create_rule: -ENOMEM");

CASE("api.no_memory.add_rule_port",
	.claim	  = "a port rule for which there is no memory",
	A_FAULT_CASE,
	.needs	  = FAULTS " inet",
	.guard	  = NET(CONNECT_TCP),
	.control  = add_rule_rightly,
	.attempt  = add_without_memory,
	.source	  = "security/landlock/ruleset.c, create_rule: -ENOMEM");

/* Rules on the same file and port as the layer below, and on others. */
static int ruleset_with_rules(uint64_t fs, int port)
{
	const int ruleset = new_ruleset(fs, NET_CONNECT_TCP, 0);

	if (ruleset < 0)
		return ruleset;
	add_path_rule(ruleset, "/dev", fs);
	add_path_rule(ruleset, "/proc", fs);
	add_port_rule(ruleset, 1, NET_CONNECT_TCP, 0);
	add_port_rule(ruleset, port, NET_CONNECT_TCP, 0);
	return ruleset;
}

static int restrict_once_more(struct scene *scene)
{
	return restrict_self(scene->fd[0], 0);
}

static int unrestricted(struct scene *scene)
{
	(void)scene;
	return list_root();
}

static int restrict_without_memory(struct scene *scene)
{
	const int first = ruleset_with_rules(FS_READ_FILE, 2);
	int ret;

	scene->fd[0] = ruleset_with_rules(FS_READ_DIR, 3);
	if (first < 0 || scene->fd[0] < 0)
		return cannot(scene, "a ruleset");
	fail_alloc(0);
	if (scene->variant->arg && restrict_self(first, 0))
		return UNENFORCED;
	ret = fail_each_alloc(scene, restrict_once_more, unrestricted);
	return ret == ENOMEM ? refused(list_root()) ?: ret : ret;
}

static const struct variant layers[] = {
	{ "" }, { "second", .arg = 1 }, { NULL }
};

CASE("api.no_memory.restrict_self",
	.claim	  = "a domain for which there is no memory",
	A_FAULT_CASE,
	.needs	  = FAULTS,
	.covers	  = "net.connect_tcp",
	.variants = layers,
	.control  = restrict_self_rightly,
	.attempt  = restrict_without_memory,
	.source	  = "security/landlock/domain.c, landlock_merge_ruleset: -ENOMEM");
