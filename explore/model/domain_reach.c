// SPDX-License-Identifier: GPL-2.0
/*
 * Whom a domain may reach: by signals, through sockets with abstract names, and
 * as a tracer.
 */
#include <errno.h>

#include "clause.h"
#include "domain.h"

#define H(clause) clause_holds(CLAUSE_##clause)

static const struct expected unspecified = { .unspecified = true };

static struct expected answer(bool denied, int error, enum clause clause)
{
	return (struct expected) {
		.answers = { denied ? error : 0 }, .count = 1,
		.denied = denied, .clause = clause,
	};
}

/* Is domain @one nested in @other, however deep? */
static bool is_nested(const struct domain_state *state, int one, int other)
{
	if (!other)
		return one;
	while (one && one != other)
		one = state->domains[one].parent;
	return one == other;
}

/* Scopes */

static bool is_in_scope(const struct domain_state *state, int one, int scope)
{
	if (one == scope)
		return H(SCOPE_SAME);
	if (!H(SCOPE_ABOVE) && is_nested(state, scope, one))
		return true;
	if (!H(SCOPE_SIBLING) &&
	    state->domains[one].depth >= state->domains[scope].depth)
		return true;
	return is_nested(state, one, scope) && H(SCOPE_NESTED);
}

static uint32_t scoped(const struct domain_state *state, int domain)
{
	const uint32_t bits = state->domains[domain].scoped;
	const uint32_t all = model_rights(SET_SCOPED, state->claim.abi);

	if (!domain)
		return 0;
	if (!H(SCOPE_KINDS) && bits)
		return all;
	return H(SCOPE_UNSCOPED) ? bits : all;
}

/* May who is in domain @from reach who is in domain @to? */
static bool reaches(const struct domain_state *state, int from, int to,
		    enum scope_right right)
{
	int at;

	for (at = from; at; at = state->domains[at].parent) {
		if (scoped(state, at) & right && !is_in_scope(state, to, at))
			return false;
		if (!H(SCOPE_LAYERS))
			break;
	}
	for (at = to; at && !H(SCOPE_OUTGOING); at = state->domains[at].parent)
		if (scoped(state, at) & right && !is_in_scope(state, from, at))
			return false;
	return true;
}

/* Signals */

enum verdict { ALLOWED_SIGNAL, DENIED_SIGNAL, UNCLEAR_SIGNAL };

/*
 * From domain @from, in process @process, to one thread.  Before erratum 2 was
 * mended threads of one process were judged as others are, or not.
 */
static enum verdict judge_thread(const struct domain_state *state, int from,
				 int process, int thread, enum clause own)
{
	const struct domain_task *to = &state->tasks[thread];
	const bool reached = reaches(state, from, to->domain, SCOPE_SIGNALS);

	if (to->process == process && !reached) {
		if (!claim_fixed(&state->claim, 2))
			return UNCLEAR_SIGNAL;
		if (clause_holds(own))
			return ALLOWED_SIGNAL;
	}
	return reached ? ALLOWED_SIGNAL : DENIED_SIGNAL;
}

/* To a process: nothing says which of its threads counts, if they differ. */
static enum verdict judge_process(const struct domain_state *state, int from,
				  int process, int to, enum clause own)
{
	const enum verdict verdict = judge_thread(state, from, process, to, own);
	int i;

	for (i = 0; i < TASKS_MAX; i++)
		if (state->tasks[i].alive && state->tasks[i].process == to &&
		    judge_thread(state, from, process, i, own) != verdict)
			return UNCLEAR_SIGNAL;
	return verdict;
}

static enum clause kill_clause(uint32_t flags)
{
	if (flags & KILL_ZERO)
		return CLAUSE_SIGNAL_ZERO;
	if (flags & KILL_THREAD)
		return CLAUSE_SIGNAL_THREAD;
	if (flags & KILL_PIDFD)
		return CLAUSE_SIGNAL_PIDFD;
	return flags & KILL_QUEUE ? CLAUSE_SIGNAL_QUEUE : CLAUSE_SIGNAL_SCOPE;
}

struct expected domain_kill(const struct domain_state *state,
			    const struct operation *op)
{
	const struct domain_task *self = &state->tasks[op->actor];
	const int target = domain_task(op->text[0]);
	const struct domain_task *to = &state->tasks[target];
	const enum clause clause = kill_clause(op->flags);
	const enum verdict verdict = op->flags & KILL_THREAD ?
		judge_thread(state, self->domain, self->process, target,
			     CLAUSE_SIGNAL_PROCESS) :
		judge_process(state, self->domain, self->process, to->process,
			      CLAUSE_SIGNAL_PROCESS);

	if (verdict == UNCLEAR_SIGNAL)
		return unspecified;
	if (to->process == self->process)
		return answer(verdict == DENIED_SIGNAL, EPERM,
			      CLAUSE_SIGNAL_PROCESS);
	return answer(verdict == DENIED_SIGNAL && clause_holds(clause), EPERM,
		      clause);
}

/*
 * The call works if anybody gets the signal; ENODATA stands for a call that
 * works although the task that is watched gets none.
 */
struct expected domain_kill_group(const struct domain_state *state,
				  const struct operation *op)
{
	const struct domain_task *self = &state->tasks[op->actor];
	const int watched = state->tasks[domain_task(op->text[0])].process;
	bool any = false, denied = false;
	int i;

	if (watched == DOMAIN_OUTSIDE)
		return unspecified;
	for (i = 1; i < TASKS_MAX; i++) {
		const struct domain_task *to = &state->tasks[i];
		enum verdict verdict;

		if (!to->alive || to->process != i ||
		    to->group != state->tasks[watched].group)
			continue;
		verdict = judge_process(state, self->domain, self->process, i,
					CLAUSE_SIGNAL_PROCESS);
		if (verdict == UNCLEAR_SIGNAL)
			return unspecified;
		any |= verdict == ALLOWED_SIGNAL;
		if (i == watched)
			denied = verdict == DENIED_SIGNAL;
	}
	if (!H(SIGNAL_GROUP) && any)
		denied = false;
	return answer(denied, any ? ENODATA : EPERM, CLAUSE_SIGNAL_GROUP);
}

static bool gets_events(const struct domain_state *state,
			const struct domain_file *file, int task)
{
	const int process = state->tasks[task].process;

	if (file->how & OWN_GROUP)
		return process == task && task != DOMAIN_OUTSIDE &&
		       state->tasks[process].group == file->target;
	return task == file->target;
}

/* Is who asked for the signals in the group that gets them? */
static bool owner_is_in_group(const struct domain_state *state,
			      const struct domain_file *file)
{
	return file->how & OWN_GROUP && file->process > 0 &&
	       state->tasks[file->process].group == file->target;
}

/* An event is no call: EPERM stands for a signal that does not come. */
struct expected domain_event(const struct domain_state *state,
			     const struct operation *op)
{
	const int number = domain_file(op->text[0]);
	const int watched = domain_task(op->text[1]);
	const struct domain_file *file = &state->files[number < 0 ? 0 : number];
	enum verdict verdict;
	enum clause clause;
	int from;

	if (number < 0 || watched < 0 || !state->tasks[watched].alive ||
	    !file->owned || !gets_events(state, file, watched))
		return unspecified;
	from = H(SIGIO_TIME) ? file->domain : state->tasks[op->actor].domain;
	verdict = file->how & OWN_THREAD ?
		judge_thread(state, from, file->process, watched,
			     CLAUSE_SIGIO_PROCESS) :
		judge_process(state, from, file->process, watched,
			      CLAUSE_SIGIO_PROCESS);
	if (verdict == UNCLEAR_SIGNAL)
		return unspecified;
	clause = state->tasks[watched].process == file->process ?
		 CLAUSE_SIGIO_PROCESS : file->how & OWN_GROUP ?
		 CLAUSE_SIGIO_GROUP : CLAUSE_SIGIO_SCOPE;
	if (!H(SIGIO_GROUP) && owner_is_in_group(state, file))
		verdict = ALLOWED_SIGNAL;
	return answer(verdict == DENIED_SIGNAL && H(SIGIO_SCOPE), EPERM,
		      clause);
}

/* Sockets */

bool domain_reaches_endpoint(const struct domain_state *state, int task,
			     const struct domain_endpoint *client,
			     const struct domain_endpoint *server)
{
	int from = state->tasks[task].domain, to = server->creator_domain;

	if (!H(UNIX_CALLER) && client)
		from = client->creator_domain;
	if (!H(UNIX_BINDER))
		to = server->binder_domain;
	if (!H(UNIX_HOLDER))
		to = server->holder_domain;
	if (!H(UNIX_TIME) && server->creator >= 0)
		to = state->tasks[server->creator].domain;
	if (server->datagram ? !H(UNIX_DATAGRAM) : !H(UNIX_CONNECT))
		return true;
	return reaches(state, from, to, SCOPE_ABSTRACT);
}

/* Tracing */

static bool may_trace(const struct domain_state *state, int from, int to)
{
	if (!from)
		return true;
	if (from == to)
		return H(PTRACE_SAME);
	if (!H(PTRACE_ABOVE) && is_nested(state, from, to))
		return true;
	if (!H(PTRACE_SIBLING) &&
	    state->domains[to].depth >= state->domains[from].depth)
		return true;
	return is_nested(state, to, from) && H(PTRACE_NESTED);
}

/* Which error is said nowhere; it differs from call to call. */
static struct expected trace_answer(bool denied, enum clause clause,
				    int likely, int other)
{
	struct expected expected = answer(denied && clause_holds(clause),
					  likely, clause);

	if (expected.denied)
		expected_add(&expected, other);
	return expected;
}

struct expected domain_inspect(const struct domain_state *state,
			       const struct operation *op)
{
	const int target = domain_task(op->text[0]);
	const struct domain_task *self = &state->tasks[op->actor];
	const struct domain_task *to = &state->tasks[target];
	const bool denied = !may_trace(state, self->domain, to->domain);

	/* Threads of one process cannot trace each other anyway. */
	if (to->process == self->process) {
		if (op->flags & INSPECT_SEIZE)
			return unspecified;
		return answer(denied && !H(PTRACE_THREADS), EPERM,
			      CLAUSE_PTRACE_THREADS);
	}
	if (op->flags & INSPECT_SEIZE)
		return trace_answer(denied, CLAUSE_PTRACE_ATTACH, EPERM,
				    EACCES);
	if (op->flags & INSPECT_KCMP)
		return trace_answer(denied, CLAUSE_PTRACE_KCMP, EPERM, EACCES);
	if (op->flags & INSPECT_EXE)
		return trace_answer(denied, CLAUSE_PTRACE_PROC, EACCES, EPERM);
	/* A descriptor for a process means its first thread. */
	if (to->process != target)
		return unspecified;
	return trace_answer(denied, CLAUSE_PTRACE_GETFD, EPERM, EACCES);
}

struct expected domain_traceme(const struct domain_state *state,
			       const struct operation *op)
{
	const struct domain_task *self = &state->tasks[op->actor];

	if (self->process != op->actor || self->parent < 0 ||
	    op->actor == DOMAIN_OUTSIDE)
		return unspecified;
	return trace_answer(!may_trace(state,
				       state->tasks[self->parent].domain,
				       self->domain), CLAUSE_PTRACE_TRACEME,
			    EPERM, EACCES);
}
