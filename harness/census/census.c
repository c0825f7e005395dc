// SPDX-License-Identifier: GPL-2.0
/* The command: counts family after family, and writes a record for each. */
#include "base/time.h"
#include "census/census.h"
#include "landlock/landlock.h"
#include "machine/environment.h"
#include "machine/guest.h"
#include "output/records.h"

static const struct {
	const char *name;
	const char *(*count)(void);
} families[] = {
	{ "syscall", count_syscalls },
	{ "syscall.i386", count_syscalls_i386 },
	{ "syscall.x32", count_syscalls_x32 },
	{ "uring.opcode", count_uring_opcodes },
	{ "uring.register", count_uring_registers },
	{ "socket.family", count_socket_families },
	{ "socket.type", count_socket_types },
	{ "socket.inet", count_inet_protocols },
	{ "socket.netlink", count_netlink_protocols },
	{ "socket.level", count_sockopt_levels },
	{ "hook", count_hooks },
	{ "filesystem", count_filesystems },
	{ "ioctl", count_ioctls },
	{ "fcntl", count_fcntls },
	{ "prctl", count_prctls },
};

int command_census(struct arguments *a)
{
	const double start = now_ms();
	size_t i;

	if (a->records_fd < 0 && !is_guest())
		a->records_fd = 1;
	measure_speed();
	kernel_probe();
	records_open(a->records_fd, false);
	record_start(0);
	guest_load_all();	/* none loads by itself there */
	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		offers_begin(families[i].name);
		offers_end(families[i].count());
	}
	record_end(now_ms() - start, now_ms() - start);
	return records_complete() ? 0 : 2;
}
