/* SPDX-License-Identifier: GPL-2.0 */
/* What control groups limit. */
#ifndef LANDPROOF_MACHINE_CGROUP_H
#define LANDPROOF_MACHINE_CGROUP_H

/* Processes of our control group and of those above it, or LONG_MAX */
long cgroup_pids_max(void);

#endif
