// SPDX-License-Identifier: GPL-2.0
/* Attempt: acct(2) of a file below a directory. */
static int attempt(void)
{
	const int error = acct("dir/file") ? errno : 0;

	if (error == EPERM || error == ENOSYS)
		err(CANNOT, "acct(2) is root's");
	acct(NULL);
	return error;
}
