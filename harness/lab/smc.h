/* SPDX-License-Identifier: GPL-2.0 */
/* The identifier by which two SMC sockets of a guest find that they share a machine. */
#ifndef LANDPROOF_LAB_SMC_H
#define LANDPROOF_LAB_SMC_H

void smc_identify(void);

#endif
