// SPDX-License-Identifier: GPL-2.0
/* Messages to a process outside, by sockets that no scope names. */
#include <linux/can.h>
#include <linux/netlink.h>
#include <linux/tipc.h>
#include <net/if.h>

#include "bricks/family.h"
#include "bricks/netlink.h"
#include "bricks/target.h"
#include "landproof.h"

#define TEXT	"outside"
#define BUS	"lp-can"

/* linux/qrtr.h, which older systems lack */
#define FAMILY_QIPCRTR	42
#define QRTR_PORT	0x4000

struct qrtr_address {
	uint16_t family;
	uint32_t node, port;
};

/*
 * struct road - a family: the one outside takes an address, to which the one
 * inside sends
 */
struct road {
	struct socket_family of;
	int (*serve)(struct scene *scene, int fd);
	int (*send)(struct scene *scene, int fd);
};

static int send_to(int fd, const void *to, socklen_t length)
{
	return errno_of(sendto(fd, TEXT, sizeof(TEXT), MSG_DONTWAIT, to,
			       length));
}

static int serve_netlink(struct scene *scene, int fd)
{
	struct sockaddr_nl own = { .nl_family = AF_NETLINK };
	socklen_t length = sizeof(own);

	if (bind(fd, (void *)&own, sizeof(own)) ||
	    getsockname(fd, (void *)&own, &length))
		return errno;
	scene->value[0] = own.nl_pid;
	return 0;
}

static int send_netlink(struct scene *scene, int fd)
{
	const struct sockaddr_nl to = {
		.nl_family = AF_NETLINK, .nl_pid = scene->value[0],
	};

	return send_to(fd, &to, sizeof(to));
}

static const struct sockaddr_tipc tipc_name = {
	.family = AF_TIPC, .addrtype = TIPC_ADDR_NAME,
	.scope = TIPC_NODE_SCOPE, .addr.name.name = { 4711, 7 },
};

static int serve_tipc(struct scene *scene, int fd)
{
	(void)scene;
	return errno_of(bind(fd, (void *)&tipc_name, sizeof(tipc_name)));
}

static int send_tipc(struct scene *scene, int fd)
{
	(void)scene;
	return send_to(fd, &tipc_name, sizeof(tipc_name));
}

static int serve_qrtr(struct scene *scene, int fd)
{
	struct qrtr_address own;
	socklen_t length = sizeof(own);

	(void)scene;
	if (getsockname(fd, (void *)&own, &length))
		return errno;
	own.port = QRTR_PORT;
	return errno_of(bind(fd, (void *)&own, sizeof(own)));
}

static int send_qrtr(struct scene *scene, int fd)
{
	struct qrtr_address to;
	socklen_t length = sizeof(to);

	(void)scene;
	if (getsockname(fd, (void *)&to, &length))
		return errno;
	to.port = QRTR_PORT;
	return send_to(fd, &to, sizeof(to));
}

/* A bus of the world's own */
static int serve_can(struct scene *scene, int fd)
{
	static const struct socket_family bus = {
		AF_CAN, SOCK_RAW, CAN_RAW, "CAN_VCAN", "vcan",
	};
	struct sockaddr_can own = { .can_family = AF_CAN };
	int error;

	load_family(&bus);
	error = link_add(BUS, "vcan", NULL);
	if (error)
		return cannot(scene, "a bus (CONFIG_CAN_VCAN): %s",
			      strerrorname_np(error));
	own.can_ifindex = if_nametoindex(BUS);
	return errno_of(bind(fd, (void *)&own, sizeof(own)));
}

/* Everybody on the bus hears it. */
static int send_can(struct scene *scene, int fd)
{
	const struct sockaddr_can to = {
		.can_family = AF_CAN, .can_ifindex = if_nametoindex(BUS),
	};
	struct can_frame frame = { .can_id = 7, .can_dlc = 8 };

	(void)scene;
	memcpy(frame.data, TEXT, sizeof(TEXT));
	return errno_of(sendto(fd, &frame, sizeof(frame), 0, (void *)&to,
			       sizeof(to)));
}

#define ROAD(name, serve, send, ...) \
	{ name, .data = &(const struct road){ { __VA_ARGS__ }, serve, send } }

static const struct variant roads[] = {
	ROAD("", serve_netlink, send_netlink, AF_NETLINK, SOCK_RAW,
	     NETLINK_USERSOCK, "NET"),
	ROAD("tipc", serve_tipc, send_tipc, AF_TIPC, SOCK_RDM, 0, "TIPC",
	     "tipc"),
	ROAD("qrtr", serve_qrtr, send_qrtr, FAMILY_QIPCRTR, SOCK_DGRAM, 0,
	     "QRTR", "qrtr"),
	{ NULL }
};

static const struct variant buses[] = {
	ROAD("", serve_can, send_can, AF_CAN, SOCK_RAW, CAN_RAW, "CAN_RAW",
	     "can_raw"),
	{ NULL }
};

static int one_outside(struct scene *scene)
{
	const struct road *const road = scene->variant->data;
	const int error = family_there(scene, &road->of) ?:
			  target_start(scene, 0);
	int fd;

	if (error)
		return error;
	fd = socket(road->of.family, road->of.type, road->of.protocol);
	scene->fd[1] = fd;
	return fd < 0 ? errno : road->serve(scene, fd);
}

static int call_outside(struct scene *scene)
{
	const struct road *const road = scene->variant->data;
	const int fd = socket(road->of.family, road->of.type | SOCK_CLOEXEC,
			      road->of.protocol);
	int error;

	if (fd < 0)
		return errno;
	error = road->send(scene, fd);
	close(fd);
	return error;
}

static bool was_heard(struct scene *scene)
{
	char text[64];
	ssize_t length;

	if (!await_input(scene->fd[1]))
		return false;
	length = recv(scene->fd[1], text, sizeof(text), MSG_DONTWAIT);
	return length > 0 && memmem(text, length, TEXT, sizeof(TEXT));
}

#define MESSAGES							\
	.own_memory = true,						\
	.guard	  = { .scoped = SCOPE_SIGNAL | SCOPE_ABSTRACT_UNIX_SOCKET }, \
	.promise  = { OPEN },						\
	.gap	  = "documented limit: of what processes do to each other, scopes name signals and abstract sockets", \
	.needs	  = "guest",						\
	.scene	  = one_outside,					\
	.witness  = target_kill,					\
	.attempt  = call_outside,					\
	.effect	  = was_heard,						\
	.source	  = "userspace-api/landlock: IPC scoping names UNIX sockets alone"

/* QRTR is for the first network namespace alone. */
CASE("domain.ipc.datagrams",
	.claim	  = "messages by NETLINK_USERSOCK, TIPC and QRTR to a process outside the domain",
	.variants = roads,
	MESSAGES);

CASE("domain.ipc.can_bus",
	.claim	  = "a frame on a CAN bus, to a process outside the domain",
	.newnet	  = true,
	.variants = buses,
	MESSAGES);
