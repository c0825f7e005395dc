/* SPDX-License-Identifier: GPL-2.0 */
/* What this process may do. */
#ifndef LANDPROOF_MACHINE_PRIVILEGE_H
#define LANDPROOF_MACHINE_PRIVILEGE_H

enum privilege {
	UNPRIVILEGED,
	IN_USERNS,		/* all capabilities, in a user namespace */
	FULL,			/* real root */
};
extern enum privilege privilege;

/* Finds out, and enters a user namespace. */
void privilege_init(void);
/* Across execve(2) */
void keep_capabilities(void);

#endif
