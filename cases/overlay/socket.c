// SPDX-License-Identifier: GPL-2.0
/* A UNIX socket that is seen through an overlay: whose path counts? */
#include "overlay.h"
#include "bricks/unix.h"

static int serve_on_overlay(struct scene *scene)
{
	int ret = overlay_scene(scene);

	if (ret)
		return ret;
	scene->fd[0] = unix_serve("merged/dir/socket", SOCK_STREAM);
	return scene->fd[0] < 0 ? -scene->fd[0] : 0;
}

static int call_through_overlay(struct scene *scene)
{
	(void)scene;
	return unix_call("merged/dir/socket", SOCK_STREAM);
}

static bool heard(struct scene *scene)
{
	return unix_heard(scene->fd[0]);
}

CASE("overlay.merged.socket",
	.claim	 = "connect(2) to a UNIX socket on an overlay: rules on its layers do not count",
	.guard	 = FS(RESOLVE_UNIX),
	.promise = { DENIED(EACCES) },
	.deny	 = { .fs = FS_RESOLVE_UNIX,
		     .rules = { PATH("upper"), PATH("lower") } },
	.grant	 = { PATH("merged") },
	.needs	 = OVERLAY_NEEDS,
	.scene	 = serve_on_overlay,
	.attempt = call_through_overlay,
	.effect	 = heard,
	.source	 = OVERLAY_SOURCE);
