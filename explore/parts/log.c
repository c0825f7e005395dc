// SPDX-License-Identifier: GPL-2.0
/* The part "log": its words, and what the model says of a scenario. */
#include "explore/parts/log.h"
#include "explore/parts/turns.h"

#define LOGGED_SINCE 7

/* admin-guide/LSM/landlock: Record types; the last three are not in it. */
const char *const log_blockers[] = {
	"fs.execute", "fs.write_file", "fs.read_file", "fs.read_dir",
	"fs.remove_dir", "fs.remove_file", "fs.make_char", "fs.make_dir",
	"fs.make_reg", "fs.make_sock", "fs.make_fifo", "fs.make_block",
	"fs.make_sym", "fs.refer", "fs.truncate", "fs.ioctl_dev",
	"fs.resolve_unix", "net.bind_tcp", "net.connect_tcp", "net.bind_udp",
	"net.connect_send_udp", "scope.abstract_unix_socket", "scope.signal",
	"ptrace", "fs.change_topology", "new", NULL
};

static const char *const open_flags[] = { "read", "write", "trunc", NULL };
static const char *const make_flags[] = {
	"dir", "fifo", "sym", "sock", NULL
};
static const char *const remove_flags[] = { "dir", NULL };
static const char *const bind_flags[] = { "udp", NULL };
static const char *const reach_flags[] = { "stream", NULL };

static const struct kind kinds[LOG_KINDS] = {
	[LOG_ENFORCE]	= { "enforce", 1, .enforces = true },
	[LOG_MUTE]	= { "mute" },
	[LOG_FORK]	= { "fork", 1 },
	[LOG_EXEC]	= { "exec" },
	[LOG_EXIT]	= { "exit" },
	[LOG_OPEN]	= { "open", 1, .flags = open_flags },
	[LOG_LIST]	= { "list", 1 },
	[LOG_TRUNCATE]	= { "truncate", 1 },
	[LOG_MAKE]	= { "make", 1, .flags = make_flags },
	[LOG_REMOVE]	= { "remove", 1, .flags = remove_flags },
	[LOG_MOUNT]	= { "mount", 1 },
	[LOG_BIND]	= { "bind", 1, .flags = bind_flags },
	[LOG_CONNECT]	= { "connect", 1 },
	[LOG_SEND]	= { "send", 1 },
	[LOG_KILL]	= { "kill", 1 },
	[LOG_REACH]	= { "reach", .flags = reach_flags },
	[LOG_INSPECT]	= { "inspect", 1 },
	[LOG_HEARD]	= { "heard", 2, .flags = log_blockers, .hears = true },
	[LOG_ENDED]	= { "ended", 2, .hears = true },
};

static const char *needs(const struct claim *claim,
			 const struct scenario *scenario)
{
	(void)scenario;
	return claim->abi < LOGGED_SINCE ? "a log (ABI 7)" : log_missing();
}

static bool is_judged(const struct log_state *state,
		      const struct operation *op)
{
	return op->kind >= LOG_OPEN && op->kind < LOG_HEARD &&
	       state->tasks[op->actor].domain;
}

void log_predict(const struct claim *claim, const struct scenario *scenario,
		 struct prediction *prediction)
{
	static struct log_state state;
	int i;

	log_init(&state, claim);
	prediction->decisions = 0;
	prediction->digested = false;
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];

		prediction->expected[i] = log_apply(&state, op,
			&scenario->policies[op->policy]);
		if (prediction->expected[i].unspecified)
			break;
		prediction->decisions += is_judged(&state, op);
	}
	prediction->count = i;
}

const struct part part_log = {
	.name = "log",
	.actors = log_tasks,
	.actors_count = LOG_TASKS,
	.kinds = kinds,
	.kinds_count = LOG_KINDS,
	.prepare = log_prepare,
	.needs = needs,
	.generate = log_generate,
	.predict = log_predict,
	.run = log_run,
	.statement = log_statement,
	.sequence = log_sequence,
	.helpers = { turns_helpers, log_helpers },
	.runner = { turns_runner, log_runner },
};
