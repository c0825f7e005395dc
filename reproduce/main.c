// SPDX-License-Identifier: GPL-2.0
/* What every program ends with. */
int main(void)
{
	int inside, result = 0;

	dprintf(1,SAID);
	for (inside = 0; inside < 2 && !result; inside++) {
		if (fork() == 0) {
			alarm(300);
			scene();
			if (inside)
				sandbox();
			_exit(attempt());
		}
		wait(&result);
		result = WIFEXITED(result) ? WEXITSTATUS(result) : CANNOT;
		dprintf(1, "%s the sandbox: %s\n", inside ? "With" : "Without",
			result == CANNOT ? "cannot be tried" : result == NO_EFFECT ?
			"no effect" : result ? strerror(result) : "WORKS");
	}
	if (inside < 2 || (UNCLEAR))
		return 2;
	puts(AS_PROMISED ? GOOD : OTHERWISE);
	return !(AS_PROMISED);
}
