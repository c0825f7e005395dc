// SPDX-License-Identifier: GPL-2.0
/* One domain for all threads of a process, or for one of them. */
#include "domain.h"

#define DOC_TSYNC "include/uapi/linux/landlock.h: LANDLOCK_RESTRICT_SELF_TSYNC"

static int sibling_then_enforce(struct scene *scene)
{
	sibling_start(scene, 0);
	return deny_reading(scene, NULL, 0);
}

static int sibling_reads(struct scene *scene)
{
	if (scene->world == WORLD_CONTROL)
		sibling_start(scene, 0);
	return sibling_run(scene, 0, read_guarded_file);
}

CASE("domain.threads.sibling",
	.own_memory = true,
	.claim	  = "open(2) by a thread after another thread sandboxed itself",
	.guard	  = FS(READ_FILE),
	.promise  = { ALLOWED },
	.scene	  = domain_files,
	.enforce  = sibling_then_enforce,
	.witness  = read_guarded_file,
	.attempt  = sibling_reads,
	.source	  = "userspace-api/landlock: Process-wide restriction (ABI < 8)");

static int enforce_in_thread(struct scene *scene)
{
	return deny_reading(scene, NULL, 0) ?: read_guarded_file(scene);
}

static int thread_then_read(struct scene *scene)
{
	const int ret = in_thread(scene, enforce_in_thread);

	if (ret != EACCES)
		return ret == WORKED ? UNENFORCED : ret;
	return read_guarded_file(scene);
}

CASE("domain.threads.leader",
	.own_memory = true,
	.claim	  = "open(2) by the main thread after another thread sandboxed itself",
	.guard	  = FS(READ_FILE),
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.scene	  = domain_files,
	.control  = read_guarded_file,
	.attempt  = thread_then_read,
	.source	  = "userspace-api/landlock: Process-wide restriction (ABI < 8)");

static int start_siblings(struct scene *scene)
{
	int i, ret = 0;

	for (i = 0; i < scene->variant->arg && !ret; i++)
		ret = sibling_start(scene, i);
	return ret ? broken(scene, "pthread_create") : 0;
}

static int enforce_on_all(struct scene *scene)
{
	const bool grants = scene->world == WORLD_GRANT;

	return start_siblings(scene) ?:
	       deny_reading(scene, grants ? "dir" : "other", RESTRICT_TSYNC);
}

/*
 * Siblings start threads of their own after the call, which inherit the domain.
 */
static int in_new_thread(struct scene *scene)
{
	return in_thread(scene, read_guarded_file);
}

/*
 * Returns what the first sibling gets that differs from what the caller gets,
 * or what all of them get.
 */
static int all_read(struct scene *scene)
{
	int (*const read)(struct scene *) =
		scene->variant->op ? scene->variant->op : read_guarded_file;
	const int own = read_guarded_file(scene);
	int i, got;

	if (scene->world == WORLD_CONTROL && start_siblings(scene))
		return BROKEN;
	for (i = 0; i < scene->variant->arg; i++) {
		got = sibling_run(scene, i, read);
		if (got != own)
			return got;
	}
	return own;
}

static const struct variant numbers[] = {
	{ "", .arg = 1 },
	{ "many", .arg = SIBLINGS },
	{ "their_threads", .arg = 2, .op = in_new_thread },
	{ NULL }
};

CASE("domain.tsync.siblings",
	.own_memory = true,
	.claim	  = "all threads are bound when one enforces with TSYNC",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.covers	  = "restrict.tsync",
	.variants = numbers,
	.scene	  = domain_files,
	.enforce  = enforce_on_all,
	.attempt  = all_read,
	.source	  = DOC_TSYNC);

/* The caller's domain replaces the one that the sibling had. */
static int deny_all_but_other(struct scene *scene)
{
	return deny_reading(scene, "other", 0);
}

static int override(struct scene *scene)
{
	int ret;

	sibling_start(scene, 0);
	ret = sibling_run(scene, 0, deny_all_but_other);
	return ret ?: deny_reading(scene, "dir", RESTRICT_TSYNC);
}

static int sibling_reads_other(struct scene *scene)
{
	return sibling_run(scene, 0, read_other_file);
}

CASE("domain.tsync.override",
	.own_memory = true,
	.claim	  = "a thread is freed of its own domain when another enforces with TSYNC",
	.guard	  = FS(READ_FILE),
	.promise  = { ALLOWED },
	.covers	  = "restrict.tsync",
	.scene	  = domain_files,
	.enforce  = override,
	.witness  = sibling_reads_other,
	.attempt  = sibling_reads,
	.source	  = DOC_TSYNC ": irrespective of established domains");

/* All layers of the caller go to the sibling, not the newest one alone. */
static int enforce_twice(struct scene *scene)
{
	const bool grants = scene->world == WORLD_GRANT;

	sibling_start(scene, 0);
	return deny_reading(scene, grants ? "dir" : "other", 0) ?:
	       deny_reading(scene, "dir", RESTRICT_TSYNC);
}

CASE("domain.tsync.all_layers",
	.own_memory = true,
	.claim	  = "a thread is bound by all layers of the one that enforces with TSYNC",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PATH("dir") },
	.covers	  = "restrict.tsync",
	.scene	  = domain_files,
	.enforce  = enforce_twice,
	.attempt  = sibling_reads,
	.source	  = DOC_TSYNC);

static int too_many_for_all(struct scene *scene)
{
	int i, ret = 0;

	sibling_start(scene, 0);
	for (i = 0; i < LAYERS_MAX && !ret; i++)
		ret = deny_reading(scene, "dir", 0);
	if (ret)
		return ret;
	if (deny_reading(scene, NULL, RESTRICT_TSYNC) != POLICY)
		return UNENFORCED;
	scene->note[0] = '\0';
	/* Neither the new layer nor the sixteen old ones are there. */
	return sibling_run(scene, 0, read_other_file) ?: read_guarded_file(scene);
}

CASE("domain.tsync.failed_call",
	.own_memory = true,
	.claim	  = "a call with TSYNC that is refused changes no thread",
	.guard	  = FS(READ_FILE),
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(CALL),
	.covers	  = "restrict.tsync",
	.scene	  = domain_files,
	.control  = read_guarded_file,
	.attempt  = too_many_for_all,
	.source	  = "security/landlock/syscalls.c, sys_landlock_restrict_self");

static int enforce_alone(struct scene *scene)
{
	return deny_reading(scene, "other", RESTRICT_TSYNC);
}

/*
 * Whether two calls meet is chance, so they are made as often as the number of
 * layers allows.
 */
#define THREADS	3
#define ROUNDS	(LAYERS_MAX / THREADS)

static int enforce_together(struct scene *scene)
{
	int ret, other, i;

	for (i = 0; i < THREADS - 1; i++)
		sibling_begin(i, enforce_alone);
	ret = enforce_alone(scene);
	for (i = 0; i < THREADS - 1; i++) {
		other = sibling_end(i);
		ret = ret ?: other;
	}
	return ret;
}

/* The kernel restarts the call of the thread that comes second. */
static int enforce_at_once(struct scene *scene)
{
	int ret = 0, i;

	for (i = 0; i < THREADS - 1; i++)
		sibling_start(scene, i);
	for (i = 0; i < ROUNDS && !ret; i++)
		ret = enforce_together(scene);
	for (i = 0; i < THREADS - 1 && !ret; i++)
		if (sibling_run(scene, i, read_guarded_file) != EACCES)
			return UNENFORCED;
	return ret ?: read_guarded_file(scene);
}

CASE("domain.tsync.at_once",
	.own_memory = true,
	.claim	  = "three threads that enforce with TSYNC at the same time",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(CALL),
	.covers	  = "restrict.tsync",
	.scene	  = domain_files,
	.control  = read_guarded_file,
	.attempt  = enforce_at_once,
	.source	  = "security/landlock/tsync.c: exec_update_lock and restart");
