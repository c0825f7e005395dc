// SPDX-License-Identifier: GPL-2.0
/*
 * Listens to the audit log as any reader may, through netlink.  Marks of its own
 * tell after which operation a record came: the log keeps its order.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/time.h"
#include "explore/parts/log.h"
#include "machine/audit.h"
#include "machine/guest.h"

#define ACCESS_RECORD	1423
#define DOMAIN_RECORD	1424
#define PATIENCE_MS	20000	/* only bounds a hang */
#define ROOM		(1 << 20)

static int ear = -1;

const char *log_ear_open(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (AUDIT_NLGRP_READLOG - 1),
	};
	const int room = ROOM;

	ear = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (ear < 0)
		return "audit (CONFIG_AUDIT)";
	setsockopt(ear, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	/* In a guest nobody else listens; the kernel would print the records. */
	if (is_guest() ? audit_become_daemon(ear) :
			 bind(ear, (struct sockaddr *)&address,
			      sizeof(address)))
		return "reading the audit log (CAP_AUDIT_READ)";
	if (log_ear_mark(0))
		return "writing to the audit log (CAP_AUDIT_WRITE)";
	if (poll(&(struct pollfd){ ear, POLLIN }, 1, 2000) != 1)
		return "audit turned on (audit=1)";
	return NULL;
}

int log_ear_mark(int index)
{
	char text[64];

	snprintf(text, sizeof(text), "landproof-mark %d %d.", getpid(), index);
	return audit_mark(ear, text);
}

/* What stands behind "name=", without quotes; false: nothing */
static bool field(const char *line, const char *name, char *value, size_t size)
{
	const char *at = strstr(line, name);
	size_t length;

	if (!at)
		return false;
	at += strlen(name);
	if (*at == '"')
		length = strcspn(++at, "\"");
	else
		length = strcspn(at, " ");
	snprintf(value, size, "%.*s", (int)length, at);
	return true;
}

static struct log_known *find_known(struct log_ear *log, unsigned long long id)
{
	int i;

	for (i = 0; i < log->known_count; i++)
		if (log->known[i].id == id)
			return &log->known[i];
	return NULL;
}

/* Names as bits; one that is none of them sets them all. */
static uint32_t read_blockers(char *names)
{
	uint32_t bits = 0;
	char *name, *rest;
	int i;

	for (name = strtok_r(names, ",", &rest); name;
	     name = strtok_r(NULL, ",", &rest)) {
		for (i = 0; i < BLOCKER_NEW; i++)
			if (strcmp(log_blockers[i], name) == 0)
				break;
		bits |= i < BLOCKER_NEW ? 1U << i : ~0U;
	}
	return bits;
}

/* It may have ended since. */
static void read_task(const struct log_ear *log, char *object, size_t size,
		      const char *pid)
{
	int i;

	for (i = 0; i < log->processes_count; i++)
		if (log->processes[i].process == atoi(pid))
			snprintf(object, size, "%s",
				 log_tasks[log->processes[i].task]);
}

/* The object, as the list of operations calls it; "" if it is none */
static void read_object(const struct log_ear *log, const char *line,
			uint32_t blockers, char *object, size_t size)
{
	static const char place[] = "/tmp/", server[] = "006C616E6470726F6F66";
	char text[256] = "";

	object[0] = '\0';
	if (blockers & (BIND_TCP | BIND_UDP) << BLOCKER_NET)
		field(line, " src=", object, size);
	else if (blockers >> BLOCKER_NET & 15)
		field(line, " dest=", object, size);
	else if (blockers & (2U << BLOCKER_SCOPE | 1U << BLOCKER_PTRACE) &&
		 field(line, " opid=", text, sizeof(text)))
		read_task(log, object, size, text);
	else if (field(line, " path=", text, sizeof(text))) {
		if (blockers >> BLOCKER_SCOPE & 1)
			snprintf(object, size, "%s",
				 strncmp(text, server, strlen(server)) ? "" :
				 log_server);
		else if (strcmp(text, "/tmp") == 0)
			snprintf(object, size, ".");
		else if (strncmp(text, place, strlen(place)) == 0)
			snprintf(object, size, "%.*s", (int)size - 1,
				 text + strlen(place));
	}
}

static void take_access(struct log_ear *log, const char *line)
{
	struct log_heard *heard = &log->heard[log->count];
	char text[512];

	if (log->count == HEARD_MAX ||
	    !field(line, " domain=", text, sizeof(text)))
		return;
	heard->id = strtoull(text, NULL, 16);
	heard->blockers = field(line, " blockers=", text, sizeof(text)) ?
			  read_blockers(text) : 0;
	read_object(log, line, heard->blockers, heard->object,
		    sizeof(heard->object));
	log->count++;
}

/* "new" of the record before; it belongs to the same event. */
static void introduce(struct log_ear *log, unsigned long long id,
		      const char *line)
{
	struct log_heard *last = &log->heard[log->count - 1];
	struct log_known *known = &log->known[log->known_count];
	const size_t length = strlen(log->prefix);
	char creator[64];

	if (!field(line, " comm=", creator, sizeof(creator)) ||
	    strncmp(creator, log->prefix, length) != 0)
		return;
	if (log->count && last->id == id && !find_known(log, id))
		last->blockers |= 1U << BLOCKER_NEW;
	else if (log->count)
		last->blockers = ~0U;	/* out of place */
	if (find_known(log, id) || log->known_count > POLICIES_MAX)
		return;
	*known = (struct log_known) { .id = id };
	snprintf(known->name, sizeof(known->name), "%.*s",
		 (int)sizeof(known->name) - 1, creator + length);
	log->known_count++;
}

static void take_domain(struct log_ear *log, const char *line)
{
	struct log_known *known;
	unsigned long long id;
	char text[64];

	if (!field(line, " domain=", text, sizeof(text)))
		return;
	id = strtoull(text, NULL, 16);
	if (!field(line, " status=", text, sizeof(text)))
		return;
	if (strcmp(text, "allocated") == 0) {
		introduce(log, id, line);
		return;
	}
	known = find_known(log, id);
	if (known && field(line, " denials=", text, sizeof(text))) {
		known->denials = atol(text);
		known->ends++;
	}
}

/* The type of the next message, or -errno */
static int next(struct log_ear *log, int ms, char *line, size_t size)
{
	static char message[9000];
	const struct nlmsghdr *header = (const void *)message;
	ssize_t length;

	if (poll(&(struct pollfd){ ear, POLLIN }, 1, ms) != 1)
		return -ETIME;
	length = recv(ear, message, sizeof(message) - 1, 0);
	if (length < NLMSG_HDRLEN)
		return length < 0 ? -errno : -EBADMSG;
	message[length] = '\0';
	snprintf(line, size, "%.*s", (int)size - 1, message + NLMSG_HDRLEN);
	if (header->nlmsg_type == ACCESS_RECORD)
		take_access(log, line);
	if (header->nlmsg_type == DOMAIN_RECORD)
		take_domain(log, line);
	return header->nlmsg_type;
}

/* Marks come in order: this one, or one before it. */
int log_ear_listen(struct log_ear *log, int index)
{
	char line[2048], text[64];
	int type, heard = -1;
	const char *at;

	snprintf(text, sizeof(text), "landproof-mark %d ", getpid());
	while (heard != index) {
		type = next(log, PATIENCE_MS, line, sizeof(line));
		if (type < 0)
			return -type;
		at = type == AUDIT_USER ? strstr(line, text) : NULL;
		if (!at)
			continue;
		heard = atoi(at + strlen(text));
		while (log->waiting < log->count)
			log->heard[log->waiting++].after = heard;
	}
	return 0;
}

bool log_ear_end(struct log_ear *log, const char *name, int ms)
{
	const double start = now_ms();
	char line[2048];
	int i, left;

	for (;;) {
		for (i = 0; i < log->known_count; i++)
			if (strcmp(log->known[i].name, name) == 0 &&
			    log->known[i].ends)
				return true;
		left = start + ms - now_ms();
		if (left < 0 || next(log, left, line, sizeof(line)) < 0)
			return false;
	}
}
