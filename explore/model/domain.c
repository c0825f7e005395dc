// SPDX-License-Identifier: GPL-2.0
/*
 * Processes, threads and the domains that they are in: who inherits what, and
 * what becomes of it.
 */
#include <errno.h>
#include <string.h>

#include "clause.h"
#include "domain.h"

#define H(clause) clause_holds(CLAUSE_##clause)

int domain_task(const char *text)
{
	if (strcmp(text, "outside") == 0)
		return DOMAIN_OUTSIDE;
	if (text[0] < 'a' || text[0] >= 'a' + TASKS_MAX - 1 || text[1])
		return -1;
	return text[0] - 'a' + 1;
}

static int numbered(const char *text, char letter, int count)
{
	if (text[0] != letter || text[1] < '0' || text[1] >= '0' + count ||
	    text[2])
		return -1;
	return text[1] - '0';
}

int domain_endpoint(const char *text)
{
	return numbered(text, 's', ENDPOINTS_MAX);
}

int domain_file(const char *text)
{
	return numbered(text, 'f', FILES_MAX);
}

void domain_init(struct domain_state *state, const struct claim *claim)
{
	memset(state, 0, sizeof(*state));
	state->claim = *claim;
	state->domains_count = 1;
	state->tasks[DOMAIN_OUTSIDE].alive = true;
}

static struct expected works(void)
{
	return (struct expected) { .count = 1 };
}

static struct expected unspecified(void)
{
	return (struct expected) { .unspecified = true };
}

/* Domains */

static int new_domain(struct domain_state *state, int parent, uint32_t scoped)
{
	struct domain_node *node = &state->domains[state->domains_count];

	node->depth = state->domains[parent].depth + 1;
	node->parent = H(INHERIT_NESTED) ? parent : 0;
	node->scoped = scoped;
	return state->domains_count++;
}

/* The siblings of the thread, too, with RESTRICT_ALL_THREADS */
static bool is_restricted(const struct domain_state *state, int task,
			  int caller, bool all)
{
	const struct domain_task *one = &state->tasks[task];
	const struct domain_task *self = &state->tasks[caller];

	if (task == caller)
		return true;
	if (!one->alive)
		return false;
	if (one->process == self->process) {
		if (!all)
			return !H(INHERIT_SIBLING);
		return H(TSYNC_ALL) && (H(TSYNC_OVERRIDE) ||
					one->domain == self->domain);
	}
	if (one->parent < 0 ||
	    state->tasks[one->parent].process != self->process)
		return false;
	return all ? !H(TSYNC_PROCESS) : one->parent == caller &&
					 !H(INHERIT_LATER);
}

static struct expected enforce(struct domain_state *state, int caller,
			       const struct policy *policy)
{
	struct expected expected = works();
	const bool all = policy->flags & RESTRICT_ALL_THREADS &&
			 state->claim.abi >= 8;
	const int old = state->tasks[caller].domain;
	int i, domain;

	expected.clause = CLAUSE_LAYERS_LIMIT;
	if (caller == DOMAIN_OUTSIDE || state->domains_count == DOMAINS_MAX)
		return unspecified();
	if (state->domains[old].depth >= LAYERS_LIMIT && H(LAYERS_LIMIT)) {
		expected.answers[0] = E2BIG;
		return expected;
	}
	domain = new_domain(state, old, policy->handled[SET_SCOPED] &
			    model_rights(SET_SCOPED, state->claim.abi));
	for (i = TASKS_MAX - 1; i > 0; i--)
		if (is_restricted(state, i, caller, all) && i != caller)
			state->tasks[i].domain = domain;
	state->tasks[caller].domain = domain;
	return expected;
}

/* Tasks */

static struct expected start(struct domain_state *state, int caller, int task,
			     bool thread)
{
	struct domain_task *self = &state->tasks[caller];
	struct domain_task *new = &state->tasks[task < 0 ? 0 : task];
	int i;

	if (task <= 0 || new->alive || (thread && caller == DOMAIN_OUTSIDE))
		return unspecified();
	*new = (struct domain_task) {
		.alive = true,
		.process = thread ? self->process : task,
		.domain = (thread ? H(INHERIT_THREAD) : H(INHERIT_PROCESS)) ?
			  self->domain : 0,
		.parent = thread ? self->parent : caller,
		.own_group = ++state->groups_count,
	};
	new->group = caller == DOMAIN_OUTSIDE ? new->own_group :
		     state->tasks[self->process].group;
	for (i = 0; i < ENDPOINTS_MAX && !thread; i++)
		if (state->endpoints[i].holders >> self->process & 1)
			state->endpoints[i].holders |= 1U << task;
	return works();
}

static bool is_alone(const struct domain_state *state, int task)
{
	int i;

	for (i = 1; i < TASKS_MAX; i++)
		if (i != task && state->tasks[i].alive &&
		    state->tasks[i].process == state->tasks[task].process)
			return false;
	return true;
}

static void forget_process(struct domain_state *state, int process)
{
	int i;

	for (i = 0; i < ENDPOINTS_MAX; i++)
		state->endpoints[i].holders &= ~(1U << process);
	for (i = 0; i < FILES_MAX; i++)
		if (state->files[i].process == process)
			state->files[i].process = -1;
}

/* The first thread of a process ends last. */
static struct expected leave(struct domain_state *state, int task)
{
	const bool first = state->tasks[task].process == task;
	int i;

	if (task == DOMAIN_OUTSIDE || (first && !is_alone(state, task)))
		return unspecified();
	state->tasks[task].alive = false;
	for (i = 1; i < TASKS_MAX; i++)
		if (state->tasks[i].parent == task)
			state->tasks[i].parent = -1;
	for (i = 0; i < FILES_MAX; i++)
		if (!(state->files[i].how & OWN_GROUP) &&
		    state->files[i].target == task)
			state->files[i].owned = false;
	for (i = 0; i < ENDPOINTS_MAX; i++)
		if (state->endpoints[i].creator == task)
			state->endpoints[i].creator = -1;
	if (first)
		forget_process(state, task);
	return works();
}

static struct expected execute(struct domain_state *state, int task)
{
	if (task == DOMAIN_OUTSIDE || !is_alone(state, task))
		return unspecified();
	if (!H(INHERIT_EXEC))
		state->tasks[task].domain = 0;
	return works();
}

/* setpgid(2); what is outside has a group that nobody touches. */
static struct expected join_group(struct domain_state *state, int task,
				  int target)
{
	struct domain_task *self = &state->tasks[state->tasks[task].process];

	if (task == DOMAIN_OUTSIDE || target == DOMAIN_OUTSIDE)
		return unspecified();
	if (state->tasks[target].process != state->tasks[task].process)
		self->group = state->tasks[state->tasks[target].process].group;
	else
		self->group = self->own_group;
	return works();
}

/* Sockets */

static struct domain_endpoint *endpoint(struct domain_state *state,
					const char *text)
{
	const int number = domain_endpoint(text);

	return number < 0 ? NULL : &state->endpoints[number];
}

static bool holds(const struct domain_state *state, int task,
		  const struct domain_endpoint *one)
{
	return one && one->holders >> state->tasks[task].process & 1;
}

static struct expected new_endpoint(struct domain_state *state, int task,
				    struct domain_endpoint *one,
				    const char *type)
{
	const int domain = state->tasks[task].domain;

	if (!one || one->holders)
		return unspecified();
	*one = (struct domain_endpoint) {
		.holders = 1U << state->tasks[task].process,
		.creator = task, .creator_domain = domain,
		.binder_domain = domain, .holder_domain = domain,
		.datagram = strcmp(type, "dgram") == 0, .peer = -1,
	};
	return works();
}

static struct expected bind_endpoint(struct domain_state *state, int task,
				     struct domain_endpoint *one)
{
	if (!holds(state, task, one) || one->bound || one->connected)
		return unspecified();
	one->bound = true;
	one->binder_domain = state->tasks[task].domain;
	return works();
}

static struct expected pass_endpoint(struct domain_state *state, int task,
				     struct domain_endpoint *one, int to)
{
	struct expected expected = works();

	if (!holds(state, task, one) || to < 0 || !state->tasks[to].alive ||
	    holds(state, to, one))
		return unspecified();
	expected.clause = CLAUSE_UNIX_CONNECTED;
	one->holders |= 1U << state->tasks[to].process;
	one->holder_domain = state->tasks[to].domain;
	return expected;
}

/* @client: NULL for a new socket */
static struct expected reach(const struct domain_state *state, int task,
			     const struct domain_endpoint *client,
			     const struct domain_endpoint *server)
{
	struct expected expected = works();

	if (!server || server == client)
		return unspecified();
	expected.clause = server->datagram ? CLAUSE_UNIX_DATAGRAM :
					     CLAUSE_UNIX_CONNECT;
	if (!server->holders || !server->bound) {
		expected.answers[0] = ECONNREFUSED;
		expected.clause = CLAUSE_NONE;
		return expected;
	}
	expected.denied = !domain_reaches_endpoint(state, task, client, server);
	expected.answers[0] = expected.denied ? EPERM : 0;
	return expected;
}

static struct expected connect_endpoint(struct domain_state *state, int task,
					struct domain_endpoint *client,
					struct domain_endpoint *server)
{
	struct expected expected;

	if (!holds(state, task, client) || client->bound ||
	    client->connected || !server || !server->holders ||
	    !server->bound || server->datagram != client->datagram)
		return unspecified();
	expected = reach(state, task, client, server);
	if (!expected.unspecified && !expected.denied) {
		client->connected = true;
		client->peer = server - state->endpoints;
	}
	return expected;
}

/* Nobody is asked about what is sent on a socket that is connected. */
static struct expected send_connected(const struct domain_state *state,
				      int task,
				      const struct domain_endpoint *client)
{
	const struct domain_endpoint *server;
	struct expected expected = works();

	if (!holds(state, task, client) || !client->connected)
		return unspecified();
	server = &state->endpoints[client->peer];
	/* The place may have been taken by another one since. */
	if (!server->holders || !server->bound ||
	    server->datagram != client->datagram)
		return unspecified();
	expected.clause = CLAUSE_UNIX_CONNECTED;
	if (!H(UNIX_CONNECTED) &&
	    !domain_reaches_endpoint(state, task, client, server)) {
		expected.denied = true;
		expected.answers[0] = EPERM;
	}
	return expected;
}

static struct expected send_to(const struct domain_state *state, int task,
			       const struct domain_endpoint *client,
			       const struct domain_endpoint *server)
{
	if (!holds(state, task, client) || !client->datagram ||
	    client->connected || !server || !server->datagram)
		return unspecified();
	return reach(state, task, client, server);
}

/* Files whose events are signals */

static struct expected own(struct domain_state *state,
			   const struct operation *op)
{
	const int file = domain_file(op->text[0]);
	const int target = domain_task(op->text[1]);
	const struct domain_task *self = &state->tasks[op->actor];

	if (file < 0 || target < 0 || !state->tasks[target].alive ||
	    (op->flags & OWN_GROUP && target == DOMAIN_OUTSIDE))
		return unspecified();
	state->files[file] = (struct domain_file) {
		.owned = true, .how = op->flags, .domain = self->domain,
		.target = state->tasks[target].process,
		.process = self->process,
	};
	if (op->flags & OWN_GROUP)
		state->files[file].target =
			state->tasks[state->tasks[target].process].group;
	else if (op->flags & OWN_THREAD)
		state->files[file].target = target;
	return works();
}

bool domain_is_judged(const struct domain_state *state,
		      const struct operation *op)
{
	const int file = domain_file(op->text[0]);

	if (op->kind < DOMAIN_KILL)
		return false;
	if (op->kind == DOMAIN_EVENT)
		return file >= 0 && state->files[file].domain;
	return state->tasks[op->actor].domain;
}

/* A socket that is connected keeps its place until it is gone, too. */
static bool is_taken(const struct domain_state *state, int number)
{
	int i;

	for (i = 0; i < ENDPOINTS_MAX; i++)
		if (state->endpoints[i].holders &&
		    state->endpoints[i].connected &&
		    state->endpoints[i].peer == number)
			return true;
	return false;
}

struct expected domain_apply(struct domain_state *state,
			     const struct operation *op,
			     const struct policy *policy)
{
	struct domain_endpoint *one = endpoint(state, op->text[0]);
	struct domain_endpoint *other = endpoint(state, op->text[1]);
	const int task = domain_task(op->text[0]);
	struct expected expected;

	if (!state->tasks[op->actor].alive)
		return unspecified();
	switch (op->kind) {
	case DOMAIN_ENFORCE:
		return enforce(state, op->actor, policy);
	case DOMAIN_FORK:
	case DOMAIN_THREAD:
		return start(state, op->actor, task, op->kind == DOMAIN_THREAD);
	case DOMAIN_EXIT:
		return leave(state, op->actor);
	case DOMAIN_EXEC:
		return execute(state, op->actor);
	case DOMAIN_SOCKET:
		if (one && is_taken(state, one - state->endpoints))
			return unspecified();
		return new_endpoint(state, op->actor, one, op->text[1]);
	case DOMAIN_BIND:
		return bind_endpoint(state, op->actor, one);
	case DOMAIN_PASS:
		return pass_endpoint(state, op->actor, one,
				     domain_task(op->text[1]));
	case DOMAIN_OWN:
		return own(state, op);
	case DOMAIN_REACH:
		return reach(state, op->actor, NULL, one);
	case DOMAIN_CONNECT:
		return connect_endpoint(state, op->actor, one, other);
	case DOMAIN_SEND:
		return send_connected(state, op->actor, one);
	case DOMAIN_SENDTO:
		return send_to(state, op->actor, one, other);
	case DOMAIN_EVENT:
		return domain_event(state, op);
	case DOMAIN_TRACEME:
		expected = domain_traceme(state, op);
		return !expected.unspecified &&
		       leave(state, op->actor).unspecified ? unspecified() :
							     expected;
	}
	if (task < 0 || !state->tasks[task].alive)
		return unspecified();
	switch (op->kind) {
	case DOMAIN_GROUP:
		return join_group(state, op->actor, task);
	case DOMAIN_KILL:
		return domain_kill(state, op);
	case DOMAIN_KILL_GROUP:
		return domain_kill_group(state, op);
	default:
		return domain_inspect(state, op);
	}
}
