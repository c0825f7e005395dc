// SPDX-License-Identifier: GPL-2.0
/* What every program begins with. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_EFFECT = 200, CANNOT };	/* beside errnos, which are smaller */
