/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's log: did it warn or oops while a case ran? */
#ifndef LANDPROOF_MACHINE_KMSG_H
#define LANDPROOF_MACHINE_KMSG_H

#include <stdbool.h>
#include <stddef.h>

void kmsg_init(void);
enum kmsg {
	KMSG_QUIET,
	KMSG_NO_MEMORY,		/* the machine's fault */
	KMSG_TROUBLE,		/* it warned or oopsed */
};
/* What the kernel said since the last call; @buf: from the first trouble on */
enum kmsg kmsg_trouble(char *buf, size_t size);
/*
 * After trouble that @log tells of: lets the kernel tell of the same again,
 * which it does once only.  False: just a fresh machine does.
 */
bool kmsg_rearm(const char *log);

#endif
