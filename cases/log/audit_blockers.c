// SPDX-License-Identifier: GPL-2.0
/* Audit records name the right that was missing, and the object. */
#include "denials.h"

static int scene(struct scene *scene)
{
	return denial_scene(scene, scene->variant->arg);
}

static int handle_one(struct scene *scene)
{
	const enum denial_kind kind = scene->variant->arg;
	const struct ruleset set = denial_layer(kind);

	if (kind == TRACEME && tracee_start(scene))
		return BROKEN;
	return enforce_set(scene, &set);
}

static int do_and_look(struct scene *scene)
{
	const enum denial_kind kind = scene->variant->arg;
	const int error = denial_do(scene, kind);

	return error < 0 ? error :
		was_logged(scene, error, denials[kind].name,
			   denial_text(scene, kind));
}

#define BLOCKER_CASE							\
	A_LOG_CASE,							\
	.worlds	  = W(CONTROL) | W(DENY),				\
	.enforce  = handle_one,						\
	.scene	  = scene,						\
	.attempt  = do_and_look,					\
	.source	  = "admin-guide/LSM/landlock: blockers="

static const struct variant rights[] = {
	{ "", .arg = OPEN_DIR },
	{ "execute", .arg = EXECUTE },
	{ "write_file", .arg = OPEN_WRITE },
	{ "read_file", .arg = OPEN_READ },
	{ "remove_dir", .arg = REMOVE_DIR },
	{ "remove_file", .arg = REMOVE_FILE },
	{ "make_char", .arg = MAKE_CHAR },
	{ "make_dir", .arg = MAKE_DIR },
	{ "make_reg", .arg = MAKE_REG },
	{ "make_sock", .arg = MAKE_SOCK },
	{ "make_fifo", .arg = MAKE_FIFO },
	{ "make_block", .arg = MAKE_BLOCK },
	{ "make_sym", .arg = MAKE_SYM },
	{ "truncate", .arg = TRUNCATE },
	{ "ftruncate", .arg = FTRUNCATE },
	{ "ioctl_dev", .arg = IOCTL },
	{ "bind_tcp", .arg = BIND_TCP },
	{ "bind_tcp_ipv6", .arg = BIND_TCP_IPV6 },
	{ "connect_tcp", .arg = CONNECT_TCP },
	{ "connect_tcp_ipv6", .arg = CONNECT_TCP_IPV6 },
	{ NULL }
};

CASE("log.audit.blockers",
	.claim	  = "the record of a denial names the missing right and the object",
	BLOCKER_CASE,
	.promise  = { LOGGED },
	.covers	  = LOGGED_SINCE,
	.variants = rights);

static const struct variant unix_rights[] = {
	{ "", .arg = RESOLVE_UNIX },
	{ NULL }
};

CASE("log.audit.blockers_resolve_unix",
	.claim	  = "connect(2) to a pathname socket, when denied, leaves a record",
	BLOCKER_CASE,
	.promise  = { LOGGED },
	.covers	  = "fs.resolve_unix",
	.variants = unix_rights);

/* MSG_FASTOPEN is here because every kernel that has UDP rights guards it. */
static const struct variant udp_rights[] = {
	{ "", .arg = BIND_UDP },
	{ "bind_ipv6", .arg = BIND_UDP_IPV6 },
	{ "autobind", .arg = AUTOBIND },
	{ "connect", .arg = CONNECT_UDP },
	{ "send", .arg = SEND_UDP },
	{ "send_ipv6", .arg = SEND_UDP_IPV6 },
	{ "send_unspec", .arg = SEND_UNSPEC },
	{ "send_unspec_ipv6", .arg = SEND_UNSPEC_IPV6 },
	{ "tcp_fastopen", .arg = FASTOPEN },
	{ NULL }
};

CASE("log.audit.blockers_udp",
	.claim	  = "UDP and TCP Fast Open, when denied, leave a record",
	BLOCKER_CASE,
	.promise  = { LOGGED },
	.covers	  = "net.bind_udp net.connect_send_udp",
	.variants = udp_rights);

static const struct variant links[] = {
	{ "", .arg = LINK },
	{ NULL }
};

CASE("log.audit.blockers_refer",
	.claim	  = "link(2) to another directory, when denied, leaves a record",
	BLOCKER_CASE,
	.promise  = { LOGGED },
	.covers	  = LOGGED_SINCE,
	.variants = links);

static const struct variant scopes[] = {
	{ "", .arg = SIGNAL },
	{ "abstract_unix_socket", .arg = ABSTRACT },
	{ "abstract_dgram", .arg = ABSTRACT_DGRAM },
	{ "ptrace", .arg = SEIZE },
	{ "traceme", .arg = TRACEME },
	{ "change_topology", .arg = MOUNT },
	{ "umount", .arg = UMOUNT },
	{ "reconfigure", .arg = RECONFIGURE },
	{ "move_mount", .arg = MOVE_MOUNT },
	{ "pivot_root", .arg = PIVOT_ROOT },
	{ NULL }
};

CASE("log.audit.blockers_scope",
	.claim	  = "the record of a denial by a scope, or by a domain as such, names it and the object",
	BLOCKER_CASE,
	.promise  = { LOGGED },
	.covers	  = LOGGED_SINCE,
	.variants = scopes);

static const struct variant sigio[] = {
	{ "", .arg = SIGNAL_IO },
	{ NULL }
};

CASE("log.audit.blockers_sigio",
	.claim	  = "SIGIO, when denied, leaves a record",
	BLOCKER_CASE,
	.promise  = { LOGGED },
	.covers	  = LOGGED_SINCE,
	.variants = sigio);
