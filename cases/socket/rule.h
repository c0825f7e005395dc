/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bricks of the cases about the proposed socket rules.  Their promises are the
 * proposal's: RFC v4 (lore 20251118134639.3314803-1), what its cover letter
 * and its tests say; for the canonical form, its review of 8 May 2026.
 */
#ifndef LANDPROOF_SOCKET_RULE_CASES_H
#define LANDPROOF_SOCKET_RULE_CASES_H

#include "landproof.h"

#define ANY		SOCKET_ANY
/* <linux/in.h>: newer than the system's headers may be. */
#define PROTOCOL_MPTCP	262

#define RFC		"RFC PATCH v4 "

/* Kinds of sockets */
#define TCP		{ AF_INET, SOCK_STREAM, IPPROTO_TCP }
#define TCP6		{ AF_INET6, SOCK_STREAM, IPPROTO_TCP }
#define MPTCP		{ AF_INET, SOCK_STREAM, PROTOCOL_MPTCP }
#define UDP		{ AF_INET, SOCK_DGRAM, IPPROTO_UDP }
#define PING		{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP }
#define NOT_TCP		{ AF_INET, SOCK_DGRAM, IPPROTO_TCP }
#define STREAM_0	{ AF_INET, SOCK_STREAM, 0 }
#define DGRAM_0		{ AF_INET, SOCK_DGRAM, 0 }
#define UNIX_STREAM	{ AF_UNIX, SOCK_STREAM, 0 }
#define UNIX_DGRAM	{ AF_UNIX, SOCK_DGRAM, 0 }
#define UNIX_SEQPACKET	{ AF_UNIX, SOCK_SEQPACKET, 0 }
#define UNIX_RAW	{ AF_UNIX, SOCK_RAW, 0 }
/* Ranges of them, for rules */
#define STREAMS		{ AF_INET, SOCK_STREAM, ANY }
#define STREAMS6	{ AF_INET6, SOCK_STREAM, ANY }
#define DGRAMS		{ AF_INET, SOCK_DGRAM, ANY }
#define ALL		{ AF_INET, ANY, ANY }
#define ALL6		{ AF_INET6, ANY, ANY }

/* Policies of one layer with one rule or two, or of more with one each */
#define ONE(rule)	{ { { rule } } }
#define BOTH(a, b)	{ { { a, b } } }
#define TWO(a, b)	{ { { a } }, { { b } } }
#define THREE(a, b, c)	{ { { a } }, { { b } }, { { c } } }
#define NO_RULE		{ }

/* Every layer of a policy, one on the other; a layer without rules denies all */
#define TRIAL_LAYERS	3
#define TRIAL_RULES	2

struct socket_layer {
	struct socket_kind rule[TRIAL_RULES];	/* until a type of 0 */
};

/*
 * struct trial - an attempt at socket(2), and what does and does not allow it
 * @call: its arguments
 * @made: what the socket is, where the kernel makes another of it
 * @error: what the network stack says, where it makes none
 * @layers: how many there are in both policies; 0: one
 * @grant: policy of the grant world
 * @other: policy of the deny world: alike, but it does not cover @call
 */
struct trial {
	struct socket_kind call, made;
	int error, layers;
	struct socket_layer grant[TRIAL_LAYERS], other[TRIAL_LAYERS];
};

/* A variant's structure; then .enforce and .attempt of such a case */
#define TRIAL(...) .data = &(const struct trial) { __VA_ARGS__ }
int enforce_trial(struct scene *scene);
int attempt_trial(struct scene *scene);
/* socket(2) by itself */
int try_socket(const struct trial *trial);

/* A domain of one layer with these rules, up to a type of 0: as .enforce */
int allow_sockets(struct scene *scene, const struct socket_kind rules[]);
int deny_sockets(struct scene *scene);

/* Refused unless a rule covers TCP: 0 or errno */
int witness_tcp_socket(struct scene *scene);

#endif
