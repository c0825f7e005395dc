// SPDX-License-Identifier: GPL-2.0
/* Trace events of what Landlock is told to do: rulesets, rules, domains. */
#include <sys/resource.h>

#include "trace.h"

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

/* A call that fails adds no rule, so it makes no event. */
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
		ll_restrict(fd, 0);
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
	const int missing = scene_needs(scene, "inet");
	char line[TRACE_LINE];
	const char *trace;
	size_t i;

	if (missing)
		return missing;
	if (make_policy() < 0)
		return WORKED;
	trace = trace_read(scene);
	if (!trace)
		return CANNOT;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (!trace_says(scene, trace, getpid(), steps[i].event,
				steps[i].text, line))
			return LOG_SILENT;
		of = trace_number(line, "ruleset=");
		if (of && ruleset && of != ruleset) {
			remark(scene, "%s: of another ruleset",
			       steps[i].event);
			return LOG_WRONG;
		}
		ruleset = of ? of : ruleset;
	}
	return LOG_RIGHT;
}

CASE("log.trace.policy",
	.claim	 = "a policy that is made and enforced leaves a trace event of each step",
	A_LIFE_CASE,
	.attempt = policy_is_told,
	.source	 = "trace/events-landlock: syscall events, Ruleset versioning");

/* Is a ruleset like those below enforced when asked for? 0 or an outcome. */
static int enforceable(struct scene *scene)
{
	static const struct ruleset set = { .fs = FS_READ_DIR };
	const int ret = enforce_set(scene, &set);
	int fd;

	if (ret)
		return ret;
	fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	close(fd);
	return UNENFORCED;
}

/*
 * No descriptor is left, so the kernel frees the ruleset that it has just made.
 */
static int no_descriptor(struct scene *scene)
{
	const struct ruleset_attr attr = { .handled_access_fs = FS_READ_DIR };
	const struct rlimit none = { 0, 0 };
	struct rlimit before;
	const char *trace;
	int error;

	getrlimit(RLIMIT_NOFILE, &before);
	if (setrlimit(RLIMIT_NOFILE, &none))
		return broken(scene, "setrlimit: %s", strerrorname_np(errno));
	error = errno_of(ll_create(&attr, sizeof(attr), 0));
	setrlimit(RLIMIT_NOFILE, &(struct rlimit) { before.rlim_max,
						    before.rlim_max });
	trace = trace_read(scene);
	if (!trace)
		return CANNOT;
	if (!trace_says(scene, trace, getpid(), "create_ruleset",
			".0 handled_fs=read_dir", NULL) ||
	    !trace_says(scene, trace, getpid(), "free_ruleset", ".0\n", NULL))
		return LOG_SILENT;
	if (error != EMFILE)
		return error;
	return enforceable(scene) ?: LOG_RIGHT;
}

CASE("log.trace.no_descriptor",
	.claim	 = "a ruleset for which there is no descriptor leaves a trace event of its end",
	A_TRACE_CASE,
	.worlds	 = W(CONTROL) | W(CALL),
	.promise = { LOGGED },
	.control = trace_nothing,
	.attempt = no_descriptor,
	.source	 = "trace/events-landlock: Lifecycle consistency");

/*
 * An ID tells little: the first one is large, and the step to the next is
 * random.
 */
#define NUMBERS 12

static int numbers_are_blurred(struct scene *scene)
{
	const struct ruleset_attr attr = { .handled_access_fs = FS_READ_DIR };
	unsigned long long id, last = 0;
	int i, steps_of_one = 0;
	char line[TRACE_LINE];

	for (i = 0; i < NUMBERS; i++) {
		const int fd = ll_create(&attr, sizeof(attr), 0);
		const char *trace = trace_read(scene);

		close(fd);
		if (!trace)
			return CANNOT;
		if (!trace_says(scene, trace, getpid(), "create_ruleset",
				"ruleset=", line))
			return LOG_SILENT;
		id = trace_number(line, "ruleset=");
		if (id <= last || id < 1ULL << 32) {
			remark(scene, "%llx after %llx", id, last);
			return LOG_WRONG;
		}
		steps_of_one += id == last + 1;
		last = id;
	}
	remark(scene, "%d of %d steps are 1", steps_of_one, NUMBERS - 1);
	if (steps_of_one == NUMBERS - 1)
		return LOG_WRONG;
	return enforceable(scene) ?: LOG_RIGHT;
}

CASE("log.trace.numbers",
	.claim	 = "IDs of rulesets do not tell how many there are",
	A_LIFE_CASE,
	.attempt = numbers_are_blurred,
	.source	 = "security/landlock/id.c: init_id(), get_id_range()");

/* The inner domain's parent is the outer one. */
static int parent_is_told(struct scene *scene)
{
	const struct ruleset outer = { .fs = FS_READ_FILE };
	const struct ruleset inner = { .fs = FS_READ_DIR };
	char text[64], line[TRACE_LINE];
	const char *trace;
	int ret = enforce_set(scene, &outer) ?: enforce_set(scene, &inner);

	trace = ret ? NULL : trace_read(scene);
	if (!trace)
		return ret ?: CANNOT;
	if (!trace_says(scene, trace, getpid(), "create_domain", "parent=0 ",
			line))
		return LOG_SILENT;
	snprintf(text, sizeof(text), " parent=%llx ",
		 trace_number(line, "domain="));
	return trace_says(scene, trace, getpid(), "create_domain", text,
			  NULL) ?
		LOG_RIGHT : LOG_SILENT;
}

CASE("log.trace.parent",
	.claim	 = "the trace event of a nested domain names its parent",
	A_LIFE_CASE,
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
		return LOG_SILENT;
	return LOG_RIGHT;
}

static const struct variant endings[] = {
	{ "", .arg = 0 },
	{ "unlogged", .arg = RESTRICT_LOG_SAME_EXEC_OFF },
	{ NULL }
};

CASE("log.trace.domain_end",
	.claim	  = "a domain that ends leaves a trace event",
	A_LIFE_CASE,
	.variants = endings,
	.attempt  = end_is_told,
	.source	  = "trace/events-landlock: free_domain");
