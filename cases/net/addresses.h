/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of odd shapes: what TCP and UDP try alike. */
#ifndef LANDPROOF_CASES_ADDRESSES_H
#define LANDPROOF_CASES_ADDRESSES_H

#include <netinet/in.h>

#include "net.h"

/* Variants that no call takes: the socket's family, the address's, its bytes */
#define INVALID_ADDRESSES						\
	{ "", AF_INET, SHAPE(AF_INET, 15) },				\
	{ "family", AF_INET, SHAPE(AF_INET, 2) },			\
	{ "1", AF_INET, SHAPE(AF_INET, 1) },				\
	{ "0", AF_INET, SHAPE(AF_INET, 0) },				\
	{ "129", AF_INET, SHAPE(AF_INET, 129) },			\
	{ "unix", AF_INET, SHAPE(AF_UNIX, 110) },			\
	{ "unknown", AF_INET, SHAPE(255, 16) },				\
	{ "ipv6", AF_INET6, SHAPE(AF_INET6, 23) },			\
	{ "ipv6_16", AF_INET6, SHAPE(AF_INET6, 16) },			\
	{ "ipv6_family", AF_INET6, SHAPE(AF_INET6, 2) },		\
	{ "ipv6_0", AF_INET6, SHAPE(AF_INET6, 0) },			\
	{ "unix_ipv6", AF_INET6, SHAPE(AF_UNIX, 110) },			\
	{ "unknown_ipv6", AF_INET6, SHAPE(255, 28) }

extern const struct variant invalid_to_bind[];
extern const struct variant other_family[];
extern const struct variant long_address[];

#define AS_STACK \
	"connect(2), bind(2), sendto(2): errors do not depend on a sandbox"

/* The control of an address of the other family */
int stack_says_eafnosupport(struct scene *scene);

#endif
