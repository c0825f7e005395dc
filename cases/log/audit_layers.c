// SPDX-License-Identifier: GPL-2.0
/* A record names the domain of the layer that denies, not the newest one. */
#include "denials.h"

/* struct denial_by_layer - an operation, and which of two layers deny it */
struct denial_by_layer {
	enum denial_kind kind;
	bool outer, inner;
};

/* A variant's structure */
#define DENIES(...) .data = &(const struct denial_by_layer) { __VA_ARGS__ }

static int scene(struct scene *scene)
{
	const struct denial_by_layer *by = scene->variant->data;

	return denial_scene(scene, by->kind);
}

/*
 * Either layer denies something of its own, to know its domain by.  Of the
 * rights that open(2) remembers, the layers have one each: that must not be
 * mixed up.
 */
static int enforce_two(struct scene *scene)
{
	const struct denial_by_layer *by = scene->variant->data;
	const struct denial *denial = &denials[by->kind];
	struct ruleset outer = { .fs = FS_READ_DIR };
	struct ruleset inner = { .net = NET_BIND_TCP };
	struct ruleset *const other = by->outer ? &inner : &outer;

	if (by->outer) {
		outer.fs |= denial->fs;
		outer.net |= denial->net;
		outer.scoped |= denial->scoped;
	}
	if (by->inner) {
		inner.fs |= denial->fs;
		inner.net |= denial->net;
		inner.scoped |= denial->scoped;
	}
	if (by->kind == FTRUNCATE)
		other->fs |= FS_IOCTL_DEV;
	if (by->kind == IOCTL)
		other->fs |= FS_TRUNCATE;
	return enforce_set(scene, &outer) ?: enforce_set(scene, &inner);
}

/* First a denial of the outer layer, then of the inner one, as a measure. */
static int right_one_is_named(struct scene *scene)
{
	const struct denial_by_layer *by = scene->variant->data;
	const int outer = do_list(scene), inner = do_bind(scene);
	const int which = denial_do(scene, by->kind);
	unsigned long long id[3];
	struct audit_log log;
	int i;

	/* An operation that could not be tried was not denied either. */
	if (inner < 0 || which < 0)
		return inner < 0 ? inner : which;
	if (audit_read(scene, &log))
		return CANNOT;
	if (!outer || !inner || !which)
		return WORKED;
	if (log.accesses != 3) {
		remark(scene, "%d records instead of 3", log.accesses);
		return LOG_SILENT;
	}
	for (i = 0; i < 3; i++)
		if (sscanf(strstr(log.access[i], "domain="), "domain=%llx",
			   &id[i]) != 1)
			return LOG_WRONG;
	if (log.domains == 2 && id[0] != id[1] &&
	    id[2] == id[by->inner ? 1 : 0])
		return LOG_RIGHT;
	remark(scene, "domains %llx, %llx; then %llx", id[0], id[1], id[2]);
	return LOG_WRONG;
}

#define LAYER_CASE							\
	A_LOG_CASE,							\
	.worlds	  = W(CONTROL) | W(DENY),				\
	.enforce  = enforce_two,					\
	.covers	  = LOGGED_SINCE,					\
	.scene	  = scene,						\
	.attempt  = right_one_is_named

static const struct variant rights[] = {
	{ "", DENIES(OPEN_READ, .inner = true) },
	{ "outer", DENIES(OPEN_READ, .outer = true) },
	{ "both", DENIES(OPEN_READ, .outer = true, .inner = true) },
	{ "mkdir", DENIES(MAKE_DIR, .inner = true) },
	{ "mkdir_outer", DENIES(MAKE_DIR, .outer = true) },
	{ "ftruncate", DENIES(FTRUNCATE, .inner = true) },
	{ "ftruncate_outer", DENIES(FTRUNCATE, .outer = true) },
	{ "ftruncate_both", DENIES(FTRUNCATE, .outer = true, .inner = true) },
	{ "ioctl", DENIES(IOCTL, .inner = true) },
	{ "ioctl_outer", DENIES(IOCTL, .outer = true) },
	{ "ioctl_both", DENIES(IOCTL, .outer = true, .inner = true) },
	{ "connect", DENIES(CONNECT_TCP, .inner = true) },
	{ "connect_outer", DENIES(CONNECT_TCP, .outer = true) },
	{ NULL }
};

CASE("log.audit.denying_layer",
	.claim	  = "the record of a denial names the domain of the youngest layer that denies",
	LAYER_CASE,
	.promise  = { LOGGED },
	.variants = rights,
	.source	  = "log.c, landlock_log_denial: the youngest that denies");

static const struct variant scopes[] = {
	{ "", DENIES(SIGNAL, .inner = true) },
	{ "outer", DENIES(SIGNAL, .outer = true) },
	{ "sigio", DENIES(SIGNAL_IO, .inner = true) },
	{ "sigio_outer", DENIES(SIGNAL_IO, .outer = true) },
	{ "abstract", DENIES(ABSTRACT, .inner = true) },
	{ "abstract_outer", DENIES(ABSTRACT, .outer = true) },
	{ "abstract_dgram", DENIES(ABSTRACT_DGRAM, .inner = true) },
	{ "abstract_dgram_outer", DENIES(ABSTRACT_DGRAM, .outer = true) },
	{ "mount", DENIES(MOUNT, .inner = true) },
	{ "mount_outer", DENIES(MOUNT, .outer = true) },
	{ "umount", DENIES(UMOUNT, .inner = true) },
	{ "umount_outer", DENIES(UMOUNT, .outer = true) },
	{ "ptrace", DENIES(SEIZE, .inner = true) },
	{ NULL }
};

CASE("log.audit.denying_layer_scope",
	.claim	  = "the record of a denial by a scope, or by a domain as such, names the youngest layer that denies",
	LAYER_CASE,
	.promise  = { LOGGED },
	.variants = scopes,
	.source	  = "cred.h, landlock_get_applicable_subject: the youngest that handles");

static int reads_stat(struct scene *scene)
{
	unsigned long long start = 0;
	char path[32], text[1024];
	const char *at;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat",
		 scene->pid[DENIAL_TARGET]);
	if (read_file(path, text, sizeof(text)) < 0)
		return broken(scene, "%s: %s", path, strerrorname_np(errno));
	/* After the name: fields 3 to 25, then startcode, which is 1 if denied */
	at = strrchr(text, ')');
	for (i = 2; at && i < 26; i++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%llu", &start) != 1)
		return broken(scene, "%s: %.100s", path, text);
	return start > 1 ? 0 : EPERM;
}

static int scene_with_target(struct scene *scene)
{
	return audit_scene(scene) ?: denial_objects(scene, NEEDS_TARGET);
}

/* Only the directory is logged. */
static int stat_then_list(struct scene *scene)
{
	const int quiet = reads_stat(scene), loud = open_root();

	return quiet < 0 ? quiet :
		second_logged(scene, quiet, loud, "fs.read_dir");
}

CASE("log.audit.probe_of_process",
	.claim	 = "reading /proc/PID/stat, which only probes the right to trace, leaves no record",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.deny	 = { .fs = FS_READ_DIR },
	.promise = { LOGGED },
	.covers	 = LOGGED_SINCE,
	.scene	 = scene_with_target,
	.attempt = stat_then_list,
	.source	 = "admin-guide/LSM/landlock: NOAUDIT hooks; proc_pid_stat(5): startcode");
