// SPDX-License-Identifier: GPL-2.0
/* What vsock addresses need. */
#include <linux/vm_sockets.h>
