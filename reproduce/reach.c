// SPDX-License-Identifier: GPL-2.0
/* Attempt: a call that reaches the listener. */
/* It worked if the message came to who listens, outside the sandbox. */
static int attempt(void)
{
	const int fd = socket(CLIENT);
	char text[99] = "";

	if (fd < 0 || call(fd) < 0)
		return errno;
	recv(accept(server, NULL, NULL), text, sizeof(text) - 1, 0);
	return strcmp(text, MESSAGE) ? NO_EFFECT : 0;
}
