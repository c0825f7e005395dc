/* SPDX-License-Identifier: GPL-2.0 */
/* The audit subsystem of a guest: on only while a case reads its records. */
#ifndef LANDPROOF_MACHINE_AUDIT_H
#define LANDPROOF_MACHINE_AUDIT_H

#include <stdbool.h>

/* Turns audit on or off, for the whole machine: 0 or errno */
int audit_switch(bool on);
/* Has the kernel tell @fd all records, as it tells auditd: 0 or errno */
int audit_become_daemon(int fd);
/*
 * Writes into the log, through any of its sockets: what was logged before comes
 * before it.  0 or errno
 */
int audit_mark(int fd, const char *text);
/* Leaves records of this type out of the log, or not any more: 0 or errno */
int audit_exclude(int type, bool on);

/* For the engine: around a case that reads records */
void audit_enable(bool on);
/* Off, and without any rule */
void audit_clear(void);

#endif
