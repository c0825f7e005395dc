// SPDX-License-Identifier: GPL-2.0
/* Audit records of denied accesses: that they come, and what they say. */
#include "denials.h"

static int open_and_look(struct scene *scene)
{
	return was_logged(scene, open_null(O_RDONLY), "fs.read_file",
			  "path=\"/dev/null\"");
}

CASE("log.audit.denied_open",
	.claim	 = "open(2) that is denied leaves a record",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) | W(STACKED),
	.guard	 = FS(READ_FILE),
	.promise = { LOGGED },
	.grant	 = { PATH("/dev") },
	.covers	 = LOGGED_SINCE,
	.scene	 = audit_scene,
	.attempt = open_and_look,
	.source	 = "admin-guide/LSM/landlock: AUDIT_LANDLOCK_ACCESS");

/* Threads and children that did not execute anything are the same program. */
static int open_in_child(struct scene *scene)
{
	scene->value[0] = open_null(O_RDONLY);
	return WORKED;
}

static int child_and_look(struct scene *scene)
{
	const int ret = in_child(scene, open_in_child);

	return ret ? ret : was_logged(scene, scene->value[0], "fs.read_file",
				      "path=\"/dev/null\"");
}

CASE("log.audit.denied_in_child",
	.claim	 = "a child's open(2) that is denied leaves a record",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.guard	 = FS(READ_FILE),
	.promise = { LOGGED },
	.covers	 = LOGGED_SINCE,
	.scene	 = audit_scene,
	.attempt = child_and_look,
	.source	 = "admin-guide/LSM/landlock: same executable is logged");

/* One policy, one operation, and all that its records say of it, in order */
struct records {
	struct ruleset set;
	int (*op)(struct scene *scene);
	const char *lines[3];
};

static int do_rdwr(struct scene *scene)
{
	(void)scene;
	return open_null(O_RDWR);
}

static int do_rename(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("a/file", "b/file"));
}

/* open(2) looks up what it may need later; nobody asked for that. */
static const struct records one_right = {
	.set = { .fs = FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV },
	.op = do_read,
	.lines = { "blockers=fs.read_file path=" },
};

static const struct records two_rights = {
	.set = { .fs = FS_READ_FILE | FS_WRITE_FILE },
	.op = do_rdwr,
	.lines = { "blockers=fs.write_file,fs.read_file path=" },
};

static const struct records one_of_two_rights = {
	.set = { .fs = FS_READ_FILE | FS_WRITE_FILE, .rules = {
		PATH("/dev", .access = FS_WRITE_FILE) } },
	.op = do_rdwr,
	.lines = { "blockers=fs.read_file path=" },
};

static const struct records link_to_other_dir = {
	.set = { .fs = FS_MAKE_REG | FS_REFER },
	.op = do_link,
	.lines = { "blockers=fs.refer path=\"/tmp/a\" dev=",
		   "blockers=fs.make_reg,fs.refer path=\"/tmp/b\"" },
};

static const struct records rename_to_other_dir = {
	.set = { .fs = FS_MAKE_REG | FS_REMOVE_FILE | FS_REFER,
		 .rules = { PATH("b", .access = FS_MAKE_REG) } },
	.op = do_rename,
	.lines = { "blockers=fs.remove_file*fs.refer path=\"/tmp/a\"",
		   "blockers=fs.refer path=\"/tmp/b\"" },
};

/* REFER is denied by a layer that does not handle it. */
static const struct records refer_unhandled = {
	.set = { .fs = FS_EXECUTE, .rules = {
		PATH("b", .access = FS_EXECUTE) } },
	.op = do_link,
	.lines = { "blockers=*fs.refer path=\"/tmp/a\" dev=",
		   "blockers=*fs.refer path=\"/tmp/b\" dev=" },
};

static int scene_with_files(struct scene *scene)
{
	return audit_scene(scene) ?: denial_objects(scene, NEEDS_FILES);
}

static int enforce_records(struct scene *scene)
{
	const struct records *records = scene->variant->data;

	return enforce_set(scene, &records->set);
}

static int all_said(struct scene *scene)
{
	const struct records *records = scene->variant->data;
	const int error = records->op(scene);
	struct audit_log log;
	int i;

	if (error < 0 || audit_read(scene, &log))
		return error < 0 ? error : CANNOT;
	for (i = 0; i < log.accesses || (error && records->lines[i]); i++)
		if (i >= log.accesses || !error || !records->lines[i] ||
		    !line_says(log.access[i], records->lines[i])) {
			remark(scene, "record %d of %d: %.180s", i + 1,
			       log.accesses, i < log.accesses ?
			       log.access[i] : "missing");
			return LOG_WRONG;
		}
	return error ? LOG_RIGHT : WORKED;
}

#define RECORDS_CASE							\
	A_LOG_CASE,							\
	.worlds	  = W(CONTROL) | W(DENY),				\
	.covers	  = LOGGED_SINCE,					\
	.scene	  = scene_with_files,					\
	.enforce  = enforce_records,					\
	.attempt  = all_said

static const struct variant refused[] = {
	{ "", .data = &one_right },
	{ "two_rights", .data = &two_rights },
	{ "one_of_two_rights", .data = &one_of_two_rights },
	{ "link", .data = &link_to_other_dir },
	{ "rename", .data = &rename_to_other_dir },
	{ NULL }
};

CASE("log.audit.all_missing",
	.claim	  = "the records of a denial name the missing rights, and no others",
	RECORDS_CASE,
	.promise  = { LOGGED },
	.variants = refused,
	.source	  = "admin-guide/LSM/landlock: AUDIT_LANDLOCK_ACCESS, blockers=");

static const struct variant not_referred[] = {
	{ "", .data = &refer_unhandled },
	{ NULL }
};

CASE("log.audit.all_missing_refer",
	.claim	  = "the records of a denied reparenting name REFER",
	RECORDS_CASE,
	.promise  = { LOGGED },
	.variants = not_referred,
	.source	  = "admin-guide/LSM/landlock: a file link request generating two records");
