// SPDX-License-Identifier: GPL-2.0
/* What the cases of abstract UNIX sockets share. */
#include "abstract.h"

static int serve(struct scene *scene, int type)
{
	unix_random_name(scene->text, sizeof(scene->text));
	scene->fd[0] = unix_serve(scene->text, type);
	scene->value[0] = type;
	return scene->fd[0] < 0 ? -scene->fd[0] : 0;
}

int abstract_server(struct scene *scene)
{
	return serve(scene, scene->variant->arg);
}

int abstract_stream_server(struct scene *scene)
{
	return serve(scene, SOCK_STREAM);
}

int abstract_dgram_server(struct scene *scene)
{
	return serve(scene, SOCK_DGRAM);
}

int abstract_call(struct scene *scene)
{
	return unix_call(scene->text, scene->variant->arg);
}

bool abstract_heard(struct scene *scene)
{
	return unix_heard(scene->fd[0]);
}

int abstract_refused(struct scene *scene)
{
	return unix_call(scene->text, scene->value[0]);
}

int abstract_client(int type)
{
	return socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
}
