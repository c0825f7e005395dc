// SPDX-License-Identifier: GPL-2.0
/*
 * Makes up a scenario of an overlay file system: two layers, a policy or
 * several with rules on them, on the merged hierarchy and above, and operations
 * on all of these.
 */
#include <stdio.h>
#include <string.h>

#include "explore/parts/fs.h"
#include "explore/parts/overlay.h"

#define LOWER	"k/l"
#define MERGE	"p/m"

enum where { IN_LOWER, IN_UPPER, IN_MERGE };

static const uint8_t weights[FS_KINDS] = {
	[FS_ENFORCE] = 4, [FS_MKDIR] = 5, [FS_SYMLINK] = 2, [FS_LINK] = 5,
	[FS_UNLINK] = 10, [FS_RMDIR] = 4, [FS_RENAME] = 14, [FS_OPEN] = 40,
	[FS_TRUNCATE_PATH] = 8, [FS_FTRUNCATE] = 4, [FS_EXEC] = 4,
	[FS_STAT] = 1,
};

struct maker {
	struct random *random;
	struct scenario *scenario;
	struct fs_state state;
	int names;
};

/* Adds what the model speaks of. */
static bool add(struct maker *maker, const struct operation *op)
{
	static struct fs_state before;
	struct scenario *scenario = maker->scenario;
	struct expected expected;

	if (scenario->count == OPERATIONS_MAX)
		return false;
	before = maker->state;
	expected = fs_apply(&maker->state, op,
			    &scenario->policies[op->policy]);
	if (expected.unspecified) {
		maker->state = before;
		return false;
	}
	scenario->operations[scenario->count++] = *op;
	return true;
}

static void add_outside(struct maker *maker, enum fs_kind kind,
			const char *path, const char *other)
{
	struct operation op = { .kind = kind, .actor = FS_OUTSIDE };

	strcpy(op.text[0], path);
	strcpy(op.text[1], other);
	add(maker, &op);
}

/* Where a hierarchy begins: its entry, and its path */
static int root_of(struct maker *maker, enum where where, const char **path)
{
	static const char *const paths[] = { LOWER, "u", MERGE };

	*path = paths[where];
	return tree_lookup(&maker->state.tree, *path, CROSS).found.entry;
}

/* One of what is in a hierarchy, of these types (bits of enum node) */
static void pick(struct maker *maker, enum where where, unsigned int types,
		 char *path)
{
	struct tree *tree = &maker->state.tree;
	const char *begin;
	const int root = root_of(maker, where, &begin);
	char rest[TEXT_MAX];
	int i, count = 0, chosen = root;

	for (i = root; i < tree->entries_count; i++)
		if (tree_path(tree, root, i, rest, 24) &&
		    types >> tree->inodes[tree->entries[i].inode].type & 1 &&
		    random_below(maker->random, ++count) == 0)
			chosen = i;
	if (chosen == root || !tree_path(tree, root, chosen, rest, 24))
		snprintf(path, TEXT_MAX, "%s", begin);
	else
		snprintf(path, TEXT_MAX, "%s/%.24s", begin, rest);
}

#define DIRS	(1U << NODE_DIR)
#define FILES	(1U << NODE_FILE | 1U << NODE_SYMLINK)

static void pick_new(struct maker *maker, char *path)
{
	char dir[TEXT_MAX];

	pick(maker, IN_MERGE, random_chance(maker->random, 10) ? ~0U : DIRS,
	     dir);
	snprintf(path, TEXT_MAX, "%.30s/n%d", dir, maker->names++ % 100);
}

static void make_layers(struct maker *maker)
{
	static const char *const dirs[] = { "a", "b", "a/c" };
	static const char *const files[] = { "f", "a/g", "a/c/h", "b/i", "j" };
	char path[TEXT_MAX];
	size_t i;
	int layer;

	add_outside(maker, FS_MKDIR, "k", "");
	add_outside(maker, FS_MKDIR, "p", "");
	add_outside(maker, FS_MKDIR, MERGE, "");
	for (layer = 0; layer < 2; layer++) {
		const char *name = layer ? "u" : LOWER;

		add_outside(maker, FS_MKDIR, name, "");
		for (i = 0; i < 3; i++) {
			snprintf(path, sizeof(path), "%s/%s", name, dirs[i]);
			if (random_chance(maker->random, 75))
				add_outside(maker, FS_MKDIR, path, "");
		}
		for (i = 0; i < 5; i++) {
			snprintf(path, sizeof(path), "%s/%s", name, files[i]);
			if (random_chance(maker->random, layer ? 35 : 80))
				add_outside(maker, FS_FILE, path, "");
		}
	}
	add_outside(maker, FS_OVERLAY, LOWER, MERGE);
}

static void grant(struct maker *maker, struct policy *policy)
{
	struct grant *grant = &policy->grants[policy->grants_count++];

	memset(grant, 0, sizeof(*grant));
	switch (random_below(maker->random, 8)) {
	case 0:
		strcpy(grant->path, ".");
		break;
	case 1:
		strcpy(grant->path, random_below(maker->random, 2) ? "p" : "k");
		break;
	case 2 ... 3:
		pick(maker, random_below(maker->random, 2) ? IN_LOWER :
		     IN_UPPER, ~0U, grant->path);
		break;
	default:
		pick(maker, IN_MERGE, ~0U, grant->path);
	}
	grant->access = random_bits(maker->random, policy->handled[SET_FS],
			     30 + random_below(maker->random, 70));
	policy->grants_count -= !grant->access;
}

static void enforce(struct maker *maker)
{
	struct scenario *scenario = maker->scenario;
	struct operation op = { .kind = FS_ENFORCE, .actor = FS_INSIDE };
	const uint32_t all = model_rights(SET_FS, maker->state.claim.abi);
	struct policy *policy;
	int i;

	if (scenario->policies_count == POLICIES_MAX ||
	    maker->state.layers_count >= 3)
		return;
	op.policy = scenario->policies_count;
	policy = &scenario->policies[scenario->policies_count++];
	memset(policy, 0, sizeof(*policy));
	policy->handled[SET_FS] = random_below(maker->random, 3) ?
				  random_bits(maker->random, all, 50) |
				  READ_FILE : all;
	for (i = 1 + random_below(maker->random, 5); i; i--)
		grant(maker, policy);
	add(maker, &op);
}

/* The layers are only looked at: what changes them is not defined. */
static enum where pick_where(struct maker *maker)
{
	const int chance = random_below(maker->random, 10);

	return chance == 0 ? IN_LOWER : chance == 1 ? IN_UPPER : IN_MERGE;
}

static void fill_open(struct maker *maker, struct operation *op)
{
	struct random *random = maker->random;
	const enum where where = pick_where(maker);

	op->slot = random_below(random, HANDLES_MAX);
	pick(maker, where, random_chance(random, 75) ? FILES : DIRS,
	     op->text[0]);
	if (where != IN_MERGE)
		return;
	if (random_chance(random, 12)) {
		pick_new(maker, op->text[0]);
		op->flags = OPEN_CREATE;
	}
	switch (random_below(random, 6)) {
	case 0 ... 1:
		op->flags |= OPEN_WRITE;
		break;
	case 2:
		op->flags |= OPEN_BOTH;
		break;
	}
}

static void fill(struct maker *maker, struct operation *op)
{
	struct random *random = maker->random;

	switch (op->kind) {
	case FS_SYMLINK:
		pick_new(maker, op->text[0]);
		strcpy(op->text[1], "a");
		break;
	case FS_MKDIR:
		pick_new(maker, op->text[0]);
		break;
	case FS_LINK:
		pick(maker, IN_MERGE, FILES, op->text[0]);
		pick_new(maker, op->text[1]);
		break;
	case FS_RENAME:
		pick(maker, IN_MERGE, random_chance(random, 75) ? FILES : DIRS,
		     op->text[0]);
		if (random_chance(random, 20))
			op->flags = RENAME_SWAP;
		if (op->flags || random_chance(random, 25))
			pick(maker, IN_MERGE, ~0U, op->text[1]);
		else
			pick_new(maker, op->text[1]);
		break;
	case FS_OPEN:
		fill_open(maker, op);
		break;
	case FS_FTRUNCATE:
		op->slot = random_below(random, HANDLES_MAX);
		break;
	case FS_RMDIR:
		pick(maker, IN_MERGE, DIRS, op->text[0]);
		break;
	case FS_EXEC:
	case FS_STAT:
		pick(maker, pick_where(maker), FILES, op->text[0]);
		break;
	default:
		pick(maker, IN_MERGE, FILES, op->text[0]);
	}
}

static bool outside_does(enum fs_kind kind)
{
	return kind == FS_MKDIR || kind == FS_LINK || kind == FS_UNLINK ||
	       kind == FS_RMDIR || kind == FS_RENAME;
}

static bool is_root(const char *path)
{
	return strcmp(path, MERGE) == 0;
}

void overlay_generate(struct random *random, const struct claim *claim,
		      struct scenario *scenario)
{
	static struct maker maker;
	int i;

	scenario->count = scenario->policies_count = 0;
	maker.random = random;
	maker.scenario = scenario;
	maker.names = 0;
	fs_init(&maker.state, claim);
	make_layers(&maker);
	enforce(&maker);
	for (i = 30 + random_below(random, 30); i; i--) {
		struct operation op = {
			.kind = random_weighted(random, weights, FS_KINDS, 1),
			.actor = FS_INSIDE,
		};

		if (op.kind == FS_ENFORCE) {
			enforce(&maker);
			continue;
		}
		if (outside_does(op.kind) && random_chance(random, 10))
			op.actor = FS_OUTSIDE;
		fill(&maker, &op);
		/* The mount point itself is not what this is about. */
		if (op.kind == FS_OPEN || (!is_root(op.text[0]) &&
					   !is_root(op.text[1])))
			add(&maker, &op);
	}
}
