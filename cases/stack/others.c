// SPDX-License-Identifier: GPL-2.0
/*
 * Ports and scopes, with another module that decides too.  AppArmor knows
 * families and types of sockets, and signals: the objects differ by these.
 */
#include <netinet/in.h>
#include <signal.h>
#include <sys/syscall.h>

#include "bricks/target.h"
#include "bricks/unix.h"
#include "stack.h"

static const int families[] = { [FREE] = AF_INET, [REFUSED] = AF_INET6 };

/* In the profile there are no more sockets of the second kind. */
static int make_sockets(struct scene *scene, int type,
			const struct refusal *refusal)
{
	const int one = 1;
	enum object object;

	for (object = FREE; object <= REFUSED; object++) {
		scene->fd[object] = socket(families[object], type, 0);
		if (scene->fd[object] < 0)
			return cannot(scene, "a socket: %s",
				      strerrorname_np(errno));
		/* Connections of earlier cases may linger on the port. */
		setsockopt(scene->fd[object], SOL_SOCKET, SO_REUSEADDR, &one,
			   sizeof(one));
	}
	return other_prepare(scene, refusal);
}

/* The C library of i386 and s390x makes all its calls on sockets by this one. */
#ifdef SYS_socketcall
#define SOCKETCALL SYS_socketcall
#else
#define SOCKETCALL 0
#endif

static const struct refusal to_bind = {
	"socket_bind", { SYS_bind, SOCKETCALL }
};
static const struct refusal to_connect = {
	"socket_connect", { SYS_connect, SOCKETCALL }
};

static int bind_socket(struct scene *scene, enum object object)
{
	struct sockaddr_storage own, bound;
	socklen_t length = own_address(families[object], LAB_FREE, &own);
	const int fd = scene->fd[object];

	if (bind(fd, (struct sockaddr *)&own, length))
		return errno;
	/* The port lies at the same place for both families. */
	return !getsockname(fd, (struct sockaddr *)&bound, &length) &&
	       ((struct sockaddr_in *)&bound)->sin_port ==
	       ((struct sockaddr_in *)&own)->sin_port ? WORKED : NO_EFFECT;
}

static int connect_tcp(struct scene *scene, enum object object)
{
	return connect_echo(scene->fd[object], families[object], LAB_TCP);
}

static int connect_udp(struct scene *scene, enum object object)
{
	return connect_echo(scene->fd[object], families[object], LAB_UDP);
}

static int decide_bind(struct scene *scene)
{
	return decide(scene, &(const struct decision) { to_bind, bind_socket });
}

static int bind_free(struct scene *scene)
{
	return bind_socket(scene, FREE);
}

static int tcp_to_bind(struct scene *scene)
{
	return make_sockets(scene, SOCK_STREAM, &to_bind);
}

#define ON_PORT(port)							\
	BOTH_DECIDE(W(GRANT)),						\
	.promise  = { DENIED(EACCES) },					\
	.grant	  = { PORT(port) },					\
	.bare	  = true,						\
	.variants = others

CASE("stack.net.bind_tcp",
	.claim	  = "bind(2) of TCP that Landlock and another decide about",
	.guard	  = NET(BIND_TCP),
	.needs	  = "guest ipv6 lab",
	.scene	  = tcp_to_bind,
	.attempt  = decide_bind,
	.witness  = bind_free,
	.extra	  = RULESET { .net = NET_BIND_TCP, .rules = { PORT(LAB_FREE) } },
	ON_PORT(LAB_FREE));

static int udp_to_bind(struct scene *scene)
{
	return make_sockets(scene, SOCK_DGRAM, &to_bind);
}

CASE("stack.net.bind_udp",
	.claim	  = "bind(2) of UDP that Landlock and another decide about",
	.guard	  = NET(BIND_UDP),
	.needs	  = "guest ipv6 lab",
	.scene	  = udp_to_bind,
	.attempt  = decide_bind,
	.witness  = bind_free,
	.extra	  = RULESET { .net = NET_BIND_UDP, .rules = { PORT(LAB_FREE) } },
	ON_PORT(LAB_FREE));

static int tcp_to_connect(struct scene *scene)
{
	return make_sockets(scene, SOCK_STREAM, &to_connect);
}

static int decide_tcp(struct scene *scene)
{
	return decide(scene, &(const struct decision) {
			to_connect, connect_tcp });
}

static int connect_tcp_free(struct scene *scene)
{
	return connect_tcp(scene, FREE);
}

CASE("stack.net.connect_tcp",
	.claim	  = "connect(2) of TCP that Landlock and another decide about",
	.guard	  = NET(CONNECT_TCP),
	.needs	  = "guest ipv6 peer-tcp",
	.scene	  = tcp_to_connect,
	.attempt  = decide_tcp,
	.witness  = connect_tcp_free,
	.extra	  = RULESET { .net = NET_CONNECT_TCP,
			      .rules = { PORT(LAB_TCP) } },
	ON_PORT(LAB_TCP));

static int udp_to_connect(struct scene *scene)
{
	return make_sockets(scene, SOCK_DGRAM, &to_connect);
}

static int decide_udp(struct scene *scene)
{
	return decide(scene, &(const struct decision) {
			to_connect, connect_udp });
}

static int connect_udp_free(struct scene *scene)
{
	return connect_udp(scene, FREE);
}

CASE("stack.net.connect_send_udp",
	.claim	  = "connect(2) of UDP that Landlock and another decide about",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.needs	  = "guest ipv6 peer-udp",
	.scene	  = udp_to_connect,
	.attempt  = decide_udp,
	.witness  = connect_udp_free,
	.extra	  = RULESET { .net = NET_CONNECT_SEND_UDP,
			      .rules = { PORT(LAB_UDP) } },
	ON_PORT(LAB_UDP));

/* A policy that has no scope is all that Landlock can grant here. */
#define IN_SCOPE							\
	BOTH_DECIDE(0),							\
	.promise  = { DENIED(EPERM) },					\
	.extra	  = RULESET { .fs = FS_READ_DIR },			\
	.variants = others

static const int signals[] = { [FREE] = SIGUSR1, [REFUSED] = SIGUSR2 };
static const struct refusal to_signal = { "task_kill", { SYS_kill } };

static int target(struct scene *scene)
{
	return target_start(scene, 0) ?: other_prepare(scene, &to_signal);
}

static int send_signal(struct scene *scene, enum object object)
{
	return errno_of(kill(scene->pid[0], signals[object])) ?:
	       target_hit(scene, 0) ? WORKED : NO_EFFECT;
}

static int decide_signal(struct scene *scene)
{
	return decide(scene, &(const struct decision) {
			to_signal, send_signal });
}

static int send_free_signal(struct scene *scene)
{
	return send_signal(scene, FREE);
}

CASE("stack.scope.signal",
	.claim	  = "kill(2) that Landlock and another decide about",
	.guard	  = SCOPE(SIGNAL),
	.needs	  = "guest",
	.scene	  = target,
	.attempt  = decide_signal,
	.witness  = send_free_signal,
	IN_SCOPE);

static const int types[] = { [FREE] = SOCK_STREAM, [REFUSED] = SOCK_DGRAM };

/* Landlock is asked when the receiver is known. */
static const struct refusal to_call = {
	"unix_may_send", { SYS_connect, SOCKETCALL }, .asked_early = true
};

/* Two servers; in the profile there is no client of the second kind. */
static int servers(struct scene *scene)
{
	enum object object;

	unix_random_name(scene->text, sizeof(scene->text));
	for (object = FREE; object <= REFUSED; object++) {
		scene->fd[object] = unix_serve(scene->text, types[object]);
		scene->fd[2 + object] = socket(AF_UNIX, types[object], 0);
		if (scene->fd[object] < 0 || scene->fd[2 + object] < 0)
			return broken(scene, "UNIX sockets");
	}
	return other_prepare(scene, &to_call);
}

static int call_server(struct scene *scene, enum object object)
{
	const int fd = scene->fd[2 + object];

	return unix_connect(fd, scene->text) ?: unix_send(fd, NULL) ?:
	       unix_heard(scene->fd[object]) ? WORKED : NO_EFFECT;
}

static int decide_call(struct scene *scene)
{
	return decide(scene, &(const struct decision) {
			to_call, call_server });
}

static int call_free_server(struct scene *scene)
{
	return call_server(scene, FREE);
}

CASE("stack.scope.abstract_unix_socket",
	.claim	  = "connect(2) to an abstract name that Landlock and another decide about",
	.guard	  = SCOPE(ABSTRACT_UNIX_SOCKET),
	.needs	  = "guest",
	.bare	  = true,
	.scene	  = servers,
	.attempt  = decide_call,
	.witness  = call_free_server,
	IN_SCOPE);

static const char *const paths[] = {
	[FREE] = "free/socket", [REFUSED] = "refused/socket",
};

static const struct refusal to_find = {
	"unix_find", { SYS_connect, SOCKETCALL }
};

static int path_servers(struct scene *scene)
{
	enum object object;

	for (object = FREE; object <= REFUSED; object++) {
		if (make_dir(object == FREE ? "free" : "refused"))
			return broken(scene, "directories");
		scene->fd[object] = unix_serve(paths[object], SOCK_STREAM);
		if (scene->fd[object] < 0)
			return -scene->fd[object];
	}
	return other_prepare(scene, &to_find);
}

static int call_path(struct scene *scene, enum object object)
{
	return unix_call_own(paths[object], SOCK_STREAM, scene->fd[object]);
}

static int decide_path(struct scene *scene)
{
	return decide(scene, &(const struct decision) { to_find, call_path });
}

static int call_free_path(struct scene *scene)
{
	return call_path(scene, FREE);
}

CASE("stack.fs.resolve_unix",
	.claim	  = "connect(2) to a path that Landlock and another decide about",
	BOTH_DECIDE(W(GRANT)),
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("free"), PATH("refused") },
	.extra	  = RULESET { .fs = FS_RESOLVE_UNIX, .rules = {
			PATH("free"), PATH("refused") } },
	.needs	  = "guest",
	.scene	  = path_servers,
	.attempt  = decide_path,
	.witness  = call_free_path,
	.variants = others_by_hook);
