// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own NFS server, told over its files what rpc.mountd, exportfs
 * and rpc.nfsd would tell it: this machine is a client of the server, and may
 * have one directory, as root too.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/nfs_mount.h>
#include <linux/nfsd/cld.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/files.h"
#include "machine/nfs.h"

#define PORT	2049
#define CACHES	"/proc/net/rpc/"
#define SERVER	"/run/nfsd"
#define PIPES	"/run/rpc_pipefs"
#define FOREVER	"2147483647"

/*
 * Flags of an export (include/uapi/linux/nfsd/export.h): any port of the
 * client's, nothing waits for a disk, files are found by their handles alone,
 * a number stands for the file system.  Without 4, root is root.
 */
#define FLAGS	(0x2 | 0x10 | 0x400 | 0x2000)

/* What the server would ask rpc.mountd(8) for; file system 0 is NFSv4's root. */
static int export_dir(const char *source, uint32_t number)
{
	const unsigned char *const byte = (const void *)&number;
	char text[PATH_MAX + 100];
	int error;

	error = write_file(CACHES "auth.unix.ip/channel",
			   "nfsd 127.0.0.1 " FOREVER " machine\n");
	if (error)
		return error;
	snprintf(text, sizeof(text),
		 "machine %s " FOREVER " %d 65534 65534 %u\n", source, FLAGS,
		 number);
	error = write_file(CACHES "nfsd.export/channel", text);
	if (error)
		return error;
	snprintf(text, sizeof(text),
		 "machine 1 \\x%02x%02x%02x%02x " FOREVER " %s\n", byte[0],
		 byte[1], byte[2], byte[3], source);
	return write_file(CACHES "nfsd.fh/channel", text);
}

static int loopback_up(void)
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo" };
	int error = 0;

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo))
		return errno;
	lo.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &lo))
		error = errno;
	close(fd);
	return error;
}

/* The server takes its socket from the process that writes its number. */
static int give_socket(void)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr_in here = {
		.sin_family = AF_INET, .sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	char text[16];
	int error;

	if (fd < 0 || bind(fd, (const void *)&here, sizeof(here)) ||
	    listen(fd, 8))
		return errno;
	snprintf(text, sizeof(text), "%d\n", fd);
	error = write_file(SERVER "/portlist", text);
	close(fd);
	return error;
}

/* Of a stream: a length with the highest bit set, then the message */
static bool read_all(int fd, void *buf, size_t size)
{
	return recv(fd, buf, size, MSG_WAITALL) == (ssize_t)size;
}

static void __attribute__((noreturn)) agree(int listener)
{
	const int fd = accept(listener, NULL, NULL);
	char message[1024];
	uint32_t length;

	while (read_all(fd, &length, sizeof(length))) {
		const size_t size = ntohl(length) & 0x7fffffff;
		/* Length, its number, a reply, accepted, no verifier, done */
		uint32_t reply[8] = { htonl(0x80000000 | 7 * 4), 0, htonl(1) };

		if (size > sizeof(message) || !read_all(fd, message, size))
			break;
		memcpy(&reply[1], message, sizeof(reply[1]));
		reply[7] = htonl(true);
		if (write(fd, reply, sizeof(reply)) < 0)
			break;
	}
	_exit(0);
}

/*
 * The server of NFSv3 does not start unless rpcbind(8) takes note of its ports.
 * This process agrees to whatever it is asked, and nobody asks it for a port.
 */
static int start_rpcbind(void)
{
	static const char path[] = "/run/rpcbind.sock";
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	pid_t pid;

	memcpy(name.sun_path, path, sizeof(path));
	if (fd < 0 || bind(fd, (void *)&name, sizeof(name)) || listen(fd, 8))
		return errno;
	symlink("/run", "/var/run");
	pid = fork();
	if (pid == 0) {
		setsid();
		agree(fd);
	}
	close(fd);
	return pid < 0 ? errno : 0;
}

/* Each answer is the question, with its status (linux/nfsd/cld.h). */
static void __attribute__((noreturn)) remember_nobody(int pipe)
{
	struct pollfd ready = { .fd = pipe, .events = POLLIN };
	struct cld_msg_v2 message;

	while (poll(&ready, 1, -1) > 0 || errno == EINTR) {
		const ssize_t size = read(pipe, &message, sizeof(message));

		if (size <= 0)
			continue;
		message.cm_status = 0;
		if (message.cm_cmd == Cld_GetVersion)
			message.cm_u.cm_version = 1;
		if (write(pipe, &message, size) < 0)
			break;
	}
	_exit(0);
}

/*
 * While it does not know who had something open before it started, the server
 * of NFSv4 opens nothing, for ten seconds at least.  This process takes the
 * part of nfsdcld(8) and names nobody.
 */
static int start_nfsdcld(void)
{
	char event[sizeof(struct inotify_event) + NAME_MAX + 1];
	const int watch = inotify_init1(IN_CLOEXEC);
	pid_t pid;

	if (watch < 0 ||
	    inotify_add_watch(watch, PIPES "/nfsd", IN_CREATE) < 0)
		return errno;
	pid = fork();
	if (pid == 0) {
		setsid();
		/* The server makes the pipe when it starts, and waits. */
		if (read(watch, event, sizeof(event)) < 0)
			_exit(1);
		remember_nobody(open(PIPES "/nfsd/cld", O_RDWR | O_CLOEXEC));
	}
	close(watch);
	return pid < 0 ? errno : 0;
}

static int start_server(void)
{
	static bool started;
	int error;

	if (started)
		return 0;
	started = true;
	if (mkdir(SERVER, 0700) || mkdir(PIPES, 0700) ||
	    mount("nfsd", SERVER, "nfsd", 0, NULL) ||
	    mount("rpc_pipefs", PIPES, "rpc_pipefs", 0, NULL))
		return errno;
	error = loopback_up() ?: start_rpcbind() ?: start_nfsdcld();
	return error ?: give_socket() ?: write_file(SERVER "/threads", "4\n");
}

static int mount_v4(const char *place, const char *options)
{
	char text[256];

	snprintf(text, sizeof(text), "addr=127.0.0.1,clientaddr=127.0.0.1,%s",
		 options);
	return mount("127.0.0.1:/", place, "nfs", 0, text) ? errno : 0;
}

/* The handle that mountd would give for @source: \x and digits */
static int root_handle(const char *source, struct nfs3_fh *root)
{
	char text[PATH_MAX + 32], digits[3] = "";
	const char *at;
	const int fd = open(SERVER "/filehandle", O_RDWR | O_CLOEXEC);
	ssize_t len;
	int error = 0;

	if (fd < 0)
		return errno;
	len = snprintf(text, sizeof(text), "machine %s %d\n", source,
		       NFS3_FHSIZE);
	if (write(fd, text, len) != len ||
	    (len = read(fd, text, sizeof(text) - 1)) < 0)
		error = errno;
	close(fd);
	if (error)
		return error;
	text[len] = '\0';
	for (at = text + 2; at[0] > ' ' && at[1] > ' ' &&
	     root->size < NFS3_FHSIZE; at += 2) {
		memcpy(digits, at, 2);
		root->data[root->size++] = strtoul(digits, NULL, 16);
	}
	return root->size ? 0 : EINVAL;
}

/* As data, which brings the root's handle: text would have it asked of mountd. */
static int mount_v3(const char *source, const char *place)
{
	struct nfs_mount_data data = {
		.version = NFS_MOUNT_VERSION, .hostname = "127.0.0.1",
		.flags = NFS_MOUNT_VER3 | NFS_MOUNT_TCP | NFS_MOUNT_NONLM,
		/* As mount.nfs(8) has it */
		.timeo = 600, .retrans = 2,
		.acregmin = 3, .acregmax = 60, .acdirmin = 30, .acdirmax = 60,
		.addr = {
			.sin_family = AF_INET, .sin_port = htons(PORT),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		},
	};
	const int error = root_handle(source, &data.root);

	if (error)
		return error;
	return mount("127.0.0.1:/", place, "nfs", 0, &data) ? errno : 0;
}

int nfs_mount(const char *source, const char *place, const char *options)
{
	const bool v3 = strcmp(options, "vers=3") == 0;
	const int error = export_dir(source, v3) ?: start_server();

	if (error)
		return error;
	return v3 ? mount_v3(source, place) : mount_v4(place, options);
}
