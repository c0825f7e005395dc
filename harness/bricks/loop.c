// SPDX-License-Identifier: GPL-2.0
/* Loop devices of scenes, for what needs a block device. */
#include <string.h>

#include "bricks/loop.h"
#include "machine/loop.h"

int loop_attach(struct scene *scene, int backing)
{
	const int error = loop_device(backing, scene->text,
				      sizeof(scene->text), &scene->fd[0]);

	return error ? cannot(scene, "a loop device: %s",
			      strerrorname_np(error)) : 0;
}
