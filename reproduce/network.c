// SPDX-License-Identifier: GPL-2.0
/* What a network namespace of its own needs. */
#include <sched.h>
#include <stdlib.h>
