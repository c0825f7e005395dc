/* SPDX-License-Identifier: GPL-2.0 */
/* Files, directories and a program that belong to the subject. */
#ifndef LANDPROOF_MACHINE_MAKE_H
#define LANDPROOF_MACHINE_MAKE_H

/* What the program of make_program() exits with. */
#define EXEC_STATUS 42

/* Relative to the scratch directory: 0 or errno */
int make_file(const char *path, const char *text);
int make_dir(const char *path);		/* parents too */
int make_program(const char *path);	/* exits with EXEC_STATUS */

#endif
