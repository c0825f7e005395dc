// SPDX-License-Identifier: GPL-2.0
/*
 * Shrinks a scenario: without operations, without rules, with fewer rights.  A
 * smaller one counts if the same operation gets the same wrong answer and the
 * control is still good.
 */
#include <string.h>

#include "base/time.h"
#include "explore/engine/shrink.h"

struct work {
	const struct part *part;
	const struct claim *claim;
	struct scenario best, candidate;
	struct trial trial;	/* of the best */
	double deadline;
};

static int kind_at(const struct scenario *scenario, int index)
{
	return index < scenario->count ? scenario->operations[index].kind : -1;
}

/* Takes the candidate if it still shows the difference. */
static bool take(struct work *work)
{
	const struct trial trial = try_scenario(work->part, work->claim,
						&work->candidate);
	int control;

	if (trial.agreement != DIFFERS || trial.got != work->trial.got ||
	    trial.wanted.answers[0] != work->trial.wanted.answers[0] ||
	    trial.wanted.denied != work->trial.wanted.denied ||
	    kind_at(&work->candidate, trial.index) !=
	    kind_at(&work->best, work->trial.index) ||
	    confirm(work->part, work->claim, &work->candidate, &trial, 1,
		    &control) != DIFFERS)
		return false;
	work->best = work->candidate;
	work->trial = trial;
	return true;
}

static bool late(const struct work *work)
{
	return now_ms() > work->deadline;
}

static void cut(struct scenario *scenario, int from, int count)
{
	memmove(&scenario->operations[from],
		&scenario->operations[from + count],
		(scenario->count - from - count) *
		sizeof(scenario->operations[0]));
	scenario->count -= count;
}

static bool fewer_operations(struct work *work)
{
	bool better = false;
	int size, at;

	work->candidate = work->best;
	if (work->trial.index + 1 < work->best.count) {
		work->candidate.count = work->trial.index + 1;
		better |= take(work);
	}
	for (size = work->best.count / 2; size; size /= 2) {
		for (at = work->best.count - size; at >= 0 && !late(work);
		     at -= size) {
			if (at + size > work->best.count)
				continue;
			work->candidate = work->best;
			cut(&work->candidate, at, size);
			better |= take(work);
		}
	}
	return better;
}

static bool fewer_grants(struct work *work, int policy)
{
	bool better = false;
	int i, bit;

	for (i = work->best.policies[policy].grants_count - 1;
	     i >= 0 && !late(work); i--) {
		struct policy *smaller = &work->candidate.policies[policy];

		work->candidate = work->best;
		memmove(&smaller->grants[i], &smaller->grants[i + 1],
			(smaller->grants_count - i - 1) *
			sizeof(smaller->grants[0]));
		smaller->grants_count--;
		if (take(work)) {
			better = true;
			continue;
		}
		for (bit = 0; bit < 32 && !late(work); bit++) {
			const uint32_t access =
				work->best.policies[policy].grants[i].access;

			if (!(access >> bit & 1) || !(access & (access - 1)))
				continue;
			work->candidate = work->best;
			smaller->grants[i].access &= ~(1U << bit);
			better |= take(work);
		}
	}
	return better;
}

static bool fewer_rights(struct work *work, int policy)
{
	bool better = false;
	int set, bit;

	for (set = 0; set < SETS; set++) {
		for (bit = 0; bit < 32 && !late(work); bit++) {
			if (!(work->best.policies[policy].handled[set] >>
			      bit & 1))
				continue;
			work->candidate = work->best;
			work->candidate.policies[policy].handled[set] &=
				~(1U << bit);
			better |= take(work);
		}
	}
	return better;
}

static bool fewer_policies(struct work *work)
{
	bool better = false;
	int i;

	for (i = 0; i < work->best.count; i++) {
		const struct operation *op = &work->best.operations[i];

		if (!work->part->kinds[op->kind].enforces)
			continue;
		better |= fewer_grants(work, op->policy);
		better |= fewer_rights(work, op->policy);
	}
	return better;
}

void shrink(const struct part *part, const struct claim *claim,
	    struct scenario *scenario, struct trial *trial, double ms)
{
	static struct work work;
	bool better;

	work.part = part;
	work.claim = claim;
	work.best = *scenario;
	work.trial = *trial;
	work.deadline = now_ms() + ms;
	do {
		better = fewer_operations(&work);
		better |= fewer_policies(&work);
	} while (better && !late(&work));
	*scenario = work.best;
	*trial = work.trial;
}
