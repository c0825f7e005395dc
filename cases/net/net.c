// SPDX-License-Identifier: GPL-2.0
/* Bricks of the network cases. */
#include <netinet/in.h>

#include "net.h"

int disconnect(int fd, socklen_t len)
{
	const struct sockaddr_storage nobody = { .ss_family = AF_UNSPEC };

	return errno_of(connect(fd, (struct sockaddr *)&nobody, len));
}

int bind_own(int fd, int family, int port)
{
	struct sockaddr_storage own;
	const socklen_t len = own_address(family, port, &own);
	const int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return errno_of(bind(fd, (struct sockaddr *)&own, len));
}

int local_port(int fd)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &len))
		return -1;
	/* The port lies at the same place for both families. */
	return ntohs(((struct sockaddr_in *)&own)->sin_port);
}

int accept_token(int listener)
{
	const struct linger at_once = { .l_onoff = 1 };
	int fd, ret;

	if (!await_input(listener))
		return NO_EFFECT;
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		return errno;
	ret = await_token(fd);
	/* Leaves no TIME_WAIT on the port for the next case. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
	return ret;
}

int self_echo(int listener, int protocol)
{
	struct sockaddr_storage to;
	socklen_t len = sizeof(to);
	int fd, ret;

	if (getsockname(listener, (struct sockaddr *)&to, &len))
		return errno;
	fd = new_socket(to.ss_family, SOCK_STREAM, protocol);
	if (fd < 0)
		return -fd;
	if (connect(fd, (struct sockaddr *)&to, len))
		ret = errno;
	else if (send(fd, lab_token, sizeof(lab_token), MSG_NOSIGNAL) < 0)
		ret = errno;
	else
		ret = accept_token(listener);
	close(fd);
	return ret;
}

int udp_send_echo(int fd, int family, int port)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(family, port, &to);

	if (sendto(fd, lab_token, sizeof(lab_token), 0, (struct sockaddr *)&to,
		   len) < 0)
		return errno;
	return await_token(fd);
}

int listener_with_client(struct scene *scene)
{
	struct sockaddr_storage to;
	socklen_t len = sizeof(to);

	scene->fd[0] = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	scene->fd[1] = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	if (bind_own(scene->fd[0], AF_INET, 0) || listen(scene->fd[0], 1) ||
	    getsockname(scene->fd[0], (struct sockaddr *)&to, &len) ||
	    connect(scene->fd[1], (struct sockaddr *)&to, len) ||
	    send(scene->fd[1], lab_token, sizeof(lab_token), 0) < 0)
		return errno;
	return 0;
}

int udp_listener(struct scene *scene)
{
	scene->fd[0] = lasting_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	return bind_own(scene->fd[0], AF_INET, LAB_FREE);
}

bool datagram_arrived(struct scene *scene)
{
	return await_input(scene->fd[0]);
}

int enforce_layers(struct scene *scene, const struct ruleset sets[])
{
	int ret = 0;

	for (; !ret && (sets->fs || sets->net || sets->scoped); sets++)
		ret = enforce_ruleset(scene, sets);
	return ret;
}

/* The port that the cases of this guard bind or call */
static int guarded_port(const struct scene *scene)
{
	switch (scene->test->guard.net) {
	case NET_CONNECT_TCP:
		return LAB_TCP;
	case NET_CONNECT_SEND_UDP:
		return LAB_UDP;
	default:
		return LAB_FREE;
	}
}

int one_of_three_layers(struct scene *scene)
{
	const uint64_t right = scene->test->guard.net;
	const struct ruleset denies = {
		.net = right, .rules = { PORT(LAB_DECOY) } };
	const struct ruleset grants = {
		.net = right, .rules = { PORT(LAB_DECOY),
					 PORT(guarded_port(scene)) } };
	struct ruleset layers[4] = { grants, grants, grants };

	if (scene->world == WORLD_DENY)
		layers[2] = denies;
	if (scene->world == WORLD_INHERITED)
		layers[1] = denies;
	if (scene->world == WORLD_EXTRA)
		layers[0] = denies;
	return enforce_layers(scene, layers);
}
