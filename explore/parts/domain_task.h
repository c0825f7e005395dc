/* SPDX-License-Identifier: GPL-2.0 */
/* A task of the part "domain" that has called execve(2). */
#ifndef LANDPROOF_EXPLORE_DOMAIN_TASK_H
#define LANDPROOF_EXPLORE_DOMAIN_TASK_H

/* What it is called, by which it is known */
#define DOMAIN_TASK_NAME "landproof-task"

int domain_task_main(int task);

#endif
