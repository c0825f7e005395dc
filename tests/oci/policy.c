// SPDX-License-Identifier: GPL-2.0
/* process.landlock of a config.json: what it says, and its ruleset. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "landlock/abi.h"
#include "landlock/landlock.h"
#include "policy.h"

/* struct word - a right, and since which ABI version the kernel has it */
struct word {
	const char *name;
	uint64_t bit;
	int abi;
};

static const struct word fs_words[] = {
	{ "execute", FS_EXECUTE, 1 }, { "write_file", FS_WRITE_FILE, 1 },
	{ "read_file", FS_READ_FILE, 1 }, { "read_dir", FS_READ_DIR, 1 },
	{ "remove_dir", FS_REMOVE_DIR, 1 },
	{ "remove_file", FS_REMOVE_FILE, 1 },
	{ "make_char", FS_MAKE_CHAR, 1 }, { "make_dir", FS_MAKE_DIR, 1 },
	{ "make_reg", FS_MAKE_REG, 1 }, { "make_sock", FS_MAKE_SOCK, 1 },
	{ "make_fifo", FS_MAKE_FIFO, 1 }, { "make_block", FS_MAKE_BLOCK, 1 },
	{ "make_sym", FS_MAKE_SYM, 1 }, { "refer", FS_REFER, 2 },
	{ "truncate", FS_TRUNCATE, 3 }, { NULL }
};

static const struct word net_words[] = {
	{ "bind", NET_BIND_TCP, 4 }, { "connect", NET_CONNECT_TCP, 4 },
	{ NULL }
};

static struct json_object *member(struct json_object *in, const char *name,
				  enum json_type type)
{
	struct json_object *found;

	if (!in || !json_object_object_get_ex(in, name, &found) || !found)
		return NULL;
	if (!json_object_is_type(found, type))
		die("landlock: %s is no %s", name, json_type_to_name(type));
	return found;
}

/* The first of two names: the forms differ. */
static struct json_object *either(struct json_object *in, const char *one,
				  const char *other, enum json_type type)
{
	return member(in, one, type) ?: member(in, other, type);
}

static uint64_t one_right(const char *name, const struct word *words)
{
	const struct word *w;

	for (w = words; w->name; w++)
		if (name && strcmp(w->name, name) == 0)
			return w->bit;
	die("landlock: no right is called %s", name ?: "null");
}

static uint64_t rights(struct json_object *list, const struct word *words)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; list && i < json_object_array_length(list); i++)
		bits |= one_right(json_object_get_string(
			json_object_array_get_idx(list, i)), words);
	return bits;
}

/* config.md says strings, the schema and the example say integers. */
static uint64_t port_number(struct json_object *port)
{
	const char *const text = json_object_get_string(port);
	char *end;
	long value;

	errno = 0;
	value = text ? strtol(text, &end, 10) : -1;
	if (value < 0 || value > UINT16_MAX || end == text || *end || errno)
		die("landlock: %s is no port", text ?: "null");
	return value;
}

static void add_rule(struct policy *policy, struct policy_rule rule)
{
	if (rule.allowed & ~(rule.path ? policy->fs : policy->net))
		die("landlock: a rule grants a right that is not handled");
	if (policy->count == POLICY_RULES)
		die("landlock: more than %d rules", POLICY_RULES);
	policy->rules[policy->count++] = rule;
}

static void read_paths(struct policy *policy, struct json_object *rule)
{
	struct json_object *const paths = member(rule, "paths",
						 json_type_array);
	const uint64_t allowed = rights(member(rule, "allowedAccess",
					       json_type_array), fs_words);
	size_t i;

	for (i = 0; paths && i < json_object_array_length(paths); i++)
		add_rule(policy, (struct policy_rule) {
			.path = json_object_get_string(
				json_object_array_get_idx(paths, i)),
			.allowed = allowed });
}

static void read_ports(struct policy *policy, struct json_object *rule)
{
	struct json_object *const ports = member(rule, "ports",
						 json_type_array);
	const uint64_t allowed = rights(member(rule, "allowedAccess",
					       json_type_array), net_words);
	size_t i;

	for (i = 0; ports && i < json_object_array_length(ports); i++)
		add_rule(policy, (struct policy_rule) {
			.port = port_number(
				json_object_array_get_idx(ports, i)),
			.allowed = allowed });
}

static void read_rules(struct policy *policy, struct json_object *list,
		       void (*read_rule)(struct policy *,
					 struct json_object *))
{
	size_t i;

	for (i = 0; list && i < json_object_array_length(list); i++)
		read_rule(policy, json_object_array_get_idx(list, i));
}

/* The name of the newer form says what its text contradicts: it is believed. */
static bool is_strict(struct json_object *landlock)
{
	struct json_object *flag;

	flag = member(landlock, "enableBestEffort", json_type_boolean);
	if (flag)
		return !json_object_get_boolean(flag);
	flag = member(landlock, "disableBestEffort", json_type_boolean);
	return flag && json_object_get_boolean(flag);
}

void policy_read(struct json_object *landlock, struct policy *policy)
{
	struct json_object *const handled =
		either(landlock, "handledAccess", "ruleset", json_type_object);
	struct json_object *const rules =
		member(landlock, "rules", json_type_object);

	*policy = (struct policy) {
		.fs = rights(member(handled, "handledAccessFS",
				    json_type_array), fs_words),
		.net = rights(either(handled, "handledAccessNetwork",
				     "handledAssessNetwork", json_type_array),
			      net_words),
		.strict = is_strict(landlock),
	};
	read_rules(policy, member(rules, "pathBeneath", json_type_array),
		   read_paths);
	read_rules(policy, either(rules, "networkPort", "portBeneath",
				  json_type_array), read_ports);
}

/* Drops of @handled what @abi lacks. */
static uint64_t fit(const struct policy *policy, uint64_t handled,
		    const struct word *words, int abi)
{
	const struct word *w;

	for (w = words; w->name; w++) {
		if (!(handled & w->bit) || w->abi <= abi)
			continue;
		if (policy->strict)
			die("landlock: this kernel cannot handle %s", w->name);
		warn_user("landlock: this kernel cannot handle %s: it is not enforced",
			  w->name);
		handled &= ~w->bit;
	}
	return handled;
}

void policy_fit(struct policy *policy)
{
	const int abi = landlock_create(NULL, 0, CREATE_VERSION);

	policy->fs = fit(policy, policy->fs, fs_words, abi);
	policy->net = fit(policy, policy->net, net_words, abi);
}

/* As the container sees it, whoever the container's process is */
static int open_path(int root, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return syscall(SYS_openat2, root, path, &how, sizeof(how));
}

static bool add_path(const struct policy *policy,
		     const struct policy_rule *rule, int ruleset, int root)
{
	struct path_beneath_attr attr = {
		.allowed_access = rule->allowed & policy->fs,
		.parent_fd = open_path(root, rule->path),
	};
	struct stat st;
	int ret;

	if (attr.parent_fd < 0 && policy->strict) {
		warn_user("landlock: %s: %m", rule->path);
		return false;
	}
	if (attr.parent_fd < 0) {
		warn_user("landlock: %s: %m: nothing is granted there",
			  rule->path);
		return true;
	}
	if (!fstat(attr.parent_fd, &st) && !S_ISDIR(st.st_mode))
		attr.allowed_access &= FS_FILE_RIGHTS;
	ret = attr.allowed_access ?
	      landlock_add(ruleset, RULE_PATH_BENEATH, &attr, 0) : 0;
	close(attr.parent_fd);
	if (ret)
		warn_user("landlock: a rule for %s: %m", rule->path);
	return ret == 0;
}

static bool add_port(const struct policy *policy,
		     const struct policy_rule *rule, int ruleset)
{
	const struct net_port_attr attr = {
		.allowed_access = rule->allowed & policy->net,
		.port = rule->port,
	};

	if (!attr.allowed_access ||
	    !landlock_add(ruleset, RULE_NET_PORT, &attr, 0))
		return true;
	warn_user("landlock: a rule for port %d: %m", (int)rule->port);
	return false;
}

int policy_ruleset(const struct policy *policy, int root)
{
	const struct ruleset_attr attr = {
		.handled_access_fs = policy->fs,
		.handled_access_net = policy->net,
	};
	/* A kernel that does not know the last field has no use for it. */
	const size_t size = policy->net ? sizeof(attr.handled_access_fs) +
					  sizeof(attr.handled_access_net) :
					  sizeof(attr.handled_access_fs);
	const struct policy_rule *rule;
	int ruleset;

	if (!policy->fs && !policy->net)
		return -1;
	ruleset = landlock_create(&attr, size, 0);
	if (ruleset < 0) {
		warn_user("landlock: a ruleset: %m");
		return -2;
	}
	for (rule = policy->rules; rule < policy->rules + policy->count; rule++)
		if (!(rule->path ? add_path(policy, rule, ruleset, root) :
				   add_port(policy, rule, ruleset)))
			return -2;
	return ruleset;
}
