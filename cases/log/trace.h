/* SPDX-License-Identifier: GPL-2.0 */
/* A trace of our own, with all events of Landlock. */
#ifndef LANDPROOF_TRACE_H
#define LANDPROOF_TRACE_H

#include "denials.h"

/*
 * Root, because tracing is; without a PID namespace, because the events speak
 * of the initial one.  The events came with Linux 7.3.
 */
#define TRACED								\
	.bare	 = true,						\
	.root	 = true,						\
	.needs	 = "root tracefs guest",					\
	.effect	 = trace_off

#define A_TRACE_CASE							\
	TRACED,								\
	.scene	 = trace_scene

/* Where Landlock's own calls are traced, and not what a domain denies. */
#define A_LIFE_CASE							\
	A_TRACE_CASE,							\
	.worlds	  = W(CONTROL) | W(CALL),				\
	.promise  = { LOGGED },					\
	.control  = trace_nothing

/* For .control: no call, and a trace that can be read */
int trace_nothing(struct scene *scene);
/* For .scene: a trace that is on; trace_objects(): and objects of denials.h */
int trace_scene(struct scene *scene);
int trace_objects(struct scene *scene, enum denial_objects objects);
/* For .effect: turns it off, and adds no evidence */
bool trace_off(struct scene *scene);

/* All that was traced until now, or NULL, if that cannot be read */
const char *trace_read(struct scene *scene);

/*
 * Is there, @from there on, an event landlock_@event of process @who (0: of
 * anyone) that says @pattern?  In it an asterisk stands for anything, a newline for the end;
 * # is the PID of denial_objects()' process, @ that of its servers.  @line, of
 * TRACE_LINE bytes or NULL, gets it.  If there is none, what is most like it
 * becomes a remark.
 */
#define TRACE_LINE 1024
bool trace_says(struct scene *scene, const char *from, pid_t who,
		const char *event, const char *pattern, char *line);

/* Reads on until there is one: 0 or CANNOT. */
int trace_await(struct scene *scene, const char *event, const char *pattern);

/* The hexadecimal number behind @name, as "domain=", or 0 */
unsigned long long trace_number(const char *line, const char *name);

#endif
