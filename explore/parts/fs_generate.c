// SPDX-License-Identifier: GPL-2.0
/*
 * Makes up a scenario of files: a tree, descriptors, a policy or several, and
 * operations on what the model says is there.  Uniform chance finds little, so
 * each scenario is about something: its focus says which operations are likely
 * and which policies.
 */
#include <stdio.h>
#include <string.h>

#include "explore/parts/fs.h"

enum focus { MIXED, MOVES, OPENS, MOUNTS, EXCHANGES, DEVICES, FOCUSES };

/* How likely an operation is, for each focus; the first row is for MIXED ... */
static const uint8_t weights[FS_KINDS][FOCUSES] = {
	[FS_ENFORCE]	= { 3, 2, 3, 2, 2, 3 },
	[FS_MKDIR]	= { 5, 3, 1, 3, 2, 2 },
	[FS_SYMLINK]	= { 4, 2, 0, 1, 1, 0 },
	[FS_LINK]	= { 6, 14, 0, 6, 2, 3 },
	[FS_FIFO]	= { 3, 1, 0, 1, 0, 0 },
	[FS_SOCKET]	= { 2, 1, 0, 1, 0, 0 },
	[FS_WHITEOUT]	= { 2, 1, 0, 0, 0, 2 },
	[FS_MKNOD]	= { 2, 1, 0, 0, 1, 14 },
	[FS_SERVE]	= { 2, 0, 1, 0, 0, 0 },
	[FS_BIND]	= { 1, 0, 0, 2, 0, 0 },
	[FS_UNMOUNT]	= { 0, 0, 0, 2, 0, 0 },
	[FS_UNLINK]	= { 5, 3, 1, 3, 2, 2 },
	[FS_RMDIR]	= { 4, 2, 1, 2, 1, 0 },
	[FS_RENAME]	= { 8, 30, 1, 12, 40, 8 },
	[FS_OPEN]	= { 26, 8, 40, 24, 8, 30 },
	[FS_CLOSE]	= { 1, 0, 2, 0, 0, 0 },
	[FS_TRUNCATE_PATH]	= { 5, 1, 8, 3, 1, 0 },
	[FS_FTRUNCATE]	= { 4, 0, 12, 2, 0, 0 },
	[FS_READ]	= { 2, 0, 3, 1, 0, 0 },
	[FS_WRITE]	= { 2, 0, 3, 1, 0, 0 },
	[FS_IOCTL]	= { 2, 0, 4, 0, 0, 40 },
	[FS_EXEC]	= { 2, 0, 3, 1, 0, 0 },
	[FS_CONNECT]	= { 3, 0, 3, 1, 0, 0 },
	[FS_STAT]	= { 1, 0, 1, 1, 0, 1 },
	[FS_ACCESS]	= { 1, 0, 1, 0, 0, 0 },
	[FS_CHDIR]	= { 1, 0, 1, 0, 0, 0 },
	[FS_CHROOT]	= { 1, 0, 0, 1, 0, 0 },
	[FS_CHOWN]	= { 1, 0, 1, 0, 0, 0 },
};

struct maker {
	struct random *random;
	struct scenario *scenario;
	struct fs_state state;
	enum focus focus;
	bool mounts;		/* there are some */
	int favourite;		/* a descriptor to begin paths at, or -1 */
	int names;		/* given so far */
	bool ring;		/* it is used */
	bool device;		/* there is one */
	char device_path[TEXT_MAX];
};

static bool add(struct maker *maker, struct operation *op)
{
	struct scenario *scenario = maker->scenario;
	struct expected expected;

	if (scenario->count == OPERATIONS_MAX)
		return false;
	expected = fs_apply(&maker->state, op,
			    &scenario->policies[op->policy]);
	if (expected.unspecified && maker->state.rooted)
		return false;
	scenario->operations[scenario->count++] = *op;
	return expected.count && expected.answers[0] == 0;
}

static bool add_simple(struct maker *maker, enum fs_actor actor,
		       enum fs_kind kind, const char *path, const char *other)
{
	struct operation op = { .kind = kind, .actor = actor };

	strcpy(op.text[0], path);
	if (other)
		strcpy(op.text[1], other);
	return add(maker, &op);
}

/* An entry that is there, of @types (bits of enum node) if that is easy */
static int pick_entry(struct maker *maker, unsigned int types)
{
	const struct tree *tree = &maker->state.tree;
	int i, entry = tree->start.entry;

	for (i = 0; i < 12; i++) {
		entry = tree->start.entry + random_below(maker->random,
			tree->entries_count - tree->start.entry);
		if (!tree->entries[entry].gone &&
		    types >> tree->inodes[tree->entries[entry].inode].type & 1)
			return entry;
	}
	return tree->entries[entry].gone ? tree->start.entry : entry;
}

#define TYPE(type)	(1U << NODE_##type)
#define ANY		(~TYPE(NONE))
#define DIRS		TYPE(DIR)
#define FILES		(ANY & ~DIRS)

static bool join(char *path, const char *first, const char *rest)
{
	char text[2 * TEXT_MAX];

	if (strcmp(rest, ".") == 0)
		snprintf(text, sizeof(text), "%s", first);
	else
		snprintf(text, sizeof(text), "%s/%s", first, rest);
	if (strlen(text) >= TEXT_MAX)
		return false;
	strcpy(path, text);
	return true;
}

/* One of the paths that lead to an entry */
static void path_to(struct maker *maker, int entry, bool plain, char *path)
{
	struct random *random = maker->random;
	struct tree *tree = &maker->state.tree;
	char first[TEXT_MAX], rest[TEXT_MAX];
	int i, slot = maker->favourite;

	if (!plain && (slot < 0 || random_chance(random, 50)))
		slot = random_chance(random, 25) ?
		       random_below(random, HANDLES_MAX) : -1;
	if (!plain && slot >= 0 && tree->handles[slot].open &&
	    tree_path(tree, tree->handles[slot].place.entry, entry, rest,
		      TEXT_MAX) &&
	    strcmp(rest, ".")) {
		snprintf(first, sizeof(first), "@%d", slot);
		if (join(path, first, rest))
			return;
	}
	if (maker->mounts && random_chance(random, 50)) {
		i = 1 + random_below(random, tree->mounts_count - 1);
		if (!tree->mounts[i].gone &&
		    tree_path(tree, tree->start.entry, tree->mounts[i].at,
			      first, TEXT_MAX) &&
		    tree_path(tree, tree->mounts[i].root, entry, rest,
			      TEXT_MAX) &&
		    join(path, first, rest))
			return;
	}
	if (!tree_path(tree, tree->start.entry, entry, path, TEXT_MAX))
		strcpy(path, "lost");
}

/* The path of something to use */
static void path_of_old(struct maker *maker, unsigned int types, bool plain,
			char *path)
{
	path_to(maker, pick_entry(maker, types), plain, path);
}

/* The path of something to make; sometimes it is there already. */
static void path_of_new(struct maker *maker, bool plain, char *path)
{
	char dir[TEXT_MAX], name[NAME_MAX_MODEL];

	if (random_chance(maker->random, 10)) {
		path_of_old(maker, ANY, plain, path);
		return;
	}
	path_of_old(maker, DIRS, plain, dir);
	snprintf(name, sizeof(name), "n%d", maker->names++ % 100);
	if (strcmp(dir, ".") == 0)
		strcpy(path, name);
	else if (!join(path, dir, name))
		strcpy(path, name);
}

#define CHANGES								\
	(REMOVE_DIR | REMOVE_FILE | MAKE_CHAR | MAKE_DIR | MAKE_REG |	\
	 MAKE_SOCK | MAKE_FIFO | MAKE_BLOCK | MAKE_SYM | REFER)

static void grant(struct maker *maker, struct policy *policy, int entry,
		  uint32_t access)
{
	struct grant *grant = &policy->grants[policy->grants_count];

	if (policy->grants_count == GRANTS_MAX || !access)
		return;
	memset(grant, 0, sizeof(*grant));
	path_to(maker, entry, true, grant->path);
	grant->access = access;
	policy->grants_count++;
}

static void enforce(struct maker *maker)
{
	struct scenario *scenario = maker->scenario;
	struct random *random = maker->random;
	struct operation op = { .kind = FS_ENFORCE, .actor = FS_INSIDE };
	const uint32_t all = model_rights(SET_FS, maker->state.claim.abi);
	const bool moves = maker->focus == MOVES || maker->focus == EXCHANGES;
	struct policy *policy;
	int i, rules;

	if (scenario->policies_count == POLICIES_MAX ||
	    maker->state.layers_count >= 3)
		return;
	op.policy = scenario->policies_count;
	policy = &scenario->policies[scenario->policies_count++];
	memset(policy, 0, sizeof(*policy));
	switch (random_below(random, 4)) {
	case 0:
		policy->handled[SET_FS] = all;
		break;
	case 1:
		policy->handled[SET_FS] = all & FILE_RIGHTS;
		break;
	default:
		policy->handled[SET_FS] = random_bits(maker->random, all, 50);
	}
	if (!policy->handled[SET_FS])
		policy->handled[SET_FS] = READ_FILE;
	if (maker->focus == DEVICES)
		policy->handled[SET_FS] |= IOCTL_DEV & all;
	if (random_chance(random, moves ? 85 : 35)) {
		/* Most may be changed everywhere. */
		const int percent = random_chance(random, moves ? 60 : 0) ?
				    100 : 85;

		policy->handled[SET_FS] |= REFER & all;
		grant(maker, policy, maker->state.tree.start.entry,
		      random_bits(maker->random,
				  CHANGES & policy->handled[SET_FS], percent) |
		      random_bits(maker->random, policy->handled[SET_FS],
			   random_chance(random, 40) ? 70 : 0));
	}
	rules = 1 + random_below(random, 5);
	for (i = 0; i < rules; i++)
		grant(maker, policy, pick_entry(maker,
		      random_chance(random, 75) ? DIRS : ANY),
		      random_bits(maker->random, policy->handled[SET_FS],
			   30 + random_below(random, 70)));
	add(maker, &op);
}

static void make_dirs(struct maker *maker)
{
	const struct tree *tree = &maker->state.tree;
	const int count = 4 + random_below(maker->random, 4);
	char path[TEXT_MAX], name[2] = "a";
	int i;

	for (i = 0; i < count; i++, name[0]++) {
		const int entry = pick_entry(maker, DIRS);
		char dir[TEXT_MAX];

		if (!tree_path(tree, tree->start.entry, entry, dir, 12) ||
		    strcmp(dir, ".") == 0 || !join(path, dir, name))
			strcpy(path, name);
		add_simple(maker, FS_OUTSIDE, FS_MKDIR, path, NULL);
	}
}

static void make_others(struct maker *maker)
{
	static const struct {
		enum fs_kind kind;
		uint8_t percent, most;
	} nodes[] = {
		{ FS_FILE, 100, 4 }, { FS_SYMLINK, 35, 2 },
		{ FS_LINK, 30, 2 }, { FS_FIFO, 12, 1 }, { FS_SERVE, 20, 2 },
	};
	char path[TEXT_MAX], other[TEXT_MAX];
	size_t i;
	int j;

	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		if (!random_chance(maker->random, nodes[i].percent))
			continue;
		j = 1 + random_below(maker->random, nodes[i].most);
		for (; j; j--) {
			const enum fs_kind kind = nodes[i].kind;

			path_of_new(maker, true, path);
			other[0] = '\0';
			if (kind == FS_SYMLINK) {
				path_of_old(maker, ANY, true, other);
				snprintf(path, sizeof(path), "s%d", j);
			}
			if (kind == FS_LINK) {
				path_of_old(maker, TYPE(FILE), true, other);
				add_simple(maker, FS_OUTSIDE, kind, other,
					   path);
				continue;
			}
			add_simple(maker, FS_OUTSIDE, kind, path, other);
		}
	}
}

static void make_mounts(struct maker *maker)
{
	char what[TEXT_MAX], at[TEXT_MAX];
	int count = 1 + random_below(maker->random, 2);

	for (; count; count--) {
		path_of_old(maker, DIRS, true, what);
		path_of_old(maker, DIRS, true, at);
		if (strcmp(at, ".") == 0)
			continue;
		if (add_simple(maker, FS_OUTSIDE, FS_BIND, what, at))
			maker->mounts = true;
	}
}

static void make_device(struct maker *maker)
{
	char path[TEXT_MAX];

	path_of_new(maker, true, path);
	maker->device = add_simple(maker, FS_OUTSIDE, FS_DEVICE, path, NULL);
	strcpy(maker->device_path, path);
}

/* A directory that is open through a mount, and is then moved out of it */
static void disconnect(struct maker *maker)
{
	struct operation op = {
		.kind = FS_OPEN, .actor = FS_INSIDE,
		.flags = OPEN_PATH | OPEN_DIRECTORY,
	};
	const bool enforced = random_chance(maker->random, 50);

	add_simple(maker, FS_OUTSIDE, FS_MKDIR, "x", NULL);
	add_simple(maker, FS_OUTSIDE, FS_MKDIR, "x/d", NULL);
	add_simple(maker, FS_OUTSIDE, FS_MKDIR, "x/d/e", NULL);
	add_simple(maker, FS_OUTSIDE, FS_FILE, "x/d/f", NULL);
	add_simple(maker, FS_OUTSIDE, FS_MKDIR, "y", NULL);
	add_simple(maker, FS_OUTSIDE, FS_MKDIR, "y/m", NULL);
	add_simple(maker, FS_OUTSIDE, FS_MKDIR, "z", NULL);
	maker->mounts = add_simple(maker, FS_OUTSIDE, FS_BIND, "x", "y/m");
	if (enforced)
		enforce(maker);
	strcpy(op.text[0], "y/m/d");
	add(maker, &op);
	maker->favourite = 0;
	add_simple(maker, FS_OUTSIDE, FS_RENAME, "x/d", "z/d");
}

static void fill_open(struct maker *maker, struct operation *op)
{
	struct random *random = maker->random;

	op->slot = random_below(random, HANDLES_MAX);
	if (op->slot == maker->favourite)
		op->slot = maker->favourite + 1;
	if (random_chance(random, 12)) {
		path_of_new(maker, false, op->text[0]);
		op->flags = OPEN_CREATE;
		if (random_chance(random, 20))
			op->flags |= OPEN_EXCLUSIVE;
	} else if (random_chance(random, 15)) {
		snprintf(op->text[0], TEXT_MAX, "%%%d",
			 random_below(random, HANDLES_MAX));
	} else if (maker->device &&
		   random_chance(random, maker->focus == DEVICES ? 70 : 25)) {
		strcpy(op->text[0], maker->device_path);
	} else {
		path_of_old(maker, random_chance(random, 70) ? FILES : DIRS,
			    false, op->text[0]);
	}
	switch (random_below(random, 8)) {
	case 0 ... 1:
		op->flags |= OPEN_WRITE;
		break;
	case 2:
		op->flags |= OPEN_BOTH;
		break;
	case 3:
		if (op->flags)
			break;
		op->flags = OPEN_PATH;
		if (random_chance(random, 50))
			op->flags |= OPEN_DIRECTORY;
		return;
	}
	if (random_chance(random, 25))
		op->flags |= OPEN_TRUNCATE;
	if (!(op->flags & OPEN_CREATE) && random_chance(random, 4))
		op->flags |= OPEN_DIRECTORY;
	if (op->text[0][0] != '%' && random_chance(random, 4))
		op->flags |= OPEN_NOFOLLOW;
}

/* Of a device, if one is open */
static void fill_ioctl(struct maker *maker, struct operation *op)
{
	struct random *random = maker->random;
	struct tree *tree = &maker->state.tree;
	const struct handle *handle;
	bool device = false;
	int i;

	for (i = 0; i < HANDLES_MAX && !device; i++) {
		op->slot = random_below(random, HANDLES_MAX);
		handle = &tree->handles[op->slot];
		device = handle->open && !handle->path_only &&
			 tree_type(tree, handle->place) == NODE_DEVICE;
	}
	if (random_chance(random, 70))
		op->flags = device ? 1U << random_below(random, 7) :
				     IOCTL_COMMON;
	if (random_chance(random, 25))
		op->flags |= IOCTL_COMPAT;
}

static bool path_of_mount(struct maker *maker, char *path)
{
	const struct tree *tree = &maker->state.tree;
	int i;

	if (!maker->mounts)
		return false;
	i = 1 + random_below(maker->random, tree->mounts_count - 1);
	return !tree->mounts[i].gone &&
	       tree_path(tree, tree->start.entry, tree->mounts[i].at, path,
			 TEXT_MAX);
}

static bool fill(struct maker *maker, struct operation *op)
{
	struct random *random = maker->random;
	const bool out = op->actor == FS_OUTSIDE;

	switch (op->kind) {
	case FS_SYMLINK:
		path_of_new(maker, out, op->text[0]);
		strcpy(op->text[1], "a");
		break;
	case FS_LINK:
		path_of_old(maker, FILES, out, op->text[0]);
		path_of_new(maker, out, op->text[1]);
		break;
	case FS_MKDIR:
	case FS_FIFO:
	case FS_SOCKET:
	case FS_WHITEOUT:
		path_of_new(maker, out, op->text[0]);
		break;
	case FS_MKNOD:
		path_of_new(maker, out, op->text[0]);
		op->flags = random_below(random, 4) ?
			    1U << random_below(random, 3) : 0;
		break;
	case FS_SERVE:
		path_of_new(maker, true, op->text[0]);
		break;
	case FS_BIND:
		path_of_old(maker, DIRS, true, op->text[0]);
		path_of_old(maker, DIRS, true, op->text[1]);
		return strcmp(op->text[1], ".");
	case FS_UNMOUNT:
		return path_of_mount(maker, op->text[0]);
	case FS_UNLINK:
		path_of_old(maker, random_chance(random, 90) ? FILES : DIRS,
			    out, op->text[0]);
		break;
	case FS_RMDIR:
		path_of_old(maker, random_chance(random, 90) ? DIRS : FILES,
			    out, op->text[0]);
		break;
	case FS_RENAME:
		path_of_old(maker, random_chance(random, 60) ? FILES : DIRS,
			    out, op->text[0]);
		if (random_chance(random, maker->focus == EXCHANGES ? 85 :
				  15)) {
			op->flags = RENAME_SWAP;
			path_of_old(maker, random_chance(random, 60) ? FILES :
				    DIRS, out, op->text[1]);
			break;
		}
		if (random_chance(random, 10))
			op->flags = RENAME_KEEP;
		if (random_chance(random, 20))
			path_of_old(maker, ANY, out, op->text[1]);
		else
			path_of_new(maker, out, op->text[1]);
		break;
	case FS_OPEN:
		fill_open(maker, op);
		break;
	case FS_CLOSE:
	case FS_FTRUNCATE:
	case FS_READ:
	case FS_WRITE:
		op->slot = random_below(random, HANDLES_MAX);
		return op->kind != FS_CLOSE || op->slot != maker->favourite;
	case FS_IOCTL:
		fill_ioctl(maker, op);
		break;
	case FS_TRUNCATE_PATH:
	case FS_EXEC:
		path_of_old(maker, random_chance(random, 90) ? TYPE(FILE) :
			    ANY, false, op->text[0]);
		break;
	case FS_CHROOT:
		path_of_old(maker, DIRS, true, op->text[0]);
		break;
	case FS_CONNECT:
		path_of_old(maker, TYPE(SOCKET), true, op->text[0]);
		break;
	default:
		path_of_old(maker, ANY, false, op->text[0]);
	}
	return strcmp(op->text[0], ".") && strcmp(op->text[1], ".");
}

static bool outside_does(enum fs_kind kind)
{
	switch (kind) {
	case FS_MKDIR:
	case FS_LINK:
	case FS_SERVE:
	case FS_BIND:
	case FS_UNLINK:
	case FS_RMDIR:
	case FS_RENAME:
		return true;
	default:
		return false;
	}
}

static bool ring_does(enum fs_kind kind)
{
	return kind == FS_OPEN || kind == FS_RENAME || kind == FS_LINK ||
	       kind == FS_SYMLINK || kind == FS_MKDIR || kind == FS_UNLINK ||
	       kind == FS_RMDIR;
}

static void add_random(struct maker *maker)
{
	struct operation op = {
		.kind = random_weighted(maker->random,
					&weights[0][maker->focus], FS_KINDS,
					sizeof(weights[0])),
		.actor = FS_INSIDE,
	};

	if (op.kind == FS_ENFORCE) {
		fs_look_as(&maker->state, FS_INSIDE);
		enforce(maker);
		return;
	}
	if (op.kind == FS_BIND && !maker->mounts)
		return;
	if (op.kind == FS_CHROOT && (maker->state.rooted ||
				     random_chance(maker->random, 50)))
		return;
	if (op.kind == FS_UNMOUNT || (outside_does(op.kind) &&
				      random_chance(maker->random, 25)))
		op.actor = FS_OUTSIDE;
	else if (maker->ring && ring_does(op.kind) &&
		 random_chance(maker->random, 40))
		op.actor = FS_RING;
	fs_look_as(&maker->state, op.actor);
	if (fill(maker, &op))
		add(maker, &op);
}

void fs_generate(struct random *random, const struct claim *claim,
		 struct scenario *scenario)
{
	static struct maker maker;
	int count, i;

	scenario->count = scenario->policies_count = 0;
	maker.random = random;
	maker.scenario = scenario;
	maker.focus = random_below(random, FOCUSES);
	maker.mounts = false;
	maker.favourite = -1;
	maker.names = 0;
	fs_init(&maker.state, claim);
	make_dirs(&maker);
	make_others(&maker);
	if (maker.focus == MOUNTS || random_chance(random, 10))
		make_mounts(&maker);
	maker.device = false;
	maker.ring = random_chance(random, 8);
	if (random_chance(random, maker.focus == DEVICES ? 100 :
			  maker.focus == OPENS ? 20 : 0))
		make_device(&maker);
	if (maker.focus == MOUNTS && random_chance(random, 40) &&
	    claim_fixed(claim, 3))
		disconnect(&maker);
	/* Some things are opened before anything is enforced. */
	for (i = random_below(random, 4); i; i--) {
		struct operation op = { .kind = FS_OPEN, .actor = FS_INSIDE };

		fill_open(&maker, &op);
		add(&maker, &op);
	}
	enforce(&maker);
	count = 40 + random_below(random, 30);
	for (i = 0; i < count; i++)
		add_random(&maker);
}
