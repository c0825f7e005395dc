// SPDX-License-Identifier: GPL-2.0
/* landlock_add_rule(2): rules on ports. */
#include "api.h"

static int add_port_rightly(struct scene *scene)
{
	const int ruleset = new_ruleset(0, NET_CONNECT_TCP, 0);
	int error = no_domain_yet();

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	if (!error)
		error = may_connect(443);
	return error ? error :
		add_port_rule(ruleset, 443, NET_CONNECT_TCP, 0);
}

/* A rule on @port of a ruleset that handles connect(2). */
static int add_port(uint64_t port, uint64_t access)
{
	const int ruleset = new_ruleset(0, NET_CONNECT_TCP, 0);

	if (ruleset < 0)
		return -ruleset;
	return add_port_rule(ruleset, port, access, 0);
}

static const struct variant large_ports[] = {
	{ "", .arg = 65536 },
	{ "low_half_443", .arg = 65536 + 443 },
	{ "beyond_32_bits", .arg = (1LL << 32) + 443 },
	{ "highest_bit", .arg = 1LL << 62 << 1 },
	{ "all_ones", .arg = -1 },
	{ NULL }
};

static int add_large_port(struct scene *scene)
{
	return add_port(scene->variant->arg, NET_CONNECT_TCP);
}

CASE("api.add_rule.port_too_large",
	.claim	  = "a rule on a port above 65535",
	A_CALL,
	.needs	 = "inet",
	.promise  = { DENIED(EINVAL) },
	.covers	  = "rule.net_port",
	.variants = large_ports,
	.control  = add_port_rightly,
	.attempt  = add_large_port,
	.source	  = "landlock_add_rule(2): EINVAL, port greater than 65535");

static const struct variant ends[] = {
	{ "", .arg = 65535 },
	{ "zero", .arg = 0 },
	{ "one", .arg = 1 },
	{ "lopsided", .arg = 0x1234 },
	{ NULL }
};

/* The rule is on this port, on no neighbour, and in the host's byte order. */
static int port_taken(struct scene *scene)
{
	const unsigned int port = scene->variant->arg;
	const unsigned int others[] = {
		(port + 1) % 65536, (port + 65535) % 65536,
		0x3412, port ^ 0x8000,
	};
	const int ruleset = new_ruleset(0, NET_CONNECT_TCP, 0);
	size_t i;
	int error;

	if (ruleset < 0)
		return -ruleset;
	error = add_port_rule(ruleset, port, NET_CONNECT_TCP, 0);
	if (!error)
		error = restrict_self(ruleset, 0);
	if (error)
		return error;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		error = refused(may_connect(others[i]));
		if (error)
			return error;
	}
	return may_connect(port);
}

CASE("api.add_rule.port_range",
	.claim	  = "a rule on one port, from the first to the last",
	A_CALL,
	.needs	 = "inet",
	.promise  = { ALLOWED },
	.covers	  = "rule.net_port net.connect_tcp",
	.variants = ends,
	.control  = add_port_rightly,
	.attempt  = port_taken,
	.source	  = "landlock.h, struct landlock_net_port_attr: host order");

static const struct variant wrong_accesses[] = {
	{ "", .arg = NET_BIND_TCP },
	{ "one_too_many", .arg = NET_BIND_TCP | NET_CONNECT_TCP },
	{ "next", .arg = 0 },
	{ "bit32", .arg = 1LL << 32 },
	{ "bit63", .arg = 1LL << 62 << 1 },
	{ "all_ones", .arg = -1 },
	{ NULL }
};

static int port_not_handled(struct scene *scene)
{
	const uint64_t access = scene->variant->arg;

	return add_port(443, access ? access :
			NET_CONNECT_TCP | next_bit(kernel.net));
}

CASE("api.add_rule.port_not_handled",
	.claim	  = "a port rule that grants what the ruleset does not handle",
	A_CALL,
	.needs	 = "inet",
	.promise  = { DENIED(EINVAL) },
	.covers	  = "rule.net_port",
	.variants = wrong_accesses,
	.control  = add_port_rightly,
	.attempt  = port_not_handled,
	.source	  = "landlock_add_rule(2): EINVAL, inconsistent accesses");

static int port_no_access(struct scene *scene)
{
	return add_port(scene->variant->arg, 0);
}

static const struct variant no_access_ports[] = {
	{ "", .arg = 443 },
	{ "port_too_large", .arg = 65536 },
	{ NULL }
};

CASE("api.add_rule.port_no_access",
	.claim	  = "a port rule that grants nothing",
	A_CALL,
	.needs	 = "inet",
	.promise  = { DENIED(ENOMSG) },
	.covers	  = "rule.net_port",
	.variants = no_access_ports,
	.control  = add_port_rightly,
	.attempt  = port_no_access,
	.source	  = "landlock_add_rule(2): ENOMSG, empty accesses");

static int port_of_fs_ruleset(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR | FS_EXECUTE |
					FS_WRITE_FILE, 0, 0);

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	return add_port_rule(ruleset, 443, NET_CONNECT_TCP, 0);
}

CASE("api.add_rule.port_of_fs_ruleset",
	.claim	 = "a port rule where the ruleset handles fs rights only",
	A_CALL,
	.needs	 = "inet",
	.promise = { DENIED(EINVAL) },
	.covers	 = "rule.net_port",
	.control = add_port_rightly,
	.attempt = port_of_fs_ruleset,
	.source	 = "landlock_add_rule(2): EINVAL, inconsistent accesses");

static int port_of_scope_ruleset(struct scene *scene)
{
	const int ruleset = new_ruleset(0, 0, SCOPE_SIGNAL);

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	return add_port_rule(ruleset, 443, NET_CONNECT_TCP, 0);
}

CASE("api.add_rule.port_of_scope_ruleset",
	.claim	 = "a port rule where the ruleset has scopes only",
	A_CALL,
	.needs	 = "inet",
	.promise = { DENIED(EINVAL) },
	.covers	 = "rule.net_port field.scoped",
	.control = add_port_rightly,
	.attempt = port_of_scope_ruleset,
	.source	 = "landlock_add_rule(2): EINVAL, inconsistent accesses");

/* Sixteen bytes at the very end of a page */
static int port_at_page_end(struct scene *scene)
{
	const struct net_port_attr attr = {
		.allowed_access = NET_CONNECT_TCP,
		.port = 443,
	};
	const int ruleset = new_ruleset(FS_READ_DIR, NET_CONNECT_TCP, 0);
	void *memory = before_a_hole(&attr, sizeof(attr));
	int error;

	if (!memory)
		return broken(scene, "mmap: %s", strerrorname_np(errno));
	if (ll_add(ruleset, RULE_NET_PORT, memory, 0))
		return errno;
	error = proves_itself(ruleset);
	return error ? error : may_connect(443);
}

CASE("api.add_rule.port_at_page_end",
	.claim	 = "a port rule where memory ends",
	A_CALL,
	.needs	 = "inet",
	.promise = { ALLOWED },
	.covers	 = "rule.net_port",
	.control = add_port_rightly,
	.attempt = port_at_page_end,
	.source	 = "landlock.h, struct landlock_net_port_attr");

/* Two rules on one port grant what either does (bind, and connect). */
static int port_twice(struct scene *scene)
{
	const int ruleset = new_ruleset(FS_READ_DIR, NET_BIND_TCP |
					NET_CONNECT_TCP, 0);
	int error;

	(void)scene;
	if (ruleset < 0)
		return -ruleset;
	error = add_port_rule(ruleset, 443, NET_CONNECT_TCP, 0);
	if (!error)
		error = add_port_rule(ruleset, 443, NET_BIND_TCP, 0);
	if (!error)
		error = proves_itself(ruleset);
	return error ? error : may_connect(443);
}

CASE("api.add_rule.port_twice",
	.claim	 = "two rules on one port: rights add up",
	A_CALL,
	.needs	 = "inet",
	.promise = { ALLOWED },
	.covers	 = "rule.net_port net.bind_tcp net.connect_tcp",
	.control = add_port_rightly,
	.attempt = port_twice,
	.source	 = "userspace-api/landlock: Bitwise-OR of rules");

/* What cannot be done need not be allowed: programs may ignore this error. */
static int port_without_inet(struct scene *scene)
{
	(void)scene;
	return add_port(443, NET_CONNECT_TCP);
}

CASE("api.add_rule.port_without_inet",
	.claim	 = "a port rule where the kernel has no TCP/IP",
	A_CALL,
	.needs	 = "no-inet",
	.promise = { DENIED(EAFNOSUPPORT) },
	.covers	 = "rule.net_port",
	.control = add_rule_rightly,
	.attempt = port_without_inet,
	.source	 = "userspace-api/landlock: Network support; landlock_add_rule(2): EAFNOSUPPORT");
