// SPDX-License-Identifier: GPL-2.0
/*
 * Landlock's own calls, by their documentation.  It does not say which error
 * comes first, so each that a call deserves will do.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "clause.h"

#define H(clause) clause_holds(CLAUSE_CALLS_##clause)

void calls_init(struct calls_state *state, const struct claim *claim)
{
	memset(state, 0, sizeof(*state));
	state->claim = *claim;
	state->capable = true;
}

struct calls_attr calls_attr(const char *text, int abi)
{
	struct calls_attr attr;
	char *rest = (char *)text;
	int i;

	for (i = 0; i < 2 * SETS; i++) {
		const enum set set = i % SETS;
		uint32_t bits = strtoul(rest, &rest, 16) &
				model_rights(set, abi);

		rest += *rest == '/';
		if (i < SETS)
			attr.handled[set] = bits;
		else
			attr.quiet[set] = abi < 10 ? 0 : bits;
	}
	return attr;
}

uint32_t calls_restrict_flags(uint32_t flags, int abi)
{
	if (abi < 7)
		flags &= ~(RESTRICT_SAME | RESTRICT_NEW | RESTRICT_MUTE);
	if (abi < 8)
		flags &= ~RESTRICT_SYNC;
	return abi < 11 ? flags & ~RESTRICT_NNP : flags;
}

uint32_t calls_add_flags(uint32_t flags, int abi)
{
	return abi < 10 ? flags & ~ADD_QUIETLY : flags;
}

uint32_t calls_access(enum set set, const char *text, int abi)
{
	return strtoul(text, NULL, 16) & model_rights(set, abi);
}

uint32_t calls_errata(int abi)
{
	return abi >= 11 ? 0xf : 0;
}

static void refuse(struct expected *expected, int error, enum clause clause)
{
	if (!expected->count)
		expected->clause = clause;
	expected_add(expected, error);
}

#define REFUSE(error, name)						\
	do {								\
		if (H(name))						\
			refuse(&expected, error, CLAUSE_CALLS_##name);	\
	} while (0)

/* A call that was to succeed fails, if a clause is left out. */
#define DEMAND(error, name)						\
	do {								\
		if (!H(name))						\
			refuse(&expected, error, CLAUSE_CALLS_##name);	\
	} while (0)

static struct expected done(struct expected expected, enum clause clause)
{
	if (!expected.count) {
		expected.clause = clause;
		expected_add(&expected, 0);
	}
	return expected;
}

static const struct expected unspecified = { .unspecified = true };

static bool is_empty(const uint32_t *sets)
{
	return !sets[SET_FS] && !sets[SET_NET] && !sets[SET_SCOPED];
}

/* landlock_create_ruleset(2) */

static struct expected create(struct calls_state *state,
			      const struct operation *op)
{
	const uint32_t flags = op->flags;
	struct calls_attr attr = calls_attr(op->text[0], state->claim.abi);
	struct expected expected = { .count = 0 };
	const bool small = flags & (CREATE_EMPTY | CREATE_SHORT);
	bool odd, wide = false;
	int i;

	if (flags & (CREATE_FIRST | CREATE_SECOND)) {
		memset(attr.quiet, 0, sizeof(attr.quiet));
		attr.handled[SET_SCOPED] = 0;
	}
	if (flags & CREATE_FIRST)
		attr.handled[SET_NET] = 0;
	/* A bit beyond the fields that a kernel has is a tail. */
	odd = flags & CREATE_FS_BIT ||
	      (flags & CREATE_NET_BIT && !(flags & CREATE_FIRST)) ||
	      (flags & CREATE_SCOPED_BIT &&
	       !(flags & (CREATE_FIRST | CREATE_SECOND)));
	if ((flags & CREATE_NET_BIT && state->claim.abi < 4) ||
	    (flags & CREATE_SCOPED_BIT && state->claim.abi < 6))
		return unspecified;
	if (flags & CREATE_UNKNOWN)
		REFUSE(EINVAL, CREATE_FLAGS);
	if (small)
		REFUSE(EINVAL, SIZE_SMALL);
	if (flags & CREATE_OVER)
		REFUSE(E2BIG, SIZE_LARGE);
	if (flags & CREATE_TAIL)
		REFUSE(E2BIG, SIZE_TAIL);
	if (flags & (CREATE_NULL | CREATE_BAD))
		refuse(&expected, H(ATTR_ADDRESS) ? EFAULT : EINVAL,
		       CLAUSE_CALLS_ATTR_ADDRESS);
	if (flags & CREATE_FIRST)
		DEMAND(EINVAL, SIZE_FIRST);
	if (flags & CREATE_PAGE)
		DEMAND(E2BIG, SIZE_FORWARD);
	if (small || flags & (CREATE_NULL | CREATE_BAD))
		return done(expected, CLAUSE_NONE);
	if (odd)
		REFUSE(EINVAL, CREATE_ACCESS);
	for (i = 0; i < SETS; i++)
		wide |= attr.quiet[i] & ~attr.handled[i];
	if (wide)
		REFUSE(EINVAL, CREATE_QUIET);
	if (is_empty(attr.handled) && !odd)
		REFUSE(ENOMSG, CREATE_EMPTY);
	else if (!attr.handled[SET_FS] && !odd)
		DEMAND(ENOMSG, CREATE_ANY);
	if (expected.count)
		return expected;
	state->rulesets[op->slot] = (struct calls_ruleset) {
		.attr = attr, .open = true,
	};
	return done(expected, CLAUSE_CALLS_CREATE_ACCESS);
}

static struct expected query(struct calls_state *state,
			     const struct operation *op)
{
	const uint32_t what = op->flags & (QUERY_VERSION | QUERY_ERRATA);
	struct expected expected = { .count = 0 };

	if (!what || what == (QUERY_VERSION | QUERY_ERRATA) ||
	    (what == QUERY_ERRATA && state->claim.abi < 7))
		return unspecified;
	if (op->flags & QUERY_UNKNOWN)
		REFUSE(EINVAL, QUERY_FLAGS);
	if (op->flags & (QUERY_ATTR | QUERY_SIZE))
		REFUSE(EINVAL, QUERY_NOTHING);
	if (what == QUERY_ERRATA)
		DEMAND(ENODATA, ERRATA);
	return done(expected, what == QUERY_ERRATA ? CLAUSE_CALLS_ERRATA :
						     CLAUSE_NONE);
}

/* landlock_add_rule(2) */

static struct expected add(struct calls_state *state,
			   const struct operation *op, enum set set)
{
	const uint32_t flags = calls_add_flags(op->flags, state->claim.abi);
	const uint32_t access = calls_access(set, op->text[0],
					     state->claim.abi);
	const unsigned long port = strtoul(op->text[1], NULL, 10);
	struct calls_ruleset *ruleset = &state->rulesets[op->slot];
	struct expected expected = { .count = 0 };

	if (flags & ADD_UNKNOWN)
		REFUSE(EINVAL, ADD_FLAGS);
	if (flags & ADD_NO_RULESET)
		refuse(&expected, H(ADD_KIND) ? EBADFD : EBADF,
		       CLAUSE_CALLS_ADD_KIND);
	else if (!ruleset->open)
		refuse(&expected, H(ADD_OPEN) ? EBADF : EBADFD,
		       CLAUSE_CALLS_ADD_OPEN);
	if (flags & ADD_NULL)
		refuse(&expected, H(RULE_ADDRESS) ? EFAULT : EINVAL,
		       CLAUSE_CALLS_RULE_ADDRESS);
	if (flags & (ADD_NULL | ADD_NO_RULESET) || !ruleset->open)
		return expected;
	if (!access && !(flags & (ADD_QUIETLY | ADD_BIT)))
		refuse(&expected, H(ADD_EMPTY) ? ENOMSG : EINVAL,
		       CLAUSE_CALLS_ADD_EMPTY);
	if (!access && flags & ADD_QUIETLY)
		DEMAND(ENOMSG, ADD_QUIET_EMPTY);
	if (flags & ADD_BIT || access & ~ruleset->attr.handled[set])
		REFUSE(EINVAL, ADD_SUBSET);
	else if (access && access != ruleset->attr.handled[set])
		DEMAND(EINVAL, ADD_SOME);
	if (flags & ADD_QUIETLY && !ruleset->attr.quiet[set])
		REFUSE(EINVAL, ADD_QUIET);
	if (set == SET_NET && port > 65535)
		REFUSE(EINVAL, ADD_PORT);
	if (set == SET_NET && port == 65535)
		DEMAND(EINVAL, ADD_LAST_PORT);
	if (flags & ADD_CLOSED)
		REFUSE(EBADF, ADD_CLOSED);
	if (flags & (ADD_PIPE | ADD_MEMFD))
		REFUSE(EBADFD, ADD_PATH);
	if (flags & ADD_FILE && access & ~(uint32_t)FILE_RIGHTS)
		REFUSE(EINVAL, ADD_FILE);
	if (expected.count)
		return expected;
	if (set == SET_FS)
		ruleset->on_path |= access;
	else if (!port)
		ruleset->on_port_zero |= access;
	return done(expected, CLAUSE_CALLS_ADD_SUBSET);
}

/* landlock_restrict_self(2) */

/* "to mute subdomain logs without creating a domain" */
static bool only_mutes(uint32_t flags)
{
	return !(flags & (RESTRICT_MINUS | RESTRICT_OTHER)) &&
	       flags & RESTRICT_NONE && (flags & ~(RESTRICT_NONE | RESTRICT_SYNC)) == RESTRICT_MUTE;
}

static void take_descriptor(const struct calls_state *state, uint32_t flags,
			    int slot, struct expected *expected)
{
	if (flags & RESTRICT_OTHER)
		refuse(expected, H(RESTRICT_KIND) ? EBADFD : EBADF,
		       CLAUSE_CALLS_RESTRICT_KIND);
	else if (flags & (RESTRICT_NONE | RESTRICT_MINUS) ||
		 !state->rulesets[slot].open)
		refuse(expected, H(RESTRICT_OPEN) ? EBADF : EBADFD,
		       CLAUSE_CALLS_RESTRICT_OPEN);
	else if (state->layers_count == CALLS_LAYERS_MAX)
		refuse(expected, H(RESTRICT_LIMIT) ? E2BIG : 0,
		       CLAUSE_CALLS_RESTRICT_LIMIT);
	else if (state->layers_count == CALLS_LAYERS_MAX - 1 &&
		 !H(RESTRICT_SIXTEEN))
		refuse(expected, E2BIG, CLAUSE_CALLS_RESTRICT_SIXTEEN);
}

static bool may_restrict(const struct calls_state *state, uint32_t flags)
{
	return state->nnp || (flags & RESTRICT_NNP && H(NNP_SUFFICES)) ||
	       (state->capable && H(CAPABILITY) &&
		(!state->own_namespace || H(NAMESPACE)));
}

static struct expected restrict_self(struct calls_state *state,
				     const struct operation *op)
{
	/* A ruleset that is not there has the descriptor -1, too. */
	const uint32_t none = state->rulesets[op->slot].open ? 0 :
							       RESTRICT_NONE;
	const uint32_t flags = calls_restrict_flags(op->flags,
						    state->claim.abi) | none;
	struct expected expected = { .count = 0 };
	const bool mutes = only_mutes(flags);

	if (flags & RESTRICT_NEXT && (state->claim.newer ||
				      state->claim.abi < MODEL_ABI_NEWEST))
		return unspecified;
	if (mutes && flags & RESTRICT_SYNC &&
	    state->claim.abi < MODEL_ABI_NEWEST)
		return unspecified;
	/* "This flag requires a ruleset": with which error, nothing says. */
	if (flags & RESTRICT_NNP && flags & RESTRICT_NONE)
		refuse(&expected, EINVAL, CLAUSE_CALLS_RESTRICT_OPEN);
	if (flags & (RESTRICT_NEXT | RESTRICT_LAST))
		REFUSE(EINVAL, RESTRICT_FLAGS);
	if (!may_restrict(state, flags))
		REFUSE(EPERM, PRIVILEGE);
	if (mutes) {
		DEMAND(EBADF, MUTE);
		if (flags & RESTRICT_SYNC)
			DEMAND(EBADF, MUTE_ALL);
	} else {
		take_descriptor(state, flags, op->slot, &expected);
	}
	if (!H(NNP_FAILED) && flags & RESTRICT_NNP)
		state->nnp = true;
	if (expected.count)
		return expected;
	if ((flags & RESTRICT_NNP && H(NNP_SET)) || !H(NNP_ALONE))
		state->nnp = true;
	if (!mutes)
		state->layers[state->layers_count++] =
			state->rulesets[op->slot];
	return done(expected, CLAUSE_CALLS_PRIVILEGE);
}

/* What is enforced */

static bool allowed(const struct calls_state *state, enum set set,
		    uint32_t right)
{
	int i;

	for (i = 0; i < state->layers_count; i++) {
		const struct calls_ruleset *layer = &state->layers[i];
		const uint32_t granted = set == SET_FS ? layer->on_path :
							 layer->on_port_zero;

		if (layer->attr.handled[set] & right && !(granted & right) &&
		    (H(TOGETHER) || set == SET_FS ||
		     !layer->attr.handled[SET_FS]))
			return false;
	}
	return true;
}

static struct expected try(const struct calls_state *state, enum set set,
			   uint32_t right)
{
	struct expected expected = { .clause = CLAUSE_CALLS_TOGETHER };

	if (!allowed(state, set, right) && H(ENFORCED)) {
		expected.denied = true;
		expected_add(&expected, EACCES);
	}
	return done(expected, CLAUSE_CALLS_TOGETHER);
}

struct expected calls_apply(struct calls_state *state,
			    const struct operation *op)
{
	struct expected expected = { .count = 0 };

	switch (op->kind) {
	case CALLS_CREATE:
		return create(state, op);
	case CALLS_QUERY:
		return query(state, op);
	case CALLS_ADD_PATH:
		return add(state, op, SET_FS);
	case CALLS_ADD_PORT:
		return state->claim.abi < 4 ? unspecified :
					      add(state, op, SET_NET);
	case CALLS_RESTRICT:
		return restrict_self(state, op);
	case CALLS_READ:
		return try(state, SET_FS, READ_FILE);
	case CALLS_BIND:
		return try(state, SET_NET, BIND_TCP);
	case CALLS_IS_NNP:
		expected.clause = CLAUSE_CALLS_NNP_SET;
		expected_add(&expected, state->nnp ? 0 : ENODATA);
		return expected;
	case CALLS_CLOSE:
		expected_add(&expected, state->rulesets[op->slot].open ? 0 :
								 EBADF);
		state->rulesets[op->slot].open = false;
		return expected;
	case CALLS_SET_NNP:
		state->nnp = true;
		break;
	case CALLS_DROP:
		state->capable = false;
		break;
	case CALLS_USERNS:
		if (state->own_namespace)
			return unspecified;
		state->capable = state->own_namespace = true;
		break;
	}
	return done(expected, CLAUSE_NONE);
}
