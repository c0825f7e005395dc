// SPDX-License-Identifier: GPL-2.0
/* Witness: what a sandbox with this right must refuse. */
#include <fcntl.h>

/* The same sandbox refuses to open a file for writing. */
static int witness(void)
{
	return open("/dev/null", O_WRONLY) < 0 ? errno : 0;
}
