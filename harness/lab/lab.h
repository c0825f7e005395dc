/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network of the cases: two network namespaces across a veth pair, set up
 * once with iproute2.  Attempts run in one; the other holds the peers.
 * Where the kernel has no veth, both are one and the wire is its loopback.
 */
#ifndef LANDPROOF_LAB_LAB_H
#define LANDPROOF_LAB_LAB_H

/* Builds the lab on first use: NULL, or what is missing. */
const char *lab_up(void);
/* Finds it again after execve(2). */
void lab_resume(void);
/* The same, where the environment was lost */
void lab_resume_from(const char *text);
/* NULL, or that there is no TCP/IP */
const char *lab_missing_inet(void);

#endif
