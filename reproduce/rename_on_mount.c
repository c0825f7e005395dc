// SPDX-License-Identifier: GPL-2.0
/* Scene and attempt: a file gets another parent, below a mount of its own. */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

static void scene(void)
{
	char place[] = "/tmp/reproduce-XXXXXX";

	if (!mkdtemp(place) || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("scene", place, "tmpfs", 0, NULL))
		err(CANNOT, "a mount (needs root)");
	if (chdir(place) || mkdir("source", 0755) || mkdir("target", 0755) ||
	    close(open("source/file", O_CREAT | O_WRONLY, 0644)))
		err(CANNOT, "files");
}

static int attempt(void)
{
	return CALL("source/file", "target/file") ? errno : 0;
}
