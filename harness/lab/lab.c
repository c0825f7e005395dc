// SPDX-License-Identifier: GPL-2.0
/* The network of the cases: built on first use, found again after execve(2). */
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/programs.h"
#include "lab/ends.h"
#include "lab/lab.h"
#include "lab/wire.h"
#include "landlock/port.h"
#include "machine/guest.h"
#include "machine/privilege.h"

const char *lab_missing_inet(void)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);

	if (fd < 0)
		return "TCP/IP (CONFIG_INET)";
	close(fd);
	return NULL;
}

/*
 * A new network namespace: its descriptor, or -1.  A child makes it, because
 * root of a user namespace alone could not go back to the one it came from.
 */
static int new_namespace(void)
{
	char path[64], byte;
	int ready[2], done[2], fd = -1;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) || pipe2(done, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid == 0) {
		close(done[1]);
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		_exit(read(done[0], &byte, 1) != 0);
	}
	close(ready[1]);
	close(done[0]);
	if (pid > 0 && read(ready[0], &byte, 1) == 1) {
		snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	close(ready[0]);
	close(done[1]);
	if (pid > 0)
		waitpid_retry(pid, NULL);
	return fd;
}

static const char *build(void)
{
	const char *missing = lab_missing_inet();

	if (missing)
		return missing;
	if (privilege == UNPRIVILEGED && lab_guarded)
		return "a network namespace of its own";
	if (privilege == UNPRIVILEGED) {
		lab_wire = "host";
		port_offset = 13000 + getpid() % 200 * 200;
		return NULL;
	}
	guest_load("veth");
	attempts_ns = new_namespace();
	peers_ns = new_namespace();
	if (attempts_ns < 0 || peers_ns < 0)
		return "network namespaces";
	lab_wire = "veth";
	missing = lab_wire_up();
	if (missing) {
		lab_wire = "loopback";
		close(peers_ns);
		peers_ns = attempts_ns;
		missing = lab_loopback_up();
	}
	if (missing)
		return missing;
	lab_tune(attempts_ns);
	if (lab_crosses())
		lab_tune(peers_ns);
	return NULL;
}

/* An attempt that comes through execve(2) finds the lab by this variable. */
#define LAB_VARIABLE "LANDPROOF_LAB"

static void remember(void)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %d %d", lab_wire, port_offset,
		 lab_guarded);
	setenv(LAB_VARIABLE, text, 1);
}

void lab_resume(void)
{
	lab_resume_from(getenv(LAB_VARIABLE));
}

void lab_resume_from(const char *text)
{
	static char name[16];

	if (text && sscanf(text, "%15s %d %d", name, &port_offset,
			   &lab_guarded) == 3)
		lab_wire = name;
}

const char *lab_up(void)
{
	static bool known;
	static const char *missing;

	if (!known) {
		missing = build();
		remember();
	}
	known = true;
	return missing;
}
