// SPDX-License-Identifier: GPL-2.0
/* Two processes in related domains. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bricks/meeting.h"
#include "bricks/nest.h"
#include "cases/case.h"
#include "cases/enforce.h"

static const char *const kinds[] = {
	[NO_LAYER]	= "",
	[PLAIN]		= "p",
	[GUARD]		= "g",
	[PLAIN_PLAIN]	= "pp",
	[PLAIN_GUARD]	= "pg",
	[GUARD_PLAIN]	= "gp",
	[GUARD_GUARD]	= "gg",
};

int nest_layers(struct scene *scene, enum layers layers)
{
	const struct landproof_case *test = scene->test;
	const char *kind;
	int ret;

	if (scene->world == WORLD_CONTROL)
		return 0;
	for (kind = kinds[layers]; *kind; kind++) {
		struct ruleset set = { .fs = FS_READ_DIR };

		if (*kind == 'g') {
			set.fs |= test->guard.fs;
			set.net = test->guard.net;
			set.scoped = test->guard.scoped;
		}
		ret = enforce_ruleset(scene, &set);
		if (ret)
			return ret;
	}
	return 0;
}

bool nest_holds(void)
{
	const int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == EACCES;
	close(fd);
	return false;
}

static int enter(struct scene *scene, enum layers layers, enum layers shared)
{
	const int ret = nest_layers(scene, layers);

	if (ret || scene->world == WORLD_CONTROL)
		return ret;
	return (layers || shared) && !nest_holds() ? UNENFORCED : 0;
}

struct other {
	struct scene *scene;
	int (*prepare)(struct scene *scene);
	void (*serve)(struct scene *scene);
};

static int other_main(void *data)
{
	const struct other other = *(const struct other *)data;
	struct scene *const scene = other.scene;
	const struct nest *nest = scene->variant->data;

	scene->value[7] = enter(scene, nest->theirs, nest->shared) ?:
			  other.prepare(scene);
	wake(scene, 0);
	other.serve(scene);
	_exit(0);
}

int nest_enter(struct scene *scene, int (*prepare)(struct scene *scene),
	       void (*serve)(struct scene *scene))
{
	const struct nest *nest = scene->variant->data;
	struct other other = { scene, prepare, serve };
	pid_t pid;
	int ret;

	meeting_init(scene);
	ret = enter(scene, nest->shared, NO_LAYER);
	if (ret)
		return ret;
	pid = scene_spawn(scene, other_main, &other);
	if (pid < 0)
		return broken(scene, "clone: %s", strerrorname_np(errno));
	scene->pid[0] = pid;
	await(scene, 0);
	if (scene->value[7])
		return scene->value[7];
	return enter(scene, nest->ours, nest->shared);
}
