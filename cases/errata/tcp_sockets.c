// SPDX-License-Identifier: GPL-2.0
/* Erratum 1: what is no TCP socket, held against the kernel's claim. */
#include <netinet/in.h>

#include "landproof.h"

#define PROTOCOL_MPTCP	262

static int bind_tcp(struct scene *scene)
{
	(void)scene;
	return bind_port(AF_INET, SOCK_STREAM, IPPROTO_TCP, LAB_FREE);
}

static int mptcp_bind(struct scene *scene)
{
	(void)scene;
	return bind_port(AF_INET, SOCK_STREAM, PROTOCOL_MPTCP, LAB_FREE);
}

static int mptcp_connect(struct scene *scene)
{
	(void)scene;
	return stream_echo(AF_INET, PROTOCOL_MPTCP, LAB_MPTCP);
}

static int sctp_bind(struct scene *scene)
{
	(void)scene;
	return bind_port(AF_INET, SOCK_STREAM, IPPROTO_SCTP, LAB_FREE);
}

static int sctp_connect(struct scene *scene)
{
	(void)scene;
	return stream_echo(AF_INET, IPPROTO_SCTP, LAB_SCTP);
}

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

static const struct variant mptcp[] = {
	{ "", .op = mptcp_bind },
	{ "connect", .op = mptcp_connect },
	{ NULL }
};

static const struct variant sctp[] = {
	{ "", .op = sctp_bind },
	{ "connect", .op = sctp_connect },
	{ NULL }
};

#define ERRATUM								\
	.guard	 = { .net = NET_BIND_TCP | NET_CONNECT_TCP },		\
	.covers	 = "create.errata",					\
	.honesty = true,						\
	.promise = { FIXED(1, ALLOWED), DENIED(EACCES) },			\
	.worlds	 = W(CONTROL) | W(DENY),				\
	.bare	 = true,						\
	.attempt = by_variant,						\
	.witness = bind_tcp,						\
	.source	 = "userspace-api/landlock: erratum 1"

CASE("errata.1",
	ERRATUM,
	.claim	  = "bind(2) and connect(2) of MPTCP under TCP rules",
	.needs	  = "mptcp peer-mptcp",
	.variants = mptcp);

CASE("errata.1_sctp",
	ERRATUM,
	.claim	  = "bind(2) and connect(2) of SCTP under TCP rules",
	.needs	  = "sctp peer-sctp",
	.variants = sctp);

static int smc_bind(struct scene *scene)
{
	(void)scene;
	return bind_port(AF_INET, SOCK_STREAM, 256, LAB_FREE);
}

CASE("errata.1_smc",
	ERRATUM,
	.claim	  = "bind(2) of SMC (IPPROTO_SMC) under TCP rules",
	.needs	  = "lab smc-inet",
	.variants = (const struct variant[]) { { "", .op = smc_bind },
					       { NULL } });
