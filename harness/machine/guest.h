/* SPDX-License-Identifier: GPL-2.0 */
/* The harness as PID 1 of a virtual machine: mounts, modules, power off. */
#ifndef LANDPROOF_MACHINE_GUEST_H
#define LANDPROOF_MACHINE_GUEST_H

#include <stdbool.h>

/* Makes a guest of a machine that says it is ours; false: it does not. */
bool guest_init(void);
/* Is this a machine of ours? */
bool is_guest(void);
/* The terminal for records, if the driver names one; or -1 */
int guest_terminal(void);
void guest_exit(void) __attribute__((noreturn));
/* Loads a module where this is a guest: NULL, or what is missing. */
const char *guest_load(const char *module);
/* The same with all modules that the guest has */
void guest_load_all(void);
/* For container runtimes, where this is a guest */
void guest_mount_cgroups(void);
/* What the driver asks for */
char **guest_arguments(int *argc);

#endif
