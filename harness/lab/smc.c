// SPDX-License-Identifier: GPL-2.0
/* The identifier by which two SMC sockets of a guest find that they share a machine. */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "lab/smc.h"
#include "machine/guest.h"

/* <linux/smc.h>, newer than the system's may be. */
#define SMC_FAMILY		"SMC_GEN_NETLINK"
#define SMC_ADD_UEID		10
#define SMC_TABLE_ENTRY		1
#define SMC_IDENTIFIER_SIZE	33

struct request {
	struct nlmsghdr header;
	struct genlmsghdr command;
	struct nlattr attribute;
	char text[40];
};

/* Asks @family for @command with one text; its answer, one message, is in @buf. */
static ssize_t ask(int fd, int family, int command, int attribute,
		   const char *text, size_t size, void *buf, size_t buf_size)
{
	struct request request = {
		.header = {
			.nlmsg_len = offsetof(struct request, text) + size,
			.nlmsg_type = family,
			.nlmsg_flags = NLM_F_REQUEST |
				(command == CTRL_CMD_GETFAMILY ? 0 : NLM_F_ACK),
		},
		.command = { .cmd = command, .version = 1 },
		.attribute = { NLA_HDRLEN + size, attribute },
	};

	memcpy(request.text, text, size);
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0)
		return -1;
	return recv(fd, buf, buf_size, 0);
}

/* The number of the family in the controller's answer, or -1. */
static int family_number(const char *buf, ssize_t got)
{
	const struct nlmsghdr *const header = (const void *)buf;
	ssize_t at = NLMSG_HDRLEN + GENL_HDRLEN;

	if (got < at || header->nlmsg_type != GENL_ID_CTRL)
		return -1;
	while (at + NLA_HDRLEN <= got) {
		const struct nlattr *const attribute = (const void *)(buf + at);

		if (attribute->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(const unsigned short *)(attribute + 1);
		if (attribute->nla_len < NLA_HDRLEN)
			break;
		at += NLA_ALIGN(attribute->nla_len);
	}
	return -1;
}

/*
 * Outside s390 a kernel has no identifier of its own (smc_ism.c), and without
 * one no SMC-D: it is given once.  A kernel before 5.16 knows none.
 */
void smc_identify(void)
{
	static const char identifier[SMC_IDENTIFIER_SIZE] =
		"LANDPROOF                       ";
	char buf[8192];
	int fd, family;

	if (!is_guest())
		return;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0)
		return;
	family = family_number(buf, ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
					CTRL_ATTR_FAMILY_NAME, SMC_FAMILY,
					sizeof(SMC_FAMILY), buf, sizeof(buf)));
	if (family >= 0)
		ask(fd, family, SMC_ADD_UEID, SMC_TABLE_ENTRY, identifier,
		    sizeof(identifier), buf, sizeof(buf));
	close(fd);
}
