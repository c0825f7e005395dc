// SPDX-License-Identifier: GPL-2.0
/* landlock_create_ruleset(2): what shall be denied without a record. */
#include "api.h"

static int create_quiet_rightly(struct scene *scene)
{
	const struct ruleset_attr attr = {
		.handled_access_fs = FS_READ_DIR | FS_READ_FILE,
		.handled_access_net = NET_BIND_TCP,
		.scoped = SCOPE_SIGNAL,
		.quiet_access_fs = FS_READ_FILE,
		.quiet_access_net = NET_BIND_TCP,
		.quiet_scoped = SCOPE_SIGNAL,
	};

	const int error = no_domain_yet();

	(void)scene;
	return error ? error : create_raw(&attr, sizeof(attr), 0);
}

enum quiet { NOT_HANDLED, ONE_TOO_MANY, UNKNOWN_BIT, NOTHING_HANDLED };

static const struct variant not_subsets[] = {
	{ "", .arg = NOT_HANDLED },
	{ "one_too_many", .arg = ONE_TOO_MANY },
	{ "unknown", .arg = UNKNOWN_BIT },
	{ "handled_elsewhere", .arg = NOTHING_HANDLED },
	{ NULL }
};

/* Quiet bits that are not among the handled ones, which are @handled. */
static uint64_t quiet_bits(struct scene *scene, uint64_t handled,
			   uint64_t other)
{
	switch (scene->variant->arg) {
	case ONE_TOO_MANY:
		return handled | other;
	case UNKNOWN_BIT:
		return handled | 1ULL << 63;
	case NOTHING_HANDLED:
		return handled;
	default:
		return other;
	}
}

static int quiet_fs(struct scene *scene)
{
	struct ruleset_attr attr = {
		.handled_access_fs = FS_READ_DIR,
		.quiet_access_fs = quiet_bits(scene, FS_READ_DIR,
					      FS_READ_FILE),
	};

	if (scene->variant->arg == NOTHING_HANDLED) {
		attr.handled_access_fs = 0;
		attr.handled_access_net = ~0ULL & kernel.net;
	}
	return create_raw(&attr, sizeof(attr), 0);
}

CASE("api.create_ruleset.quiet_fs",
	.claim	  = "quiet_access_fs that is no part of handled_access_fs",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "field.quiet_access_fs",
	.variants = not_subsets,
	.control  = create_quiet_rightly,
	.attempt  = quiet_fs,
	.source	  = "landlock_create_ruleset(2): EINVAL, quiet_access_fs");

static int quiet_net(struct scene *scene)
{
	struct ruleset_attr attr = {
		.handled_access_fs = FS_READ_DIR | 0xf,
		.handled_access_net = NET_BIND_TCP,
		.quiet_access_net = quiet_bits(scene, NET_BIND_TCP,
					       NET_CONNECT_TCP),
	};

	if (scene->variant->arg == NOTHING_HANDLED)
		attr.handled_access_net = 0;
	return create_raw(&attr, sizeof(attr), 0);
}

CASE("api.create_ruleset.quiet_net",
	.claim	  = "quiet_access_net that is no part of handled_access_net",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "field.quiet_access_net",
	.variants = not_subsets,
	.control  = create_quiet_rightly,
	.attempt  = quiet_net,
	.source	  = "landlock_create_ruleset(2): EINVAL, quiet_access_net");

static int quiet_scoped(struct scene *scene)
{
	struct ruleset_attr attr = {
		.handled_access_fs = FS_READ_DIR | 0x3,
		.scoped = SCOPE_SIGNAL,
		.quiet_scoped = quiet_bits(scene, SCOPE_SIGNAL,
					   SCOPE_ABSTRACT_UNIX_SOCKET),
	};

	if (scene->variant->arg == NOTHING_HANDLED)
		attr.scoped = 0;
	return create_raw(&attr, sizeof(attr), 0);
}

CASE("api.create_ruleset.quiet_scoped",
	.claim	  = "quiet_scoped that is no part of scoped",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "field.quiet_scoped",
	.variants = not_subsets,
	.control  = create_quiet_rightly,
	.attempt  = quiet_scoped,
	.source	  = "landlock_create_ruleset(2): EINVAL, quiet_scoped");

/* Quiet denials are denials. */
static int quiet_proves_itself(struct scene *scene)
{
	const struct ruleset_attr attr = {
		.handled_access_fs = kernel.fs,
		.handled_access_net = kernel.net,
		.scoped = kernel.scoped,
		.quiet_access_fs = kernel.fs,
		.quiet_access_net = kernel.net,
		.quiet_scoped = kernel.scoped,
	};

	(void)scene;
	return proves_itself(new_ruleset_of(&attr));
}

CASE("api.create_ruleset.quiet_all",
	.claim	 = "landlock_create_ruleset(2) with every right quiet",
	A_CALL,
	.promise = { ALLOWED },
	.covers	 = "field.quiet_access_fs field.quiet_access_net field.quiet_scoped",
	.control = create_quiet_rightly,
	.attempt = quiet_proves_itself,
	.source	 = "landlock.h: quiet_access_fs, quiet_access_net, quiet_scoped");

/* Refused for the quiet bits, though it is empty as well. */
static int quiet_but_empty(struct scene *scene)
{
	const struct ruleset_attr attr = { .quiet_access_fs = FS_READ_DIR };

	(void)scene;
	return create_raw(&attr, sizeof(attr), 0);
}

CASE("api.create_ruleset.order_quiet_empty",
	.claim	 = "landlock_create_ruleset(2) of nothing but quiet bits",
	A_CALL,
	.promise = { DENIED(EINVAL) },
	.covers	 = "field.quiet_access_fs",
	.control = create_quiet_rightly,
	.attempt = quiet_but_empty,
	.source	 = "syscalls.c, landlock_create_ruleset: quiet, then empty");
