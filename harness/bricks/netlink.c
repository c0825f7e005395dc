// SPDX-License-Identifier: GPL-2.0
/* Requests to the kernel's own ends of netlink sockets. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bricks/netlink.h"

void netlink_begin(struct netlink_request *request, int type, int flags,
		   const void *body, size_t length)
{
	memset(request, 0, sizeof(*request));
	request->header = (struct nlmsghdr) {
		.nlmsg_len = NLMSG_LENGTH(length), .nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags,
	};
	memcpy(request->body, body, length);
}

/* @length of 0 leaves the attribute open. */
void netlink_put(struct netlink_request *request, int type, const void *data,
		 size_t length)
{
	const size_t begin = NLMSG_ALIGN(request->header.nlmsg_len);
	struct nlattr *const attribute = (void *)((char *)request + begin);

	attribute->nla_type = type;
	attribute->nla_len = NLA_HDRLEN + length;
	if (length)
		memcpy(attribute + 1, data, length);
	request->header.nlmsg_len = begin + NLA_ALIGN(attribute->nla_len);
}

size_t netlink_nest(struct netlink_request *request, int type)
{
	const size_t begin = NLMSG_ALIGN(request->header.nlmsg_len);

	netlink_put(request, type | NLA_F_NESTED, NULL, 0);
	return begin;
}

void netlink_nested(struct netlink_request *request, size_t begin)
{
	struct nlattr *const attribute = (void *)((char *)request + begin);

	attribute->nla_len = request->header.nlmsg_len - begin;
}

/* What comes before the word, such as what was asked for, is left. */
static int word_of(int fd)
{
	union {
		struct nlmsghdr header;
		char bytes[8192];
	} answer;
	struct nlmsghdr *at;
	int length;

	for (;;) {
		length = recv(fd, &answer, sizeof(answer), 0);
		if (length < 0)
			return errno;
		for (at = &answer.header; NLMSG_OK(at, (unsigned int)length);
		     at = NLMSG_NEXT(at, length))
			if (at->nlmsg_type == NLMSG_ERROR)
				return -*(int *)NLMSG_DATA(at);
	}
}

int netlink_ask(struct netlink_request *request, int protocol)
{
	const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	int error;

	if (fd < 0)
		return errno;
	if (send(fd, request, request->header.nlmsg_len, 0) < 0)
		error = errno;
	else
		error = word_of(fd);
	close(fd);
	return error;
}

int link_add(const char *name, const char *kind,
	     const struct link_option *options)
{
	const struct ifinfomsg up = {
		.ifi_flags = IFF_UP, .ifi_change = IFF_UP,
	};
	struct netlink_request request;
	size_t info, data;

	netlink_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &up,
		      sizeof(up));
	netlink_put(&request, IFLA_IFNAME, name, strlen(name) + 1);
	info = netlink_nest(&request, IFLA_LINKINFO);
	netlink_put(&request, IFLA_INFO_KIND, kind, strlen(kind));
	data = netlink_nest(&request, IFLA_INFO_DATA);
	for (; options && options->length; options++)
		netlink_put(&request, options->type, options->data,
			    options->length);
	netlink_nested(&request, data);
	netlink_nested(&request, info);
	return netlink_ask(&request, NETLINK_ROUTE);
}

int link_remove(const char *name)
{
	const struct ifinfomsg any = { 0 };
	struct netlink_request request;

	netlink_begin(&request, RTM_DELLINK, 0, &any, sizeof(any));
	netlink_put(&request, IFLA_IFNAME, name, strlen(name) + 1);
	return netlink_ask(&request, NETLINK_ROUTE);
}
