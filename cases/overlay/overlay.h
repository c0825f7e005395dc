/* SPDX-License-Identifier: GPL-2.0 */
/* An overlay, seen whole and in its layers. */
#ifndef OVERLAY_H
#define OVERLAY_H

#include "landproof.h"

#define OVERLAY_SOURCE "userspace-api/landlock: Bind mounts and OverlayFS"
#define OVERLAY_NEEDS "namespaces overlay"

/*
 * "merged" is made of "upper", "lower" and "below", in this order.
 * lower/low is in the lower layer only, upper/up in the upper one only;
 * "both" is in all of them, with the layer's name as its text.
 * dir and dir/deep are in "lower".
 */
int overlay_scene(struct scene *scene);

/* Reads @path: WORKED when it says @text. */
int overlay_read(const char *path, const char *text);
/* A character device 0:0: what stands for a removed file in a layer. */
bool is_whiteout(const char *path);

#endif
