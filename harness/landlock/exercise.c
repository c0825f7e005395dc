// SPDX-License-Identifier: GPL-2.0
/* Which rights an attempt exercises, as the helpers that it calls say. */
#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "landlock/exercise.h"

/* Of all processes; NULL: nobody wants to know. */
static struct exercised *seen;
/* Not of what the scene forked before the attempt began: that is outside. */
static bool attempting;

int exercise_watch(void)
{
	void *const shared = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return errno;
	seen = shared;
	return 0;
}

void exercise_begin(void)
{
	if (seen)
		*seen = (struct exercised){ 0 };
	attempting = true;
}

void exercise_end(void)
{
	attempting = false;
}

struct exercised exercise_seen(void)
{
	return seen ? *seen : (struct exercised){ 0 };
}

void exercises(enum feature_kind kind, uint32_t right)
{
	if (!seen || !attempting)
		return;
	if (kind == FEATURE_FS)
		seen->fs |= right;
	else if (kind == FEATURE_NET)
		seen->net |= right;
	else if (kind == FEATURE_SCOPE)
		seen->scoped |= right;
}
