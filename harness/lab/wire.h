/* SPDX-License-Identifier: GPL-2.0 */
/* The lab's wire: programs and settings that make it, and what it removes. */
#ifndef LANDPROOF_LAB_WIRE_H
#define LANDPROOF_LAB_WIRE_H

/* Each returns NULL, or what is missing. */
const char *lab_wire_up(void);
const char *lab_loopback_up(void);
const char *strip_mptcp(void);		/* on the way to LAB_STRIPPED */
const char *announce_subflows(void);	/* to LAB_SUBFLOW */
/* The settings of a namespace */
void lab_tune(int ns);

#endif
