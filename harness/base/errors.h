/* SPDX-License-Identifier: GPL-2.0 */
/* Errors as values. */
#ifndef LANDPROOF_BASE_ERRORS_H
#define LANDPROOF_BASE_ERRORS_H

#include <errno.h>

/* 0 or errno of a call that returns -1 on error */
#define errno_of(call)	((call) < 0 ? errno : 0)

#endif
