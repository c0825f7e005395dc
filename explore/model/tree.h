/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tree of files: inodes, the entries of directories that name them, mounts,
 * and what the calls that change it answer where nobody is sandboxed.  It knows
 * nothing of Landlock.
 */
#ifndef LANDPROOF_MODEL_TREE_H
#define LANDPROOF_MODEL_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "scenario.h"

enum node {
	NODE_NONE, NODE_DIR, NODE_FILE, NODE_SYMLINK, NODE_FIFO, NODE_SOCKET,
	NODE_DEVICE, NODE_WHITEOUT, NODE_CHAR, NODE_BLOCK,
};

#define INODES_MAX	160
#define ENTRIES_MAX	160
#define MOUNTS_MAX	12
#define HANDLES_MAX	6
#define NAME_MAX_MODEL	8

struct inode {
	uint8_t type;
	uint8_t links;
	bool dead;		/* a directory that was removed */
	bool filled;		/* a file that is not empty */
	int8_t served;		/* a socket: by whom, see fs.c */
	uint8_t writers;	/* descriptors that can write */
	char target[TEXT_MAX];	/* of a symbolic link */
	/* In a merged hierarchy: what it is made of, by inode; 0: nothing */
	int16_t lower, upper;
	bool copied;		/* from the lower layer */
};

struct entry {
	int16_t inode, parent;
	bool gone;
	char name[NAME_MAX_MODEL];
};

/* A mount shows the hierarchy of @root at @at of the mount @under. */
struct mount {
	int16_t root, at;
	int8_t under;		/* -1: the first */
	bool gone;		/* detached */
};

/* Where something is: an entry, and the mount through which it is seen */
struct place {
	int8_t mount;
	int16_t entry;
};

/* An open descriptor */
struct handle {
	bool open, path_only, reads, writes;
	bool truncates;		/* its open(2) had the right to */
	bool controls;		/* the same, for ioctl(2) */
	struct place place;
};

struct tree {
	struct inode inodes[INODES_MAX];
	struct entry entries[ENTRIES_MAX];
	struct mount mounts[MOUNTS_MAX];
	struct handle handles[HANDLES_MAX];
	int inodes_count, entries_count, mounts_count;
	int overlay;		/* the mount of a merged hierarchy; 0: none */
	struct place start;	/* the working directory */
	bool rooted;		/* and the root */
	bool full;
};

void tree_init(struct tree *tree);

struct inode *tree_inode(struct tree *tree, struct place place);
enum node tree_type(struct tree *tree, struct place place);
/* Is there a mount at this entry? */
bool tree_mounted_at(const struct tree *tree, int entry);
/* Is @entry @above or beneath it? */
bool tree_beneath(const struct tree *tree, int entry, int above);

/*
 * What became of a path.  @last is the last component, in @dir; @found.entry is
 * -1 where there is no such entry.  After a path that ends in "." or "..", or
 * goes by a descriptor alone, @last is empty.
 */
struct lookup {
	int error;
	struct place dir, found;
	char last[NAME_MAX_MODEL];
};

enum lookup_flag {
	FOLLOW		= 1 << 0,	/* a symbolic link at the end, and */
	CROSS		= 1 << 1,	/* a mount there */
};

/*
 * A path begins at the working directory; "@2/..." at descriptor 2, "%2..." at
 * what /proc/self/fd/2 leads to.
 */
struct lookup tree_lookup(struct tree *tree, const char *path,
			  unsigned int flags);

/* Changes, which must be possible */
struct place tree_make(struct tree *tree, const struct lookup *at,
		       enum node type);
void tree_link(struct tree *tree, const struct lookup *at, int inode);
void tree_unlink(struct tree *tree, struct place place);
void tree_rename(struct tree *tree, struct place from,
		 const struct lookup *to);
void tree_exchange(struct tree *tree, struct place one, struct place two);
void tree_mount(struct tree *tree, struct place what, struct place at);
void tree_unmount(struct tree *tree, struct place root);
/* Mounts the merged hierarchy of two directories, which is one of its own. */
void tree_overlay(struct tree *tree, int lower, int upper, struct place at);
/* The entry of that name in a directory, or -1 */
int tree_child(const struct tree *tree, int parent, const char *name);

/* Is there anything in this directory? */
bool tree_empty(const struct tree *tree, int entry);

/* The path of an entry from another one above it; false if there is none. */
bool tree_path(const struct tree *tree, int from, int entry, char *path,
	       int size);

#endif
