// SPDX-License-Identifier: GPL-2.0
/* Which denials are logged: the flags of landlock_restrict_self(2). */
#include "audit.h"

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
	.promise = { DENIED(EACCES) },					\
	.scene	 = audit_scene,						\
	.attempt = list_and_look

CASE("log.audit.same_exec_only",
	.claim	 = "by default: logged before execve(2), silent after it",
	FLAG_CASE,
	.deny	 = { .fs = FS_READ_DIR },
	.covers	 = LOGGED_SINCE,
	.source	 = "landlock.h: landlock_restrict_self_flags");

CASE("log.audit.same_exec_off",
	.claim	 = "LOG_SAME_EXEC_OFF: never logged",
	FLAG_CASE,
	.deny	 = { .fs = FS_READ_DIR, .flags = SAME_OFF },
	.covers	 = "restrict.log_same_exec_off",
	.source	 = "landlock.h: LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF");

CASE("log.audit.new_exec_on",
	.claim	 = "LOG_NEW_EXEC_ON: always logged",
	FLAG_CASE,
	.deny	 = { .fs = FS_READ_DIR, .flags = NEW_ON },
	.covers	 = "restrict.log_new_exec_on",
	.source	 = "landlock.h: LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON");

CASE("log.audit.new_exec_only",
	.claim	 = "both flags: silent before execve(2), logged after it",
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
	const char *step;
	int error = ruleset_enforce(&outer, 0, 0, &step);

	if (!error && alone)
		error = errno_of(ll_restrict(-1, RESTRICT_LOG_SUBDOMAINS_OFF));
	if (!error)
		error = ruleset_enforce(&inner, 0, 0, &step);
	return error ? broken(scene, "%s: %s", step, strerrorname_np(error)) :
		       0;
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
	.claim	 = "LOG_SUBDOMAINS_OFF: nested domains are silent, not oneself",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.enforce = mute_by_domain,
	.promise = { DENIED(EACCES) },
	.covers	 = "restrict.log_subdomains_off",
	.scene	 = audit_scene,
	.attempt = inner_then_outer,
	.source	 = "landlock.h: LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF");

CASE("log.audit.subdomains_off_alone",
	.claim	 = "LOG_SUBDOMAINS_OFF without a ruleset: later ones are silent",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.enforce = mute_alone,
	.promise = { DENIED(EACCES) },
	.covers	 = "restrict.log_subdomains_off",
	.scene	 = audit_scene,
	.attempt = inner_then_outer,
	.source	 = "landlock.h: LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF");
