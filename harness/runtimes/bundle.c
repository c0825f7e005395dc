// SPDX-License-Identifier: GPL-2.0
/* A ruleset as process.landlock in the bundle of an OCI runtime. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/programs.h"
#include "machine/belongings.h"
#include "machine/privilege.h"
#include "machine/scratch.h"
#include "machine/subject.h"
#include "runtimes/saying.h"

/* Of a container's process that keeps them, by their numbers */
static const char *const capabilities[] = {
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER",
	"CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
	"CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
	"CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
	"CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
	"CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD",
	"CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP",
	"CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};

static void put_capabilities(struct json *json)
{
	static const char *const sets[] = {
		"bounding", "effective", "permitted", "inheritable", "ambient",
	};
	size_t i, j;

	json_object(json, "capabilities");
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		json_array(json, sets[i]);
		for (j = 0; j < sizeof(capabilities) / sizeof(*capabilities);
		     j++)
			if (prctl(PR_CAPBSET_READ, j) == 1)
				json_string(json, NULL, capabilities[j]);
		json_array_end(json);
	}
	json_object_end(json);
}

/* An array of the tool's names; false: it lacks one. */
static bool put_rights(struct saying *s, struct json *json, const char *key,
		       enum set set, uint32_t bits)
{
	bool all = true;

	json_array(json, key);
	for (; bits; bits &= bits - 1) {
		const char *const name = tool_right(s->tool, set, bits & -bits);

		if (name)
			json_string(json, NULL, name);
		else
			all = cannot_say(s, "no word for %s",
					 right_name(set, bits & -bits));
	}
	json_array_end(json);
	return all;
}

static bool put_rule(struct saying *s, struct json *json,
		     const struct rule *rule)
{
	static struct grant grant;
	bool all;

	read_rule(s, rule, &grant);
	if (!grant.access)
		return true;
	json_object(json, NULL);
	all = put_rights(s, json, "allowedAccess", grant.set, grant.access);
	json_array(json, grant.set == SET_NET ? "ports" : "paths");
	if (grant.set == SET_NET)
		json_integer(json, NULL, atoi(grant.about.object));
	else
		json_string(json, NULL, grant.about.object);
	json_array_end(json);
	json_object_end(json);
	return all;
}

static bool put_rules(struct saying *s, struct json *json, const char *key,
		      bool ports)
{
	const struct ruleset *const set = s->policy->set;
	const struct rule self = PATH(SELF, .access = set->fs &
				      (FS_EXECUTE | FS_READ_FILE));
	const struct rule *rule;
	bool all = true;

	json_array(json, key);
	for (rule = set->rules; rule < set->rules + RULES_MAX &&
	     (rule->path || rule->is_port); rule++)
		if (rule->is_port == ports)
			all &= put_rule(s, json, rule);
	if (!ports && self.access)
		all &= put_rule(s, json, &self);
	json_array_end(json);
	return all;
}

static bool put_landlock(struct saying *s, struct json *json)
{
	const struct bundle *const form = &s->tool->bundle;
	const struct ruleset *const set = s->policy->set;
	bool all;

	if (set->scoped)
		return cannot_say(s, "no word for %s",
				  right_name(SET_SCOPE, set->scoped));
	if (set->net && !form->net)
		return cannot_say(s, "no word for %s",
				  right_name(SET_NET, set->net));
	json_object(json, "landlock");
	json_object(json, form->handled);
	all = put_rights(s, json, "handledAccessFS", SET_FS, set->fs);
	if (form->net)
		all &= put_rights(s, json, form->net, SET_NET, set->net);
	json_object_end(json);
	json_object(json, "rules");
	all &= put_rules(s, json, "pathBeneath", false);
	if (form->net)
		all &= put_rules(s, json, form->ports, true);
	json_object_end(json);
	json_bool(json, form->strict, strcmp(form->strict_value, "true") == 0);
	json_object_end(json);
	return all;
}

static void put_user(struct json *json, bool root)
{
	json_object(json, "user");
	json_integer(json, "uid", root ? 0 : subject_uid());
	json_integer(json, "gid", root ? 0 : subject_gid());
	json_object_end(json);
	if (root)
		put_capabilities(json);
}

static bool put_process(struct saying *s, struct json *json,
			const char *const program[])
{
	char here[PATH_MAX] = "/";
	bool all = true;
	char **variable;

	json_object(json, "process");
	json_bool(json, "terminal", false);
	put_user(json, s->policy->root);
	json_array(json, "args");
	while (*program)
		json_string(json, NULL, *program++);
	json_array_end(json);
	json_array(json, "env");
	for (variable = environ; *variable; variable++)
		json_string(json, NULL, *variable);
	json_string(json, NULL, BELONGINGS_MARK);
	json_array_end(json);
	json_string(json, "cwd", getcwd(here, sizeof(here)) ?: "/");
	json_bool(json, "noNewPrivileges", true);
	if (s->policy->set)
		all = put_landlock(s, json);
	json_object_end(json);
	return all;
}

/*
 * The container has all that is in this root: an entry that is a link is made
 * again, every other one is mounted.
 */
static void put_mount(struct json *json, const char *root, const char *name)
{
	char from[PATH_MAX], to[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	snprintf(from, sizeof(from), "/%s", name);
	snprintf(to, sizeof(to), "%s/%s", root, name);
	length = readlink(from, target, sizeof(target) - 1);
	if (length > 0) {
		target[length] = '\0';
		if (symlink(target, to) == 0)
			return;
	}
	json_object(json, NULL);
	json_string(json, "destination", from);
	json_string(json, "type", "bind");
	json_string(json, "source", from);
	json_array(json, "options");
	json_string(json, NULL, "rbind");
	json_array_end(json);
	json_object_end(json);
}

static void put_mounts(struct json *json, const char *root)
{
	DIR *const dir = opendir("/");
	struct dirent *entry;

	json_array(json, "mounts");
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			put_mount(json, root, entry->d_name);
	json_array_end(json);
	if (dir)
		closedir(dir);
}

static bool put_config(struct saying *s, struct json *json, const char *root,
		       const char *const program[])
{
	bool all;

	json_object(json, NULL);
	json_string(json, "ociVersion", "1.0.2");
	all = put_process(s, json, program);
	json_object(json, "root");
	json_string(json, "path", "rootfs");
	json_object_end(json);
	put_mounts(json, root);
	json_object(json, "linux");
	json_array(json, "namespaces");
	json_object(json, NULL);
	json_string(json, "type", "mount");
	json_object_end(json);
	json_array_end(json);
	json_object_end(json);
	json_object_end(json);
	return all;
}

/*
 * All descriptors are handed down, which a runtime does for so many behind the
 * standard ones: those that are not open, or would be closed, become /dev/null.
 */
static int fill_descriptors(void)
{
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fd, last = STDERR_FILENO;

	for (fd = STDERR_FILENO + 1; fd < TOOL_DESCRIPTORS; fd++)
		if (fcntl(fd, F_GETFD) == 0)
			last = fd;
	for (fd = STDERR_FILENO + 1; fd < last; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			dup2(null, fd);
	return last - STDERR_FILENO;
}

bool bundle_says(struct saying *s, const char *const program[])
{
	char root[64], config[64], number[16], id[32];
	struct json json = { 0 };
	bool all;

	if (privilege != FULL)
		return cannot_say(s, "it needs root");
	snprintf(s->out->bundle, sizeof(s->out->bundle), "/tmp/bundle.XXXXXX");
	if (!mkdtemp(s->out->bundle))
		return cannot_say(s, "no bundle: %s", strerror(errno));
	snprintf(root, sizeof(root), "%s/rootfs", s->out->bundle);
	snprintf(config, sizeof(config), "%s/config.json", s->out->bundle);
	chmod(s->out->bundle, 0755);
	json.out = mkdir(root, 0755) ? NULL : fopen(config, "we");
	if (!json.out)
		return cannot_say(s, "no bundle: %s", strerror(errno));
	all = put_config(s, &json, root, program);
	if (fclose(json.out))
		return cannot_say(s, "no bundle: %s", strerror(errno));
	snprintf(number, sizeof(number), "%d", fill_descriptors());
	snprintf(id, sizeof(id), "landproof%s", strrchr(s->out->bundle, '.'));
	put_argument(s->out, "--preserve-fds");
	put_argument(s->out, number);
	put_argument(s->out, "--bundle");
	put_argument(s->out, s->out->bundle);
	put_argument(s->out, id);
	return all;
}

void bundle_remove(struct command_line *line)
{
	if (line->bundle[0])
		remove_tree(line->bundle);
	line->bundle[0] = '\0';
}
