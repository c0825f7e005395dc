/* SPDX-License-Identifier: GPL-2.0 */
/* procfs: is it there, is it of this PID namespace, and what it alone tells. */
#ifndef LANDPROOF_MACHINE_PROC_H
#define LANDPROOF_MACHINE_PROC_H

#include <stdbool.h>

/* A procfs of this PID namespace that no path leads to: -1, or a descriptor */
int proc_detached(void);
/* Does /proc show this PID namespace? */
bool proc_is_ours(void);
/* Are these the namespaces that the kernel booted with? */
bool in_first_pid_namespace(void);
bool in_first_user_namespace(void);

#endif
