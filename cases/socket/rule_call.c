// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: what the system calls take and refuse. */
#include <netinet/in.h>

#include "rule.h"

#define FAR	(1 << 24)	/* out of every range */

static const struct socket_kind tcp = TCP;

/* Adds a rule to a ruleset that handles sockets: 0 or errno. */
static int add(const struct socket_attr *attr, uint32_t flags)
{
	const int fd = socket_ruleset(socket_proposal.right);
	int ret;

	if (fd < 0)
		return errno;
	ret = errno_of(ll_add(fd, socket_proposal.rule_type, attr, flags));
	close(fd);
	return ret;
}

static int add_kind(uint64_t right, const struct socket_kind *kind)
{
	const struct socket_attr attr = socket_attr(right, kind);

	return add(&attr, 0);
}

static int add_valid(struct scene *scene)
{
	(void)scene;
	return add_kind(socket_proposal.right, &tcp);
}

/* Its bits, and which of them are none of the proposal's */
#define LAST_BIT (1ULL << 63)

static int create_unknown(struct scene *scene)
{
	const uint64_t rights = scene->variant->arg ?
		LAST_BIT | socket_proposal.right : LAST_BIT;
	const int fd = socket_ruleset(rights);

	if (fd < 0)
		return errno;
	close(fd);
	return WORKED;
}

static const struct variant unknown_rights[] = {
	{ "", 0, false },
	{ "among_known", 0, true },
	{ NULL }
};

CASE("socket.rule.create_ruleset_unknown",
	.claim	  = "landlock_create_ruleset(2) with an unknown right for sockets",
	.covers	  = "proposed.socket",
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(CALL),
	.bare	  = true,
	.variants = unknown_rights,
	.control  = add_valid,
	.attempt  = create_unknown,
	.source	  = RFC "02/19: Test creating a ruleset with unknown access");

static int add_unknown(struct scene *scene)
{
	const uint64_t right = scene->variant->arg ?
		LAST_BIT | socket_proposal.right : LAST_BIT;

	return add_kind(right, &tcp);
}

CASE("socket.rule.add_unknown",
	.claim	  = "landlock_add_rule(2) with an unknown right in a socket rule",
	.covers	  = "proposed.socket",
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(CALL),
	.bare	  = true,
	.variants = unknown_rights,
	.control  = add_valid,
	.attempt  = add_unknown,
	.source	  = RFC "03/19: rule_with_unknown_access");

/* A ruleset that handles files only */
static int add_unhandled(struct scene *scene)
{
	const struct socket_attr attr =
		socket_attr(socket_proposal.right, &tcp);
	const struct ruleset_attr ruleset = {
		.handled_access_fs = FS_READ_FILE,
	};
	const int fd = ll_create(&ruleset, sizeof(ruleset.handled_access_fs),
				 0);
	int ret;

	(void)scene;
	if (fd < 0)
		return errno;
	ret = errno_of(ll_add(fd, socket_proposal.rule_type, &attr, 0));
	close(fd);
	return ret;
}

CASE("socket.rule.add_unhandled",
	.claim	 = "landlock_add_rule(2) of a socket rule where sockets are not handled",
	.covers	 = "proposed.socket",
	.promise = { DENIED(EINVAL) },
	.worlds	 = W(CONTROL) | W(CALL),
	.bare	 = true,
	.control = add_valid,
	.attempt = add_unhandled,
	.source	 = RFC "03/19: rule_with_unhandled_access");

static int add_empty(struct scene *scene)
{
	(void)scene;
	return add_kind(0, &tcp);
}

CASE("socket.rule.add_empty",
	.claim	 = "landlock_add_rule(2) of a socket rule that allows nothing",
	.covers	 = "proposed.socket",
	.promise = { DENIED(ENOMSG) },
	.worlds	 = W(CONTROL) | W(CALL),
	.bare	 = true,
	.control = add_valid,
	.attempt = add_empty,
	.source	 = RFC "03/19: rule_with_empty_access");

static int add_nothing(struct scene *scene)
{
	(void)scene;
	return add(NULL, 0);
}

CASE("socket.rule.add_fault",
	.claim	 = "landlock_add_rule(2) of a socket rule at a bad address",
	.covers	 = "proposed.socket",
	.promise = { DENIED(EFAULT) },
	.worlds	 = W(CONTROL) | W(CALL),
	.bare	 = true,
	.control = add_valid,
	.attempt = add_nothing,
	.source	 = "landlock_add_rule(2): EFAULT, rule_attr is not a valid address");

static int add_flags(struct scene *scene)
{
	const struct socket_attr attr =
		socket_attr(socket_proposal.right, &tcp);

	(void)scene;
	return add(&attr, 1U << 31);
}

CASE("socket.rule.add_flags",
	.claim	 = "landlock_add_rule(2) of a socket rule with an unknown flag",
	.covers	 = "proposed.socket",
	.promise = { DENIED(EINVAL) },
	.worlds	 = W(CONTROL) | W(CALL),
	.bare	 = true,
	.control = add_valid,
	.attempt = add_flags,
	.source	 = "landlock_add_rule(2): EINVAL, flags is not valid");

#define KIND(...) .data = &(const struct socket_kind) { __VA_ARGS__ }

static const struct variant range_variants[] = {
	{ "", KIND(-1, SOCK_STREAM, 0) },
	{ "family", KIND(FAR, SOCK_STREAM, 0) },
	{ "negative_type", KIND(AF_INET, -2, 0) },
	{ "type", KIND(AF_INET, FAR, 0) },
	{ "negative_protocol", KIND(AF_INET, SOCK_STREAM, -2) },
	{ "protocol", KIND(AF_INET, SOCK_STREAM, FAR) },
	{ NULL }
};

static int add_kind_of_variant(struct scene *scene)
{
	return add_kind(socket_proposal.right, scene->variant->data);
}

CASE("socket.rule.add_range",
	.claim	  = "landlock_add_rule(2) of a socket rule for what is out of range",
	.covers	  = "proposed.socket",
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(CALL),
	.bare	  = true,
	.variants = range_variants,
	.control  = add_valid,
	.attempt  = add_kind_of_variant,
	.source	  = RFC "05/19: Test acceptable ranges of socket rule key");

/* RFC v4: below 255, 255 and 65535 */
static const struct variant beyond_variants[] = {
	{ "", KIND(255, SOCK_STREAM, 0) },
	{ "type", KIND(AF_INET, 255, 0) },
	{ "protocol", KIND(AF_INET, SOCK_STREAM, 65535) },
	{ NULL }
};

CASE("socket.rule.add_limit",
	.claim	  = "landlock_add_rule(2) of a socket rule just out of range, exact form",
	.covers	  = "proposed.socket_exact",
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(CALL),
	.bare	  = true,
	.variants = beyond_variants,
	.control  = add_valid,
	.attempt  = add_kind_of_variant,
	.source	  = RFC "05/19: family and type in [0, U8_MAX), protocol in [0, U16_MAX)");

/* What is not refused: all of them in one ruleset, which is then enforced. */
static int allow_limits(struct scene *scene)
{
	static const struct socket_kind limits[] = {
		{ 0, SOCK_STREAM, 0 },
		{ 254, SOCK_STREAM, 0 },
		{ AF_INET, 254, 0 },
		{ AF_INET, SOCK_STREAM, 65534 },
		{ AF_UNIX, SOCK_STREAM, 0 },
		{ 0 }
	};

	return allow_sockets(scene, limits);
}

static int create_unix(struct scene *scene)
{
	static const struct trial stream = { UNIX_STREAM };

	(void)scene;
	return try_socket(&stream);
}

CASE("socket.rule.add_inside",
	.claim	 = "landlock_add_rule(2) of socket rules at the ends of the ranges",
	.covers	 = "proposed.socket_exact",
	.promise = { ALLOWED },
	.bare	 = true,
	.enforce = allow_limits,
	.witness = witness_tcp_socket,
	.attempt = create_unix,
	.source	 = RFC "05/19: Test acceptable ranges of socket rule key");

/* Bits of the word beside LANDLOCK_SOCKET_ANY_PROTOCOL */
static int add_wildcard(struct scene *scene)
{
	struct socket_attr attr = socket_attr(socket_proposal.right, &tcp);

	(void)scene;
	attr.words[0] = 1U << 31;
	return add(&attr, 0);
}

CASE("socket.rule.add_wildcard",
	.claim	 = "landlock_add_rule(2) of a socket rule with an unknown wildcard, canonical form",
	.covers	 = "proposed.socket_canonical",
	.promise = { DENIED(EINVAL) },
	.worlds	 = W(CONTROL) | W(CALL),
	.bare	 = true,
	.control = add_valid,
	.attempt = add_wildcard,
	.source	 = "review of " RFC "01/19, 8 May 2026: only \"any protocol\"");
