// SPDX-License-Identifier: GPL-2.0
/* io_uring: the kernel says itself which opcodes it takes. */
#include <linux/io_uring.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "census/census.h"

#define OPCODES	256

static const char *ring(int *fd)
{
	struct io_uring_params params = { 0 };

	*fd = syscall(SYS_io_uring_setup, 1, &params);
	return *fd < 0 ? "io_uring (CONFIG_IO_URING, kernel.io_uring_disabled)" :
	       NULL;
}

const char *count_uring_opcodes(void)
{
	struct io_uring_probe *probe;
	const char *missing;
	int fd, i, failed;

	missing = ring(&fd);
	if (missing)
		return missing;
	probe = calloc(1, sizeof(*probe) + OPCODES * sizeof(probe->ops[0]));
	failed = !probe || syscall(SYS_io_uring_register, fd,
				   IORING_REGISTER_PROBE, probe, OPCODES);
	for (i = 0; !failed && i < probe->ops_len; i++)
		if (probe->ops[i].flags & IO_URING_OP_SUPPORTED)
			offer_number(probe->ops[i].op, NULL);
	free(probe);
	close(fd);
	return failed ? "IORING_REGISTER_PROBE" : NULL;
}

/* Their errors do not tell (EINVAL says many things); the types do. */
const char *count_uring_registers(void)
{
	const char *missing;
	long i, last;
	int fd;

	missing = ring(&fd);
	if (missing)
		return missing;
	close(fd);
	last = btf_enum_value("IORING_REGISTER_LAST");
	for (i = 0; i < last; i++)
		offer_number(i, NULL);
	return last < 0 ? "the kernel's types (CONFIG_DEBUG_INFO_BTF)" : NULL;
}
