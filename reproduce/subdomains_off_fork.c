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
	struct message one = { { NLMSG_LENGTH(size), type, 1, 0, 0 }, "" };

	memcpy(one.data, data, size);
	return send(audit, &one, one.head.nlmsg_len, 0) < 0;
}

/* Turns audit on, and listens to what is recorded. */
static void scene(void)
{
	const struct audit_status on = { AUDIT_STATUS_ENABLED, .enabled = 1 };
	const struct sockaddr_nl log = { AF_NETLINK, 0, 0, 1 /* READLOG */ };

	audit = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
	if (bind(audit, (void *)&log, 12) || tell(AUDIT_SET, &on, sizeof(on)))
		err(CANNOT, "audit is root's");
}

/* LOG_SUBDOMAINS_OFF without a domain: children are to have the flag. */
static void sandbox(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_landlock_restrict_self, -1, 1 << 2))
		err(CANNOT, "that flag (ABI 7)");
}

/* A domain of a child denies to read a directory: is there a record? */
static int attempt(void)
{
	const unsigned long long read_dir = 1 << 3;
	struct message got;
	int found = 0;
	const int set = syscall(SYS_landlock_create_ruleset, &read_dir, 8, 0);

	if (fork() == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		found = syscall(SYS_landlock_restrict_self, set, 0);
		_exit(found || open("/", O_RDONLY) >= 0);
	}
	if (wait(&found) < 0 || found || tell(AUDIT_USER_AVC, "the last", 8))
		errx(CANNOT, "a domain that denies");
	while (recv(audit, &got, sizeof(got), 0) > 0 &&
	       got.head.nlmsg_type != AUDIT_USER_AVC)
		found |= got.head.nlmsg_type == 1423 /* LANDLOCK_ACCESS */;
	return found ? 0 : NO_EFFECT;
}
