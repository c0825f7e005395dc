// SPDX-License-Identifier: GPL-2.0
/*
 * LANDLOCK_ACCESS_FS_RESOLVE_UNIX comes last: a path that leads to no such
 * socket fails as it does without Landlock (unix_find_bsd()).
 */
#include "resolve_unix_server.h"

static int with_dead_ends(struct scene *scene)
{
	int fd, ret = resolve_stream_server(scene);

	ret = ret ?: make_file("dir/file", "");
	ret = ret ?: errno_of(symlink("loop", "dir/loop"));
	if (ret)
		return ret;
	fd = unix_serve("dir/dead", SOCK_STREAM);
	if (fd < 0)
		return -fd;
	close(fd);
	scene->fd[2] = unix_serve("dir/dgram", SOCK_DGRAM);
	return scene->fd[2] < 0 ? -scene->fd[2] : 0;
}

static int nowhere(struct scene *scene)
{
	(void)scene;
	return unix_call("dir/none", SOCK_STREAM);
}

static int below_a_file(struct scene *scene)
{
	(void)scene;
	return unix_call("dir/file/socket", SOCK_STREAM);
}

static int to_a_file(struct scene *scene)
{
	(void)scene;
	return unix_call("dir/file", SOCK_STREAM);
}

static int to_a_directory(struct scene *scene)
{
	(void)scene;
	return unix_call("dir", SOCK_STREAM);
}

static int to_a_loop(struct scene *scene)
{
	(void)scene;
	return unix_call("dir/loop", SOCK_STREAM);
}

static int to_the_dead(struct scene *scene)
{
	(void)scene;
	return unix_call("dir/dead", SOCK_STREAM);
}

static int to_another_type(struct scene *scene)
{
	(void)scene;
	return unix_call("dir/dgram", SOCK_STREAM);
}

static int send_to_another_type(struct scene *scene)
{
	(void)scene;
	return unix_send(socket(AF_UNIX, SOCK_DGRAM, 0), "dir/socket");
}

static int send_nowhere(struct scene *scene)
{
	(void)scene;
	return unix_send(socket(AF_UNIX, SOCK_DGRAM, 0), "dir/none");
}

static const struct variant dead_ends[] = {
	{ "", .op = nowhere },
	{ "below_a_file", .op = below_a_file },
	{ "file", .op = to_a_file },
	{ "directory", .op = to_a_directory },
	{ "loop", .op = to_a_loop },
	{ "dead", .op = to_the_dead },
	{ "other_type", .op = to_another_type },
	{ "sendto", .op = send_nowhere },
	{ "sendto_other_type", .op = send_to_another_type },
	{ NULL }
};

static int go_there(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("fs.resolve_unix.invalid",
	.claim	  = "connect(2) to a path where no such socket is: the stack's own error",
	.guard	  = FS(RESOLVE_UNIX),
	.promise  = { UNCHANGED },
	.extra	  = RULESET { .fs = FS_RESOLVE_UNIX, .rules = { PATH("dir") } },
	.variants = dead_ends,
	.scene	  = with_dead_ends,
	.witness  = resolve_refused,
	.attempt  = go_there,
	.source	  = "connect(2), unix(7); net/unix/af_unix.c: unix_find_bsd()");
