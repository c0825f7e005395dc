// SPDX-License-Identifier: GPL-2.0
/* Attempt: open(2) of a new file, which may be made and not written. */
/* The file counts, whatever open(2) said. */
static int attempt(void)
{
	const int error = open("dir/new", O_WRONLY | O_CREAT, 0644) < 0 ? errno : 0;

	dprintf(1, "open(2): %s\n", strerror(error));
	return access("dir/new", F_OK) == 0 ? 0 : error;
}
