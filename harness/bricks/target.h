/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes to send signals to, or to look into.  They block what can be
 * blocked and tell, when asked, whether something is pending.
 */
#ifndef LANDPROOF_BRICKS_TARGET_H
#define LANDPROOF_BRICKS_TARGET_H

#include "cases/scene.h"

/*
 * A target of the user that attempts run as: its PID in scene->pid[slot], the
 * way to ask it in scene->fd[slot].  0 or an outcome.
 */
int target_start(struct scene *scene, int slot);
/*
 * As a .scene: one in slot 0 that leads the session of a terminal, whose
 * master is scene->fd[1], and nobody else has it
 */
int target_on_terminal(struct scene *scene);
/* As a .scene: one target in slot 0 */
int target_scene(struct scene *scene);

/* Did a signal reach it?  Death counts. */
bool target_hit(struct scene *scene, int slot);
/* As an .effect: slot 0 */
bool target_was_hit(struct scene *scene);

/*
 * The same for a process that nest_enter() forks: target_pair() first, then
 * these as its two functions.  Slot 0; its end is in slot 1 meanwhile.
 */
int target_pair(struct scene *scene);
int target_prepare(struct scene *scene);
void target_serve(struct scene *scene);

/* As a .witness: kill(2) of the target in slot 0 */
int target_kill(struct scene *scene);
/* The same within an attempt: refused but in the control world, or an outcome */
int target_guarded(struct scene *scene);

#endif
