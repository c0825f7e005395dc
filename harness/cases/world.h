/* SPDX-License-Identifier: GPL-2.0 */
/* The worlds that a case runs in. */
#ifndef LANDPROOF_CASES_WORLD_H
#define LANDPROOF_CASES_WORLD_H

/*
 * Worlds: the policies under which an attempt runs, each in a fresh child.
 *
 * WORLD_CALL and WORLD_EXTRA are for cases that bring their own: CALL enforces
 * nothing before the attempt, which makes the Landlock call under test itself;
 * EXTRA is a second denying policy (case field .extra).
 */
enum world {
	WORLD_CONTROL,
	WORLD_BYSTANDER,
	WORLD_DENY,
	WORLD_GRANT,
	WORLD_STACKED,
	WORLD_INHERITED,
	WORLD_CALL,
	WORLD_EXTRA,
	WORLDS,
};

#define W(name)		(1U << WORLD_##name)
#define W_ALL		(W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) | \
			 W(STACKED) | W(INHERITED))

extern const char *const world_names[WORLDS];

#endif
