/* SPDX-License-Identifier: GPL-2.0 */
/* What the cases of the file system share: policies, scenes, attempts. */
#ifndef LANDPROOF_FS_H
#define LANDPROOF_FS_H

#include "landproof.h"

/* What every kernel with Landlock can handle. */
#define FS_ABI_1 ((FS_MAKE_SYM << 1) - 1)

/* Everything is handled, and only this is granted beneath @dir. */
#define ONLY(rights, dir)						\
	{								\
		.fs = FS_ABI_1 | (rights),				\
		.rules = { PATH(dir, .access = (rights)) },		\
	}

/* Everything is handled; this is granted elsewhere, all else beneath @dir. */
#define ALL_BUT(rights, dir)						\
	{								\
		.fs = FS_ABI_1 | (rights),				\
		.rules = {						\
			PATH(dir, .access = FS_ABI_1 & ~(rights)),	\
			PATH("decoy", .access = (rights)),		\
		},							\
	}

/* The content of the files that scenes make. */
#define SECRET "secret"

/* Scenes: dir/file, dir/sub/file and decoy/file; dir/program */
int dir_file(struct scene *scene);
int dir_program(struct scene *scene);

/* A file of this type (S_IFMT), owned by the subject: 0 or errno */
int make_node(const char *path, mode_t type);

/* Calls the variant's op. */
int variant_op(struct scene *scene);

/* Reads the secret: WORKED, NO_EFFECT or errno. */
int reads(const char *path);
int reads_fd(int fd);
/* Opens with @flags and writes SECRET's new text: see written(). */
int writes(const char *path, int flags);
/* An effect: something was written to dir/file. */
bool written(struct scene *scene);

/* Attempts and witnesses on what dir_file() makes. */
int read_dir_file(struct scene *scene);
int write_dir_file(struct scene *scene);

/*
 * NO_EFFECT: the file could not be opened, so that the promised refusal was not
 * seen.
 */
int not_opened(struct scene *scene);

/* Opens @fd once more, by /proc/self/fd: a descriptor, or -errno. */
int reopen(int fd, int flags);

/*
 * Runs @start in a child, which must become the program of make_program():
 * WORKED, NO_EFFECT, or the errno of @start.
 */
int executes(struct scene *scene, void (*start)(struct scene *scene));

/* A process outside that calls @act each time outsider_acts() asks for it. */
int outsider_init(struct scene *scene, int (*act)(void));
/* 0 or an outcome */
int outsider_acts(struct scene *scene);

#endif
