// SPDX-License-Identifier: GPL-2.0
/* What TSYNC does to the log of other threads. */
#include <linux/capability.h>
#include <sys/syscall.h>

#include "../domain/domain.h"
#include "denials.h"

#define DOC_TSYNC "landlock.h: LANDLOCK_RESTRICT_SELF_TSYNC, the logging configuration"

/*
 * Credentials of its own: TSYNC then cannot hand over the caller's as they are.
 * capset(2) makes new ones although nothing changes, as setresuid(2) does not.
 */
static int own_credentials(struct scene *scene)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	(void)scene;
	return errno_of(syscall(SYS_capget, &header, data)) ?:
	       errno_of(syscall(SYS_capset, &header, data));
}

static int sibling_apart(struct scene *scene)
{
	return sibling_start(scene, 0) ? broken(scene, "pthread_create") :
	       sibling_run(scene, 0, own_credentials);
}

static int nothing(struct scene *scene)
{
	struct audit_log log;

	return audit_read(scene, &log);
}

#define THREAD_CASE							\
	A_LOG_CASE,							\
	.own_memory = true,						\
	.worlds	 = W(CONTROL) | W(CALL),				\
	.promise = { LOGGED },					\
	.scene	 = audit_scene,						\
	.control = nothing

static int list(struct scene *scene)
{
	(void)scene;
	return open_root();
}

/* It is the same program that is denied: so it is logged. */
static int denied_in_sibling(struct scene *scene)
{
	const struct ruleset set = {
		.fs = FS_READ_DIR, .flags = RESTRICT_TSYNC,
	};
	const int ret = sibling_apart(scene) ?: enforce_set(scene, &set);

	return ret ?: was_logged(scene, sibling_run(scene, 0, list),
				 "fs.read_dir", "path=\"/\"");
}

CASE("log.audit.tsync",
	.claim	 = "a denial of a thread that TSYNC has bound leaves a record",
	THREAD_CASE,
	.covers	 = "restrict.tsync",
	.attempt = denied_in_sibling,
	.source	 = DOC_TSYNC);

static int restrict_and_list(struct scene *scene)
{
	const struct ruleset inner = { .fs = FS_READ_DIR };

	return enforce_set(scene, &inner) ?: open_root();
}

/* The outer domain is logged, that of the muted thread is not. */
static int muted_in_sibling(struct scene *scene)
{
	const struct ruleset outer = { .fs = FS_WRITE_FILE };
	int inner, ret = enforce_set(scene, &outer) ?: sibling_apart(scene);

	if (!ret && ll_restrict(-1, RESTRICT_LOG_SUBDOMAINS_OFF |
				RESTRICT_TSYNC))
		ret = policy_refused(scene, "landlock_restrict_self", errno);
	if (ret)
		return ret;
	inner = sibling_run(scene, 0, restrict_and_list);
	return second_logged(scene, inner, open_null(O_WRONLY),
			     "fs.write_file");
}

CASE("log.audit.tsync_subdomains_off",
	.claim	 = "LOG_SUBDOMAINS_OFF with TSYNC: denials of other threads' domains are not recorded",
	THREAD_CASE,
	.covers	 = "restrict.tsync restrict.log_subdomains_off",
	.attempt = muted_in_sibling,
	.source	 = DOC_TSYNC);

/* The domain that it replaces has no user any more. */
static int replaced_in_sibling(struct scene *scene)
{
	const struct ruleset set = {
		.fs = FS_WRITE_FILE, .flags = RESTRICT_TSYNC,
	};
	struct audit_log log;
	int ret = sibling_start(scene, 0) ? broken(scene, "pthread_create") :
		  sibling_run(scene, 0, restrict_and_list);

	if (ret != EACCES)
		return ret;
	if (enforce_set(scene, &set))
		return BROKEN;
	if (audit_read(scene, &log))
		return CANNOT;
	if (log.domains == 1 && !audit_await_ends(scene, &log, 1))
		return LOG_RIGHT;
	remark(scene, "%d domains, %d ends", log.domains, log.freed);
	return LOG_SILENT;
}

CASE("log.audit.tsync_domain_end",
	.claim	 = "a domain that TSYNC replaces leaves a record of its end",
	THREAD_CASE,
	.covers	 = "restrict.tsync",
	.attempt = replaced_in_sibling,
	.source	 = "admin-guide/LSM/landlock: status=deallocated");
