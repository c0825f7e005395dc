// SPDX-License-Identifier: GPL-2.0
/* Two processes meet. */
#include <errno.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bricks/meeting.h"

/* The meeting places are the last two descriptors of the scene. */
void meeting_init(struct scene *scene)
{
	scene->fd[SCENE_FDS - 2] = eventfd(0, 0);
	scene->fd[SCENE_FDS - 1] = eventfd(0, 0);
}

void wake(struct scene *scene, int slot)
{
	const uint64_t one = 1;
	ssize_t done = write(scene->fd[SCENE_FDS - 2 + slot], &one,
			     sizeof(one));

	(void)done;
}

int await(struct scene *scene, int slot)
{
	uint64_t count;

	if (read(scene->fd[SCENE_FDS - 2 + slot], &count, sizeof(count)) < 0)
		return errno;
	return 0;
}
