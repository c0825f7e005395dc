// SPDX-License-Identifier: GPL-2.0
/* Allocations of the kernel that fail on demand (fault-injection.rst). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/files.h"
#include "cases/outcome.h"
#include "engine/fault.h"

#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define MOST		100	/* more than any call of Landlock makes */

/* Of this thread; kept open, because opening allocates. */
static _Thread_local int fail_nth = -1;

/* By default it spares those that may wait, which all of Landlock's may. */
const char *fault_missing(void)
{
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	if (write_file(FAILSLAB "ignore-gfp-wait", "N") ||
	    write_file(FAILSLAB "verbose", "0") ||
	    access("/proc/self/fail-nth", W_OK))
		return "fault injection (CONFIG_FAILSLAB)";
	return NULL;
}

int fail_alloc(int nth)
{
	if (fail_nth < 0)
		fail_nth = open("/proc/thread-self/fail-nth",
				O_RDWR | O_CLOEXEC);
	return dprintf(fail_nth, "%d", nth) < 0 ? errno : 0;
}

bool alloc_failed(void)
{
	char left[16] = "";
	const bool failed = pread(fail_nth, left, sizeof(left) - 1, 0) > 0 &&
			    atoi(left) == 0;

	fail_alloc(0);
	return failed;
}

int fail_each_alloc(struct scene *scene, int (*call)(struct scene *scene),
		    int (*unchanged)(struct scene *scene))
{
	int nth, ret;

	for (nth = 1; nth <= MOST; nth++) {
		ret = fail_alloc(nth);
		if (ret)
			return cannot(scene, "fail-nth: %s",
				      strerrorname_np(ret));
		ret = call(scene);
		if (!alloc_failed())
			return ret || nth == 1 ? ret : ENOMEM;
		remark(scene, "allocation %d failed", nth);
		if (ret != ENOMEM)
			return ret;
		ret = unchanged(scene);
		if (ret)
			return NO_EFFECT;
		scene->note[0] = '\0';
	}
	return broken(scene, "allocations without end");
}
