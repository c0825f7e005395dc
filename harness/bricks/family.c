// SPDX-License-Identifier: GPL-2.0
/* Families of sockets that are rarely there, and have to be loaded. */
#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bricks/family.h"
#include "machine/guest.h"

/* To load what is loaded costs as much as the first time: ask before. */
static bool there(const struct socket_family *wanted)
{
	const int fd = socket(wanted->family, wanted->type | SOCK_CLOEXEC,
			      wanted->protocol);

	if (fd < 0)
		return errno != EAFNOSUPPORT && errno != EPROTONOSUPPORT &&
		       errno != ESOCKTNOSUPPORT;
	close(fd);
	return true;
}

void load_family(const struct socket_family *wanted)
{
	if (wanted->module)
		guest_load(wanted->module);
}

int family_there(struct scene *scene, const struct socket_family *wanted)
{
	if (there(wanted))
		return 0;
	load_family(wanted);
	if (there(wanted))
		return 0;
	return cannot(scene, "sockets of family %d (CONFIG_%s%s%s)",
		      wanted->family, wanted->option,
		      wanted->module ? ", module " : "",
		      wanted->module ? wanted->module : "");
}
