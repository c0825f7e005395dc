// SPDX-License-Identifier: GPL-2.0
/* The audit subsystem of a guest: on only while a case reads its records. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine/audit.h"
#include "machine/guest.h"

static int audit_request(int fd, int type, const void *data, size_t size)
{
	struct {
		struct nlmsghdr header;
		char data[8192];	/* a rule can name a program */
	} request = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(size),
			.nlmsg_type = type,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
	};
	char answer[2048];
	const struct nlmsghdr *const header = (void *)answer;
	const struct nlmsgerr *const told = NLMSG_DATA(header);

	if (size > sizeof(request.data))
		return EMSGSIZE;
	if (size)
		memcpy(request.data, data, size);
	/* The answer comes when it is done. */
	if (send(fd, &request, request.header.nlmsg_len, 0) < 0 ||
	    recv(fd, answer, sizeof(answer), 0) < 0)
		return errno;
	return header->nlmsg_type == NLMSG_ERROR ? -told->error : 0;
}

static int audit_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
}

int audit_switch(bool on)
{
	const struct audit_status status = {
		.mask = AUDIT_STATUS_ENABLED,
		.enabled = on,
	};
	const int fd = audit_socket();
	int error;

	if (fd < 0)
		return errno;
	error = audit_request(fd, AUDIT_SET, &status, sizeof(status));
	close(fd);
	return error;
}

int audit_become_daemon(int fd)
{
	const struct audit_status status = {
		.mask = AUDIT_STATUS_PID,
		.pid = getpid(),
	};

	return audit_request(fd, AUDIT_SET, &status, sizeof(status));
}

int audit_mark(int fd, const char *text)
{
	static const struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct {
		struct nlmsghdr header;
		char text[64];
	} message = {
		.header = {
			.nlmsg_type = AUDIT_USER,
			.nlmsg_flags = NLM_F_REQUEST,
		},
	};

	snprintf(message.text, sizeof(message.text), "%s", text);
	message.header.nlmsg_len = NLMSG_LENGTH(strlen(message.text) + 1);
	return sendto(fd, &message, message.header.nlmsg_len, 0,
		      (const struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
}

int audit_exclude(int type, bool on)
{
	const struct audit_rule_data rule = {
		.flags = AUDIT_FILTER_EXCLUDE,
		.action = AUDIT_ALWAYS,
		.field_count = 1,
		.fields = { AUDIT_MSGTYPE },
		.values = { type },
		.fieldflags = { AUDIT_EQUAL },
	};
	const int fd = audit_socket();
	int error;

	if (fd < 0)
		return errno;
	error = audit_request(fd, on ? AUDIT_ADD_RULE : AUDIT_DEL_RULE, &rule,
			      sizeof(rule));
	close(fd);
	return error;
}

/*
 * Nobody reads the records of the other cases, and a kernel whose records
 * nobody reads spends its time on saying so.  audit=1 on the command line makes
 * the kernel able; this turns it on and off (audit_set_enabled, audit.c).  Since
 * a kernel that was once on collects them for every new task all the same, a
 * rule says never to (audit_alloc, auditsc.c; auditctl -a never,task).
 */
void audit_enable(bool on)
{
	const struct audit_rule_data never = {
		.flags = AUDIT_FILTER_TASK,
		.action = AUDIT_NEVER,
	};
	const int fd = is_guest() ? audit_socket() : -1;
	int error;

	if (fd < 0)
		return;
	/* No such rule: CONFIG_AUDITSYSCALL is missing, and nothing to spare. */
	audit_request(fd, on ? AUDIT_DEL_RULE : AUDIT_ADD_RULE, &never,
		      sizeof(never));
	error = audit_switch(on);
	if (error)
		fprintf(stderr, "landproof: audit: %s\n", strerror(error));
	close(fd);
}

/* Off, and without any rule, whoever made it: the kernel lists them all. */
void audit_clear(void)
{
	static char answer[16384];
	const struct nlmsghdr *header = (void *)answer;
	const int list = audit_socket(), fd = audit_socket();

	if (is_guest() && list >= 0 && fd >= 0 && !audit_switch(false) &&
	    !audit_request(list, AUDIT_LIST_RULES, NULL, 0))
		while (recv(list, answer, sizeof(answer), 0) > 0 &&
		       header->nlmsg_type != NLMSG_DONE)
			if (header->nlmsg_type == AUDIT_LIST_RULES)
				audit_request(fd, AUDIT_DEL_RULE,
					      NLMSG_DATA(header),
					      header->nlmsg_len - NLMSG_HDRLEN);
	close(list);
	close(fd);
}
