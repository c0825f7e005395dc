// SPDX-License-Identifier: GPL-2.0
/* landlock_create_ruleset(2): which rights and scopes it takes. */
#include <signal.h>

#include "api.h"

enum unknown { EACH, BESIDE_A_KNOWN, HIGHEST, ABOVE_32_BITS, ALL_ONES };

static const struct variant unknown_bits[] = {
	{ "", .arg = EACH },
	{ "beside_a_known", .arg = BESIDE_A_KNOWN },
	{ "bit63", .arg = HIGHEST },
	{ "bit32", .arg = ABOVE_32_BITS },
	{ "all_ones", .arg = ALL_ONES },
	{ NULL }
};

/* EINVAL if every bit is refused with that; else what the first other gave. */
static int try_each(const struct ruleset_attr *base, size_t field,
		    uint64_t known, uint64_t beside)
{
	uint64_t bit;
	int error;

	for (bit = next_bit(known); bit; bit <<= 1) {
		struct ruleset_attr attr = *base;

		*(uint64_t *)((char *)&attr + field) = bit | beside;
		error = create_raw(&attr, sizeof(attr), 0);
		if (error != EINVAL)
			return error;
	}
	return EINVAL;
}

/*
 * Every bit above those that the kernel takes; of a kernel newer than this
 * suite, which may take more, only the upper half.
 */
static int create_unknown(struct scene *scene, size_t field, uint64_t known)
{
	struct ruleset_attr attr = { .handled_access_fs = FS_READ_DIR };
	uint64_t *bits = (uint64_t *)((char *)&attr + field);

	if (kernel.abi > ABI_NEWEST)
		known = UINT32_MAX;
	switch (scene->variant->arg) {
	case EACH:
		return try_each(&attr, field, known, 0);
	case BESIDE_A_KNOWN:
		return try_each(&attr, field, known, known & 1);
	case HIGHEST:
		*bits = 1ULL << 63;
		break;
	case ABOVE_32_BITS:
		*bits = 1ULL << 32;
		break;
	default:
		*bits = ~0ULL;
		break;
	}
	return create_raw(&attr, sizeof(attr), 0);
}

static int unknown_fs(struct scene *scene)
{
	return create_unknown(scene,
			      offsetof(struct ruleset_attr, handled_access_fs),
			      kernel.fs);
}

static int unknown_net(struct scene *scene)
{
	return create_unknown(scene,
			      offsetof(struct ruleset_attr, handled_access_net),
			      kernel.net);
}

static int unknown_scope(struct scene *scene)
{
	return create_unknown(scene, offsetof(struct ruleset_attr, scoped),
			      kernel.scoped);
}

CASE("api.create_ruleset.unknown_fs",
	.claim	  = "landlock_create_ruleset(2) with an unknown fs right",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "field.handled_access_fs",
	.variants = unknown_bits,
	.control  = create_ruleset_rightly,
	.attempt  = unknown_fs,
	.source	  = "landlock_create_ruleset(2): EINVAL, unknown access");

CASE("api.create_ruleset.unknown_net",
	.claim	  = "landlock_create_ruleset(2) with an unknown net right",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "field.handled_access_net",
	.variants = unknown_bits,
	.control  = create_ruleset_rightly,
	.attempt  = unknown_net,
	.source	  = "landlock_create_ruleset(2): EINVAL, unknown access");

CASE("api.create_ruleset.unknown_scope",
	.claim	  = "landlock_create_ruleset(2) with an unknown scope",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "field.scoped",
	.variants = unknown_bits,
	.control  = create_ruleset_rightly,
	.attempt  = unknown_scope,
	.source	  = "landlock_create_ruleset(2): EINVAL, unknown scope");

/* Everything that the ABI number promises, in one ruleset. */
static int create_all(struct scene *scene)
{
	const int abi = kernel.abi < ABI_NEWEST ? kernel.abi : ABI_NEWEST;
	const struct ruleset_attr attr = {
		.handled_access_fs = abi_mask(FEATURE_FS, abi),
		.handled_access_net = abi_mask(FEATURE_NET, abi),
		.scoped = abi_mask(FEATURE_SCOPE, abi),
	};

	(void)scene;
	return proves_itself(new_ruleset_of(&attr));
}

CASE("api.create_ruleset.all_rights",
	.claim	  = "landlock_create_ruleset(2) with all that the ABI promises",
	A_CALL,
	.promise  = { ALLOWED },
	.honesty  = true,
	.control  = create_ruleset_rightly,
	.attempt  = create_all,
	.source	  = "userspace-api/landlock: access rights and ABI versions");

/* A structure that handles nothing, of each size that ever was one. */
static int create_empty(struct scene *scene)
{
	const struct ruleset_attr attr = { 0 };

	return create_raw(&attr, scene->variant->arg, 0);
}

static const struct variant empty_sizes[] = {
	{ "", .arg = 48 },
	{ "abi1", .arg = 8 },
	{ "abi4", .arg = 16 },
	{ "abi6", .arg = 24 },
	{ NULL }
};

CASE("api.create_ruleset.empty",
	.claim	  = "landlock_create_ruleset(2) that handles nothing",
	A_CALL,
	.promise  = { DENIED(ENOMSG) },
	.variants = empty_sizes,
	.control  = create_ruleset_rightly,
	.attempt  = create_empty,
	.source	  = "landlock_create_ruleset(2): ENOMSG");

/* Net and scope rights are enough: a ruleset need not handle files. */
static int create_net_only(struct scene *scene)
{
	int fd = new_ruleset(0, NET_BIND_TCP | NET_CONNECT_TCP, 0);
	int error;

	(void)scene;
	if (fd < 0)
		return -fd;
	error = restrict_self(fd, 0);
	if (error)
		return error;
	return refused(may_connect(443)) ?: list_root();
}

CASE("api.create_ruleset.net_only",
	.claim	 = "landlock_create_ruleset(2) that handles no fs right",
	A_CALL,
	.needs	 = "inet",
	.promise = { ALLOWED },
	.covers	 = "field.handled_access_net net.connect_tcp",
	.control = create_ruleset_rightly,
	.attempt = create_net_only,
	.source	 = "ruleset.c, landlock_create_ruleset: any mask is enough");

static int create_scope_only(struct scene *scene)
{
	const pid_t outside = fork();
	int fd, error;

	(void)scene;
	if (outside == 0) {
		pause();
		_exit(0);
	}
	fd = new_ruleset(0, 0, SCOPE_SIGNAL);
	if (fd < 0)
		return -fd;
	error = restrict_self(fd, 0);
	if (error)
		return error;
	return kill(outside, SIGKILL) == 0 ? UNENFORCED : list_root();
}

CASE("api.create_ruleset.scope_only",
	.claim	 = "landlock_create_ruleset(2) that handles nothing but a scope",
	A_CALL,
	.promise = { ALLOWED },
	.covers	 = "field.scoped scope.signal",
	.control = create_ruleset_rightly,
	.attempt = create_scope_only,
	.source	 = "ruleset.c, landlock_create_ruleset: any mask is enough");
