// SPDX-License-Identifier: GPL-2.0
/* The network of the cases: its namespaces, its ports and its addresses. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>

#include "lab/parts.h"
#include "engine/run.h"

int attempts_ns = -1;
int peers_ns = -1;
int guarded_port;
static const char *wire = "";
static int port_offset;

static bool in_lab(int port)
{
	return port >= LAB_PLAIN_TCP && port <= LAB_DECOY;
}

void lab_guard(int port)
{
	guarded_port = port;
	/* The lab's other ports give way. */
	port_offset = in_lab(port) ? LAB_DECOY - LAB_PLAIN_TCP + 1 : 0;
}

int lab_port(int port)
{
	if (guarded_port && port >= LAB_PLAIN_TCP && port <= LAB_FREE)
		return guarded_port;
	return in_lab(port) ? port + port_offset : port;
}

/* The last number of a peer's address: peers of one protocol would collide. */
static int peer_number(int port)
{
	return guarded_port && port > LAB_PLAIN_TCP && port <= LAB_SCTP_MANY ?
		FIRST_PEER + port - LAB_PLAIN_TCP : FIRST_PEER;
}

const char *lab_wire(void)
{
	return wire;
}

int lab_enter(void)
{
	if (attempts_ns >= 0 && setns(attempts_ns, CLONE_NEWNET))
		return errno;
	return 0;
}

static socklen_t lab_address(int family, const char *text, int port,
		      struct sockaddr_storage *to)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = family;
	if (family == AF_INET) {
		in->sin_port = htons(lab_port(port));
		inet_pton(AF_INET, text, &in->sin_addr);
		return sizeof(*in);
	}
	in6->sin6_port = htons(lab_port(port));
	inet_pton(AF_INET6, text, &in6->sin6_addr);
	return sizeof(*in6);
}

bool lab_crosses(void)
{
	return strcmp(wire, "veth") == 0;
}

socklen_t loopback_address(int family, int port, struct sockaddr_storage *to)
{
	return lab_address(family, family == AF_INET ? "127.0.0.1" : "::1",
			   port, to);
}

socklen_t peer_address(int family, int port, struct sockaddr_storage *to)
{
	char text[32];

	if (!lab_crosses() && !guarded_port)
		return loopback_address(family, port, to);
	snprintf(text, sizeof(text),
		 family == AF_INET ? "10.77.0.%d" : "fd77::%d",
		 peer_number(port));
	return lab_address(family, text, port, to);
}

socklen_t own_address(int family, int port, struct sockaddr_storage *to)
{
	if (!lab_crosses())
		return loopback_address(family, port, to);
	return lab_address(family, family == AF_INET ? "10.77.0.1" : "fd77::1",
			   port, to);
}

socklen_t fresh_address(struct sockaddr_storage *to)
{
	unsigned char host[2];
	char text[32];

	if (!lab_crosses() || getentropy(host, sizeof(host)))
		return own_address(AF_INET, 0, to);
	snprintf(text, sizeof(text), "10.76.%d.%d", host[0], host[1]);
	return lab_address(AF_INET, text, 0, to);
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
	const char *missing = need_missing("inet", NULL, 0);

	if (missing)
		return missing;
	if (privilege == UNPRIVILEGED && guarded_port)
		return "a network namespace of its own";
	if (privilege == UNPRIVILEGED) {
		wire = "host";
		port_offset = 13000 + getpid() % 200 * 200;
		return NULL;
	}
	guest_load("veth");
	attempts_ns = new_namespace();
	peers_ns = new_namespace();
	if (attempts_ns < 0 || peers_ns < 0)
		return "network namespaces";
	wire = "veth";
	missing = lab_wire_up();
	if (missing) {
		wire = "loopback";
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

	snprintf(text, sizeof(text), "%s %d %d %d", wire, port_offset,
		 guarded_port, world_timeout_ms);
	setenv(LAB_VARIABLE, text, 1);
}

void lab_resume(void)
{
	static char name[16];
	const char *const text = getenv(LAB_VARIABLE);

	if (text && sscanf(text, "%15s %d %d %d", name, &port_offset,
			   &guarded_port, &world_timeout_ms) == 4)
		wire = name;
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
