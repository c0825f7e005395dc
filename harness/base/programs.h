/* SPDX-License-Identifier: GPL-2.0 */
/* Programs, found, run and waited for. */
#ifndef LANDPROOF_BASE_PROGRAMS_H
#define LANDPROOF_BASE_PROGRAMS_H

#include <sys/types.h>
#include <sys/wait.h>

/* waitpid(2) that survives signals: 0 or -1 */
int waitpid_retry(pid_t pid, int *status);

/* kill(2) of one process: no process has a number that means several. */
int kill_one(pid_t pid, int number);

/* Runs a program, found in PATH or the usual places: its status, or -errno. */
int run_program(const char *const argv[]);
/* Absolute path of a program, or NULL. */
const char *find_program(const char *name);

/* Opens the harness's own executable, to run it again: 0 or errno */
int self_open(void);
extern int self_fd;
/* The path of a rule that grants on it */
extern const char SELF[];

#endif
