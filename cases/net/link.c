// SPDX-License-Identifier: GPL-2.0
/* What the root of a network namespace has the kernel do with packets. */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>

#include "bricks/family.h"
#include "bricks/netlink.h"
#include "net.h"

#define TUNNEL "lp-vxlan"

/* Which port of the two in a range is taken depends on the kernel's hash. */
static int bind_next(int fd, int port)
{
	struct sockaddr_storage own;
	const socklen_t length = own_address(AF_INET, port, &own);
	struct sockaddr_in *const in = (struct sockaddr_in *)&own;

	in->sin_port = htons(ntohs(in->sin_port) + 1);
	return errno_of(bind(fd, (void *)&own, length));
}

/* Somebody outside, to whom the peer's echo comes */
static int receiver(struct scene *scene)
{
	scene->fd[0] = lasting_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	scene->fd[1] = lasting_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	return bind_own(scene->fd[0], AF_INET, LAB_FREE_OTHER) ?:
	       bind_next(scene->fd[1], LAB_FREE_OTHER);
}

static uint32_t ipv4_of(const struct sockaddr_storage *address)
{
	return ((const struct sockaddr_in *)address)->sin_addr.s_addr;
}

/* The ports of the datagrams are the sandbox's choice. */
static int make_tunnel(void)
{
	const uint32_t id = 1;
	const uint16_t from = lab_port(LAB_FREE_OTHER);
	const uint16_t range[2] = { htons(from), htons(from + 1) };
	const uint16_t port = htons(lab_port(LAB_UDP));
	struct sockaddr_storage own, peer;
	uint32_t local, remote;
	const struct link_option options[] = {
		{ IFLA_VXLAN_ID, &id, sizeof(id) },
		{ IFLA_VXLAN_LOCAL, &local, sizeof(local) },
		{ IFLA_VXLAN_GROUP, &remote, sizeof(remote) },
		{ IFLA_VXLAN_PORT, &port, sizeof(port) },
		{ IFLA_VXLAN_PORT_RANGE, range, sizeof(range) },
		{ 0 }
	};

	own_address(AF_INET, LAB_FREE_OTHER, &own);
	peer_address(AF_INET, LAB_UDP, &peer);
	local = ipv4_of(&own);
	remote = ipv4_of(&peer);
	return link_add(TUNNEL, "vxlan", options);
}

/* A frame to everybody: by the tunnel it goes to the peer. */
static int send_frame(void)
{
	struct {
		uint8_t to[6], from[6];
		uint16_t type;
		char text[64];
	} frame = { .to = { 255, 255, 255, 255, 255, 255 }, .type = 0x9a88 };
	const struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_halen = 6,
		.sll_ifindex = if_nametoindex(TUNNEL),
	};
	const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int error;

	memcpy(frame.text, lab_token, sizeof(lab_token));
	error = errno_of(sendto(fd, &frame, sizeof(frame), 0, (void *)&to,
				sizeof(to)));
	close(fd);
	return error;
}

/*
 * Behind 8 bytes of VXLAN's own and the header of the frame, and perhaps after
 * what the device has said for itself, which is taken away.
 */
static bool heard(int fd)
{
	char text[256];
	ssize_t length;

	for (;;) {
		length = recv(fd, text, sizeof(text), MSG_DONTWAIT | MSG_PEEK);
		if (length < 0)
			return false;
		if (memmem(text, length, lab_token, sizeof(lab_token)))
			return true;
		recv(fd, text, sizeof(text), MSG_DONTWAIT);
	}
}

static bool echoed(struct scene *scene)
{
	return heard(scene->fd[0]) || heard(scene->fd[1]);
}

/* A datagram may get lost: on a busy machine, before its neighbour is known. */
static int send_frames(struct scene *scene)
{
	struct pollfd echo[2] = {
		{ .fd = scene->fd[0], .events = POLLIN },
		{ .fd = scene->fd[1], .events = POLLIN },
	};
	int tries, error = 0;

	for (tries = 8; tries && !error && !echoed(scene); tries--) {
		error = send_frame();
		poll(echo, 2, patience_ms / 16);
	}
	return error;
}

static int send_by_tunnel(struct scene *scene)
{
	int error = make_tunnel();

	if (error && scene->world == WORLD_CONTROL)
		return cannot(scene, "a vxlan device: %s",
			      strerrorname_np(error));
	error = error ?: send_frames(scene);
	link_remove(TUNNEL);
	return error;
}

CASE("net.kernel.vxlan",
	.claim	 = "UDP datagrams of a vxlan device that root makes, to any port",
	.guard	 = { .net = NET_BIND_UDP | NET_CONNECT_SEND_UDP },
	.promise = { OPEN },
	.gap	 = "by design: rules are for sockets of user space",
	.labels	 = "reach-udp",
	.needs	 = "root vxlan peer-udp",
	.bare	 = true,
	.root	 = true,
	.enforce = deny_all_net,
	.scene	 = receiver,
	.witness = witness_send_udp,
	.attempt = send_by_tunnel,
	.effect	 = echoed,
	.source	 = "net/ipv4/udp_tunnel_core.c: datagrams are sent below the hooks");

/* Two processes outside, connected with each other: descriptors 1 and 2 */
static int connection(struct scene *scene)
{
	struct sockaddr_storage own;
	const socklen_t length = own_address(AF_INET, LAB_FREE, &own);

	scene->fd[0] = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	scene->fd[1] = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	if (bind_own(scene->fd[0], AF_INET, LAB_FREE) ||
	    listen(scene->fd[0], 1) ||
	    connect(scene->fd[1], (void *)&own, length))
		return errno;
	scene->fd[2] = accept(scene->fd[0], NULL, NULL);
	return errno_of(scene->fd[2]);
}

/* Named by its addresses, as everybody can list them */
static int destroy(struct scene *scene)
{
	struct inet_diag_req_v2 body = {
		.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0u,
		.id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
	};
	struct netlink_request request;
	struct sockaddr_in from, to;
	socklen_t length = sizeof(from);
	int error;

	if (getsockname(scene->fd[1], (void *)&from, &length) ||
	    getpeername(scene->fd[1], (void *)&to, &length))
		return errno;
	body.id.idiag_sport = from.sin_port;
	body.id.idiag_dport = to.sin_port;
	body.id.idiag_src[0] = from.sin_addr.s_addr;
	body.id.idiag_dst[0] = to.sin_addr.s_addr;
	netlink_begin(&request, SOCK_DESTROY, 0, &body, sizeof(body));
	error = netlink_ask(&request, NETLINK_SOCK_DIAG);
	if (error && scene->world == WORLD_CONTROL)
		return cannot(scene, "SOCK_DESTROY (CONFIG_INET_DIAG_DESTROY, module tcp_diag): %s",
			      strerrorname_np(error));
	return error;
}

static bool aborted(struct scene *scene)
{
	char byte;

	return recv(scene->fd[1], &byte, 1, MSG_DONTWAIT) < 0 &&
	       errno == ECONNABORTED;
}

CASE("net.tcp.destroy",
	.claim	 = "SOCK_DESTROY of a connection between processes outside, by root",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "documented limit: rights are about bind(2) and connect(2); what capabilities permit stays permitted",
	.needs	 = "root lab tcp-diag",
	.bare	 = true,
	.root	 = true,
	.enforce = deny_all_net,
	.scene	 = connection,
	.witness = witness_bind_tcp,
	.attempt = destroy,
	.effect	 = aborted,
	.source	 = "net/ipv4/inet_diag.c: CAP_NET_ADMIN and no hook");

static int ipsec(struct scene *scene)
{
	static const struct socket_family wanted = {
		AF_NETLINK, SOCK_RAW, NETLINK_XFRM, "XFRM_USER", "xfrm_user",
	};

	return family_there(scene, &wanted);
}

/*
 * A label of SELinux: the kernel shows it to every security module, and none
 * here reads it.
 */
static void put_label(struct netlink_request *request)
{
	const struct {
		struct xfrm_user_sec_ctx head;
		char label[8];
	} context = {
		{
			.len = sizeof(context), .exttype = XFRMA_SEC_CTX,
			.ctx_alg = XFRM_SC_ALG_SELINUX,
			.ctx_doi = XFRM_SC_DOI_LSM,
			.ctx_len = sizeof(context.label),
		}, "label",
	};

	netlink_put(request, XFRMA_SEC_CTX, &context, sizeof(context));
}

static int ask_ipsec(struct scene *scene, struct netlink_request *request)
{
	const int error = netlink_ask(request, NETLINK_XFRM);

	if (error && scene->world == WORLD_CONTROL)
		return cannot(scene, "IPsec (CONFIG_XFRM_USER, CONFIG_SECURITY_NETWORK_XFRM): %s",
			      strerrorname_np(error));
	return error;
}

/* What is sent to an address that nobody has is dropped. */
static int add_policy(struct scene *scene)
{
	const struct xfrm_userpolicy_info policy = {
		.sel = { .family = AF_INET, .prefixlen_d = 32,
			 .daddr.a4 = htonl(0xc0000201) },
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF },
		.dir = XFRM_POLICY_OUT, .action = XFRM_POLICY_BLOCK,
	};
	const struct xfrm_userpolicy_id id = {
		.sel = policy.sel, .dir = XFRM_POLICY_OUT,
	};
	struct netlink_request request;
	int error;

	netlink_begin(&request, XFRM_MSG_NEWPOLICY, NLM_F_CREATE, &policy,
		      sizeof(policy));
	put_label(&request);
	error = ask_ipsec(scene, &request);
	if (error)
		return error;
	/* That it can be deleted shows that it was there. */
	netlink_begin(&request, XFRM_MSG_DELPOLICY, 0, &id, sizeof(id));
	return netlink_ask(&request, NETLINK_XFRM) ? NO_EFFECT : WORKED;
}

/* A state for AH with HMAC-SHA1, which every kernel has */
static int add_state(struct scene *scene)
{
	const struct {
		struct xfrm_algo head;
		char key[20];
	} algorithm = { { "hmac(sha1)", .alg_key_len = 160 }, "key" };
	const struct xfrm_usersa_info state = {
		.id = { .daddr.a4 = htonl(0xc0000201), .spi = htonl(256),
			.proto = IPPROTO_AH },
		.saddr.a4 = htonl(0xc0000202), .family = AF_INET,
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF },
	};
	const struct xfrm_usersa_id id = {
		.daddr = state.id.daddr, .spi = state.id.spi,
		.proto = IPPROTO_AH, .family = AF_INET,
	};
	struct netlink_request request;
	int error;

	netlink_begin(&request, XFRM_MSG_NEWSA, NLM_F_CREATE, &state,
		      sizeof(state));
	netlink_put(&request, XFRMA_ALG_AUTH, &algorithm, sizeof(algorithm));
	put_label(&request);
	error = ask_ipsec(scene, &request);
	if (error)
		return error;
	netlink_begin(&request, XFRM_MSG_DELSA, 0, &id, sizeof(id));
	return netlink_ask(&request, NETLINK_XFRM) ? NO_EFFECT : WORKED;
}

static const struct variant of_ipsec[] = {
	{ "", .op = add_policy },
	{ "state", .op = add_state },
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("net.kernel.ipsec",
	.claim	  = "policies and states of IPsec, with a security label, made by root",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "documented limit: rights are about bind(2) and connect(2); what capabilities permit stays permitted",
	.needs	  = "root lab ah",
	.bare	  = true,
	.root	  = true,
	.variants = of_ipsec,
	.enforce  = deny_all_net,
	.scene	  = ipsec,
	.witness  = witness_bind_tcp,
	.attempt  = by_variant,
	.source	  = "net/xfrm/xfrm_user.c: security_xfrm_policy_alloc() and its like, no hook of Landlock");

/* linux/l2tp.h: not in every netinet/in.h */
#define PROTO_L2TP 115

/* RFC 3931: a message of control, to a connection by its number */
struct l2tp_message {
	uint8_t flags, version;
	uint16_t length;
	uint32_t connection;
	uint16_t sent, received;
	char token[sizeof(lab_token)];
};

struct l2tp_address {
	uint16_t family, unused;
	struct in_addr address;
	uint32_t connection;
	uint8_t pad[4];
};

static void l2tp_address(struct l2tp_address *to, uint32_t connection)
{
	struct sockaddr_storage own;

	own_address(AF_INET, 0, &own);
	*to = (struct l2tp_address) {
		.family = AF_INET, .connection = connection,
		.address.s_addr = ipv4_of(&own),
	};
}

static int l2tp_receiver(struct scene *scene)
{
	static const struct socket_family wanted = {
		AF_INET, SOCK_DGRAM, PROTO_L2TP, "L2TP_IP", "l2tp_ip",
	};
	const int missing = family_there(scene, &wanted);
	struct l2tp_address own;

	if (missing)
		return missing;
	l2tp_address(&own, 7);
	scene->fd[0] = lasting_socket(AF_INET, SOCK_DGRAM, PROTO_L2TP);
	return errno_of(bind(scene->fd[0], (void *)&own, sizeof(own)));
}

static int l2tp_send(struct scene *scene)
{
	struct l2tp_message message = {
		.flags = 0xc8, .version = 3, .length = htons(sizeof(message)),
		.connection = htonl(7),
	};
	const int fd = new_socket(AF_INET, SOCK_DGRAM, PROTO_L2TP);
	struct l2tp_address to;
	int error;

	(void)scene;
	if (fd < 0)
		return -fd;
	l2tp_address(&to, 8);
	memcpy(message.token, lab_token, sizeof(lab_token));
	error = errno_of(sendto(fd, &message, sizeof(message), 0, (void *)&to,
				sizeof(to)));
	close(fd);
	return error;
}

static bool l2tp_heard(struct scene *scene)
{
	return await_input(scene->fd[0]) && heard(scene->fd[0]);
}

CASE("net.l2tp.sendto",
	.claim	 = "sendto(2) of an L2TP/IP socket",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#6",
	.needs	 = "lab",
	.bare	 = true,
	.enforce = deny_all_net,
	.scene	 = l2tp_receiver,
	.witness = witness_bind_tcp,
	.attempt = l2tp_send,
	.effect	 = l2tp_heard,
	.source	 = "security/landlock/net.c: rights are for TCP and UDP alone");
