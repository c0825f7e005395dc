// SPDX-License-Identifier: GPL-2.0
/* Large arrays. */
#include <sys/mman.h>

#include "base/memory.h"

void *memory_map(size_t size)
{
	void *const memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}
