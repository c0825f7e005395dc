/* SPDX-License-Identifier: GPL-2.0 */
/* A task of the part "log" that has called execve(2). */
#ifndef LANDPROOF_EXPLORE_LOG_TASK_H
#define LANDPROOF_EXPLORE_LOG_TASK_H

/* What it is called, by which it is known */
#define LOG_TASK_NAME "landproof-log"

int log_task_main(int task);

#endif
