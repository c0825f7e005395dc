// SPDX-License-Identifier: GPL-2.0
/* The init of a bare boot: it ends the machine at once. */
#include <sys/reboot.h>

int main(void)
{
	return reboot(RB_POWER_OFF);
}
