// SPDX-License-Identifier: GPL-2.0
/* What the log says of domains: once when it first names one, and at its end. */
#include <sched.h>

#include "trace.h"

#define A_USER	1234
#define ANOTHER	5678

static int nothing(struct scene *scene)
{
	struct audit_log log;

	return audit_read(scene, &log);
}

#define DOMAIN_CASE							\
	A_LOG_CASE,							\
	.own_memory = true,						\
	.worlds	  = W(CONTROL) | W(CALL),				\
	.promise  = { LOGGED },					\
	.control  = nothing

static int deny(struct scene *scene, const struct ruleset *set)
{
	return enforce_set(scene, set) ?: open_null(O_RDONLY) | open_root();
}

/* Two denials */
static int deny_both(struct scene *scene)
{
	static const struct ruleset set = { .fs = FS_READ_FILE | FS_READ_DIR };

	scene->pid[0] = getpid();
	return deny(scene, &set);
}

static int as_another(struct scene *scene)
{
	if (setresuid(A_USER, ANOTHER, ANOTHER))
		return broken(scene, "setresuid: %s", strerrorname_np(errno));
	return deny_both(scene);
}

static int in_userns(struct scene *scene)
{
	if (setresuid(A_USER, A_USER, A_USER) || unshare(CLONE_NEWUSER))
		return cannot(scene, "a user namespace: %s",
			      strerrorname_np(errno));
	return deny_both(scene);
}

static int in_a_thread(struct scene *scene)
{
	return in_thread(scene, deny_both);
}

static const struct variant creators[] = {
	{ "", .op = deny_both },
	{ "thread", .op = in_a_thread },
	{ "user", .op = as_another, .arg = A_USER },
	{ "user_namespace", .op = in_userns, .arg = A_USER },
	{ NULL }
};

static int is_introduced(struct scene *scene)
{
	const int ret = in_child(scene, scene->variant->op);
	char expected[400], exe[200] = "";
	struct audit_log log;

	if (ret != EACCES)
		return ret;
	if (audit_read(scene, &log))
		return CANNOT;
	if (log.accesses != 2 || log.domains != 1) {
		remark(scene, "%d records of accesses, %d of domains",
		       log.accesses, log.domains);
		return log.domains ? LOG_WRONG : LOG_SILENT;
	}
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0)
		return broken(scene, "/proc/self/exe");
	snprintf(expected, sizeof(expected),
		 " status=allocated mode=enforcing pid=%d uid=%d exe=\"%s\" comm=\"%.15s\"",
		 scene->pid[0], (int)scene->variant->arg, exe, scene->text);
	if (line_says(log.domain[0], expected))
		return LOG_RIGHT;
	remark(scene, "record: %.200s", log.domain[0]);
	return LOG_WRONG;
}

CASE("log.audit.domain_once",
	.claim	  = "the first of two denials introduces the domain, the second does not",
	DOMAIN_CASE,
	.covers	  = LOGGED_SINCE,
	.variants = creators,
	.scene	  = audit_scene,
	.attempt  = is_introduced,
	.source	  = "admin-guide/LSM/landlock: AUDIT_LANDLOCK_DOMAIN");

/*
 * Three denials, each time: by one domain, by each of two layers; by one that
 * a file's owner is recorded with.
 */
static int deny_thrice(struct scene *scene)
{
	const int ret = deny_both(scene);

	return ret | open_null(O_RDONLY);
}

static int deny_in_two_layers(struct scene *scene)
{
	static const struct ruleset outer = { .fs = FS_READ_FILE };
	static const struct ruleset inner = { .fs = FS_READ_DIR };
	int i, ret = enforce_set(scene, &outer);

	ret = ret ?: deny(scene, &inner);
	for (i = 0; i < 2; i++)
		ret |= open_null(O_RDONLY) | open_root();
	return ret;
}

static int own_a_file(struct scene *scene)
{
	static const struct ruleset set = {
		.fs = FS_READ_FILE | FS_READ_DIR, .scoped = SCOPE_SIGNAL,
	};
	const int ret = deny(scene, &set);
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) || fcntl(ends[0], F_SETOWN, getppid()))
		return broken(scene, "F_SETOWN: %s", strerrorname_np(errno));
	return ret | open_root();
}

/* A domain that denies nothing ends first, and the log does not know it. */
static int end_unlogged(struct scene *scene)
{
	static const struct ruleset set = { .fs = FS_READ_DIR };

	return enforce_set(scene, &set);
}

static int end_unlogged_first(struct scene *scene)
{
	const int ret = in_child(scene, end_unlogged);

	return ret ?: deny_thrice(scene);
}

/* Only the first of three is logged; a mere probe is not even counted. */
static int deny_quietly(struct scene *scene)
{
	static const struct ruleset set = {
		.fs = FS_READ_FILE | FS_READ_DIR, .quiet_fs = FS_READ_FILE,
		.rules = { PATH("/dev", .flags = ADD_QUIET) },
	};
	char path[32], text[1024];
	int fd, ret;

	snprintf(path, sizeof(path), "/proc/%d/stat", getppid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ret = deny(scene, &set);
	if (read(fd, text, sizeof(text)) <= 0)
		return broken(scene, "%s: %s", path, strerrorname_np(errno));
	return ret | open_null(O_RDONLY);
}

static int end_is_logged(struct scene *scene)
{
	const int ends = scene->variant->arg;
	struct audit_log log;
	int i, ret;

	ret = in_child(scene, scene->variant->op);
	if (ret != EACCES)
		return ret;
	if (audit_read(scene, &log))
		return CANNOT;
	if (log.domains < ends || audit_await_ends(scene, &log, ends)) {
		remark(scene, "%d domains, %d ends", log.domains, log.freed);
		return LOG_SILENT;
	}
	for (i = 0; i < ends; i++)
		if (!line_says(log.end[i], "status=deallocated denials=3")) {
			remark(scene, "record: %.200s", log.end[i]);
			return LOG_WRONG;
		}
	if (!log.unlogged_ends)
		return LOG_RIGHT;
	remark(scene, "the end of a domain that the log does not know");
	return LOG_WRONG;
}

/* A 17th layer is refused: what was made for it ends with the others. */
static int fail_to_stack(struct scene *scene)
{
	static const struct ruleset set = { .fs = FS_MAKE_CHAR };
	const int ret = deny_thrice(scene);
	const char *step;
	int i, error = 0;

	for (i = 1; i < LAYERS_MAX && !error; i++)
		error = enforce_set(scene, &set);
	if (error)
		return broken(scene, "layers: %s", strerrorname_np(error));
	return ruleset_enforce(&set, 0, 0, &step) == E2BIG ? ret : UNENFORCED;
}

static const struct variant ends[] = {
	{ "", .op = deny_thrice, .arg = 1 },
	{ "two_layers", .op = deny_in_two_layers, .arg = 2 },
	{ "file_owner", .op = own_a_file, .arg = 1 },
	{ "unlogged_first", .op = end_unlogged_first, .arg = 1 },
	{ "refused_layer", .op = fail_to_stack, .arg = 1 },
	{ NULL }
};

CASE("log.audit.domain_end",
	.claim	  = "the record of a domain's end says how much it denied",
	DOMAIN_CASE,
	.covers	  = LOGGED_SINCE,
	.variants = ends,
	.scene	  = audit_scene,
	.attempt  = end_is_logged,
	.source	  = "admin-guide/LSM/landlock: status=deallocated denials=");

static const struct variant quiet_ends[] = {
	{ "", .op = deny_quietly, .arg = 1 },
	{ NULL }
};

CASE("log.audit.domain_end_quiet",
	.claim	  = "the record of a domain's end counts quiet denials too",
	DOMAIN_CASE,
	.covers	  = "add.quiet field.quiet_access_fs",
	.variants = quiet_ends,
	.scene	  = audit_scene,
	.attempt  = end_is_logged,
	.source	  = "admin-guide/LSM/landlock: denials, whether they were logged or not");

/* The trace tells when it is over, if the log does not. */
static int trace_and_log(struct scene *scene)
{
	return trace_scene(scene) ?: audit_listen(scene);
}

static int deny_and_turn_off(struct scene *scene)
{
	const int ret = deny_thrice(scene);

	return audit_switch(false) ? broken(scene, "AUDIT_SET") : ret;
}

static int end_while_off(struct scene *scene)
{
	const int ret = in_child(scene, deny_and_turn_off);
	const int over = trace_await(scene, "free_domain", "denials=3\n");
	struct audit_log log;

	if (audit_switch(true))
		return broken(scene, "AUDIT_SET");
	if (ret != EACCES || over)
		return ret == EACCES ? LOG_SILENT : ret;
	if (audit_read(scene, &log))
		return CANNOT;
	if (log.domains == 1 && !log.freed)
		return LOG_RIGHT;
	remark(scene, "%d domains, %d ends", log.domains, log.freed);
	return log.freed ? LOG_WRONG : LOG_SILENT;
}

CASE("log.audit.domain_end_off",
	.claim	 = "a domain that ends while audit is off leaves no record",
	.bare	 = true,
	.root	 = true,
	.own_memory = true,
	.needs	 = "audit root tracefs guest",
	.worlds	 = W(CONTROL) | W(CALL),
	.promise = { LOGGED },
	.covers	 = LOGGED_SINCE,
	.scene	 = trace_and_log,
	.effect	 = trace_off,
	.control = nothing,
	.attempt = end_while_off,
	.source	 = "admin-guide/LSM/landlock: logged by default if audit is enabled");
