// SPDX-License-Identifier: GPL-2.0
/* Audit records of denied accesses: that they come, and what they say. */
#include <sys/wait.h>

#include "audit.h"

static int open_and_look(struct scene *scene)
{
	return was_logged(scene, open_null(O_RDONLY), "fs.read_file",
			  "path=\"/dev/null\"");
}

CASE("log.audit.denied_open",
	.claim	 = "open(2) that is denied without leaving a record",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) | W(STACKED),
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/dev") },
	.covers	 = LOGGED_SINCE,
	.scene	 = audit_scene,
	.attempt = open_and_look,
	.source	 = "admin-guide/LSM/landlock: AUDIT_LANDLOCK_ACCESS");

/* Threads and children that did not execute anything are the same program. */
static int open_in_child(struct scene *scene)
{
	scene->value[0] = open_null(O_RDONLY);
	return WORKED;
}

static int child_and_look(struct scene *scene)
{
	const int ret = in_child(scene, open_in_child);

	return ret ? ret : was_logged(scene, scene->value[0], "fs.read_file",
				      "path=\"/dev/null\"");
}

CASE("log.audit.denied_in_child",
	.claim	 = "a child's open(2) that is denied without a record",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.covers	 = LOGGED_SINCE,
	.scene	 = audit_scene,
	.attempt = child_and_look,
	.source	 = "admin-guide/LSM/landlock: same executable is logged");

static int domain_is_introduced(struct scene *scene)
{
	const int first = open_null(O_RDONLY), second = open_root();
	struct audit_log log;
	char pid[32];

	if (audit_read(scene, &log))
		return CANNOT;
	if (!first || !second)
		return WORKED;
	snprintf(pid, sizeof(pid), " pid=%d ", getpid());
	if (log.accesses != 2 || log.domains != 1) {
		remark(scene, "%d records of accesses, %d of domains",
		       log.accesses, log.domains);
		return log.domains ? NO_EFFECT : WORKED;
	}
	if (strstr(log.domain[0], "status=allocated") &&
	    strstr(log.domain[0], "mode=enforcing") &&
	    strstr(log.domain[0], pid) && strstr(log.domain[0], " uid=0 ") &&
	    strstr(log.domain[0], " exe=\""))
		return first;
	remark(scene, "record: %.200s", log.domain[0]);
	return NO_EFFECT;
}

CASE("log.audit.domain_once",
	.claim	 = "two denials of a domain that is not introduced once",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.deny	 = { .fs = FS_READ_FILE | FS_READ_DIR },
	.promise = { DENIED(EACCES) },
	.covers	 = LOGGED_SINCE,
	.scene	 = audit_scene,
	.attempt = domain_is_introduced,
	.source	 = "admin-guide/LSM/landlock: AUDIT_LANDLOCK_DOMAIN");

static int restrict_and_end(struct scene *scene)
{
	const struct ruleset set = { .fs = FS_READ_FILE | FS_READ_DIR };
	const char *step;
	const int error = ruleset_enforce(&set, 0, 0, &step);

	if (error)
		return error;
	scene->value[0] = open_null(O_RDONLY);
	scene->value[1] = open_root();
	scene->value[2] = open_null(O_RDONLY);
	return WORKED;
}

static int end_is_logged(struct scene *scene)
{
	struct audit_log log;
	int ret;

	ret = in_child(scene, restrict_and_end);
	if (ret)
		return ret;
	if (!scene->value[0] || !scene->value[1] || !scene->value[2])
		return WORKED;
	ret = audit_read(scene, &log);
	if (ret)
		return ret;
	if (log.domains == 0)
		return WORKED;
	ret = log.freed ? 0 : audit_await_end(scene, &log);
	if (ret) {
		remark(scene, "no record of the domain's end");
		return WORKED;
	}
	if (strstr(log.deallocated, "denials=3"))
		return EACCES;
	remark(scene, "record: %.200s", log.deallocated);
	return NO_EFFECT;
}

static int end_of_nothing(struct scene *scene)
{
	struct audit_log log;

	return audit_read(scene, &log);
}

CASE("log.audit.domain_end",
	.claim	 = "a domain that ends without saying how much it denied",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(CALL),
	.promise = { DENIED(EACCES) },
	.covers	 = LOGGED_SINCE,
	.scene	 = audit_scene,
	.control = end_of_nothing,
	.attempt = end_is_logged,
	.source	 = "admin-guide/LSM/landlock: status=deallocated denials=");

/* The layer that denies is named, not the one that merely exists. */
static int enforce_two(struct scene *scene)
{
	const struct ruleset outer = {
		.fs = FS_READ_FILE | (scene->variant->arg ? 0 : FS_READ_DIR),
	};
	const struct ruleset inner = {
		.fs = FS_WRITE_FILE | (scene->variant->arg ? FS_READ_DIR : 0),
	};
	const char *step;
	int error = ruleset_enforce(&outer, 0, 0, &step);

	if (!error)
		error = ruleset_enforce(&inner, 0, 0, &step);
	return error ? broken(scene, "%s", step) : 0;
}

/* First a denial of the outer layer, then of the inner one, as a measure. */
static int youngest_is_named(struct scene *scene)
{
	const int outer = open_null(O_RDONLY), inner = open_null(O_WRONLY);
	const int which = open_root();
	unsigned long long id[3];
	struct audit_log log;
	int i;

	if (audit_read(scene, &log))
		return CANNOT;
	if (!outer || !inner || !which)
		return WORKED;
	if (log.accesses != 3) {
		remark(scene, "%d records instead of 3", log.accesses);
		return WORKED;
	}
	for (i = 0; i < 3; i++)
		if (sscanf(strstr(log.access[i], "domain="), "domain=%llx",
			   &id[i]) != 1)
			return NO_EFFECT;
	if (log.domains == 2 && id[0] != id[1] &&
	    id[2] == id[scene->variant->arg])
		return which;
	remark(scene, "domains %llx, %llx; then %llx", id[0], id[1], id[2]);
	return NO_EFFECT;
}

static const struct variant layers[] = {
	{ "", .arg = 1 },
	{ "outer", .arg = 0 },
	{ NULL }
};

CASE("log.audit.denying_layer",
	.claim	  = "a denial that is not put down to the layer it is of",
	A_LOG_CASE,
	.worlds	  = W(CONTROL) | W(DENY),
	.enforce  = enforce_two,
	.promise  = { DENIED(EACCES) },
	.covers	  = LOGGED_SINCE,
	.variants = layers,
	.scene	  = audit_scene,
	.attempt  = youngest_is_named,
	.source	  = "log.c, landlock_log_denial: the youngest that denies");
