// SPDX-License-Identifier: GPL-2.0
/* Attempt: mount(2) of 9p, for which the kernel connects. */
#include <sys/mount.h>

/* Nobody serves files there: that it fails in the end is no refusal. */
static int attempt(void)
{
	char options[64], text[99] = "";
	int error;

	if (fork() == 0)
		_exit(recv(accept(server, NULL, NULL), text, 99, 0) <= 0 ||
		      !memmem(text, sizeof(text), "9P2000", 6));
	snprintf(options, 64, "trans=tcp,port=%d", ntohs(to.sin_port));
	error = mount("127.0.0.1", "/tmp", "9p", 0, options) ? errno : 0;
	if (error == EACCES || error == EPERM)
		return error;
	if (error == ENODEV)
		err(CANNOT, "9p");
	wait(&error);
	return error ? NO_EFFECT : 0;
}
