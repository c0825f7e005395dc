// SPDX-License-Identifier: GPL-2.0
/* Scene and attempt: a file gets another parent. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

static void scene(void)
{
	char place[] = "/tmp/reproduce-XXXXXX";

	if (!mkdtemp(place) || chdir(place) || mkdir("source", 0755) || mkdir("target", 0755) ||
	    close(open("source/file", O_CREAT | O_WRONLY, 0644)))
		err(CANNOT, "a directory in /tmp");
}

static int attempt(void)
{
	return CALL("source/file", "target/file") ? errno : 0;
}
