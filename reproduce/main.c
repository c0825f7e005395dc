// SPDX-License-Identifier: GPL-2.0
/* What every program ends with. */
int main(void)
{
	int sandboxed, result = 0;

	dprintf(1, SAID);
	for (sandboxed = 0; sandboxed < 2 && !result; sandboxed++) {
		if (fork() == 0) {
			alarm(30);
			scene();
			if (sandboxed)
				sandbox();
			_exit(attempt());
		}
		wait(&result);
		result = WIFEXITED(result) ? WEXITSTATUS(result) : CANNOT;
		dprintf(1, "%s the sandbox: %s\n", sandboxed ? "With" : "Without",
			result == NO_EFFECT ? "no effect" : result == CANNOT ? "cannot be tried" :
			result ? strerror(result) : "WORKS");
	}
	if (sandboxed < 2 || (UNCLEAR))
		return 2;
	dprintf(1, AS_PROMISED ? GOOD : OTHERWISE);
	return !(AS_PROMISED);
}
