// SPDX-License-Identifier: GPL-2.0
/* The audit subsystem of a guest: on only while a case reads its records. */
#include <linux/audit.h>
#include <linux/netlink.h>

#include "run.h"

/*
 * Nobody reads the records of the other cases, and a kernel whose records
 * nobody reads spends its time on saying so.  audit=1 on the command line makes
 * the kernel able; this turns it on and off (audit_set_enabled, audit.c).
 */
void audit_enable(bool on)
{
	struct {
		struct nlmsghdr header;
		struct audit_status status;
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = AUDIT_SET,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.status = {
			.mask = AUDIT_STATUS_ENABLED,
			.enabled = on,
		},
	};
	char answer[1024];
	int fd;

	if (getpid() != 1)
		return;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (fd < 0)
		return;
	/* The answer comes when it is done. */
	if (send(fd, &request, sizeof(request), 0) > 0 &&
	    recv(fd, answer, sizeof(answer), 0) < 0)
		perror("landproof: AUDIT_SET");
	close(fd);
}
