// SPDX-License-Identifier: GPL-2.0
/* Trace events of domains in force: on whom, and what their rules grant. */
#include "../domain/domain.h"
#include "trace.h"

/* Enforced by a capability, which leaves no_new_privs as it was */
static int by_capability(struct scene *scene)
{
	const struct ruleset set = { .fs = FS_READ_DIR };
	const int ret = enforce_set(scene, &set);
	const char *trace = ret ? NULL : trace_read(scene);

	if (!trace)
		return ret ?: CANNOT;
	return trace_says(scene, trace, getpid(), "enforce_domain",
			  "complete=1 process_wide=1 no_new_privs=0\n", NULL) ?
		LOG_RIGHT : LOG_SILENT;
}

CASE("log.trace.capability",
	.claim	 = "the trace event of a domain says that no_new_privs is not set",
	A_LIFE_CASE,
	.may_gain_privs = true,
	.attempt = by_capability,
	.source	 = "trace/events-landlock: enforce_domain, no_new_privs=");

/* Which rights a rule grants, layer by layer */
static int enforce_layers(struct scene *scene)
{
	const struct ruleset outer = {
		.fs = FS_READ_FILE | FS_WRITE_FILE,
		.rules = { PATH("/dev", .access = FS_READ_FILE) },
	};
	const struct ruleset middle = {
		.net = NET_CONNECT_TCP,
		.rules = { PORT(LAB_DECOY, .access = NET_CONNECT_TCP) },
	};
	const struct ruleset inner = {
		.fs = FS_READ_FILE | FS_WRITE_FILE,
		.net = NET_CONNECT_TCP,
		.rules = { PATH("/dev", .access = FS_WRITE_FILE) },
	};

	return enforce_set(scene, &outer) ?: enforce_set(scene, &middle) ?:
	       enforce_set(scene, &inner);
}

static int grants_are_told(struct scene *scene)
{
	const int missing = scene_needs(scene, "inet");
	const int denied = missing ?: open_null(O_RDWR) | do_connect(scene);
	const char *trace = trace_read(scene);

	if (missing)
		return missing;
	if (!trace || !denied)
		return trace ? WORKED : CANNOT;
	return trace_says(scene, trace, getpid(), "check_rule_inode",
			  "access_request=write_file|read_file dev=*:* ino=* grants={read_file,,write_file}\n",
			  NULL) &&
	       trace_says(scene, trace, getpid(), "check_rule_net_port",
			  "access_request=connect_tcp port=7199 grants={,connect_tcp,}\n",
			  NULL) ?
		LOG_RIGHT : LOG_SILENT;
}

CASE("log.trace.grants",
	.claim	 = "a rule that is looked up leaves a trace event of what each layer grants",
	A_TRACE_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.promise = { LOGGED },
	.enforce = enforce_layers,
	.attempt = grants_are_told,
	.source	 = "trace/events-landlock: Interpreting check_rule events");

/* Who enforces what on whom: a thread alone; all; with a capability */
static int alone(struct scene *scene)
{
	return enforce_set(scene, &(struct ruleset) { .fs = FS_READ_DIR });
}

static int all_threads(struct scene *scene)
{
	return enforce_set(scene, &(struct ruleset) {
			.fs = FS_READ_DIR, .flags = RESTRICT_TSYNC });
}

static const char *const enforced[] = {
	"complete=1 process_wide=0 no_new_privs=1\n",
	"complete=1 process_wide=1 no_new_privs=1\n",
};

/* What the other thread says of it, or does not */
static const char in_sibling[] = "complete=0 process_wide=1 no_new_privs=1\n";

static int give_id(struct scene *scene)
{
	scene->pid[0] = gettid();
	return 0;
}

static int threads_are_told(struct scene *scene)
{
	const bool all = scene->variant->arg;
	const char *trace;
	int ret = sibling_start(scene, 0) ? broken(scene, "pthread_create") :
		  sibling_run(scene, 0, give_id);

	ret = ret ?: scene->variant->op(scene);
	trace = ret ? NULL : trace_read(scene);
	if (!trace)
		return ret ?: CANNOT;
	if (trace_says(scene, trace, scene->pid[0], "enforce_domain",
		       in_sibling, NULL) != all) {
		remark(scene, "the other thread's event: %s",
		       all ? "none" : "one");
		return all ? LOG_SILENT : LOG_WRONG;
	}
	return trace_says(scene, trace, gettid(), "enforce_domain",
			  enforced[all], NULL) ?
		LOG_RIGHT : LOG_SILENT;
}

static const struct variant callers[] = {
	{ "", .op = alone, .arg = 0 },
	{ "tsync", .op = all_threads, .arg = 1 },
	{ NULL }
};

CASE("log.trace.threads",
	.claim	  = "the trace events of a domain say which threads it binds",
	A_LIFE_CASE,
	.own_memory = true,
	.covers	  = "restrict.tsync",
	.variants = callers,
	.attempt  = threads_are_told,
	.source	  = "trace/events-landlock: Domain enforcement");
