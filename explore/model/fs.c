// SPDX-License-Identifier: GPL-2.0
/* Files, by the documentation of Landlock: one function for each operation. */
#include <errno.h>
#include <string.h>

#include "clause.h"
#include "fs.h"

#define H(clause) clause_holds(CLAUSE_##clause)

static bool is_inside(const struct operation *op)
{
	return op->actor != FS_OUTSIDE;
}

/* The entries that a path goes through, from the file up */
#define CHAIN_MAX 48
struct chain {
	int16_t entries[CHAIN_MAX];
	int count;
	bool disconnected;	/* its mount does not show where it is */
};

static void add(struct chain *chain, int entry)
{
	if (chain->count < CHAIN_MAX)
		chain->entries[chain->count++] = entry;
}

static void add_above(const struct tree *tree, struct chain *chain, int inode)
{
	int entry = 0;

	while (entry < tree->entries_count &&
	       tree->entries[entry].inode != inode)
		entry++;
	while (entry < tree->entries_count &&
	       (entry = tree->entries[entry].parent) >= 0)
		add(chain, entry);
}

/* "Rules restrict access when they are encountered on a path." */
static struct chain path_of(const struct tree *tree, struct place place)
{
	struct chain chain = { .count = 0 };
	const struct mount *mount = &tree->mounts[place.mount];
	const struct inode *inode;
	int above;

	if (!tree_beneath(tree, place.entry, mount->root)) {
		chain.disconnected = true;
		if (!H(DISCONNECTED_TREE))
			place.entry = mount->root;
	}
	while (chain.count < CHAIN_MAX) {
		if (!H(CHROOT_ABOVE) && tree->rooted &&
		    place.entry == tree->start.entry) {
			add(&chain, place.entry);
			return chain;
		}
		if (H(BIND_ROOT) || place.entry != mount->root || !place.mount)
			add(&chain, place.entry);
		while (place.entry == mount->root) {
			if (mount->under < 0 || (mount->gone && H(DETACHED)))
				return chain;
			if (!H(BIND))
				return chain;
			if (!H(OVERLAY_ABOVE) && place.mount == tree->overlay)
				return chain;
			inode = &tree->inodes[tree->entries[place.entry].inode];
			if (!H(OVERLAY_BESIDE) && place.mount == tree->overlay)
				add_above(tree, &chain, inode->lower);
			if (!H(BIND_SOURCE))
				for (above = tree->entries[place.entry].parent;
				     above >= 0;
				     above = tree->entries[above].parent)
					add(&chain, above);
			place = (struct place) { mount->under, mount->at };
			mount = &tree->mounts[place.mount];
			if (!H(COVERED))
				add(&chain, place.entry);
		}
		if (tree->entries[place.entry].parent >= 0) {
			place.entry = tree->entries[place.entry].parent;
		} else {
			if (!H(DISCONNECTED_MOUNT))
				return chain;
			place.entry = mount->root;
		}
	}
	return chain;
}

/* Is a rule one on this inode?  No other will do, even if it is made of it. */
static bool is_on(const struct tree *tree, const struct fs_rule *rule,
		  int inode)
{
	const struct inode *of = &tree->inodes[inode];
	const struct inode *named = &tree->inodes[rule->inode];

	if (rule->inode == inode)
		return H(OVERLAY_COPIED) || !of->copied;
	return (!H(OVERLAY_LOWER) && of->lower == rule->inode) ||
	       (!H(OVERLAY_UPPER) && of->upper == rule->inode) ||
	       (!H(OVERLAY_TO_LOWER) && named->lower == inode) ||
	       (!H(OVERLAY_TO_UPPER) && named->upper == inode);
}

static uint32_t granted(const struct fs_state *state,
			const struct fs_layer *layer,
			const struct chain *chain)
{
	const struct tree *tree = &state->tree;
	uint32_t access = 0;
	int i, j;

	for (i = 0; i < chain->count; i++) {
		const int entry = chain->entries[i];
		const int inode = tree->entries[entry].inode;
		bool met = false;

		if (!H(BENEATH) && i > 1)
			break;
		for (j = 0; j < layer->count; j++) {
			const struct fs_rule *rule = &layer->rules[j];

			if (!is_on(tree, rule, inode) ||
			    (!H(INODE) && rule->entry != entry))
				continue;
			if (!H(FILE_RULE) &&
			    tree->inodes[inode].type != NODE_DIR)
				continue;
			access |= rule->access;
			met = true;
		}
		if (met && !H(ANY_RULE))
			break;
	}
	return access;
}

/* What a layer denies where nothing grants it */
static uint32_t denied_by(const struct fs_state *state,
			  const struct fs_layer *layer)
{
	uint32_t rights = layer->handled;
	int i;

	if (H(REFER) && state->claim.abi >= 2)
		rights |= REFER;
	if (!H(UNHANDLED))
		rights |= FILE_RIGHTS;
	if (!H(DEFAULT)) {
		uint32_t named = 0;

		for (i = 0; i < layer->count; i++)
			named |= layer->rules[i].access;
		rights &= named;
	}
	return rights;
}

static int layers_that_count(const struct fs_state *state)
{
	return !H(LAYERS) && state->layers_count ? 1 : state->layers_count;
}

/* Those of @rights that some layer does not grant on this path */
static uint32_t missing(const struct fs_state *state,
			const struct chain *chain, uint32_t rights)
{
	uint32_t result = 0;
	int i;

	if (!rights)
		return 0;
	for (i = 0; i < layers_that_count(state); i++) {
		const struct fs_layer *layer = &state->layers[i];

		result |= rights & denied_by(state, layer) &
			  ~granted(state, layer, chain);
	}
	return result;
}

static uint32_t make_right(enum node type)
{
	switch (type) {
	case NODE_DIR:
		return H(MAKE_DIR) ? MAKE_DIR : 0;
	case NODE_SYMLINK:
		return H(MAKE_SYM) ? MAKE_SYM : 0;
	case NODE_FIFO:
		return H(MAKE_FIFO) ? MAKE_FIFO : 0;
	case NODE_SOCKET:
		return H(MAKE_SOCK) ? MAKE_SOCK : 0;
	case NODE_WHITEOUT:
		return H(WHITEOUT) ? MAKE_REG : MAKE_CHAR;
	case NODE_CHAR:
		return H(MAKE_CHAR) ? MAKE_CHAR : 0;
	case NODE_BLOCK:
		return H(MAKE_BLOCK) ? MAKE_BLOCK : MAKE_CHAR;
	default:
		return H(MAKE_REG) ? MAKE_REG : 0;
	}
}

static uint32_t remove_right(enum node type)
{
	return type == NODE_DIR ? REMOVE_DIR : REMOVE_FILE;
}

/* The clause that names this right */
static enum clause clause_of(uint32_t right)
{
	static const uint8_t clauses[] = {
		CLAUSE_EXECUTE, CLAUSE_WRITE_FILE, CLAUSE_READ_FILE,
		CLAUSE_READ_DIR, CLAUSE_REMOVE_DIR, CLAUSE_REMOVE_FILE,
		CLAUSE_WHITEOUT, CLAUSE_MAKE_DIR, CLAUSE_MAKE_REG,
		CLAUSE_MAKE_SOCK, CLAUSE_MAKE_FIFO, CLAUSE_MAKE_BLOCK,
		CLAUSE_MAKE_SYM, CLAUSE_REFER, CLAUSE_TRUNCATE,
		CLAUSE_IOCTL, CLAUSE_RESOLVE,
	};

	return right ? clauses[__builtin_ctz(right)] : CLAUSE_NONE;
}

static void answer(struct expected *expected, int error)
{
	expected_add(expected, error);
}

static void deny(struct expected *expected, int error, enum clause clause)
{
	expected->denied = true;
	expected->clause = clause;
	expected_add(expected, error);
}

/*
 * A kernel that does not say whether an erratum is fixed, or says that it is
 * not, is promised to be nothing.
 */
static void judge_path(const struct fs_state *state,
		       const struct chain *chain, struct expected *expected)
{
	if (chain->disconnected && state->layers_count &&
	    !claim_fixed(&state->claim, 3))
		expected->unspecified = true;
}

static void judge_made(const struct fs_state *state, enum node type,
		       struct expected *expected)
{
	if (type == NODE_WHITEOUT && state->layers_count &&
	    !claim_fixed(&state->claim, 4))
		expected->unspecified = true;
}

/* Denies what lacks one of @rights on the path to @place. */
static bool judge(const struct fs_state *state, struct place place,
		  uint32_t rights, struct expected *expected)
{
	const struct chain chain = path_of(&state->tree, place);
	const uint32_t lack = missing(state, &chain, rights);

	if (!H(RING) && state->by_ring)
		return false;

	judge_path(state, &chain, expected);
	if (lack)
		deny(expected, EACCES, clause_of(lack));
	return lack;
}

/* The error that comes of a path, for what changes the directory of its end */
static int create_error(struct tree *tree, const struct lookup *at)
{
	if (at->error)
		return at->error;
	if (at->found.entry >= 0 || !at->last[0])
		return EEXIST;
	if (tree_inode(tree, at->dir)->dead)
		return ENOENT;
	return 0;
}

/* mkdir(2), symlink(2), mknod(2), and bind(2) of a UNIX socket */
static void make(struct fs_state *state, const struct operation *op,
		 enum node type, struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup at = tree_lookup(tree, op->text[0], 0);
	int error = create_error(tree, &at);
	struct inode *inode;

	if (error == EEXIST && op->kind == FS_SERVE)
		error = EADDRINUSE;
	if (is_inside(op) && !at.error && at.last[0]) {
		judge_made(state, type, expected);
		judge(state, at.dir, make_right(type), expected);
	}
	if (error)
		answer(expected, error);
	if (expected->count)
		return;
	answer(expected, 0);
	inode = tree_inode(tree, tree_make(tree, &at, type));
	if (type == NODE_SYMLINK)
		strcpy(inode->target, op->text[1]);
	if (op->kind == FS_FILE)
		inode->filled = true;
	inode->served = op->kind != FS_SERVE ? -1 :
			is_inside(op) ? state->layers_count : 0;
}

/* It is made of a file and of a mount, whose inode is in no directory. */
static void make_device(struct fs_state *state, const struct operation *op,
			struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup at = tree_lookup(tree, op->text[0], 0);
	const struct lookup nowhere = { .dir.entry = -1, .last = "null" };
	const int error = create_error(tree, &at);
	struct place file;

	answer(expected, error);
	if (error)
		return;
	file = tree_make(tree, &at, NODE_FILE);
	tree_inode(tree, file)->filled = true;
	tree_mount(tree, tree_make(tree, &nowhere, NODE_DEVICE), file);
}

/* unlink(2), rmdir(2) */
static void unlink_(struct fs_state *state, const struct operation *op,
		    struct expected *expected)
{
	struct tree *tree = &state->tree;
	const bool dir = op->kind == FS_RMDIR;
	const struct lookup at = tree_lookup(tree, op->text[0], 0);
	const uint32_t right = dir ? H(REMOVE_DIR) ? REMOVE_DIR : 0 :
				     H(REMOVE_FILE) ? REMOVE_FILE : 0;

	if (at.error || at.found.entry < 0) {
		answer(expected, at.error ?: ENOENT);
		return;
	}
	if (!at.last[0]) {
		answer(expected, EINVAL);
		answer(expected, EISDIR);
		answer(expected, ENOTEMPTY);
		answer(expected, EBUSY);
		return;
	}
	if (is_inside(op))
		judge(state, H(CONTENT) ? at.dir : at.found, right, expected);
	if (is_inside(op) && !H(OVERLAY_WHITEOUT) &&
	    tree_inode(tree, at.found)->lower)
		judge(state, at.dir, make_right(NODE_WHITEOUT),
		      expected);
	if (dir != (tree_type(tree, at.found) == NODE_DIR))
		answer(expected, dir ? ENOTDIR : EISDIR);
	else if (tree_mounted_at(tree, at.found.entry))
		answer(expected, EBUSY);
	else if (dir && !tree_empty(tree, at.found.entry))
		answer(expected, ENOTEMPTY);
	if (expected->count)
		return;
	answer(expected, 0);
	tree_unlink(tree, at.found);
}

/* Would a file that is moved have more rights there than here? */
static bool gains(const struct fs_state *state, struct place file,
		  const struct chain *from, const struct chain *to)
{
	const bool dir = state->tree.inodes[state->tree.entries[file.entry]
					    .inode].type == NODE_DIR;
	const uint32_t relevant = dir && H(GAIN_DIR) ? ~0U : FILE_RIGHTS;
	const struct chain own = { .entries = { file.entry }, .count = 1 };
	uint32_t before = ~0U, after = ~0U;
	int i;

	if (!H(GAIN))
		return false;
	for (i = 0; i < layers_that_count(state); i++) {
		const struct fs_layer *layer = &state->layers[i];
		const uint32_t denied = denied_by(state, layer);
		const uint32_t always = granted(state, layer, &own) | ~denied;
		const uint32_t here = granted(state, layer, from) | always;
		const uint32_t there = granted(state, layer, to) | always;

		if (H(GAIN_LAYER) && (there & ~here & relevant))
			return true;
		before &= here;
		after &= there;
	}
	return after & ~before & relevant;
}

/* link(2) and rename(2), where both files are known */
static void judge_move(const struct fs_state *state, bool linked, bool swap,
		       const struct lookup *old, const struct lookup *new,
		       struct expected *expected)
{
	const struct tree *tree = &state->tree;
	const struct chain from = path_of(tree, old->dir);
	const struct chain to = path_of(tree, new->dir);
	const enum node type =
		tree->inodes[tree->entries[old->found.entry].inode].type;
	const enum node other = new->found.entry < 0 ? NODE_NONE :
		tree->inodes[tree->entries[new->found.entry].inode].type;
	uint32_t of_old = 0, of_new = 0, lack;
	bool refer = false;

	if (!state->layers_count || (!H(RING) && state->by_ring))
		return;
	judge_path(state, &from, expected);
	judge_path(state, &to, expected);
	judge_made(state, type, expected);
	if (swap)
		judge_made(state, other, expected);
	if (!linked && H(RENAME_SOURCE))
		of_old |= remove_right(type);
	if (linked ? H(LINK_TARGET) : H(RENAME_TARGET))
		of_new |= make_right(type);
	if (swap && H(EXCHANGE)) {
		of_old |= make_right(other);
		of_new |= remove_right(other);
	} else if (!linked && other != NODE_NONE && H(RENAME_REPLACED)) {
		of_new |= remove_right(other);
	}
	lack = missing(state, &from, of_old) | missing(state, &to, of_new);
	if (old->dir.entry != new->dir.entry || !H(REFER_SAME)) {
		refer = state->claim.abi < 2 ||
			(H(REFER_SOURCE) && missing(state, &from, REFER)) ||
			(H(REFER_TARGET) && missing(state, &to, REFER));
		if (refer)
			expected->clause = CLAUSE_REFER;
		if (!refer && (gains(state, old->found, &from, &to) ||
			       (swap && H(GAIN_EXCHANGE) &&
				gains(state, new->found, &to, &from)))) {
			expected->clause = CLAUSE_GAIN;
			refer = true;
		}
	}
	if (lack && (!refer || H(EACCES_FIRST)))
		deny(expected, EACCES, clause_of(lack));
	else if (refer)
		deny(expected, EXDEV, expected->clause);
	/* Of the first version, no error is told. */
	if (refer && state->claim.abi < 2)
		deny(expected, EACCES, CLAUSE_REFER);
}

/* What is written to is no longer that of the lower layer. */
static void copy_up(struct tree *tree, struct place place)
{
	struct inode *inode = tree_inode(tree, place);

	if (inode->lower && inode->type != NODE_DIR)
		inode->copied = true;
}

static void link_(struct fs_state *state, const struct operation *op,
		  struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup old = tree_lookup(tree, op->text[0], CROSS);
	const struct lookup new = tree_lookup(tree, op->text[1], 0);
	int error = old.error;

	if (!error && old.found.entry < 0)
		error = ENOENT;
	if (!error && new.error)
		error = new.error;
	if (!error && new.found.entry < 0 && tree_inode(tree, new.dir)->dead)
		error = ENOENT;
	if (error) {
		answer(expected, error);
		return;
	}
	if (tree_type(tree, old.found) == NODE_DIR) {
		/* Never possible; what is said first is nowhere told. */
		answer(expected, EPERM);
		answer(expected, new.found.entry < 0 ? EXDEV : EEXIST);
		if (is_inside(op) && state->layers_count)
			answer(expected, EACCES);
		return;
	}
	if (is_inside(op) && new.last[0] && new.found.entry < 0 &&
	    old.last[0] && old.found.mount == new.dir.mount)
		judge_move(state, true, false, &old, &new, expected);
	if (new.found.entry >= 0)
		answer(expected, EEXIST);
	else if (old.found.mount != new.dir.mount)
		answer(expected, EXDEV);
	if (!expected->count || expected->denied) {
		if (!tree_inode(tree, old.found)->links)
			answer(expected, ENOENT);
	}
	if (expected->count)
		return;
	answer(expected, 0);
	copy_up(tree, old.found);
	tree_link(tree, &new, tree->entries[old.found.entry].inode);
}

/* What rename(2) answers to two files, whoever asks; several may compete. */
static void rename_errors(struct tree *tree, bool swap, bool keep,
			  const struct lookup *old, const struct lookup *new,
			  struct expected *expected)
{
	const int from = old->found.entry, to = new->found.entry;
	const bool dir = tree_type(tree, old->found) == NODE_DIR;
	const bool over = to >= 0 && tree_type(tree, new->found) == NODE_DIR;

	if (to >= 0 && keep)
		answer(expected, EEXIST);
	if (to < 0 && swap)
		answer(expected, ENOENT);
	if (tree_beneath(tree, new->dir.entry, from))
		answer(expected, EINVAL);
	if (to >= 0 && from != to && tree_beneath(tree, old->dir.entry, to))
		answer(expected, swap ? EINVAL : ENOTEMPTY);
	if (expected->count && !expected->denied)
		return;
	if (to >= 0 &&
	    tree->entries[from].inode == tree->entries[to].inode)
		return;
	if (to < 0 && tree_inode(tree, new->dir)->dead)
		answer(expected, ENOENT);
	if (to >= 0 && !swap && dir != over)
		answer(expected, dir ? ENOTDIR : EISDIR);
	if (tree_mounted_at(tree, from) ||
	    (to >= 0 && tree_mounted_at(tree, to)))
		answer(expected, EBUSY);
	if (to >= 0 && !swap && dir && over && !tree_empty(tree, to))
		answer(expected, ENOTEMPTY);
	/* A directory of the lower layer cannot be moved. */
	if ((dir && tree_inode(tree, old->found)->lower) ||
	    (over && swap && tree_inode(tree, new->found)->lower))
		answer(expected, EXDEV);
}

static void rename_(struct fs_state *state, const struct operation *op,
		    struct expected *expected)
{
	struct tree *tree = &state->tree;
	const bool swap = op->flags & RENAME_SWAP;
	const bool keep = op->flags & RENAME_KEEP;
	const struct lookup old = tree_lookup(tree, op->text[0], 0);
	const struct lookup new = tree_lookup(tree, op->text[1], 0);

	if (old.error || new.error) {
		answer(expected, old.error ?: new.error);
		return;
	}
	if (old.dir.mount != new.dir.mount || !old.last[0] || !new.last[0]) {
		answer(expected, old.dir.mount != new.dir.mount ? EXDEV :
			       EBUSY);
		if (keep && !new.last[0])
			answer(expected, EEXIST);
		return;
	}
	if (old.found.entry < 0) {
		answer(expected, ENOENT);
		if (keep && new.found.entry >= 0)
			answer(expected, EEXIST);
		return;
	}
	if (is_inside(op) && (new.found.entry >= 0 || !swap))
		judge_move(state, false, swap, &old, &new, expected);
	rename_errors(tree, swap, keep, &old, &new, expected);
	if (expected->count)
		return;
	answer(expected, 0);
	/* Two links of one file: nothing happens. */
	if (new.found.entry >= 0 && tree->entries[old.found.entry].inode ==
	    tree->entries[new.found.entry].inode)
		return;
	copy_up(tree, old.found);
	if (swap) {
		copy_up(tree, new.found);
		tree_exchange(tree, old.found, new.found);
	}
	else {
		tree_rename(tree, old.found, &new);
	}
}

static bool free_slot(struct tree *tree, int slot)
{
	struct handle *handle = &tree->handles[slot];

	if (!handle->open)
		return false;
	if (handle->writes)
		tree_inode(tree, handle->place)->writers--;
	handle->open = false;
	return true;
}

static bool has_reader(struct tree *tree, struct place fifo)
{
	int i;

	for (i = 0; i < HANDLES_MAX; i++)
		if (tree->handles[i].open && tree->handles[i].reads &&
		    tree->entries[tree->handles[i].place.entry].inode ==
		    tree->entries[fifo.entry].inode)
			return true;
	return false;
}

/* What an open(2) of something that is there answers, whoever asks */
static void open_errors(struct tree *tree, uint32_t flags, struct place place,
			struct expected *expected)
{
	const enum node type = tree_type(tree, place);
	const bool changes = flags & (OPEN_WRITE | OPEN_BOTH | OPEN_TRUNCATE |
				      OPEN_CREATE);

	if (flags & OPEN_DIRECTORY && type != NODE_DIR)
		answer(expected, ENOTDIR);
	if (flags & OPEN_PATH)
		return;
	if (type == NODE_SYMLINK)
		answer(expected, ELOOP);
	if (type == NODE_DIR && changes)
		answer(expected, EISDIR);
	if (type == NODE_SOCKET)
		answer(expected, ENXIO);
	if (type == NODE_FIFO && flags & OPEN_WRITE &&
	    !(flags & OPEN_BOTH) && !has_reader(tree, place))
		answer(expected, ENXIO);
	if (type == NODE_WHITEOUT || type == NODE_CHAR || type == NODE_BLOCK) {
		answer(expected, ENXIO);
		answer(expected, EACCES);	/* on a file system of nodev */
	}
}

/* The rights that an open(2) needs on the file itself */
static uint32_t open_rights(enum node type, uint32_t flags, bool created)
{
	const bool writes = flags & (OPEN_WRITE | OPEN_BOTH);
	const bool reads = !writes || flags & OPEN_BOTH;
	uint32_t rights = 0;

	if (flags & OPEN_PATH)
		return H(O_PATH) ? 0 : type == NODE_DIR ? READ_DIR : READ_FILE;
	if (created && !H(CREATE_OPENS))
		return 0;
	if (reads && type == NODE_DIR && H(READ_DIR))
		rights |= READ_DIR;
	if (reads && type != NODE_DIR && H(READ_FILE))
		rights |= READ_FILE;
	if (writes && H(WRITE_FILE))
		rights |= WRITE_FILE;
	if (flags & OPEN_TRUNCATE && type == NODE_FILE && H(TRUNCATE_OPEN) &&
	    (!created || !H(TRUNCATE_NEW)))
		rights |= TRUNCATE;
	return rights;
}

/* Is it in the lower layer only? */
static bool is_below(struct tree *tree, struct place place)
{
	const struct inode *inode = tree_inode(tree, place);

	return inode->type == NODE_FILE && inode->lower && !inode->upper &&
	       !inode->copied;
}

#define CHANGES (OPEN_WRITE | OPEN_BOTH | OPEN_TRUNCATE)

static void open_(struct fs_state *state, const struct operation *op,
		  struct expected *expected)
{
	struct tree *tree = &state->tree;
	const uint32_t flags = op->flags;
	const bool by_fd = op->text[0][0] == '%' && !op->text[0][2];
	const bool free = (by_fd && !H(FD_AGAIN)) ||
			  (op->text[0][0] == '@' && !H(FD_DIR));
	const bool exclusive = flags & OPEN_CREATE && flags & OPEN_EXCLUSIVE;
	const struct lookup at = tree_lookup(tree, op->text[0], CROSS |
		(flags & OPEN_NOFOLLOW || exclusive ? 0 : FOLLOW));
	struct place place = at.found;
	struct handle *handle = &tree->handles[op->slot];
	struct chain chain;
	bool created = false;
	enum node type;

	if (at.error) {
		answer(expected, at.error);
		return;
	}
	if (place.entry < 0) {
		if (!(flags & OPEN_CREATE)) {
			answer(expected, ENOENT);
			return;
		}
		if (!free)
			judge(state, at.dir, make_right(NODE_FILE),
			      expected);
		if (tree_inode(tree, at.dir)->dead)
			answer(expected, ENOENT);
		if (expected->count)
			return;
		place = tree_make(tree, &at, NODE_FILE);
		created = true;
	} else if (exclusive) {
		answer(expected, EEXIST);
		return;
	}
	type = tree_type(tree, place);
	if (!free)
		judge(state, place, open_rights(type, flags, created),
		      expected);
	if (!H(OVERLAY_WRITES) && flags & CHANGES && is_below(tree, place))
		judge(state, at.dir, make_right(NODE_FILE), expected);
	if (!created)
		open_errors(tree, flags, place, expected);
	expected->partial = created && expected->count;
	if (expected->count)
		return;
	answer(expected, 0);
	free_slot(tree, op->slot);
	chain = path_of(tree, place);
	*handle = (struct handle) {
		.open = true, .place = place,
		.path_only = flags & OPEN_PATH,
		.writes = flags & (OPEN_WRITE | OPEN_BOTH) &&
			  !(flags & OPEN_PATH),
		.reads = !(flags & (OPEN_WRITE | OPEN_PATH)) ||
			 (flags & OPEN_BOTH && !(flags & OPEN_PATH)),
		.truncates = !missing(state, &chain, TRUNCATE),
		.controls = !missing(state, &chain, IOCTL_DEV),
	};
	if (handle->writes)
		tree_inode(tree, place)->writers++;
	if (flags & CHANGES && !(flags & OPEN_PATH))
		copy_up(tree, place);
	if (flags & OPEN_TRUNCATE && !(flags & OPEN_PATH) && type == NODE_FILE)
		tree_inode(tree, place)->filled = false;
}

static void truncate_(struct fs_state *state, const struct operation *op,
		      struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup at = tree_lookup(tree, op->text[0],
					     CROSS | FOLLOW);
	enum node type;

	if (at.error || at.found.entry < 0) {
		answer(expected, at.error ?: ENOENT);
		return;
	}
	type = tree_type(tree, at.found);
	judge(state, at.found, (H(TRUNCATE) ? TRUNCATE : 0) |
	      (H(TRUNCATE_ALONE) ? 0 : WRITE_FILE), expected);
	if (type != NODE_FILE)
		answer(expected, type == NODE_DIR ? EISDIR : EINVAL);
	if (expected->count)
		return;
	answer(expected, 0);
	copy_up(tree, at.found);
	tree_inode(tree, at.found)->filled = false;
}

static bool is_free(uint32_t flags)
{
	switch (flags & ~IOCTL_COMPAT) {
	case IOCTL_COMMON:
		return H(IOCTL_FREE);
	case IOCTL_BLOCKSIZE:
	case IOCTL_THAW:
	case IOCTL_UUID:
		return H(IOCTL_FREE_FS);
	case IOCTL_CLONE:
	case IOCTL_DEDUPE:
		return H(IOCTL_FREE_OTHERS);
	case IOCTL_NREAD:
		return !H(IOCTL_READ);
	default:
		return false;
	}
}

/* ioctl(2): what /dev/null answers, or any file to the first commands */
static void control(enum node type, const struct handle *handle,
		    uint32_t flags, struct expected *expected)
{
	if (type != NODE_DEVICE && flags & ~(IOCTL_COMMON | IOCTL_COMPAT)) {
		expected->unspecified = true;
		return;
	}
	if (type == NODE_DEVICE && !handle->controls && H(IOCTL) &&
	    !is_free(flags) && (!(flags & IOCTL_COMPAT) || H(IOCTL_COMPAT))) {
		/* The command is not invoked, so its own error does not come. */
		deny(expected, EACCES, CLAUSE_IOCTL);
		return;
	}
	switch (flags & ~IOCTL_COMPAT) {
	case IOCTL_COMMON:
	case IOCTL_BLOCKSIZE:
		break;
	case IOCTL_THAW:
		answer(expected, EINVAL);
		answer(expected, EPERM);
		answer(expected, EOPNOTSUPP);
		break;
	case IOCTL_CLONE:
		answer(expected, EBADF);
		break;
	case IOCTL_DEDUPE:
		answer(expected, EFAULT);
		break;
	case IOCTL_UUID:
		answer(expected, EFAULT);
		/* fall through */
	default:
		answer(expected, ENOTTY);
	}
}

/* ftruncate(2), read(2), write(2), ioctl(2) */
static void use_handle(struct fs_state *state, const struct operation *op,
		       struct expected *expected)
{
	struct tree *tree = &state->tree;
	struct handle *handle = &tree->handles[op->slot];
	const bool reading = op->kind == FS_READ;
	bool allowed = handle->truncates;
	struct chain chain;
	enum node type;

	if (!handle->open || handle->path_only) {
		answer(expected, EBADF);
		return;
	}
	type = tree_type(tree, handle->place);
	chain = path_of(tree, handle->place);
	switch (op->kind) {
	case FS_FTRUNCATE:
		if (!H(FTRUNCATE_OPENED))
			allowed = !missing(state, &chain, TRUNCATE);
		if (!allowed && H(FTRUNCATE))
			deny(expected, EACCES, CLAUSE_FTRUNCATE);
		if (type != NODE_FILE || !handle->writes)
			answer(expected, EINVAL);
		if (!expected->count)
			tree_inode(tree, handle->place)->filled = false;
		break;
	case FS_IOCTL:
		control(type, handle, op->flags, expected);
		break;
	default:
		if (!H(OPENED) && missing(state, &chain, reading ?
					  READ_FILE : WRITE_FILE))
			deny(expected, EACCES, CLAUSE_OPENED);
		if (reading ? !handle->reads : !handle->writes)
			answer(expected, EBADF);
		else if (type == NODE_DIR)
			answer(expected, EISDIR);
		else if (type == NODE_FIFO)
			expected->unspecified = true;
		if (!expected->count && !reading && type == NODE_FILE)
			tree_inode(tree, handle->place)->filled = true;
	}
	if (!expected->count)
		answer(expected, 0);
}

static void exec_(struct fs_state *state, const struct operation *op,
		  struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup at = tree_lookup(tree, op->text[0],
					     CROSS | FOLLOW);

	if (at.error || at.found.entry < 0) {
		answer(expected, at.error ?: ENOENT);
		return;
	}
	if (tree_type(tree, at.found) != NODE_FILE) {
		answer(expected, EACCES);
		return;
	}
	judge(state, at.found, (H(EXECUTE) ? EXECUTE : 0) |
	      (H(EXEC_READS) ? READ_FILE : 0), expected);
	answer(expected, ENOEXEC);
	if (tree_inode(tree, at.found)->writers)
		answer(expected, ETXTBSY);
}

/* Each layer lets through to what was made within it. */
static void connect_(struct fs_state *state, const struct operation *op,
		     struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup at = tree_lookup(tree, op->text[0],
					     CROSS | FOLLOW);
	const struct inode *inode;
	struct chain chain;
	int i;

	if (at.error || at.found.entry < 0) {
		answer(expected, at.error ?: ENOENT);
		return;
	}
	inode = tree_inode(tree, at.found);
	if (inode->type != NODE_SOCKET || inode->served < 0) {
		answer(expected, ECONNREFUSED);
		if (inode->type != NODE_SOCKET)
			return;
	}
	chain = path_of(tree, at.found);
	judge_path(state, &chain, expected);
	for (i = 0; i < layers_that_count(state) && H(RESOLVE); i++) {
		const struct fs_layer *layer = &state->layers[i];

		if (H(RESOLVE_OWN) && inode->served > i)
			continue;
		if (denied_by(state, layer) & RESOLVE_UNIX &
		    ~granted(state, layer, &chain))
			deny(expected, EACCES, CLAUSE_RESOLVE);
	}
	if (!expected->count)
		answer(expected, 0);
}

/* stat(2), access(2), chdir(2), chown(2) */
static void look(struct fs_state *state, const struct operation *op,
		 struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup at = tree_lookup(tree, op->text[0],
					     CROSS | FOLLOW);

	if (at.error || at.found.entry < 0) {
		answer(expected, at.error ?: ENOENT);
		return;
	}
	if (!H(FREE))
		judge(state, at.found, READ_FILE, expected);
	if (op->kind == FS_CHDIR && tree_type(tree, at.found) != NODE_DIR)
		answer(expected, ENOTDIR);
	if (!expected->count)
		answer(expected, 0);
}

/* chroot(2) and chdir(2) into the new root */
static void chroot_(struct fs_state *state, const struct operation *op,
		    struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup at = tree_lookup(tree, op->text[0],
					     CROSS | FOLLOW);

	if (at.error || at.found.entry < 0) {
		answer(expected, at.error ?: ENOENT);
		return;
	}
	if (tree_type(tree, at.found) != NODE_DIR) {
		answer(expected, ENOTDIR);
		return;
	}
	if (!H(CHROOT) && state->layers_count)
		deny(expected, EPERM, CLAUSE_CHROOT);
	else
		answer(expected, 0);
	if (expected->denied)
		return;
	state->inside = at.found;
	state->rooted = true;
}

static void bind_(struct fs_state *state, const struct operation *op,
		  struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup what = tree_lookup(tree, op->text[0],
					       CROSS | FOLLOW);
	const struct lookup at = tree_lookup(tree, op->text[1],
					     CROSS | FOLLOW);

	if (is_inside(op) && state->layers_count && H(TOPOLOGY))
		deny(expected, EPERM, CLAUSE_TOPOLOGY);
	/* mount(2) looks up where before it looks up what. */
	if (at.error || at.found.entry < 0)
		answer(expected, at.error ?: ENOENT);
	else if (what.error || what.found.entry < 0)
		answer(expected, what.error ?: ENOENT);
	else if ((tree_type(tree, what.found) == NODE_DIR) !=
		 (tree_type(tree, at.found) == NODE_DIR))
		answer(expected, ENOTDIR);
	else if (tree_inode(tree, at.found)->dead ||
		 tree_inode(tree, what.found)->dead)
		answer(expected, ENOENT);
	else if (tree->mounts[what.found.mount].gone ||
		 tree->mounts[at.found.mount].gone)
		answer(expected, EINVAL);
	if (expected->count)
		return;
	answer(expected, 0);
	tree_mount(tree, what.found, at.found);
}

/* A kernel refuses layers that are in one another. */
static bool in_upper_layer(const char *path)
{
	return path[0] == 'u' && (!path[1] || path[1] == '/');
}

static void overlay(struct fs_state *state, const struct operation *op,
		    struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup lower = tree_lookup(tree, op->text[0], 0);
	const struct lookup upper = tree_lookup(tree, "u", 0);
	const struct lookup at = tree_lookup(tree, op->text[1], 0);

	if (lower.error || at.error || tree->overlay ||
	    in_upper_layer(op->text[0]) ||
	    tree_type(tree, lower.found) != NODE_DIR ||
	    tree_type(tree, upper.found) != NODE_DIR ||
	    tree_type(tree, at.found) != NODE_DIR) {
		expected->unspecified = true;
		return;
	}
	answer(expected, 0);
	tree_overlay(tree, lower.found.entry, upper.found.entry, at.found);
}

static void unmount(struct fs_state *state, const struct operation *op,
		    struct expected *expected)
{
	struct tree *tree = &state->tree;
	const struct lookup at = tree_lookup(tree, op->text[0],
					     CROSS | FOLLOW);

	if (at.error || at.found.entry < 0) {
		answer(expected, at.error ?: ENOENT);
	} else if (at.found.mount == 0 ||
		   tree->mounts[at.found.mount].gone ||
		   tree->mounts[at.found.mount].root != at.found.entry) {
		answer(expected, EINVAL);
	} else {
		answer(expected, 0);
		tree_unmount(tree, at.found);
	}
}

/* Masks rights as the documentation advises: what this ABI version has. */
static void enforce(struct fs_state *state, const struct policy *policy)
{
	struct fs_layer *layer = &state->layers[state->layers_count];
	int i;

	layer->handled = policy->handled[SET_FS] &
			 model_rights(SET_FS, state->claim.abi);
	layer->count = 0;
	if (!layer->handled || state->layers_count == FS_LAYERS_MAX - 1)
		return;
	for (i = 0; i < policy->grants_count; i++) {
		const struct lookup at = tree_lookup(&state->tree,
			policy->grants[i].path, CROSS);
		uint32_t access = policy->grants[i].access & layer->handled;

		if (at.error || at.found.entry < 0)
			continue;
		if (tree_type(&state->tree, at.found) != NODE_DIR)
			access &= FILE_RIGHTS;
		layer->rules[layer->count++] = (struct fs_rule) {
			state->tree.entries[at.found.entry].inode,
			at.found.entry, access,
		};
	}
	state->layers_count++;
}

void fs_init(struct fs_state *state, const struct claim *claim)
{
	state->claim = *claim;
	state->layers_count = 0;
	state->merge_changed = false;
	tree_init(&state->tree);
	state->rooted = state->by_ring = false;
	state->outside = state->inside = state->tree.start;
}

void fs_look_as(struct fs_state *state, enum fs_actor actor)
{
	const bool out = actor == FS_OUTSIDE;

	state->tree.start = out ? state->outside : state->inside;
	state->tree.rooted = !out && state->rooted;
	state->by_ring = actor == FS_RING;
}

/* Below another root there is no /proc, which some paths go through. */
static bool needs_proc(const struct fs_state *state,
		       const struct operation *op)
{
	const char *const text = op->text[0];

	if (!state->tree.rooted)
		return false;
	return text[0] == '%' || op->text[1][0] == '%' ||
	       (text[0] == '@' && (op->kind == FS_TRUNCATE_PATH ||
				   op->kind == FS_CHDIR ||
				   op->kind == FS_CHROOT ||
				   op->kind == FS_SERVE ||
				   op->kind == FS_CONNECT));
}

/* Does it say something of the upper layer, which is what was made of it? */
static bool is_unclear(const struct fs_state *state,
		       const struct operation *op, const struct policy *policy)
{
	int i;

	if (!state->merge_changed)
		return false;
	for (i = 0; op->kind == FS_ENFORCE && i < policy->grants_count; i++)
		if (strncmp(policy->grants[i].path, "u/", 2) == 0)
			return true;
	return op->kind != FS_ENFORCE && strncmp(op->text[0], "u/", 2) == 0;
}

struct expected fs_apply(struct fs_state *state, const struct operation *op,
			 const struct policy *policy)
{
	struct expected expected = { .count = 0 };

	fs_look_as(state, op->actor);
	if (needs_proc(state, op) ||
	    (state->tree.overlay && is_unclear(state, op, policy))) {
		expected.unspecified = true;
		return expected;
	}
	state->merge_changed |= state->tree.overlay && op->kind != FS_ENFORCE &&
				op->kind != FS_STAT && op->kind != FS_EXEC &&
				(op->kind != FS_OPEN || op->flags & ~OPEN_PATH);
	switch (op->kind) {
	case FS_ENFORCE:
		enforce(state, policy);
		answer(&expected, 0);
		break;
	case FS_MKDIR:
		make(state, op, NODE_DIR, &expected);
		break;
	case FS_FILE:
		make(state, op, NODE_FILE, &expected);
		break;
	case FS_SYMLINK:
		make(state, op, NODE_SYMLINK, &expected);
		break;
	case FS_FIFO:
		make(state, op, NODE_FIFO, &expected);
		break;
	case FS_SOCKET:
	case FS_SERVE:
		make(state, op, NODE_SOCKET, &expected);
		break;
	case FS_WHITEOUT:
		make(state, op, NODE_WHITEOUT, &expected);
		break;
	case FS_MKNOD:
		make(state, op, op->flags & MKNOD_CHAR ? NODE_CHAR :
		     op->flags & MKNOD_BLOCK ? NODE_BLOCK : NODE_FILE,
		     &expected);
		break;
	case FS_DEVICE:
		make_device(state, op, &expected);
		break;
	case FS_LINK:
		link_(state, op, &expected);
		break;
	case FS_BIND:
		bind_(state, op, &expected);
		break;
	case FS_OVERLAY:
		overlay(state, op, &expected);
		break;
	case FS_UNMOUNT:
		unmount(state, op, &expected);
		break;
	case FS_UNLINK:
	case FS_RMDIR:
		unlink_(state, op, &expected);
		break;
	case FS_RENAME:
		rename_(state, op, &expected);
		break;
	case FS_OPEN:
		open_(state, op, &expected);
		break;
	case FS_CLOSE:
		answer(&expected, free_slot(&state->tree, op->slot) ?
				  0 : EBADF);
		break;
	case FS_TRUNCATE_PATH:
		truncate_(state, op, &expected);
		break;
	case FS_FTRUNCATE:
	case FS_READ:
	case FS_WRITE:
	case FS_IOCTL:
		use_handle(state, op, &expected);
		break;
	case FS_EXEC:
		exec_(state, op, &expected);
		break;
	case FS_CONNECT:
		connect_(state, op, &expected);
		break;
	case FS_CHROOT:
		chroot_(state, op, &expected);
		break;
	default:
		look(state, op, &expected);
	}
	if (state->tree.full)
		expected.unspecified = true;
	return expected;
}

uint64_t fs_mix(const char *path, enum node type, bool filled)
{
	uint64_t hash = 0xcbf29ce484222325ULL ^ type ^ (filled ? 64 : 0);

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 0x100000001b3ULL;
	hash ^= hash >> 29;
	return hash * 0xbf58476d1ce4e5b9ULL;
}

static uint64_t digest_below(const struct tree *tree, int parent,
			     const char *path)
{
	char below[256];
	uint64_t sum = 0;
	int i;

	for (i = 0; i < tree->entries_count; i++) {
		const struct entry *entry = &tree->entries[i];
		const struct inode *inode = &tree->inodes[entry->inode];
		const int length = strlen(path);

		if (entry->parent != parent || entry->gone ||
		    length + NAME_MAX_MODEL + 2 > (int)sizeof(below))
			continue;
		memcpy(below, path, length);
		below[length] = '/';
		strcpy(below + length + 1, entry->name);
		sum += fs_mix(below, inode->type == NODE_CHAR ? NODE_WHITEOUT :
			      inode->type, inode->filled);
		if (inode->type == NODE_DIR)
			sum += digest_below(tree, i, below);
	}
	return sum;
}

uint64_t fs_digest(const struct fs_state *state)
{
	const struct tree *tree = &state->tree;

	return digest_below(tree, tree->overlay ?
			    tree->mounts[tree->overlay].root : 0, "");
}
