// SPDX-License-Identifier: GPL-2.0
/* Reading the audit log through netlink, as auditd and journald do. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/time.h"
#include "bricks/audit_log.h"
#include "cases/outcome.h"
#include "landlock/abi.h"
#include "machine/audit.h"


static void name_processes(struct scene *scene)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(scene->text, sizeof(scene->text), "lp%x%05lx", getpid(),
		 (now.tv_nsec >> 4) & 0xfffff);
	prctl(PR_SET_NAME, scene->text);
}

int log_scene(struct scene *scene)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/tmp", "tmpfs", 0, NULL) || chdir("/tmp"))
		return errno;
	name_processes(scene);
	return 0;
}

int audit_listen(struct scene *scene)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};
	const int room = 1 << 20;

	scene->fd[0] = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
	if (scene->fd[0] < 0)
		return errno;
	setsockopt(scene->fd[0], SOL_SOCKET, SO_RCVBUFFORCE, &room,
		   sizeof(room));
	return errno_of(bind(scene->fd[0], (struct sockaddr *)&address,
			     sizeof(address)));
}

int audit_scene(struct scene *scene)
{
	return log_scene(scene) ?: audit_listen(scene);
}

/* The next message's type, or CANNOT; @text gets what it says. */
static int next_message(struct scene *scene, char *text, size_t size)
{
	char buf[9000];
	const struct nlmsghdr *header = (const struct nlmsghdr *)buf;
	ssize_t len;

	if (!await_input(scene->fd[0]))
		return cannot(scene, "the audit log says nothing");
	len = recv(scene->fd[0], buf, sizeof(buf) - 1, 0);
	if (len < 0)
		return cannot(scene, "the audit log: %s",
			      strerrorname_np(errno));
	if (len < NLMSG_HDRLEN)
		return cannot(scene, "the audit log: half a message");
	if (header->nlmsg_type == NLMSG_ERROR)
		return cannot(scene, "the audit log takes no message");
	buf[len] = '\0';
	snprintf(text, size, "%.*s", (int)size - 1, buf + NLMSG_HDRLEN);
	return header->nlmsg_type;
}

/* "1a2b" of "...domain=1a2b ..." */
static bool domain_of(const char *line, char *id, size_t size)
{
	const char *at = strstr(line, "domain=");

	if (!at)
		return false;
	at += strlen("domain=");
	snprintf(id, size, "%.*s", (int)strcspn(at, " "), at);
	return true;
}

static bool is_ours(const struct audit_log *log, const char *line)
{
	char id[32], other[32];
	int i;

	for (i = 0; i < log->domains; i++)
		if (domain_of(line, id, sizeof(id)) &&
		    domain_of(log->domain[i], other, sizeof(other)) &&
		    strcmp(id, other) == 0)
			return true;
	return false;
}

static bool is_named(const struct scene *scene, const char *line)
{
	char name[64];

	snprintf(name, sizeof(name), "comm=\"%.15s\"", scene->text);
	return strstr(line, name);
}

static void take_domain(struct scene *scene, struct audit_log *log,
			const char *line)
{
	if (strstr(line, "status=deallocated") && is_ours(log, line)) {
		if (log->freed < AUDIT_ENDS)
			snprintf(log->end[log->freed++], AUDIT_LINE, "%s",
				 line);
	} else if (line_says(line, "status=deallocated denials=0")) {
		log->unlogged_ends++;
	} else if (is_named(scene, line) && log->domains < AUDIT_LINES) {
		snprintf(log->domain[log->domains++], AUDIT_LINE, "%s", line);
	}
}

/* A domain is introduced after its first access: sort out what is ours. */
static void keep_ours(struct audit_log *log)
{
	int i, kept = 0;

	for (i = 0; i < log->accesses; i++)
		if (is_ours(log, log->access[i])) {
			if (kept != i)
				memcpy(log->access[kept], log->access[i],
				       AUDIT_LINE);
			kept++;
		}
	log->accesses = kept;
}

int audit_read(struct scene *scene, struct audit_log *log)
{
	char line[AUDIT_LINE], marker[64];
	int type, error;

	memset(log, 0, sizeof(*log));
	scene->value[6]++;
	snprintf(marker, sizeof(marker), "landproof %.15s %ld.", scene->text,
		 scene->value[6]);
	error = audit_mark(scene->fd[0], marker);
	if (error)
		return cannot(scene, "writing to the audit log: %s",
			      strerrorname_np(error));
	for (;;) {
		type = next_message(scene, line, sizeof(line));
		if (type < 0)
			return type;
		if (type == AUDIT_USER && strstr(line, marker))
			break;
		if (type == AUDIT_LANDLOCK_DOMAIN_TYPE)
			take_domain(scene, log, line);
		if (type == AUDIT_AVC && is_named(scene, line))
			log->others++;
		if (type == AUDIT_LANDLOCK_ACCESS_TYPE &&
		    log->accesses < AUDIT_LINES)
			snprintf(log->access[log->accesses++], AUDIT_LINE,
				 "%s", line);
	}
	keep_ours(log);
	return 0;
}

int audit_await_ends(struct scene *scene, struct audit_log *log, int ends)
{
	char line[AUDIT_LINE];
	int type;

	while (log->freed < ends) {
		type = next_message(scene, line, sizeof(line));
		if (type < 0)
			return type;
		if (type == AUDIT_LANDLOCK_DOMAIN_TYPE)
			take_domain(scene, log, line);
	}
	return 0;
}

static bool has_blockers(const char *line, const char *blockers)
{
	const char *at = strstr(line, "blockers=");
	const size_t len = strlen(blockers);

	if (!at)
		return false;
	at += strlen("blockers=");
	return strncmp(at, blockers, len) == 0 &&
	       (at[len] == ' ' || at[len] == '\0');
}

static int silent(struct scene *scene, int error)
{
	remark(scene, "%s, but no record of it", strerrorname_np(error));
	return LOG_SILENT;
}

static int wrong(struct scene *scene, const char *line)
{
	remark(scene, "record: %.200s", line);
	return LOG_WRONG;
}

bool line_says(const char *line, const char *pattern)
{
	for (;;) {
		const size_t len = strcspn(pattern, "*");
		const char *const at = memmem(line, strlen(line), pattern, len);

		if (!at)
			return false;
		if (!pattern[len])
			return true;
		line = at + len;
		pattern += len + 1;
	}
}

int was_logged(struct scene *scene, int error, const char *blockers,
	       const char *text)
{
	struct audit_log log;
	int i;

	if (audit_read(scene, &log))
		return CANNOT;
	if (error == 0)
		return log.accesses ? wrong(scene, log.access[0]) : WORKED;
	if (log.accesses == 0)
		return silent(scene, error);
	for (i = 0; i < log.accesses; i++)
		if (!has_blockers(log.access[i], blockers) ||
		    (text && !line_says(log.access[i], text)))
			return wrong(scene, log.access[i]);
	if (log.domains != 1)
		return wrong(scene, "of more than one domain");
	return LOG_RIGHT;
}

int not_logged(struct scene *scene, int error)
{
	struct audit_log log;

	if (audit_read(scene, &log))
		return CANNOT;
	if (log.accesses)
		return wrong(scene, log.access[0]);
	return error ? LOG_RIGHT : WORKED;
}

int second_logged(struct scene *scene, int error, int second,
		  const char *blockers)
{
	struct audit_log log;

	if (audit_read(scene, &log))
		return CANNOT;
	if (error == 0 || second == 0)
		return WORKED;
	if (log.accesses == 0)
		return silent(scene, second);
	if (log.accesses != 1 || !has_blockers(log.access[0], blockers))
		return wrong(scene, log.access[0]);
	return LOG_RIGHT;
}
