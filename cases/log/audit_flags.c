// SPDX-License-Identifier: GPL-2.0
/* Which denials are logged: the flags of landlock_restrict_self(2). */
#include <sys/prctl.h>

#include "denials.h"

#define SAME_OFF	RESTRICT_LOG_SAME_EXEC_OFF
#define NEW_ON		RESTRICT_LOG_NEW_EXEC_ON

/* Before execve(2), after it: which of the two does the case's policy log? */
static int list_and_look(struct scene *scene)
{
	const unsigned int flags = scene->test->deny.flags;
	const bool logged = scene->world == WORLD_INHERITED ?
		flags & NEW_ON : !(flags & SAME_OFF);

	if (logged)
		return was_logged(scene, open_root(), "fs.read_dir",
				  "path=\"/\"");
	return not_logged(scene, open_root());
}

#define FLAG_CASE							\
	A_LOG_CASE,							\
	.worlds	 = W(CONTROL) | W(DENY) | W(INHERITED),			\
	.promise = { LOGGED },					\
	.scene	 = audit_scene,						\
	.attempt = list_and_look

CASE("log.audit.same_exec_only",
	.claim	 = "by default, denials are recorded before execve(2) and not after it",
	FLAG_CASE,
	.deny	 = { .fs = FS_READ_DIR },
	.covers	 = LOGGED_SINCE,
	.source	 = "landlock.h: landlock_restrict_self_flags");

CASE("log.audit.same_exec_off",
	.claim	 = "LOG_SAME_EXEC_OFF: denials are never recorded",
	FLAG_CASE,
	.deny	 = { .fs = FS_READ_DIR, .flags = SAME_OFF },
	.covers	 = "restrict.log_same_exec_off",
	.source	 = "landlock.h: LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF");

CASE("log.audit.new_exec_on",
	.claim	 = "LOG_NEW_EXEC_ON: denials are recorded before execve(2) and after it",
	FLAG_CASE,
	.deny	 = { .fs = FS_READ_DIR, .flags = NEW_ON },
	.covers	 = "restrict.log_new_exec_on",
	.source	 = "landlock.h: LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON");

CASE("log.audit.new_exec_only",
	.claim	 = "LOG_SAME_EXEC_OFF and LOG_NEW_EXEC_ON: denials are recorded after execve(2) only",
	FLAG_CASE,
	.deny	 = { .fs = FS_READ_DIR, .flags = SAME_OFF | NEW_ON },
	.covers	 = "restrict.log_same_exec_off restrict.log_new_exec_on",
	.source	 = "landlock.h: landlock_restrict_self_flags");

static int mute_and_enforce(struct scene *scene, bool alone)
{
	const struct ruleset outer = {
		.fs = FS_WRITE_FILE,
		.flags = alone ? 0 : RESTRICT_LOG_SUBDOMAINS_OFF,
	};
	const struct ruleset inner = { .fs = FS_READ_DIR };
	const int ret = enforce_set(scene, &outer);

	if (!ret && alone && ll_restrict(-1, RESTRICT_LOG_SUBDOMAINS_OFF))
		return policy_refused(scene, "landlock_restrict_self", errno);
	return ret ?: enforce_set(scene, &inner);
}

static int mute_by_domain(struct scene *scene)
{
	return mute_and_enforce(scene, false);
}

static int mute_alone(struct scene *scene)
{
	return mute_and_enforce(scene, true);
}

/* The inner domain's denial is silent; the outer one's is not. */
static int inner_then_outer(struct scene *scene)
{
	const int inner = open_root(), outer = open_null(O_WRONLY);

	return second_logged(scene, inner, outer, "fs.write_file");
}

CASE("log.audit.subdomains_off",
	.claim	 = "LOG_SUBDOMAINS_OFF: denials of nested domains are not recorded, those of the domain itself are",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.enforce = mute_by_domain,
	.promise = { LOGGED },
	.covers	 = "restrict.log_subdomains_off",
	.scene	 = audit_scene,
	.attempt = inner_then_outer,
	.source	 = "landlock.h: LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF");

CASE("log.audit.subdomains_off_alone",
	.claim	 = "LOG_SUBDOMAINS_OFF without a ruleset: denials of later domains are not recorded",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.enforce = mute_alone,
	.promise = { LOGGED },
	.covers	 = "restrict.log_subdomains_off",
	.scene	 = audit_scene,
	.attempt = inner_then_outer,
	.source	 = "landlock.h: LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF");

/* It holds for all domains below, not for the next one only. */
static int mute_two_levels(struct scene *scene)
{
	const struct ruleset between = { .fs = FS_EXECUTE };
	const struct ruleset inner = { .fs = FS_READ_DIR };
	const struct ruleset outer = {
		.fs = FS_WRITE_FILE, .flags = RESTRICT_LOG_SUBDOMAINS_OFF,
	};

	return enforce_set(scene, &outer) ?: enforce_set(scene, &between) ?:
	       enforce_set(scene, &inner);
}

CASE("log.audit.subdomains_off_nested",
	.claim	 = "LOG_SUBDOMAINS_OFF: denials of domains below nested ones are not recorded either",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.enforce = mute_two_levels,
	.promise = { LOGGED },
	.covers	 = "restrict.log_subdomains_off",
	.scene	 = audit_scene,
	.attempt = inner_then_outer,
	.source	 = "landlock.h: nested domains created by the caller or its descendants");

/* After execve(2) a new domain is muted, and the old one is not. */
static int mute_what_comes(struct scene *scene)
{
	const struct ruleset outer = {
		.fs = FS_WRITE_FILE, .flags = NEW_ON |
			RESTRICT_LOG_SUBDOMAINS_OFF,
	};

	return enforce_set(scene, &outer);
}

/*
 * Records of our domains are found by the task's name, which execve(2) has
 * changed.
 */
static int enforce_now(struct scene *scene, const struct ruleset *set)
{
	if (scene->world == WORLD_CONTROL)
		return 0;
	prctl(PR_SET_NAME, scene->text);
	return enforce_set(scene, set);
}

static int enforce_then_both(struct scene *scene)
{
	const struct ruleset inner = { .fs = FS_READ_DIR };

	return enforce_now(scene, &inner) ?: inner_then_outer(scene);
}

CASE("log.audit.subdomains_off_exec",
	.claim	 = "LOG_SUBDOMAINS_OFF: denials of domains made after execve(2) are not recorded",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY) | W(INHERITED),
	.enforce = mute_what_comes,
	.promise = { LOGGED },
	.covers	 = "restrict.log_subdomains_off restrict.log_new_exec_on",
	.scene	 = audit_scene,
	.attempt = enforce_then_both,
	.source	 = "landlock.h: nested domains created by the caller or its descendants");

/*
 * Without any domain the flag is all that a child inherits.  What a domain
 * from before it denies tells that the log is not deaf.
 */
static int write_in_domain(struct scene *scene)
{
	const struct ruleset set = { .fs = FS_WRITE_FILE };
	const int ret = enforce_set(scene, &set);

	scene->value[1] = open_null(O_WRONLY);
	return ret ? ret : WORKED;
}

static int list_in_domain(struct scene *scene)
{
	const struct ruleset set = { .fs = FS_READ_DIR };
	const int ret = enforce_set(scene, &set);

	scene->value[0] = open_root();
	return ret ? ret : WORKED;
}

static int mute_without_domain(struct scene *scene)
{
	const int ret = in_child(scene, write_in_domain);

	if (!ret && ll_restrict(-1, RESTRICT_LOG_SUBDOMAINS_OFF))
		return policy_refused(scene, "landlock_restrict_self", errno);
	return ret;
}

static int list_in_child(struct scene *scene)
{
	int ret;

	if (scene->world == WORLD_CONTROL)
		return open_root();
	ret = in_child(scene, list_in_domain);
	return ret ? ret : second_logged(scene, scene->value[0],
					 scene->value[1], "fs.write_file");
}

CASE("log.audit.subdomains_off_fork",
	.claim	 = "LOG_SUBDOMAINS_OFF of a process without a domain: denials of its children's domains are not recorded",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.enforce = mute_without_domain,
	.promise = { LOGGED },
	.covers	 = "restrict.log_subdomains_off",
	.scene	 = audit_scene,
	.attempt = list_in_child,
	.source	 = "landlock.h: nested domains created by the caller or its descendants");

/* A domain from before execve(2) is silent, a newer one is not. */
static int enforce_outer(struct scene *scene)
{
	const struct ruleset outer = { .fs = FS_READ_DIR };

	return enforce_set(scene, &outer);
}

static int older_then_newer(struct scene *scene)
{
	const struct ruleset newer = { .fs = FS_WRITE_FILE };

	return enforce_now(scene, &newer) ?: inner_then_outer(scene);
}

CASE("log.audit.layers_of_exec",
	.claim	 = "denials by a layer from before execve(2) are not recorded, those by a newer one are",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(INHERITED),
	.enforce = enforce_outer,
	.promise = { LOGGED },
	.covers	 = LOGGED_SINCE,
	.scene	 = audit_scene,
	.attempt = older_then_newer,
	.source	 = "landlock.h: landlock_restrict_self_flags; cred.h: domain_exec");

/* Whoever turns audit off is not told of what is denied meanwhile. */
static int off_then_on(struct scene *scene)
{
	int off, error = audit_switch(false);

	off = open_root();
	error = error ?: audit_switch(true);
	if (error)
		return cannot(scene, "AUDIT_SET: %s", strerrorname_np(error));
	return second_logged(scene, off, open_null(O_WRONLY), "fs.write_file");
}

#define AUDIT_SET_CASE					\
	.bare	 = true,				\
	.root	 = true,				\
	.needs	 = "audit root guest",			\
	.worlds	 = W(CONTROL) | W(DENY),		\
	.deny	 = { .fs = FS_READ_DIR | FS_WRITE_FILE },	\
	.promise = { LOGGED },			\
	.covers	 = LOGGED_SINCE,			\
	.scene	 = audit_scene

CASE("log.audit.off",
	.claim	 = "a denial while audit is off leaves no record",
	AUDIT_SET_CASE,
	.attempt = off_then_on,
	.source	 = "admin-guide/LSM/landlock: logged by default if audit is enabled");

static bool exclude_no_more(struct scene *scene)
{
	audit_exclude(AUDIT_LANDLOCK_ACCESS_TYPE, false);
	return scene->outcome == WORKED;
}

/*
 * A domain's own record follows its first denial. That one is excluded here, so
 * it follows the second.
 */
static int excluded_then_not(struct scene *scene)
{
	int ret, excluded;
	int error = audit_exclude(AUDIT_LANDLOCK_ACCESS_TYPE, true);
	struct audit_log log;

	excluded = open_root();
	error = error ?: audit_exclude(AUDIT_LANDLOCK_ACCESS_TYPE, false);
	if (error)
		return cannot(scene, "AUDIT_FILTER_EXCLUDE: %s",
			      strerrorname_np(error));
	if (audit_read(scene, &log))
		return CANNOT;
	if (log.accesses || log.domains) {
		remark(scene, "%d records, %d domains in spite of the rule",
		       log.accesses, log.domains);
		return LOG_WRONG;
	}
	ret = was_logged(scene, open_null(O_WRONLY), "fs.write_file", NULL);
	return excluded ? ret : WORKED;
}

CASE("log.audit.excluded",
	.claim	 = "a denial that an audit rule excludes leaves no record, neither of itself nor of its domain",
	AUDIT_SET_CASE,
	.attempt = excluded_then_not,
	.effect	 = exclude_no_more,
	.source	 = "admin-guide/LSM/landlock: Event filtering, with audit rules");
