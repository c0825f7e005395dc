// SPDX-License-Identifier: GPL-2.0
/* Operations that a domain denies: the table, and scenes for them. */
#include <stddef.h>
#include <sys/mount.h>
#include <sys/un.h>

#include "denials.h"
#include "bricks/target.h"

#define IN_TMP "path=\"/tmp\" dev=\"tmpfs\" ino="

/* Source of the names: admin-guide/LSM/landlock.rst, AUDIT_LANDLOCK_ACCESS. */
const struct denial denials[] = {
	[OPEN_READ] = { .fs = FS_READ_FILE, .name = "fs.read_file",
		.text = "path=\"/dev/null\" dev=\"devtmpfs\" ino=",
		.op = do_read },
	[OPEN_WRITE] = { .fs = FS_WRITE_FILE, .name = "fs.write_file",
		.text = "path=\"/dev/null\" dev=\"devtmpfs\" ino=",
		.op = do_write },
	[OPEN_DIR] = { .fs = FS_READ_DIR, .name = "fs.read_dir",
		.text = "path=\"/\" dev=", .op = do_list },
	[EXECUTE] = { .fs = FS_EXECUTE, .name = "fs.execute",
		.text = "path=\"/tmp/program\"",
		.objects = NEEDS_FILES, .op = do_execute },
	[REMOVE_DIR] = { .fs = FS_REMOVE_DIR, .name = "fs.remove_dir",
		.text = "path=\"/tmp/a\"",
		.objects = NEEDS_FILES, .op = do_rmdir },
	[REMOVE_FILE] = { .fs = FS_REMOVE_FILE, .name = "fs.remove_file",
		.text = IN_TMP,
		.objects = NEEDS_FILES, .op = do_unlink },
	[MAKE_CHAR] = { .fs = FS_MAKE_CHAR, .name = "fs.make_char",
		.text = IN_TMP, .op = do_char },
	[MAKE_DIR] = { .fs = FS_MAKE_DIR, .name = "fs.make_dir",
		.text = IN_TMP, .op = do_mkdir },
	[MAKE_REG] = { .fs = FS_MAKE_REG, .name = "fs.make_reg",
		.text = IN_TMP, .op = do_reg },
	[MAKE_SOCK] = { .fs = FS_MAKE_SOCK, .name = "fs.make_sock",
		.text = IN_TMP, .op = do_socket },
	[MAKE_FIFO] = { .fs = FS_MAKE_FIFO, .name = "fs.make_fifo",
		.text = IN_TMP, .op = do_fifo },
	[MAKE_BLOCK] = { .fs = FS_MAKE_BLOCK, .name = "fs.make_block",
		.text = IN_TMP, .op = do_block },
	[MAKE_SYM] = { .fs = FS_MAKE_SYM, .name = "fs.make_sym",
		.text = IN_TMP, .op = do_symlink },
	[LINK] = { .fs = FS_REFER, .name = "fs.refer",
		.objects = NEEDS_FILES, .op = do_link },
	[TRUNCATE] = { .fs = FS_TRUNCATE, .name = "fs.truncate",
		.text = "path=\"/tmp/file\"",
		.objects = NEEDS_FILES, .op = do_truncate },
	[FTRUNCATE] = { .fs = FS_TRUNCATE, .name = "fs.truncate",
		.text = "path=\"/tmp/file\" dev=\"tmpfs\" ino=",
		.objects = NEEDS_FILES, .op = do_ftruncate },
	[IOCTL] = { .fs = FS_IOCTL_DEV, .name = "fs.ioctl_dev",
		.text = "path=\"/dev/null\" dev=*ino=*ioctlcmd=0x5401",
		.op = do_ioctl },
	[RESOLVE_UNIX] = { .fs = FS_RESOLVE_UNIX, .name = "fs.resolve_unix",
		.text = "path=\"/tmp/socket\"",
		.objects = NEEDS_SERVERS, .op = do_resolve },

	[BIND_TCP] = { .net = NET_BIND_TCP, .name = "net.bind_tcp",
		.text = "saddr=127.0.0.1 src=7199", .op = do_bind },
	[BIND_TCP_IPV6] = { .net = NET_BIND_TCP, .name = "net.bind_tcp",
		.text = "saddr=::1 src=7199", .op = do_bind_ipv6 },
	[CONNECT_TCP] = { .net = NET_CONNECT_TCP, .name = "net.connect_tcp",
		.text = "daddr=127.0.0.1 dest=7199", .op = do_connect },
	[CONNECT_TCP_IPV6] = { .net = NET_CONNECT_TCP,
		.name = "net.connect_tcp",
		.text = "daddr=::1 dest=7199", .op = do_connect_ipv6 },
	[FASTOPEN] = { .net = NET_CONNECT_TCP, .name = "net.connect_tcp",
		.text = "daddr=127.0.0.1 dest=7199", .op = do_fastopen },
	[BIND_UDP] = { .net = NET_BIND_UDP, .name = "net.bind_udp",
		.text = "saddr=127.0.0.1 src=7199", .op = do_bind_udp },
	[BIND_UDP_IPV6] = { .net = NET_BIND_UDP, .name = "net.bind_udp",
		.text = "saddr=::1 src=7199", .op = do_bind_udp_ipv6 },
	[AUTOBIND] = { .net = NET_BIND_UDP, .name = "net.bind_udp",
		.op = do_send_udp },
	[CONNECT_UDP] = { .net = NET_CONNECT_SEND_UDP,
		.name = "net.connect_send_udp",
		.text = "daddr=127.0.0.1 dest=7199", .op = do_connect_udp },
	[SEND_UDP] = { .net = NET_CONNECT_SEND_UDP,
		.name = "net.connect_send_udp",
		.text = "daddr=127.0.0.1 dest=7199", .op = do_send_udp },
	[SEND_UDP_IPV6] = { .net = NET_CONNECT_SEND_UDP,
		.name = "net.connect_send_udp",
		.text = "daddr=::1 dest=7199", .op = do_send_udp_ipv6 },
	[SEND_UNSPEC] = { .net = NET_CONNECT_SEND_UDP,
		.name = "net.connect_send_udp", .op = do_send_unspec },
	[SEND_UNSPEC_IPV6] = { .net = NET_CONNECT_SEND_UDP,
		.name = "net.connect_send_udp", .op = do_send_unspec_ipv6 },

	[SIGNAL] = { .scoped = SCOPE_SIGNAL, .name = "scope.signal",
		.target = true, .objects = NEEDS_TARGET, .op = do_signal },
	[SIGNAL_IO] = { .scoped = SCOPE_SIGNAL, .name = "scope.signal",
		.target = true, .objects = NEEDS_TARGET, .op = do_sigio },
	/* An abstract name begins with a NUL, and that is written in hex. */
	[ABSTRACT] = { .scoped = SCOPE_ABSTRACT_UNIX_SOCKET,
		.name = "scope.abstract_unix_socket",
		.text = "path=00",
		.objects = NEEDS_SERVERS, .op = do_abstract },
	[ABSTRACT_DGRAM] = { .scoped = SCOPE_ABSTRACT_UNIX_SOCKET,
		.name = "scope.abstract_unix_socket",
		.text = "path=00",
		.objects = NEEDS_SERVERS, .op = do_abstract_dgram },
	[SEIZE] = { .name = "ptrace", .target = true,
		.objects = NEEDS_TARGET, .op = do_seize },
	[TRACEME] = { .name = "ptrace", .target = true, .op = do_traceme },
	[MOUNT] = { .fs = FS_MAKE_CHAR, .name = "fs.change_topology",
		.text = "path=\"/tmp/b\"",
		.objects = NEEDS_FILES, .op = do_mount },
	[UMOUNT] = { .fs = FS_MAKE_CHAR, .name = "fs.change_topology",
		.text = "name=\"/\" dev=\"tmpfs\"",
		.objects = NEEDS_FILES, .op = do_umount },
	[RECONFIGURE] = { .fs = FS_MAKE_CHAR, .name = "fs.change_topology",
		.text = "name=\"/\" dev=\"tmpfs\"",
		.objects = NEEDS_FILES, .op = do_reconfigure },
	[MOVE_MOUNT] = { .fs = FS_MAKE_CHAR, .name = "fs.change_topology",
		.text = "path=\"/tmp/b\"",
		.objects = NEEDS_FILES, .op = do_move_mount },
	[PIVOT_ROOT] = { .fs = FS_MAKE_CHAR, .name = "fs.change_topology",
		.text = "path=\"/mnt\"",
		.objects = NEEDS_FILES, .op = do_pivot_root },
};

static int make_files(void)
{
	int error = make_dir("a/empty") ?: make_dir("b") ?: make_dir("mnt") ?:
		    make_file("file", "text") ?: make_file("a/file", "text") ?:
		    make_program("program");

	if (!error && mount("scene", "mnt", "tmpfs", 0, NULL))
		error = errno;
	return error ?: make_dir("mnt/old");
}

static int serve(struct scene *scene, int slot, const struct sockaddr_un *at,
		 socklen_t len, int type)
{
	const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	scene->fd[slot] = fd;
	if (fd < 0 || bind(fd, (const struct sockaddr *)at, len) ||
	    (type == SOCK_STREAM && listen(fd, 1)))
		return errno;
	return 0;
}

/* The name of the processes is the name of the sockets too. */
static int make_servers(struct scene *scene)
{
	struct sockaddr_un at = { AF_UNIX, "socket" };
	const socklen_t len = offsetof(struct sockaddr_un, sun_path) + 16;
	int error = serve(scene, DENIAL_SERVERS + 2, &at, sizeof(at),
			  SOCK_STREAM);

	snprintf(at.sun_path, sizeof(at.sun_path), "%c%.14s", '\0',
		 scene->text);
	memcpy(at.sun_path + 1, scene->text, 14);
	error = error ?: serve(scene, DENIAL_SERVERS, &at, len, SOCK_STREAM);
	at.sun_path[15] = 'd';
	return error ?: serve(scene, DENIAL_SERVERS + 1, &at, len, SOCK_DGRAM);
}

int denial_objects(struct scene *scene, enum denial_objects objects)
{
	int ret = 0;

	scene->value[DENIAL_SERVER_PID] = getpid();
	if (objects & NEEDS_FILES)
		ret = make_files();
	if (!ret && objects & NEEDS_SERVERS)
		ret = make_servers(scene);
	if (!ret && objects & NEEDS_TARGET)
		ret = target_start(scene, DENIAL_TARGET);
	return ret;
}

int denial_scene(struct scene *scene, enum denial_kind kind)
{
	return audit_scene(scene) ?:
	       denial_objects(scene, denials[kind].objects);
}

int denial_do(struct scene *scene, enum denial_kind kind)
{
	return denials[kind].op(scene);
}

const char *denial_text(struct scene *scene, enum denial_kind kind)
{
	static char text[32];

	if (!denials[kind].target)
		return denials[kind].text;
	snprintf(text, sizeof(text), "opid=%d ocomm=",
		 scene->pid[DENIAL_TARGET]);
	return text;
}

/* Tracing is denied by every domain, whatever it handles. */
struct ruleset denial_layer(enum denial_kind kind)
{
	const struct denial *denial = &denials[kind];
	struct ruleset set = {
		.fs = denial->fs,
		.net = denial->net,
		.scoped = denial->scoped,
	};

	if (!set.fs && !set.net && !set.scoped)
		set.fs = FS_MAKE_BLOCK;
	return set;
}

int enforce_set(struct scene *scene, const struct ruleset *set)
{
	const char *call;
	const int error = ruleset_enforce(set, 0, 0, &call);

	return error ? policy_refused(scene, call, error) : 0;
}
