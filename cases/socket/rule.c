// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: the policies of a trial, and which sockets are made. */
#include <linux/netlink.h>
#include <netinet/in.h>

#include "rule.h"

/* One layer: its rules end at a type of 0, or after @count. */
static int enforce_layer(struct scene *scene, const struct socket_kind rules[],
			 int count)
{
	const int fd = socket_ruleset(socket_proposal.right);
	const struct socket_kind *rule;
	int ret = 0;

	if (fd < 0)
		return policy_refused(scene, "landlock_create_ruleset",
				      errno);
	for (rule = rules; !ret && rule < rules + count && rule->type; rule++)
		if (socket_rule_add(fd, rule))
			ret = policy_refused(scene, "landlock_add_rule", errno);
	if (!ret && ll_restrict(fd, 0))
		ret = policy_refused(scene, "landlock_restrict_self", errno);
	close(fd);
	return ret;
}

int allow_sockets(struct scene *scene, const struct socket_kind rules[])
{
	return enforce_layer(scene, rules, 16);
}

int deny_sockets(struct scene *scene)
{
	return enforce_layer(scene, NULL, 0);
}

static int enforce_layers(struct scene *scene, const struct trial *trial,
			  const struct socket_layer layers[])
{
	int i = 0, ret;

	do
		ret = enforce_layer(scene, layers[i].rule, TRIAL_RULES);
	while (!ret && ++i < trial->layers);
	return ret;
}

int enforce_trial(struct scene *scene)
{
	const struct trial *trial = scene->variant->data;
	int ret = 0;

	if (scene->world == WORLD_GRANT || scene->world == WORLD_STACKED)
		ret = enforce_layers(scene, trial, trial->grant);
	if (!ret && scene->world != WORLD_GRANT)
		ret = enforce_layers(scene, trial, trial->other);
	return ret;
}

static int option_of(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) ? -1 : value;
}

int try_socket(const struct trial *trial)
{
	const struct socket_kind *call = &trial->call;
	const struct socket_kind *made = trial->made.type ? &trial->made : call;
	const int fd = new_socket(call->family, call->type, call->protocol);
	bool right;

	/* Then it works if it comes as far as the network stack. */
	if (fd < 0)
		return -fd == trial->error ? WORKED : -fd;
	right = !trial->error && option_of(fd, SO_DOMAIN) == made->family &&
		option_of(fd, SO_TYPE) == made->type;
	close(fd);
	return right ? WORKED : NO_EFFECT;
}

int attempt_trial(struct scene *scene)
{
	return try_socket(scene->variant->data);
}

int witness_tcp_socket(struct scene *scene)
{
	static const struct trial tcp = {
		.call = { AF_INET, SOCK_STREAM, IPPROTO_TCP },
	};

	(void)scene;
	return try_socket(&tcp);
}

#define NETLINK(protocol) { AF_NETLINK, SOCK_RAW, protocol }
#define PACKET(type)	{ AF_PACKET, type, 0 }
#define RAW(protocol)	{ AF_INET, SOCK_RAW, protocol }

/*
 * .other is a rule that differs from the granting one in one field.  That there
 * is a family has the grant world tried in every variant.
 */
static const struct variant ordinary[] = {
	{ "", AF_INET, TRIAL(TCP, .grant = ONE(TCP), .other = NO_RULE) },
	{ "other_family", AF_INET,
	  TRIAL(TCP, .grant = ONE(TCP), .other = ONE(TCP6)) },
	{ "other_type", AF_INET,
	  TRIAL(TCP, .grant = ONE(TCP), .other = ONE(NOT_TCP)) },
	{ "other_protocol", AF_INET,
	  TRIAL(TCP, .grant = ONE(TCP), .other = ONE(MPTCP)) },
	{ "ipv6", AF_INET6,
	  TRIAL(TCP6, .grant = ONE(TCP6), .other = ONE(TCP)) },
	{ "mptcp", AF_INET,
	  TRIAL(MPTCP, .grant = ONE(MPTCP), .other = ONE(TCP)) },
	{ "udp", AF_INET, TRIAL(UDP, .grant = ONE(UDP), .other = ONE(PING)) },
	{ "unix", AF_UNIX,
	  TRIAL(UNIX_STREAM, .grant = ONE(UNIX_STREAM),
		.other = ONE(UNIX_DGRAM)) },
	{ "unix_dgram", AF_UNIX,
	  TRIAL(UNIX_DGRAM, .grant = ONE(UNIX_DGRAM),
		.other = ONE(UNIX_STREAM)) },
	{ "unix_seqpacket", AF_UNIX,
	  TRIAL(UNIX_SEQPACKET, .grant = ONE(UNIX_SEQPACKET),
		.other = ONE(UNIX_STREAM)) },
	{ "netlink", AF_NETLINK,
	  TRIAL(NETLINK(NETLINK_ROUTE), .grant = ONE(NETLINK(NETLINK_ROUTE)),
		.other = ONE(NETLINK(NETLINK_KOBJECT_UEVENT))) },
	{ NULL }
};

static const struct variant privileged[] = {
	{ "", AF_PACKET,
	  TRIAL(PACKET(SOCK_RAW), .grant = ONE(PACKET(SOCK_RAW)),
		.other = ONE(PACKET(SOCK_DGRAM))) },
	{ "raw", AF_INET,
	  TRIAL(RAW(IPPROTO_ICMP), .grant = ONE(RAW(IPPROTO_ICMP)),
		.other = ONE(RAW(IPPROTO_UDP))) },
	{ NULL }
};

CASE("socket.rule.create",
	.claim	  = "socket(2) under the proposed socket rules",
	.covers	  = "proposed.socket",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W_ALL,
	.bare	  = true,
	.variants = ordinary,
	.enforce  = enforce_trial,
	.attempt  = attempt_trial,
	.source	  = RFC "07/19: Test basic socket restriction");

CASE("socket.rule.create_privileged",
	.claim	  = "socket(2) of packet and raw sockets, by root",
	.covers	  = "proposed.socket",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.needs	  = "root",
	.root	  = true,
	.bare	  = true,
	.variants = privileged,
	.enforce  = enforce_trial,
	.attempt  = attempt_trial,
	.source	  = RFC "07/19: Test basic socket restriction");
