// SPDX-License-Identifier: GPL-2.0
/* A tree of files: how paths are followed, and what changes it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tree.h"

/* Above the working directory, for paths that lead out of it */
#define ABOVE 2
#define SYMLINKS_MAX 40

static int new_inode(struct tree *tree, enum node type)
{
	struct inode *inode;

	if (tree->inodes_count == INODES_MAX) {
		tree->full = true;
		return INODES_MAX - 1;
	}
	inode = &tree->inodes[tree->inodes_count];
	memset(inode, 0, sizeof(*inode));
	inode->type = type;
	return tree->inodes_count++;
}

static int new_entry(struct tree *tree, int parent, const char *name,
		     int inode)
{
	struct entry *entry;

	if (tree->entries_count == ENTRIES_MAX) {
		tree->full = true;
		return ENTRIES_MAX - 1;
	}
	entry = &tree->entries[tree->entries_count];
	entry->inode = inode;
	entry->parent = parent;
	entry->gone = false;
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	tree->inodes[inode].links++;
	return tree->entries_count++;
}

void tree_init(struct tree *tree)
{
	int i, entry = -1;

	tree->inodes_count = tree->entries_count = 0;
	tree->full = tree->rooted = false;
	tree->overlay = 0;
	memset(tree->handles, 0, sizeof(tree->handles));
	for (i = 0; i <= ABOVE; i++)
		entry = new_entry(tree, entry, "_", new_inode(tree, NODE_DIR));
	tree->mounts[0] = (struct mount) { .root = 0, .at = -1, .under = -1 };
	tree->mounts_count = 1;
	tree->start = (struct place) { 0, entry };
}

struct inode *tree_inode(struct tree *tree, struct place place)
{
	return &tree->inodes[tree->entries[place.entry].inode];
}

enum node tree_type(struct tree *tree, struct place place)
{
	return place.entry < 0 ? NODE_NONE : tree_inode(tree, place)->type;
}

bool tree_mounted_at(const struct tree *tree, int entry)
{
	int i;

	for (i = 1; i < tree->mounts_count; i++)
		if (!tree->mounts[i].gone && tree->mounts[i].at == entry)
			return true;
	return false;
}

bool tree_beneath(const struct tree *tree, int entry, int above)
{
	for (; entry >= 0; entry = tree->entries[entry].parent)
		if (entry == above)
			return true;
	return false;
}

int tree_child(const struct tree *tree, int parent, const char *name)
{
	int i;

	for (i = 0; i < tree->entries_count; i++)
		if (tree->entries[i].parent == parent &&
		    !tree->entries[i].gone &&
		    strcmp(tree->entries[i].name, name) == 0)
			return i;
	return -1;
}

bool tree_empty(const struct tree *tree, int entry)
{
	int i;

	for (i = 0; i < tree->entries_count; i++)
		if (tree->entries[i].parent == entry && !tree->entries[i].gone)
			return false;
	return true;
}

/* What is mounted last at a place hides what is below. */
static struct place cross(const struct tree *tree, struct place place)
{
	int i;

	for (i = tree->mounts_count - 1; i > 0; i--) {
		const struct mount *mount = &tree->mounts[i];

		if (!mount->gone && mount->under == place.mount &&
		    mount->at == place.entry) {
			place = (struct place) { i, mount->root };
			i = tree->mounts_count;
		}
	}
	return place;
}

/* ".." leads from the root of a mount to what is above the mount point. */
static int climb(const struct tree *tree, struct place *place)
{
	if (tree->rooted && place->mount == tree->start.mount &&
	    place->entry == tree->start.entry)
		return 0;
	while (tree->mounts[place->mount].root == place->entry) {
		const struct mount *mount = &tree->mounts[place->mount];

		if (mount->under < 0 || mount->gone)
			return 0;
		*place = (struct place) { mount->under, mount->at };
	}
	if (tree->entries[place->entry].parent < 0)
		return 0;
	place->entry = tree->entries[place->entry].parent;
	/* A directory that was moved out of its mount has nothing above. */
	if (!tree_beneath(tree, place->entry,
			  tree->mounts[place->mount].root))
		return ENOENT;
	*place = cross(tree, *place);
	return 0;
}

static int begin(const struct tree *tree, const char **path,
		 struct place *place, bool *magic)
{
	const struct handle *handle;

	*place = tree->start;
	*magic = **path == '%';
	if (**path != '@' && **path != '%')
		return 0;
	if ((*path)[1] < '0' || (*path)[1] >= '0' + HANDLES_MAX)
		return *magic ? ENOENT : EBADF;
	handle = &tree->handles[(*path)[1] - '0'];
	*path += 2;
	if (!handle->open)
		return *magic ? ENOENT : EBADF;
	*place = handle->place;
	return 0;
}

static struct lookup walk(struct tree *tree, struct place from,
			  const char *path, unsigned int flags, int *links)
{
	struct lookup result = { .dir = from, .found = from };
	char name[NAME_MAX_MODEL];
	struct place here = from;

	while (*path) {
		const int length = strcspn(path, "/");
		bool last;

		snprintf(name, sizeof(name), "%.*s", length, path);
		path += length;
		path += strspn(path, "/");
		last = !*path;
		if (tree_type(tree, here) != NODE_DIR) {
			result.error = ENOTDIR;
			return result;
		}
		result.dir = here;
		result.last[0] = '\0';
		if (strcmp(name, ".") == 0) {
			result.found = here;
			continue;
		}
		if (strcmp(name, "..") == 0) {
			result.error = climb(tree, &here);
			result.found = here;
			if (result.error)
				return result;
			continue;
		}
		memcpy(result.last, name, sizeof(name));
		result.found = (struct place) {
			here.mount, tree_child(tree, here.entry, name),
		};
		if (result.found.entry < 0) {
			result.error = last ? 0 : ENOENT;
			return result;
		}
		if (!last || flags & CROSS)
			result.found = cross(tree, result.found);
		if (tree_type(tree, result.found) == NODE_SYMLINK &&
		    (!last || flags & FOLLOW)) {
			if (++*links > SYMLINKS_MAX) {
				result.error = ELOOP;
				return result;
			}
			result = walk(tree, here,
				      tree_inode(tree, result.found)->target,
				      last ? flags : FOLLOW | CROSS, links);
			if (!last && !result.error && result.found.entry < 0)
				result.error = ENOENT;
			if (result.error)
				return result;
		}
		here = result.found;
	}
	return result;
}

struct lookup tree_lookup(struct tree *tree, const char *path,
			  unsigned int flags)
{
	struct lookup result = { .found.entry = -1 };
	struct place from;
	int links = 0;
	bool magic;

	result.error = begin(tree, &path, &from, &magic);
	if (result.error)
		return result;
	path += strspn(path, "/");
	return walk(tree, from, path, flags, &links);
}

struct place tree_make(struct tree *tree, const struct lookup *at,
		       enum node type)
{
	const int inode = new_inode(tree, type);

	return (struct place) {
		at->dir.mount,
		new_entry(tree, at->dir.entry, at->last, inode),
	};
}

void tree_link(struct tree *tree, const struct lookup *at, int inode)
{
	new_entry(tree, at->dir.entry, at->last, inode);
}

void tree_unlink(struct tree *tree, struct place place)
{
	struct inode *inode = tree_inode(tree, place);

	tree->entries[place.entry].gone = true;
	inode->links--;
	inode->dead = inode->type == NODE_DIR;
}

void tree_rename(struct tree *tree, struct place from,
		 const struct lookup *to)
{
	struct entry *entry = &tree->entries[from.entry];

	if (to->found.entry >= 0)
		tree_unlink(tree, to->found);
	entry->parent = to->dir.entry;
	memcpy(entry->name, to->last, sizeof(entry->name));
}

void tree_exchange(struct tree *tree, struct place one, struct place two)
{
	struct entry *first = &tree->entries[one.entry];
	struct entry *second = &tree->entries[two.entry];
	const struct entry kept = *first;

	first->parent = second->parent;
	memcpy(first->name, second->name, sizeof(first->name));
	second->parent = kept.parent;
	memcpy(second->name, kept.name, sizeof(second->name));
}

void tree_mount(struct tree *tree, struct place what, struct place at)
{
	if (tree->mounts_count == MOUNTS_MAX) {
		tree->full = true;
		return;
	}
	tree->mounts[tree->mounts_count++] = (struct mount) {
		.root = what.entry, .at = at.entry, .under = at.mount,
	};
}

/* With what is mounted on it; descriptors still lead into it. */
void tree_unmount(struct tree *tree, struct place root)
{
	int i;

	tree->mounts[root.mount].gone = true;
	for (i = root.mount + 1; i < tree->mounts_count; i++)
		if (!tree->mounts[i].gone &&
		    tree->mounts[i].under == root.mount)
			tree_unmount(tree, (struct place) { .mount = i });
}

static int16_t inode_of(const struct tree *tree, int entry)
{
	return entry < 0 ? 0 : tree->entries[entry].inode;
}

static bool is_dir(const struct tree *tree, int entry)
{
	return entry >= 0 &&
	       tree->inodes[tree->entries[entry].inode].type == NODE_DIR;
}

static int merge(struct tree *tree, int parent, int lower, int upper)
{
	const int from = upper < 0 ? lower : upper;
	const struct inode shown = tree->inodes[inode_of(tree, from)];
	const int number = new_inode(tree, shown.type);
	const int entry = new_entry(tree, parent, tree->entries[from].name,
				    number);
	struct inode *inode = &tree->inodes[number];
	const int count = tree->entries_count;
	int i, other;

	strcpy(inode->target, shown.target);
	inode->filled = shown.filled;
	inode->served = -1;
	inode->lower = inode_of(tree, lower);
	inode->upper = inode_of(tree, upper);
	for (i = 0; i < count && !tree->full; i++) {
		const struct entry *one = &tree->entries[i];

		if (one->gone || one->parent < 0)
			continue;
		other = one->parent == upper && lower >= 0 ?
			tree_child(tree, lower, one->name) : -1;
		/* What is no directory hides what is below. */
		if (one->parent == upper)
			merge(tree, entry, is_dir(tree, i) &&
			      is_dir(tree, other) ? other : -1, i);
		else if (one->parent == lower &&
			 (upper < 0 || tree_child(tree, upper, one->name) < 0))
			merge(tree, entry, i, -1);
	}
	return entry;
}

void tree_overlay(struct tree *tree, int lower, int upper, struct place at)
{
	const struct place root = { .entry = merge(tree, -1, lower, upper) };

	tree_mount(tree, root, at);
	tree->overlay = tree->mounts_count - 1;
}

bool tree_path(const struct tree *tree, int from, int entry, char *path,
	       int size)
{
	const char *name;
	int length = 0;

	if (entry == from) {
		strcpy(path, ".");
		return true;
	}
	if (entry < 0 || tree->entries[entry].gone)
		return false;
	if (tree->entries[entry].parent != from) {
		if (!tree_path(tree, from, tree->entries[entry].parent, path,
			       size))
			return false;
		length = strlen(path);
		path[length++] = '/';
	}
	name = tree->entries[entry].name;
	if (length + (int)strlen(name) + 2 > size)
		return false;
	strcpy(path + length, name);
	return true;
}
