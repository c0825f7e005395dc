// SPDX-License-Identifier: GPL-2.0
/* Scene: a directory with a file. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A directory of its own, with dir/file */
static void scene(void)
{
	char place[] = "/tmp/reproduce-XXXXXX";

	if (!mkdtemp(place) || chdir(place) || mkdir("dir", 0755) ||
	    close(open("dir/file", O_CREAT | O_WRONLY, 0644)))
		err(CANNOT, "a directory in /tmp");
}
