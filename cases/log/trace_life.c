// SPDX-License-Identifier: GPL-2.0
/* Trace events of what Landlock is told to do: rulesets, rules, domains. */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "../domain/domain.h"
#include "trace.h"

static int nothing(struct scene *scene)
{
	return trace_read(scene) ? WORKED : CANNOT;
}

#define LIFE_CASE							\
	A_TRACE_CASE,							\
	.worlds	  = W(CONTROL) | W(CALL),				\
	.promise  = { DENIED(EACCES) },					\
	.control  = nothing

/* All but what the ruleset handles and the rule does not name; never REFER */
#define GRANTED_PATH							\
	"access_rights=execute|write_file|read_file|remove_dir|*|make_sym|truncate|"
#define GRANTED_PORT							\
	"access_rights=bind_tcp|connect_tcp|bind_udp|connect_send_udp*port=7199\n"

static const struct ruleset policy = {
	.fs = FS_READ_FILE | FS_READ_DIR,
	.net = NET_CONNECT_TCP,
	.scoped = SCOPE_SIGNAL | SCOPE_ABSTRACT_UNIX_SOCKET,
	.rules = {
		PATH("/dev", .access = FS_READ_FILE),
		PORT(LAB_DECOY, .access = NET_CONNECT_TCP),
	},
};

/* A call that fails adds no rule, so it is not told of. */
static void fail_to_add(int ruleset)
{
	const struct net_port_attr attr = { NET_BIND_TCP, LAB_DECOY };

	landlock_add(ruleset, RULE_NET_PORT, &attr, 0);
}

static int make_policy(void)
{
	const char *step;
	const int fd = ruleset_build(&policy, 0, 0, &step);

	if (fd >= 0) {
		fail_to_add(fd);
		landlock_restrict(fd, 0);
		close(fd);
	}
	return fd;
}

struct step {
	const char *event, *text;
};

static const struct step steps[] = {
	{ "create_ruleset",
	  ".0 handled_fs=read_file|read_dir handled_net=connect_tcp scoped=abstract_unix_socket|signal\n" },
	{ "add_rule_path_beneath", ".1 " GRANTED_PATH },
	{ "add_rule_path_beneath", "dev=*:* ino=* path=/dev\n" },
	{ "add_rule_net_port", ".2 " GRANTED_PORT },
	{ "create_domain", "parent=0 ruleset=*.2\n" },
	{ "enforce_domain", "complete=1 process_wide=1 no_new_privs=1\n" },
	{ "free_ruleset", ".2\n" },
};

/* Every step by its event, and all of one ruleset */
static int policy_is_told(struct scene *scene)
{
	unsigned long long ruleset = 0, of;
	char line[TRACE_LINE], *trace;
	size_t i;

	if (make_policy() < 0)
		return WORKED;
	trace = trace_read(scene);
	if (!trace)
		return CANNOT;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (!trace_says(scene, trace, getpid(), steps[i].event,
				steps[i].text, line))
			return WORKED;
		of = trace_number(line, "ruleset=");
		if (of && ruleset && of != ruleset) {
			remark(scene, "%s: of another ruleset",
			       steps[i].event);
			return NO_EFFECT;
		}
		ruleset = of ? of : ruleset;
	}
	return EACCES;
}

CASE("log.trace.policy",
	.claim	 = "a policy that is made and enforced, without a trace of each step",
	LIFE_CASE,
	.attempt = policy_is_told,
	.source	 = "trace/events-landlock: syscall events, Ruleset versioning");

/* The inner domain's parent is the outer one. */
static int parent_is_told(struct scene *scene)
{
	const struct ruleset outer = { .fs = FS_READ_FILE };
	const struct ruleset inner = { .fs = FS_READ_DIR };
	char text[64], line[TRACE_LINE], *trace;
	int ret = enforce_set(scene, &outer) ?: enforce_set(scene, &inner);

	trace = ret ? NULL : trace_read(scene);
	if (!trace)
		return ret ?: CANNOT;
	if (!trace_says(scene, trace, getpid(), "create_domain", "parent=0 ",
			line))
		return WORKED;
	snprintf(text, sizeof(text), " parent=%llx ",
		 trace_number(line, "domain="));
	return trace_says(scene, trace, getpid(), "create_domain", text,
			  NULL) ? EACCES : WORKED;
}

CASE("log.trace.parent",
	.claim	 = "a nested domain whose trace event does not name its parent",
	LIFE_CASE,
	.attempt = parent_is_told,
	.source	 = "trace/events-landlock: create_domain");

/* A domain's end; .arg: flags of landlock_restrict_self(2) */
static int deny_twice(struct scene *scene)
{
	const struct ruleset set = {
		.fs = FS_READ_DIR, .flags = scene->variant->arg,
	};
	const int ret = enforce_set(scene, &set);

	scene->pid[0] = getpid();
	return ret ?: open_root() | open_root();
}

static int end_is_told(struct scene *scene)
{
	const int ret = in_child(scene, deny_twice);

	if (ret != EACCES)
		return ret;
	if (trace_await(scene, "free_domain", "denials=2\n"))
		return WORKED;
	return ret;
}

static const struct variant endings[] = {
	{ "", .arg = 0 },
	{ "unlogged", .arg = RESTRICT_LOG_SAME_EXEC_OFF },
	{ NULL }
};

CASE("log.trace.domain_end",
	.claim	  = "a domain that ends without a trace event",
	LIFE_CASE,
	.variants = endings,
	.attempt  = end_is_told,
	.source	  = "trace/events-landlock: free_domain");

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
	const int denied = open_null(O_RDWR) | do_connect(scene);
	char *trace = trace_read(scene);

	if (!trace || !denied)
		return trace ? WORKED : CANNOT;
	return trace_says(scene, trace, getpid(), "check_rule_inode",
			  "access_request=write_file|read_file dev=*:* ino=* grants={read_file,,write_file}\n",
			  NULL) &&
	       trace_says(scene, trace, getpid(), "check_rule_net_port",
			  "access_request=connect_tcp port=7199 grants={,connect_tcp,}\n",
			  NULL) ? EACCES : WORKED;
}

CASE("log.trace.grants",
	.claim	 = "a rule that is looked at, without a trace of what each layer grants",
	A_TRACE_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.promise = { DENIED(EACCES) },
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
	char *trace;
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
		return WORKED;
	}
	return trace_says(scene, trace, gettid(), "enforce_domain",
			  enforced[all], NULL) ? EACCES : WORKED;
}

static const struct variant callers[] = {
	{ "", .op = alone, .arg = 0 },
	{ "tsync", .op = all_threads, .arg = 1 },
	{ NULL }
};

CASE("log.trace.threads",
	.claim	  = "a domain whose trace events do not say which threads it binds",
	LIFE_CASE,
	.own_memory = true,
	.covers	  = "restrict.tsync",
	.variants = callers,
	.attempt  = threads_are_told,
	.source	  = "trace/events-landlock: Domain enforcement");
