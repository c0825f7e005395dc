// SPDX-License-Identifier: GPL-2.0
/*
 * Shrinks a scenario: without operations, without actors, without rules, with
 * fewer rights; shrink_paths.c has what is about paths.  A smaller one counts if
 * the same operation gets the same wrong answer and the control is still good.
 * What the model says of it comes first, because that needs no kernel: most
 * candidates fail there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "explore/engine/kept.h"
#include "explore/engine/shrink.h"
#include "explore/engine/shrink_work.h"

static int kind_at(const struct scenario *scenario, int index)
{
	return index < scenario->count ? scenario->operations[index].kind : -1;
}

static bool same_wanted(const struct expected *one,
			const struct expected *other)
{
	return one->answers[0] == other->answers[0] &&
	       one->denied == other->denied;
}

/* Does the model still speak of such an operation? */
static bool is_promising(const struct work *work)
{
	static struct prediction prediction;
	const int kind = kind_at(&work->best, work->trial.index);
	int i;

	work->part->predict(work->claim, &work->candidate, &prediction);
	if (kind < 0)
		return prediction.digested;
	for (i = 0; i < prediction.count; i++)
		if (work->candidate.operations[i].kind == kind &&
		    same_wanted(&prediction.expected[i], &work->trial.wanted))
			return true;
	return false;
}

/* Takes the candidate if it still shows the difference. */
bool take(struct work *work)
{
	struct trial trial;
	int control;

	if (!is_promising(work))
		return false;
	trial = try_scenario(work->part, work->claim, &work->candidate);
	if (trial.agreement != DIFFERS || trial.got != work->trial.got ||
	    !same_wanted(&trial.wanted, &work->trial.wanted) ||
	    kind_at(&work->candidate, trial.index) !=
	    kind_at(&work->best, work->trial.index) ||
	    confirm(work->part, work->claim, &work->candidate, &trial, 1,
		    &control) != DIFFERS)
		return false;
	work->best = work->candidate;
	work->trial = trial;
	return true;
}

bool late(const struct work *work)
{
	return now_ms() > work->deadline;
}

void cut(struct scenario *scenario, int from, int count)
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

static bool names(const struct operation *op, const char *actor)
{
	return strcmp(op->text[0], actor) == 0 ||
	       strcmp(op->text[1], actor) == 0;
}

/* Without all that an actor does, and that is done to it */
static void leave_out(struct work *work, int actor)
{
	const char *name = work->part->actors[actor];
	struct scenario *scenario = &work->candidate;
	int i, count = 0;

	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];

		if (op->actor != actor && !names(op, name))
			scenario->operations[count++] = *op;
	}
	scenario->count = count;
}

static void put_actor(struct work *work, struct operation *op, int text,
		      int actor)
{
	if (text < 0)
		op->actor = actor;
	else if (strlen(work->part->actors[actor]) < TEXT_MAX)
		strcpy(op->text[text], work->part->actors[actor]);
}

/* The actor in that place of an operation, -1: of whose it is; or -1 */
static int actor_in(const struct work *work, const struct operation *op,
		    int text)
{
	int i;

	if (text < 0)
		return op->actor;
	for (i = 0; i < work->part->actors_count; i++)
		if (strcmp(op->text[text], work->part->actors[i]) == 0)
			return i;
	return -1;
}

/*
 * Has each place of an actor taken by an earlier one, if that will do.  The
 * first actor is never sandboxed, and where there are descriptors, they are
 * their actor's own.
 */
static bool earlier_actors(struct work *work)
{
	bool better = false;
	int i, text, actor;

	if (work->part->slots)
		return false;
	for (i = work->best.count - 1; i >= 0 && !late(work); i--) {
		for (text = -1; text < 2; text++) {
			const struct operation *op = &work->best.operations[i];
			const int now = actor_in(work, op, text);

			actor = work->part->kinds[op->kind].enforces;
			for (; actor < now; actor++) {
				work->candidate = work->best;
				put_actor(work, &work->candidate.operations[i],
					  text, actor);
				if (!take(work))
					continue;
				better = true;
				break;
			}
			if (i >= work->best.count)
				break;
		}
	}
	return better;
}

/* False: it would have what is outside enforce a policy. */
static bool rename_actor(struct work *work, int from, int to)
{
	struct scenario *scenario = &work->candidate;
	int i, text;

	for (i = 0; i < scenario->count; i++) {
		struct operation *op = &scenario->operations[i];

		for (text = -1; text < 2; text++)
			if (actor_in(work, op, text) == from)
				put_actor(work, op, text, to);
		if (!op->actor && work->part->kinds[op->kind].enforces)
			return false;
	}
	return true;
}

/* The first operation is the same, and has no object. */
static bool is_repeated(const struct work *work,
			const struct operation *first,
			const struct operation *later)
{
	return !work->part->kinds[first->kind].texts &&
	       memcmp(first, later, sizeof(*first)) == 0;
}

/* Cuts what two did to each other, or one after the other, that are one now. */
static void cut_doubled(const struct work *work, struct scenario *scenario)
{
	int i, j;

	for (i = scenario->count - 1; i >= 0; i--) {
		const struct operation *op = &scenario->operations[i];
		bool doubled = names(op, work->part->actors[op->actor]);

		for (j = i + 1; j < scenario->count && !doubled; j++)
			doubled = is_repeated(work, op, op + j - i);
		if (doubled)
			cut(scenario, i, 1);
	}
}

/* Has who makes an actor do what that one does. */
static bool merged_actors(struct work *work)
{
	bool better = false, one;
	int i;

	for (i = work->best.count - 1; i >= 0 && !late(work); i--) {
		const struct operation *op = &work->best.operations[i];
		const int made = actor_in(work, op, 0), maker = op->actor;

		if (work->part->slots || made <= 0 || made == maker)
			continue;
		work->candidate = work->best;
		cut(&work->candidate, i, 1);
		if (!rename_actor(work, made, maker))
			continue;
		one = take(work);
		if (!one) {
			cut_doubled(work, &work->candidate);
			one = take(work);
		}
		better |= one;
		if (i > work->best.count)
			i = work->best.count;
	}
	return better;
}

static bool fewer_actors(struct work *work)
{
	bool better = false;
	int actor;

	for (actor = work->part->actors_count - 1;
	     actor > 0 && !late(work); actor--) {
		work->candidate = work->best;
		leave_out(work, actor);
		if (work->candidate.count < work->best.count)
			better |= take(work);
	}
	return better;
}

/* Two that need each other, such as one that makes and one that removes */
static bool fewer_pairs(struct work *work)
{
	bool better = false;
	int one, other;

	for (one = work->best.count - 1; one > 0; one--) {
		for (other = one - 1; other >= 0 && !late(work); other--) {
			if (one >= work->best.count)
				break;
			work->candidate = work->best;
			cut(&work->candidate, one, 1);
			cut(&work->candidate, other, 1);
			if (take(work)) {
				better = true;
				break;
			}
		}
	}
	return better;
}

/* Where descriptors are an actor's own, the third one is a ring of the second. */
static bool fewer_rings(struct work *work)
{
	bool better = false;
	int i;

	for (i = 0; i < work->best.count && !late(work); i++) {
		if (!work->part->slots || work->best.operations[i].actor < 2)
			continue;
		work->candidate = work->best;
		work->candidate.operations[i].actor = 1;
		better |= take(work);
	}
	return better;
}

/* Something is left out that a later operation counts. */
static bool fewer_counted(struct work *work)
{
	bool better = false;
	int i, j;

	for (i = work->best.count - 1; i >= 0; i--) {
		for (j = i + 1; j < work->best.count && !late(work); j++) {
			const long count = atol(work->best.operations[j].text[1]);

			if (count <= 0)
				continue;
			work->candidate = work->best;
			snprintf(work->candidate.operations[j].text[1], TEXT_MAX,
				 "%ld", count - 1);
			cut(&work->candidate, i, 1);
			if (!take(work))
				continue;
			better = true;
			break;
		}
	}
	return better;
}

static bool fewer_flags(struct work *work)
{
	bool better = false;
	int i, bit;

	for (i = 0; i < work->best.count && !late(work); i++) {
		for (bit = 0; bit < 32; bit++) {
			if (!(work->best.operations[i].flags >> bit & 1))
				continue;
			work->candidate = work->best;
			work->candidate.operations[i].flags &= ~(1U << bit);
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
			work->candidate.policies[policy].quiet[set] &=
				~(1U << bit);
			better |= take(work);
		}
	}
	return better;
}

static bool fewer_quiet(struct work *work, int policy)
{
	struct policy *smaller = &work->candidate.policies[policy];
	bool better = false;
	int i;

	for (i = 0; i < SETS; i++) {
		if (!work->best.policies[policy].quiet[i])
			continue;
		work->candidate = work->best;
		smaller->quiet[i] = 0;
		better |= take(work);
	}
	for (i = 0; i < work->best.policies[policy].grants_count; i++) {
		if (!work->best.policies[policy].grants[i].quiet)
			continue;
		work->candidate = work->best;
		smaller->grants[i].quiet = false;
		better |= take(work);
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
		better |= fewer_quiet(work, op->policy);
		if (work->best.policies[op->policy].flags) {
			work->candidate = work->best;
			work->candidate.policies[op->policy].flags = 0;
			better |= take(work);
		}
	}
	return better;
}

void shrink(const struct part *part, const struct claim *claim,
	    struct scenario *scenario, struct trial *trial, double ms)
{
	static bool (*const rarer[])(struct work *work) = {
		fewer_rings, merged_actors, earlier_actors, fewer_names,
		fewer_places, fewer_with_deeper_rules, fewer_pairs,
		fewer_counted, fewer_flags,
	};
	struct work *const work = KEPT(struct work);
	bool better;
	size_t i;

	work->part = part;
	work->claim = claim;
	work->best = *scenario;
	work->trial = *trial;
	work->deadline = now_ms() + ms;
	do {
		better = fewer_operations(work);
		better |= fewer_actors(work);
		better |= fewer_policies(work);
		if (better || late(work))
			continue;
		for (i = 0; i < sizeof(rarer) / sizeof(rarer[0]) && !better; i++)
			better = rarer[i](work);
	} while (better && !late(work));
	*scenario = work->best;
	*trial = work->trial;
}
