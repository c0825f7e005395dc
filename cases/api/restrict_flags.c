// SPDX-License-Identifier: GPL-2.0
/* landlock_restrict_self(2): its flags. */
#include <sys/prctl.h>

#include "api.h"

static int restrict_with_flags(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	int error;

	if (ruleset < 0)
		return -ruleset;
	error = restrict_self(ruleset, scene->variant->arg);
	if (error)
		return error;
	return refused(list_root());
}

#define LOG_FLAGS (RESTRICT_LOG_SAME_EXEC_OFF | RESTRICT_LOG_NEW_EXEC_ON | \
		   RESTRICT_LOG_SUBDOMAINS_OFF)

static const struct variant log_flags[] = {
	{ "", .arg = LOG_FLAGS },
	{ "same_exec_off", .arg = RESTRICT_LOG_SAME_EXEC_OFF },
	{ "new_exec_on", .arg = RESTRICT_LOG_NEW_EXEC_ON },
	{ "subdomains_off", .arg = RESTRICT_LOG_SUBDOMAINS_OFF },
	{ NULL }
};

CASE("api.restrict_self.log_flags",
	.claim	  = "landlock_restrict_self(2) with flags about the log",
	A_CALL,
	.promise  = { ALLOWED },
	.covers	  = "restrict.log_same_exec_off restrict.log_new_exec_on restrict.log_subdomains_off",
	.variants = log_flags,
	.control  = restrict_self_rightly,
	.attempt  = restrict_with_flags,
	.source	  = "landlock.h: landlock_restrict_self_flags");

static const struct variant tsync_flags[] = {
	{ "", .arg = RESTRICT_TSYNC },
	{ "and_log", .arg = RESTRICT_TSYNC | LOG_FLAGS },
	{ NULL }
};

CASE("api.restrict_self.tsync",
	.claim	  = "landlock_restrict_self(2) with TSYNC in a process of one thread",
	A_CALL,
	.promise  = { ALLOWED },
	.covers	  = "restrict.tsync",
	.variants = tsync_flags,
	.control  = restrict_self_rightly,
	.attempt  = restrict_with_flags,
	.source	  = "landlock.h: LANDLOCK_RESTRICT_SELF_TSYNC");

/* The one call that needs no ruleset: it must not restrict anything. */
static int without_ruleset(struct scene *scene)
{
	int error = restrict_self(-1, scene->variant->arg |
				  RESTRICT_LOG_SUBDOMAINS_OFF);

	if (!error)
		error = list_root();
	return error ? error :
		proves_itself(new_ruleset(FS_READ_DIR, 0, 0));
}

CASE("api.restrict_self.subdomains_off_alone",
	.claim	 = "LOG_SUBDOMAINS_OFF without a ruleset",
	A_CALL,
	.promise = { ALLOWED },
	.covers	 = "restrict.log_subdomains_off",
	.control = restrict_self_rightly,
	.attempt = without_ruleset,
	.source	 = "landlock.h: LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF");

static const struct variant with_tsync[] = {
	{ "", .arg = RESTRICT_TSYNC },
	{ NULL }
};

CASE("api.restrict_self.subdomains_off_tsync",
	.claim	  = "LOG_SUBDOMAINS_OFF for all threads, without a ruleset",
	A_CALL,
	.promise  = { ALLOWED },
	.covers	  = "restrict.log_subdomains_off restrict.tsync",
	.variants = with_tsync,
	.control  = restrict_self_rightly,
	.attempt  = without_ruleset,
	.source	  = "landlock.h: LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF");

/* Any other flag beside it needs a ruleset, and -1 is the only number. */
static int wrong_without_ruleset(struct scene *scene)
{
	return restrict_self(-1, scene->variant->arg);
}

static const struct variant wrong_flags[] = {
	{ "", .arg = RESTRICT_LOG_SUBDOMAINS_OFF |
		     RESTRICT_LOG_SAME_EXEC_OFF },
	{ "new_exec_on", .arg = RESTRICT_LOG_SUBDOMAINS_OFF |
				RESTRICT_LOG_NEW_EXEC_ON },
	{ "same_exec_off_only", .arg = RESTRICT_LOG_SAME_EXEC_OFF },
	{ "new_exec_on_only", .arg = RESTRICT_LOG_NEW_EXEC_ON },
	{ "all_log_flags", .arg = LOG_FLAGS },
	{ NULL }
};

CASE("api.restrict_self.no_ruleset_flags",
	.claim	  = "flags about the log that need a ruleset, without one",
	A_CALL,
	.promise  = { DENIED(EBADF) },
	.covers	  = "restrict.log_subdomains_off restrict.log_same_exec_off restrict.log_new_exec_on",
	.variants = wrong_flags,
	.control  = restrict_self_rightly,
	.attempt  = wrong_without_ruleset,
	.source	  = "syscalls.c, landlock_restrict_self: ruleset_fd == -1");

static const struct variant tsync_only[] = {
	{ "", .arg = RESTRICT_TSYNC },
	{ "and_log", .arg = RESTRICT_TSYNC | LOG_FLAGS },
	{ NULL }
};

CASE("api.restrict_self.no_ruleset_tsync",
	.claim	  = "TSYNC without a ruleset",
	A_CALL,
	.promise  = { DENIED(EBADF) },
	.covers	  = "restrict.tsync",
	.variants = tsync_only,
	.control  = restrict_self_rightly,
	.attempt  = wrong_without_ruleset,
	.source	  = "syscalls.c, landlock_restrict_self: ruleset_fd == -1");

static int other_negative(struct scene *scene)
{
	return restrict_self(scene->variant->arg,
			     RESTRICT_LOG_SUBDOMAINS_OFF);
}

static const struct variant negatives[] = {
	{ "", .arg = -2 },
	{ "at_fdcwd", .arg = AT_FDCWD },
	{ "lowest", .arg = INT32_MIN },
	{ NULL }
};

CASE("api.restrict_self.subdomains_off_bad_fd",
	.claim	  = "LOG_SUBDOMAINS_OFF with a number that is not -1",
	A_CALL,
	.promise  = { DENIED(EBADF) },
	.covers	  = "restrict.log_subdomains_off",
	.variants = negatives,
	.control  = restrict_self_rightly,
	.attempt  = other_negative,
	.source	  = "selftests/landlock: restrict_self_flags");

static int has_no_new_privs(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

static int needs_gain(struct scene *scene)
{
	return has_no_new_privs() ?
		cannot(scene, "no_new_privs is set already") : 0;
}

/* The error, provided that the failed call left no_new_privs alone. */
static int still_free(int error)
{
	if (error && has_no_new_privs())
		return NO_EFFECT;
	return error;
}

static const struct variant privs_flags[] = {
	{ "", .arg = RESTRICT_NO_NEW_PRIVS },
	{ "tsync", .arg = RESTRICT_NO_NEW_PRIVS | RESTRICT_TSYNC },
	{ "log", .arg = RESTRICT_NO_NEW_PRIVS | LOG_FLAGS },
	{ NULL }
};

static int restrict_and_set(struct scene *scene)
{
	int ret = needs_gain(scene);

	if (!ret)
		ret = restrict_with_flags(scene);
	return ret || has_no_new_privs() ? ret : UNENFORCED;
}

CASE("api.restrict_self.no_new_privs",
	.claim	  = "the NO_NEW_PRIVS flag stands for the prctl(2) and sets it",
	A_CALL,
	.may_gain_privs = true,
	.promise  = { ALLOWED },
	.covers	  = "restrict.no_new_privs",
	.variants = privs_flags,
	.control  = restrict_self_rightly,
	.attempt  = restrict_and_set,
	.source	  = "landlock.h: LANDLOCK_RESTRICT_SELF_NO_NEW_PRIVS");

static int no_ruleset_no_privs(struct scene *scene)
{
	const int ret = needs_gain(scene);

	return ret ? ret :
		still_free(restrict_self(-1, scene->variant->arg));
}

static const struct variant privs_without[] = {
	{ "", .arg = RESTRICT_NO_NEW_PRIVS },
	{ "subdomains_off", .arg = RESTRICT_NO_NEW_PRIVS |
				   RESTRICT_LOG_SUBDOMAINS_OFF },
	{ "tsync", .arg = RESTRICT_NO_NEW_PRIVS | RESTRICT_TSYNC },
	{ NULL }
};

CASE("api.restrict_self.no_new_privs_no_ruleset",
	.claim	  = "NO_NEW_PRIVS without a ruleset fails and sets nothing",
	A_CALL,
	.may_gain_privs = true,
	.promise  = { DENIED(EBADF) },
	.covers	  = "restrict.no_new_privs",
	.variants = privs_without,
	.control  = restrict_self_rightly,
	.attempt  = no_ruleset_no_privs,
	.source	  = "landlock.h: LANDLOCK_RESTRICT_SELF_NO_NEW_PRIVS");

/* Sixteen layers by capability, then one too many by the flag. */
static int one_layer_too_many(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, 0, 0);
	int i, error = needs_gain(scene);

	if (error)
		return error;
	if (ruleset < 0)
		return -ruleset;
	for (i = 0; i < LAYERS_MAX; i++) {
		error = restrict_self(ruleset, 0);
		if (error)
			return broken(scene, "layer %d: %s", i + 1,
				      strerrorname_np(error));
	}
	return still_free(restrict_self(ruleset, RESTRICT_NO_NEW_PRIVS));
}

CASE("api.restrict_self.no_new_privs_layers",
	.claim	 = "NO_NEW_PRIVS on the 17th layer fails and sets nothing",
	A_CALL,
	.root	 = true,
	.may_gain_privs = true,
	.needs	 = "namespaces",
	.promise = { DENIED(E2BIG) },
	.covers	 = "restrict.no_new_privs",
	.control = restrict_self_rightly,
	.attempt = one_layer_too_many,
	.source	 = "selftests/landlock: restrict_self_max_layers");
