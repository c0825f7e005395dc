// SPDX-License-Identifier: GPL-2.0
/* Which denials leave a record, and what it says. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clause.h"
#include "log.h"

#define H(clause) clause_holds(CLAUSE_##clause)
#define QUIET_SINCE 10
#define SCOPES (3U << BLOCKER_SCOPE)

const char *const log_paths[LOG_PATHS] = {
	".", "x", "x/y", "z", "x/f", "x/y/f", "z/f",
};
const uint16_t log_ports[LOG_PORTS] = { 7101, 7102, 7103 };
const char *const log_tasks[LOG_TASKS] = { "outside", "a", "b", "c", "d" };
const char log_server[] = "server";

static int find(const char *const *words, int count, const char *text)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return -1;
}

int log_path(const char *text)
{
	return find(log_paths, LOG_PATHS, text);
}

int log_task(const char *text)
{
	return find(log_tasks, LOG_TASKS, text);
}

void log_init(struct log_state *state, const struct claim *claim)
{
	memset(state, 0, sizeof(*state));
	state->claim = *claim;
	state->domains_count = 1;
	state->tasks[LOG_OUTSIDE].alive = true;
}

static struct expected answers(int answer)
{
	return (struct expected) { .count = 1, .answers = { answer } };
}

static struct expected unspecified(void)
{
	return (struct expected) { .unspecified = true };
}

/* Policies */

struct log_layer log_layer(const struct claim *claim,
			   const struct policy *policy)
{
	struct log_layer layer;
	bool empty = true;
	int set;

	for (set = 0; set < SETS; set++) {
		layer.handled[set] = policy->handled[set] &
				     model_rights(set, claim->abi);
		layer.quiet[set] = claim->abi < QUIET_SINCE ? 0 :
				   policy->quiet[set] & layer.handled[set];
		empty &= !layer.handled[set];
	}
	if (empty)
		layer.handled[SET_FS] = MAKE_BLOCK;
	return layer;
}

static uint32_t as_blockers(const uint32_t *bits)
{
	return bits[SET_FS] | bits[SET_NET] << BLOCKER_NET |
	       bits[SET_SCOPED] << BLOCKER_SCOPE;
}

/* Is @path the other one, or beneath it? */
static bool is_beneath(const char *path, const char *other)
{
	const size_t length = strlen(other);

	return strcmp(other, ".") == 0 || strcmp(path, other) == 0 ||
	       (strncmp(path, other, length) == 0 && path[length] == '/');
}

/* What is attempted */
struct attempt {
	uint32_t blockers;	/* the rights that it needs, or what forbids it */
	const char *path;	/* where rules are looked for, or NULL */
	uint16_t port;		/* or 0 */
	int target;		/* a domain, for scopes and tracing */
	int error;
	const char *object;
};

static bool covers(const struct grant *grant, const struct attempt *attempt)
{
	if (attempt->path)
		return grant->path[0] && is_beneath(attempt->path, grant->path);
	return attempt->port && !grant->path[0] && grant->port == attempt->port;
}

/* What the rules of a layer grant for the object */
static uint32_t granted(const struct policy *policy,
			const struct attempt *attempt)
{
	uint32_t bits = 0;
	int i;

	for (i = 0; i < policy->grants_count; i++)
		if (covers(&policy->grants[i], attempt))
			bits |= policy->grants[i].access;
	return attempt->path ? bits : bits << BLOCKER_NET;
}

static bool is_same(const struct grant *one, const struct grant *other)
{
	return one->port == other->port && strcmp(one->path, other->path) == 0;
}

/* Does a rule for the same object stand before this one? */
static bool is_again(const struct policy *policy, int number)
{
	int i;

	for (i = 0; i < number; i++)
		if (is_same(&policy->grants[i], &policy->grants[number]))
			return true;
	return false;
}

/* Is there a rule for a directory above that of this one, which is not quiet? */
static bool is_below_another(const struct policy *policy, int number)
{
	const char *const path = policy->grants[number].path;
	int i;

	for (i = 0; path[0] && i < policy->grants_count; i++) {
		const char *const above = policy->grants[i].path;

		if (above[0] && !policy->grants[i].quiet &&
		    is_beneath(path, above) && strcmp(path, above) != 0)
			return true;
	}
	return false;
}

/* Has the layer a quiet rule for the object? */
static bool is_marked(const struct policy *policy,
		      const struct attempt *attempt)
{
	bool marked = false;
	int i;

	for (i = 0; i < policy->grants_count; i++) {
		const struct grant *grant = &policy->grants[i];

		if (!covers(grant, attempt) ||
		    (!H(QUIET_BENEATH) && attempt->path &&
		     strcmp(grant->path, attempt->path) != 0))
			continue;
		/* The last call for the same object decides, for a mutant. */
		if (!grant->quiet && !H(QUIET_AGAIN))
			marked = false;
		if ((!H(QUIET_LATER) && is_again(policy, i)) ||
		    (!H(QUIET_ABOVE) && is_below_another(policy, i)))
			continue;
		if (grant->quiet && (grant->access || H(QUIET_EMPTY)))
			marked = true;
	}
	return marked;
}

static bool is_within(const struct log_state *state, int domain, int outer)
{
	while (domain && domain != outer)
		domain = state->domains[domain].parent;
	return domain == outer;
}

/* What a layer denies of it */
static uint32_t denied_by(const struct log_state *state, int domain,
			  const struct attempt *attempt)
{
	const struct policy *policy = state->domains[domain].policy;
	const struct log_layer layer = log_layer(&state->claim, policy);

	if (attempt->blockers >> BLOCKER_MOUNT & 1)
		return layer.handled[SET_FS] ? attempt->blockers : 0;
	if (attempt->blockers >> BLOCKER_PTRACE & 1)
		return is_within(state, attempt->target, domain) ? 0 :
		       attempt->blockers;
	if (attempt->blockers & SCOPES)
		return is_within(state, attempt->target, domain) ? 0 :
		       attempt->blockers & as_blockers(layer.handled);
	return attempt->blockers & as_blockers(layer.handled) &
	       ~granted(policy, attempt);
}

/* Quiet layers */

static bool is_quiet_layer(const struct log_state *state, int domain,
			   const struct attempt *attempt, uint32_t missing)
{
	const struct policy *policy = state->domains[domain].policy;
	const struct log_layer layer = log_layer(&state->claim, policy);
	uint32_t quiet = as_blockers(layer.quiet);

	if (attempt->blockers & SCOPES) {
		if (!H(QUIET_SCOPE_KIND) && quiet & SCOPES)
			quiet |= SCOPES;
		return H(QUIET_SCOPE) && quiet & missing;
	}
	if (attempt->blockers >> BLOCKER_PTRACE)
		return !H(QUIET_NEVER) && quiet;
	if (attempt->port && !H(QUIET_PORT))
		return false;
	if (!is_marked(policy, attempt) && H(QUIET_FLAG))
		return false;
	if (!H(QUIET_MASK))
		return attempt->path ? layer.quiet[SET_FS] :
				       layer.quiet[SET_NET];
	return H(QUIET_ALL) ? (quiet & missing) == missing : quiet & missing;
}

/* Of several layers that deny, only one is asked. */
static bool is_quiet(const struct log_state *state, int task, int domain,
		     const struct attempt *attempt, uint32_t missing)
{
	int layer;

	if (!H(QUIET_RULE))
		return false;
	if (is_quiet_layer(state, domain, attempt, missing))
		return true;
	for (layer = state->tasks[task].domain; layer;
	     layer = state->domains[layer].parent) {
		const uint32_t denied = denied_by(state, layer, attempt);

		if (layer != domain &&
		    ((!H(QUIET_INNERMOST) && denied &&
		      is_quiet_layer(state, layer, attempt, denied)) ||
		     (!H(QUIET_DENIES) && !denied &&
		      is_quiet_layer(state, layer, attempt, missing))))
			return true;
	}
	return false;
}

/* Is such a denial of this domain logged at all?  @clause: what decides. */
static bool is_logged(const struct log_state *state, int task, int domain,
		      uint8_t *clause)
{
	const struct log_domain *one = &state->domains[domain];
	const bool same = state->tasks[task].same_program >>
			  (one->depth - 1) & 1;
	uint32_t flags = one->policy->flags;
	int layer;

	*clause = one->muted_alone ? CLAUSE_LOG_SUBDOMAINS_ALONE :
				     CLAUSE_LOG_SUBDOMAINS;
	if (one->muted && H(LOG_SUBDOMAINS))
		return false;
	/* A mutant's: the flags of the newest layer count for all. */
	layer = state->tasks[task].domain;
	if (!H(LOG_OWN_FLAGS) && layer)
		flags = state->domains[layer].policy->flags;
	if (same) {
		*clause = flags & RESTRICT_SAME_OFF ? CLAUSE_LOG_SAME_OFF :
						      CLAUSE_LOG_DENIED;
		return !(flags & RESTRICT_SAME_OFF) || !H(LOG_SAME_OFF);
	}
	*clause = flags & RESTRICT_NEW_ON ? CLAUSE_LOG_NEW_ON :
					    CLAUSE_LOG_NEW_DEFAULT;
	return flags & RESTRICT_NEW_ON ? H(LOG_NEW_ON) : !H(LOG_NEW_DEFAULT);
}

/* The layer whose denial it is, and of what; 0: none denies it. */
static int denying_layer(const struct log_state *state, int task,
			 const struct attempt *attempt, uint32_t *missing)
{
	uint32_t all = 0;
	int layer, found = 0;

	for (layer = state->tasks[task].domain; layer;
	     layer = state->domains[layer].parent) {
		const uint32_t denied = denied_by(state, layer, attempt);

		all |= denied;
		if (!denied || (found && H(LOG_INNERMOST)))
			continue;
		found = layer;
		*missing = denied;
	}
	if (!H(LOG_BLOCKERS_LAYER))
		*missing = all;
	if (!H(LOG_BLOCKERS_ALL))
		*missing &= -*missing;
	if (!H(LOG_BLOCKERS))
		*missing = attempt->blockers;
	return found;
}

/* What decides what a record says */
static uint8_t clause_of_record(const struct attempt *attempt,
				const struct log_state *state, int task,
				uint32_t missing)
{
	const struct log_task *self = &state->tasks[task];

	if (attempt->blockers >> BLOCKER_PTRACE)
		return CLAUSE_QUIET_NEVER;
	if (missing & (missing - 1))
		return CLAUSE_LOG_BLOCKERS_ALL;
	if (state->domains[self->domain].parent)
		return CLAUSE_LOG_INNERMOST;
	return CLAUSE_LOG_DENIED;
}

static struct expected judge(struct log_state *state, int task,
			     const struct attempt *attempt)
{
	struct log_record *record = &state->record;
	struct expected expected = answers(0);
	struct log_domain *domain;
	uint32_t missing = 0;
	const int layer = denying_layer(state, task, attempt, &missing);
	int i;

	memset(record, 0, sizeof(*record));
	record->clause = CLAUSE_LOG_ALLOWED;
	record->domain = layer ? layer : state->tasks[task].domain;
	record->blockers = layer ? missing : attempt->blockers;
	strcpy(record->object, attempt->object);
	domain = &state->domains[record->domain];
	if (!layer) {
		record->logged = !H(LOG_ALLOWED) && record->domain;
	} else {
		record->denied = true;
		record->logged = is_logged(state, task, layer,
					   &record->clause);
		if (record->logged &&
		    is_quiet(state, task, layer, attempt, missing)) {
			record->logged = false;
			record->clause = attempt->blockers & SCOPES ?
				CLAUSE_QUIET_SCOPE : attempt->port ?
				CLAUSE_QUIET_PORT : CLAUSE_QUIET_RULE;
		} else if (record->logged &&
			   record->clause == CLAUSE_LOG_DENIED) {
			record->clause = clause_of_record(attempt, state, task,
							  missing);
		}
		record->logged &= H(LOG_DENIED);
		if (record->logged || H(END_COUNTS))
			domain->denials++;
		if (!H(END_DOMAIN))
			for (i = domain->parent; i;
			     i = state->domains[i].parent)
				state->domains[i].denials++;
		expected = answers(attempt->error);
		expected.denied = true;
		/* It leaves nothing behind, so the control does it, too. */
		expected.partial = true;
	}
	if (!domain->recorded || !H(DOMAIN_ONCE))
		record->blockers |= H(DOMAIN_ALLOCATED) << BLOCKER_NEW;
	if (record->logged)
		domain->recorded = true;
	if (!H(LOG_DOMAIN))
		record->domain = state->tasks[task].domain;
	return expected;
}

/* Operations on files */

static struct expected judge_path(struct log_state *state,
				  const struct operation *op, uint32_t rights)
{
	const char *path = op->text[0];

	return judge(state, op->actor, &(struct attempt) {
		.blockers = rights, .path = path, .error = EACCES,
		.object = path,
	});
}

static bool is_dir(const char *text)
{
	const int path = log_path(text);

	return path >= 0 && path < LOG_DIRS;
}

/* O_TRUNC is a step of its own, of a file that is open. */
static struct expected open_file(struct log_state *state,
				 const struct operation *op)
{
	struct expected expected;
	uint32_t rights = 0;

	if (op->flags & LOG_READ)
		rights |= READ_FILE;
	if (op->flags & LOG_WRITE)
		rights |= WRITE_FILE;
	if (log_path(op->text[0]) < LOG_DIRS || !rights ||
	    (op->flags & LOG_TRUNC && !(op->flags & LOG_WRITE)))
		return unspecified();
	expected = judge_path(state, op, rights);
	if (expected.denied || !(op->flags & LOG_TRUNC))
		return expected;
	return judge_path(state, op, TRUNCATE);
}

/* The record names the directory. */
static struct expected in_directory(struct log_state *state,
				    const struct operation *op, uint32_t right)
{
	struct expected expected;

	if (!is_dir(op->text[0]))
		return unspecified();
	expected = judge_path(state, op, right);
	if (!H(LOG_DIRECTORY))
		strcat(state->record.object, "/n");
	return expected;
}

static uint32_t right_to_make(uint32_t flags)
{
	switch (flags) {
	case 0:
		return MAKE_REG;
	case LOG_DIR:
		return MAKE_DIR;
	case LOG_FIFO:
		return MAKE_FIFO;
	case LOG_SYM:
		return MAKE_SYM;
	case LOG_SOCK:
		return MAKE_SOCK;
	default:
		return 0;
	}
}

static struct expected mount_on(struct log_state *state,
				const struct operation *op)
{
	if (!is_dir(op->text[0]) || strcmp(op->text[0], ".") == 0)
		return unspecified();
	return judge(state, op->actor, &(struct attempt) {
		.blockers = 1U << BLOCKER_MOUNT, .error = EPERM,
		.object = op->text[0],
	});
}

/* Operations on ports */

static struct expected judge_port(struct log_state *state,
				  const struct operation *op, uint32_t right)
{
	const int port = atoi(op->text[0]);

	if (port <= 0)
		return unspecified();
	return judge(state, op->actor, &(struct attempt) {
		.blockers = right << BLOCKER_NET, .port = port,
		.error = EACCES, .object = op->text[0],
	});
}

/* Operations on processes */

static struct expected judge_target(struct log_state *state,
				    const struct operation *op,
				    enum log_blocker blocker)
{
	const int task = blocker == BLOCKER_SCOPE ? LOG_OUTSIDE :
						    log_task(op->text[0]);

	if (task < 0 || !state->tasks[task].alive)
		return unspecified();
	return judge(state, op->actor, &(struct attempt) {
		.blockers = 1U << blocker, .error = EPERM,
		.target = state->tasks[task].domain,
		.object = blocker == BLOCKER_SCOPE ? log_server : op->text[0],
	});
}

/* Tasks and domains */

static int find_domain(const struct log_state *state, const char *name)
{
	int i;

	for (i = 1; i < state->domains_count; i++)
		if (strcmp(state->domains[i].name, name) == 0)
			return i;
	return 0;
}

static void mute(struct log_task *self)
{
	self->muted_alone = !self->domain &&
			    (!self->muted || self->muted_alone);
	self->muted = H(LOG_SUBDOMAINS_ALONE) || self->domain;
}

static struct expected enforce(struct log_state *state,
			       const struct operation *op,
			       const struct policy *policy)
{
	struct log_task *self = &state->tasks[op->actor];
	struct log_domain *new = &state->domains[state->domains_count];
	const bool off = policy->flags & RESTRICT_SUBDOMAINS_OFF;

	if (op->actor == LOG_OUTSIDE || find_domain(state, op->text[0]) ||
	    !op->text[0][0] || state->domains_count == LOG_DOMAINS_MAX ||
	    state->domains[self->domain].depth == LOG_LAYERS_MAX)
		return unspecified();
	*new = (struct log_domain) {
		.policy = policy, .parent = self->domain,
		.depth = state->domains[self->domain].depth + 1,
		.muted = self->muted || (off && !H(LOG_SUBDOMAINS_FUTURE)),
		.muted_alone = self->muted && self->muted_alone,
	};
	strcpy(new->name, op->text[0]);
	self->domain = state->domains_count++;
	self->same_program |= 1U << (new->depth - 1);
	if (self->muted && !H(LOG_SUBDOMAINS_ALL))
		self->muted = false;
	if (off) {
		self->muted = true;
		self->muted_alone = false;
	}
	return answers(0);
}

static struct expected start(struct log_state *state, int caller, int task)
{
	struct log_task *new = &state->tasks[task < 0 ? 0 : task];

	if (task <= 0 || new->alive)
		return unspecified();
	*new = state->tasks[caller];
	if (!H(LOG_SAME_CHILDREN))
		new->same_program = 0;
	if (!H(LOG_SUBDOMAINS_CHILDREN))
		new->muted = false;
	return answers(0);
}

static struct expected execute(struct log_state *state, int task)
{
	if (task == LOG_OUTSIDE)
		return unspecified();
	if (H(LOG_EXEC))
		state->tasks[task].same_program = 0;
	if (!H(LOG_SUBDOMAINS_EXEC))
		state->tasks[task].muted = false;
	return answers(0);
}

static struct expected leave(struct log_state *state, int task)
{
	if (task == LOG_OUTSIDE)
		return unspecified();
	state->tasks[task].alive = false;
	return answers(0);
}

/* The log */

static struct expected heard(const struct log_state *state,
			     const struct operation *op)
{
	const struct log_record *record = &state->record;
	struct expected expected = answers(ENODATA);

	expected.clause = record->clause;
	if (op->actor != LOG_OUTSIDE || !record->object[0])
		return unspecified();
	if (record->logged) {
		const struct log_domain *domain =
			&state->domains[record->domain];

		expected = answers(op->flags == record->blockers &&
				   !strcmp(op->text[0], domain->name) &&
				   !strcmp(op->text[1], record->object) ?
				   0 : EBADMSG);
		expected.clause = record->clause;
	}
	return expected;
}

static bool is_used(const struct log_state *state, int domain)
{
	int i;

	for (i = 0; i < LOG_TASKS; i++)
		if (state->tasks[i].alive &&
		    is_within(state, state->tasks[i].domain, domain))
			return true;
	return false;
}

static struct expected ended(const struct log_state *state,
			     const struct operation *op)
{
	const int number = find_domain(state, op->text[0]);
	const struct log_domain *domain = &state->domains[number];
	struct expected expected = answers(ENODATA);

	if (!number || op->actor != LOG_OUTSIDE || is_used(state, number))
		return unspecified();
	if (domain->recorded ? H(END_RECORD) : !H(END_KNOWN))
		expected = answers(atol(op->text[1]) == domain->denials ?
				   0 : EBADMSG);
	expected.clause = domain->muted_alone ? CLAUSE_LOG_SUBDOMAINS_ALONE :
			  domain->recorded ? CLAUSE_END_COUNTS :
					     CLAUSE_END_KNOWN;
	return expected;
}

struct expected log_apply(struct log_state *state, const struct operation *op,
			  const struct policy *policy)
{
	if (!state->tasks[op->actor].alive)
		return unspecified();
	if (op->kind < LOG_HEARD)
		state->record.object[0] = '\0';
	switch (op->kind) {
	case LOG_ENFORCE:
		return enforce(state, op, policy);
	case LOG_MUTE:
		if (op->actor == LOG_OUTSIDE)
			return unspecified();
		mute(&state->tasks[op->actor]);
		return answers(0);
	case LOG_FORK:
		return start(state, op->actor, log_task(op->text[0]));
	case LOG_EXEC:
		return execute(state, op->actor);
	case LOG_EXIT:
		return leave(state, op->actor);
	case LOG_OPEN:
		return open_file(state, op);
	case LOG_LIST:
		return is_dir(op->text[0]) ? judge_path(state, op, READ_DIR) :
					     unspecified();
	case LOG_TRUNCATE:
		return log_path(op->text[0]) < LOG_DIRS ? unspecified() :
		       judge_path(state, op, TRUNCATE);
	case LOG_MAKE:
		return right_to_make(op->flags) ?
		       in_directory(state, op, right_to_make(op->flags)) :
		       unspecified();
	case LOG_REMOVE:
		return in_directory(state, op, op->flags ? REMOVE_DIR :
							   REMOVE_FILE);
	case LOG_MOUNT:
		return mount_on(state, op);
	case LOG_BIND:
		return judge_port(state, op, op->flags ? BIND_UDP : BIND_TCP);
	case LOG_CONNECT:
		return judge_port(state, op, CONNECT_TCP);
	case LOG_SEND:
		return judge_port(state, op, CONNECT_SEND_UDP);
	case LOG_KILL:
		return judge_target(state, op, BLOCKER_SCOPE + 1);
	case LOG_REACH:
		return judge_target(state, op, BLOCKER_SCOPE);
	case LOG_INSPECT:
		return judge_target(state, op, BLOCKER_PTRACE);
	case LOG_HEARD:
		return heard(state, op);
	default:
		return ended(state, op);
	}
}
