// SPDX-License-Identifier: GPL-2.0
/* landlock_create_ruleset(2): its flags, which ask and create nothing. */
#include "api.h"

/* The number, and that the kernel which gave it does enforce something. */
static int asked(int answer, bool good)
{
	if (answer < 0)
		return errno;
	if (!good)
		return NO_EFFECT;
	return proves_itself(new_ruleset(FS_READ_DIR, 0, 0));
}

/*
 * Each version so far came with something to ask for: a right, a scope, a
 * flag, a field, a type of rule.  A kernel that claims a newer one than this
 * suite knows takes one that this suite does not know.
 */
static bool takes_more(void)
{
	const struct ruleset_attr known = { .handled_access_fs = FS_READ_DIR };
	struct { struct ruleset_attr known; uint64_t more; } longer = {
		known, 1
	};
	const struct ruleset_attr more[] = {
		{ .handled_access_fs = abi_mask(FEATURE_FS, ABI_NEWEST) + 1 },
		{ .handled_access_net = abi_mask(FEATURE_NET, ABI_NEWEST) + 1 },
		{ .scoped = abi_mask(FEATURE_SCOPE, ABI_NEWEST) + 1 },
	};
	const int fd = ll_create(&known, sizeof(known), 0);
	bool takes = landlock_create(NULL, 0, CREATE_ERRATA << 1) >= 0 ||
		     landlock_create(&longer, sizeof(longer), 0) >= 0;
	size_t i;

	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		takes |= landlock_create(&more[i], sizeof(more[i]), 0) >= 0;
	/* EFAULT: it went on to look at the rule. */
	takes |= landlock_add(fd, RULE_NET_PORT + 1, NULL, 0) < 0 &&
		 errno == EFAULT;
	takes |= landlock_add(fd, RULE_PATH_BENEATH, NULL, ADD_QUIET << 1) < 0 &&
		 errno == EFAULT;
	/* EBADF: it went on to look for the ruleset. */
	takes |= landlock_restrict(-1, RESTRICT_NO_NEW_PRIVS << 1) < 0 &&
		 errno == EBADF;
	close(fd);
	return takes;
}

static int ask_version(struct scene *scene)
{
	const int version = ll_create(NULL, 0, CREATE_VERSION);

	if (version > ABI_NEWEST && !takes_more()) {
		remark(scene, "ABI %d takes nothing that ABI %d does not",
		       version, ABI_NEWEST);
		return NO_EFFECT;
	}
	return asked(version, version >= 1 && version == kernel.abi);
}

CASE("api.create_ruleset.version",
	.claim	 = "landlock_create_ruleset(2) asked for the ABI version",
	A_CALL,
	.promise = { ALLOWED },
	.covers	 = "create.version",
	.honesty = true,
	.control = create_ruleset_rightly,
	.attempt = ask_version,
	.source	 = "landlock.h: LANDLOCK_CREATE_RULESET_VERSION");

static int ask_errata(struct scene *scene)
{
	const int errata = ll_create(NULL, 0, CREATE_ERRATA);

	(void)scene;
	return asked(errata, errata == kernel.errata);
}

CASE("api.create_ruleset.errata",
	.claim	 = "landlock_create_ruleset(2) asked for the fixed errata",
	A_CALL,
	.promise = { ALLOWED },
	.covers	 = "create.errata",
	.control = create_ruleset_rightly,
	.attempt = ask_errata,
	.source	 = "landlock.h: LANDLOCK_CREATE_RULESET_ERRATA");

enum extra { WITH_ATTR, WITH_SIZE, WITH_BOTH };

static const struct variant extras[] = {
	{ "", .arg = WITH_BOTH },
	{ "attr", .arg = WITH_ATTR },
	{ "size", .arg = WITH_SIZE },
	{ NULL }
};

/* A number is an answer: no descriptor, so nothing to close. */
static int ask_with_more(struct scene *scene, uint32_t flags)
{
	static const struct ruleset_attr attr = {
		.handled_access_fs = FS_READ_DIR,
	};
	const long how = scene->variant->arg;

	return errno_of(ll_create(how == WITH_SIZE ? NULL : &attr,
				  how == WITH_ATTR ? 0 : sizeof(attr), flags));
}

static int version_with_more(struct scene *scene)
{
	return ask_with_more(scene, CREATE_VERSION);
}

CASE("api.create_ruleset.version_and_attr",
	.claim	  = "landlock_create_ruleset(2): version and a structure",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "create.version",
	.variants = extras,
	.control  = create_ruleset_rightly,
	.attempt  = version_with_more,
	.source	  = "landlock_create_ruleset(2): attr NULL and size 0");

static int errata_with_more(struct scene *scene)
{
	return ask_with_more(scene, CREATE_ERRATA);
}

CASE("api.create_ruleset.errata_and_attr",
	.claim	  = "landlock_create_ruleset(2): errata and a structure",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "create.errata",
	.variants = extras,
	.control  = create_ruleset_rightly,
	.attempt  = errata_with_more,
	.source	  = "landlock_create_ruleset(2): attr NULL and size 0");

enum flags { BOTH, HIGHEST, VERSION_AND_HIGHEST, NEXT, ALL_BITS };

static uint32_t unknown_flags(struct scene *scene)
{
	switch (scene->variant->arg) {
	case BOTH:
		return CREATE_VERSION | CREATE_ERRATA;
	case HIGHEST:
		return 1U << 31;
	case VERSION_AND_HIGHEST:
		return CREATE_VERSION | 1U << 31;
	case ALL_BITS:
		return UINT32_MAX;
	default:
		return kernel.errata < 0 ? CREATE_ERRATA : CREATE_ERRATA << 1;
	}
}

static const struct variant flag_sets[] = {
	{ "", .arg = HIGHEST },
	{ "version_and_errata", .arg = BOTH },
	{ "version_and_unknown", .arg = VERSION_AND_HIGHEST },
	{ "all_bits", .arg = ALL_BITS },
	{ "next", .arg = NEXT },
	{ NULL }
};

static int create_flags(struct scene *scene)
{
	if (scene->variant->arg == NEXT && kernel.abi > ABI_NEWEST)
		return cannot(scene, "ABI %d is newer than this suite",
			      kernel.abi);
	return errno_of(ll_create(NULL, 0, unknown_flags(scene)));
}

CASE("api.create_ruleset.unknown_flags",
	.claim	  = "landlock_create_ruleset(2) with unknown flags",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.variants = flag_sets,
	.control  = create_ruleset_rightly,
	.attempt  = create_flags,
	.source	  = "landlock_create_ruleset(2): EINVAL, unknown flags");

static int create_flags_and_attr(struct scene *scene)
{
	const struct ruleset_attr attr = { .handled_access_fs = FS_READ_DIR };

	if (scene->variant->arg == NEXT && kernel.abi > ABI_NEWEST)
		return cannot(scene, "ABI %d is newer than this suite",
			      kernel.abi);
	return create_raw(&attr, sizeof(attr), unknown_flags(scene));
}

CASE("api.create_ruleset.unknown_flags_and_attr",
	.claim	  = "landlock_create_ruleset(2): a ruleset and unknown flags",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.variants = flag_sets,
	.control  = create_ruleset_rightly,
	.attempt  = create_flags_and_attr,
	.source	  = "landlock_create_ruleset(2): EINVAL, unknown flags");
