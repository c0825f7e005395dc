// SPDX-License-Identifier: GPL-2.0
/* Scene, sandbox and attempt: is a denial recorded? */
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <sys/socket.h>

struct message { struct nlmsghdr head; char data[9000]; };

static int audit;

static int tell(int type, const void *data, size_t size)
{
	struct message one = { { NLMSG_LENGTH(size), type, NLM_F_REQUEST, 0, 0 }, "" };

	memcpy(one.data, data, size);
	return send(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT), &one, one.head.nlmsg_len, 0) < 0;
}

/* Turns audit on, and listens to what is recorded. */
static void scene(void)
{
	const struct audit_status on = { .mask = AUDIT_STATUS_ENABLED, .enabled = 1 };
	const struct sockaddr_nl log = { AF_NETLINK, 0, 0, 1 << (AUDIT_NLGRP_READLOG - 1) };

	audit = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
	if (tell(AUDIT_SET, &on, sizeof(on)) || bind(audit, (void *)&log, sizeof(log)))
		err(CANNOT, "audit is root's");
}

/* LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF: no domain, but children have the flag. */
static void sandbox(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_landlock_restrict_self, -1, 1 << 2))
		err(CANNOT, "that flag (ABI 7)");
}

/* A child makes a domain, which denies to read a directory: is there a record? */
static int attempt(void)
{
	const unsigned long long read_dir = 1 << 3;
	struct message record;
	int found = 0;

	if (fork() == 0) {
		const int set = syscall(SYS_landlock_create_ruleset, &read_dir, 8, 0);

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		_exit(syscall(SYS_landlock_restrict_self, set, 0) || open("/", O_RDONLY) >= 0);
	}
	if (wait(&found) < 0 || found || tell(AUDIT_USER_AVC, "the last", 8))
		errx(CANNOT, "a domain that denies");
	while (recv(audit, &record, sizeof(record), 0) > 0 &&
	       record.head.nlmsg_type != AUDIT_USER_AVC)
		found |= record.head.nlmsg_type == 1423;	/* AUDIT_LANDLOCK_ACCESS */
	return found ? 0 : NO_EFFECT;
}
