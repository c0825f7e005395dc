// SPDX-License-Identifier: GPL-2.0
/* The servers of the cases of RESOLVE_UNIX. */
#include "resolve_unix_server.h"

static int serve(struct scene *scene, int type)
{
	const int error = make_dir("dir") ?: make_dir("links");

	if (error)
		return error;
	scene->value[0] = type;
	scene->fd[0] = unix_serve("dir/socket", type);
	if (scene->fd[0] < 0)
		return -scene->fd[0];
	scene->fd[1] = unix_serve("dir/other", type);
	return scene->fd[1] < 0 ? -scene->fd[1] : 0;
}

int resolve_server(struct scene *scene)
{
	return serve(scene, scene->variant->arg);
}

int resolve_stream_server(struct scene *scene)
{
	return serve(scene, SOCK_STREAM);
}

int resolve_dgram_server(struct scene *scene)
{
	return serve(scene, SOCK_DGRAM);
}

int resolve_seqpacket_server(struct scene *scene)
{
	return serve(scene, SOCK_SEQPACKET);
}

bool resolve_heard(struct scene *scene)
{
	return unix_heard(scene->fd[0]);
}

bool resolve_heard_other(struct scene *scene)
{
	return unix_heard(scene->fd[1]);
}

int resolve_refused(struct scene *scene)
{
	return unix_call("dir/other", scene->value[0]);
}
