/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to the kernel's own ends of netlink sockets. */
#ifndef LANDPROOF_BRICKS_NETLINK_H
#define LANDPROOF_BRICKS_NETLINK_H

#include <linux/netlink.h>
#include <stddef.h>

/* struct netlink_request - a message that grows */
struct netlink_request {
	struct nlmsghdr header;
	char body[1024];
};

void netlink_begin(struct netlink_request *request, int type, int flags,
		   const void *body, size_t length);
void netlink_put(struct netlink_request *request, int type, const void *data,
		 size_t length);
/* Attributes inside of one: where it begins, which ends it */
size_t netlink_nest(struct netlink_request *request, int type);
void netlink_nested(struct netlink_request *request, size_t begin);
/* Sends it and waits for the kernel's word: 0 or errno */
int netlink_ask(struct netlink_request *request, int protocol);

/* struct link_option - of a kind of devices; a list ends with a @length of 0 */
struct link_option {
	int type;
	const void *data;
	size_t length;
};

/* A network device: made and set up, removed.  0 or errno */
int link_add(const char *name, const char *kind,
	     const struct link_option *options);
int link_remove(const char *name);

#endif
