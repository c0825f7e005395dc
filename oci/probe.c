// SPDX-License-Identifier: GPL-2.0
/*
 * Runs inside a container: does what its arguments say, "read /granted/file",
 * and prints for each what came of it, "@ read /granted/file = ok".
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/programs.h"
#include "landlock/layers.h"

#define LAYERS_MAX	16

/* Each returns 0 or an errno, and 0 only if its effect is there. */
static int do_read(const char *path)
{
	const int fd = open(path, O_RDONLY);
	char byte;
	int error = fd < 0 || read(fd, &byte, 1) != 1 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

static int do_list(const char *path)
{
	DIR *const dir = opendir(path);
	const int error = dir ? 0 : errno;

	if (dir)
		closedir(dir);
	return error;
}

static int do_write(const char *path)
{
	const int fd = open(path, O_WRONLY | O_APPEND);
	const int error = fd < 0 || write(fd, "x", 1) != 1 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

static int do_exec(const char *path)
{
	int pipes[2], error = 0, status;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return errno;
	pid = fork();
	if (pid == 0) {
		execl(path, path, "nothing", NULL);
		error = errno;
		_exit(write(pipes[1], &error, sizeof(error)) < 0);
	}
	close(pipes[1]);
	if (read(pipes[0], &error, sizeof(error)) < 0)
		error = errno;
	close(pipes[0]);
	return waitpid_retry(pid, &status) ? errno : error;
}

static int size_is_zero(const char *path)
{
	struct stat st;

	return stat(path, &st) ? errno : st.st_size ? EIO : 0;
}

static int do_truncate(const char *path)
{
	return truncate(path, 0) ? errno : size_is_zero(path);
}

static int do_otrunc(const char *path)
{
	const int fd = open(path, O_WRONLY | O_TRUNC);
	const int error = errno;

	if (fd < 0)
		return error;
	close(fd);
	return size_is_zero(path);
}

static int do_rmdir(const char *path)
{
	return rmdir(path) ? errno : 0;
}

static int do_unlink(const char *path)
{
	return unlink(path) ? errno : 0;
}

static int do_mkdir(const char *path)
{
	return mkdir(path, 0755) ? errno : 0;
}

static int do_symlink(const char *path)
{
	return symlink("nowhere", path) ? errno : 0;
}

static int do_mkreg(const char *path)
{
	return mknod(path, S_IFREG | 0644, 0) ? errno : 0;
}

static int do_mkfifo(const char *path)
{
	return mknod(path, S_IFIFO | 0644, 0) ? errno : 0;
}

static int do_mkchr(const char *path)
{
	return mknod(path, S_IFCHR | 0644, makedev(1, 3)) ? errno : 0;
}

static int do_mkblk(const char *path)
{
	return mknod(path, S_IFBLK | 0644, makedev(7, 0)) ? errno : 0;
}

static int do_mksock(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int error;

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	error = bind(fd, (struct sockaddr *)&name, sizeof(name)) ? errno : 0;
	close(fd);
	return error;
}

/* "FROM TO" */
static int move(const char *text, int (*call)(const char *, const char *))
{
	char from[256], to[256];

	if (sscanf(text, "%255s %255s", from, to) != 2)
		return EINVAL;
	return call(from, to) ? errno : 0;
}

static int do_rename(const char *text)
{
	return move(text, rename);
}

static int do_link(const char *text)
{
	return move(text, link);
}

/* A request that no device has: ENOTTY shows that it was let through. */
static int do_ioctl(const char *path)
{
	const int fd = open(path, O_RDONLY);
	const int error = fd < 0 || ioctl(fd, 0xdead, 0) ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error == ENOTTY ? 0 : error;
}

static int on_port(const char *port, int type,
		   int (*call)(int, const struct sockaddr *, socklen_t))
{
	const struct sockaddr_in name = {
		.sin_family = AF_INET,
		.sin_port = htons(atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int fd = socket(AF_INET, type, 0), yes = 1;
	int error;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	error = call(fd, (struct sockaddr *)&name, sizeof(name)) ? errno : 0;
	close(fd);
	return error;
}

static int do_bind(const char *port)
{
	return on_port(port, SOCK_STREAM, bind);
}

static int do_connect(const char *port)
{
	return on_port(port, SOCK_STREAM, connect);
}

static int do_bind_udp(const char *port)
{
	return on_port(port, SOCK_DGRAM, bind);
}

static int do_mount(const char *path)
{
	return mount("tmpfs", path, "tmpfs", 0, NULL) ? errno : 0;
}

static int do_umount(const char *path)
{
	return umount2(path, MNT_DETACH) ? errno : 0;
}

static int do_kill(const char *pid)
{
	return kill(atoi(pid), 0) ? errno : 0;
}

/* Until it is killed */
static int do_wait(const char *nothing)
{
	(void)nothing;
	while (pause())
		;
	return 0;
}

/* Serves on a port until it is killed: what connects finds somebody. */
static int do_serve(const char *port)
{
	const struct sockaddr_in name = {
		.sin_family = AF_INET,
		.sin_port = htons(atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) ||
	    listen(fd, 64))
		return errno;
	for (;;)
		close(accept(fd, NULL, NULL));
}

static int do_nothing(const char *nothing)
{
	(void)nothing;
	return 0;
}

static const struct verb {
	const char *name;
	int (*call)(const char *about);
} verbs[] = {
	{ "read", do_read }, { "list", do_list }, { "write", do_write },
	{ "execute", do_exec }, { "truncate", do_truncate },
	{ "otrunc", do_otrunc }, { "rmdir", do_rmdir },
	{ "unlink", do_unlink }, { "mkdir", do_mkdir },
	{ "symlink", do_symlink }, { "mkreg", do_mkreg },
	{ "mkfifo", do_mkfifo }, { "mkchr", do_mkchr },
	{ "mkblk", do_mkblk }, { "mksock", do_mksock },
	{ "rename", do_rename }, { "link", do_link }, { "ioctl", do_ioctl },
	{ "bind", do_bind }, { "connect", do_connect },
	{ "bind-udp", do_bind_udp }, { "mount", do_mount },
	{ "umount", do_umount }, { "kill", do_kill }, { "wait", do_wait },
	{ "serve", do_serve }, { "nothing", do_nothing },
};

static int do_one(const char *text)
{
	const size_t length = strcspn(text, " ");
	const struct verb *v;

	for (v = verbs; v < verbs + sizeof(verbs) / sizeof(verbs[0]); v++)
		if (strlen(v->name) == length &&
		    strncmp(v->name, text, length) == 0)
			return v->call(text + length + (text[length] == ' '));
	return ENOSYS;
}

static void say(const char *what, const char *answer)
{
	printf("@ %s = %s\n", what, answer);
	fflush(stdout);
}

static void say_error(const char *what, int error)
{
	say(what, error ? strerrorname_np(error) : "ok");
}

struct threaded {
	const char *text;
	int error;
};

static void *thread_main(void *arg)
{
	struct threaded *const one = arg;

	one->error = do_one(one->text);
	return NULL;
}

static void in_thread(const char *what, const char *text)
{
	struct threaded one = { text, 0 };
	pthread_t thread;
	int error = pthread_create(&thread, NULL, thread_main, &one);

	if (!error)
		error = pthread_join(thread, NULL);
	say_error(what, error ?: one.error);
}

/* "3 4", "none": the descriptors behind the standard ones */
static void say_descriptors(const char *what)
{
	char text[256] = "";
	size_t used = 0;
	int fd;

	for (fd = 3; fd < 1024 && used < sizeof(text) - 8; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			used += snprintf(text + used, sizeof(text) - used,
					 "%s%d", used ? " " : "", fd);
	say(what, used ? text : "none");
}

static void say_number(const char *what, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	say(what, text);
}

/* Before 5.18.3 a domain had more layers: -1, it cannot be told. */
static int layers(void)
{
	const int left = layers_left();

	return left > LAYERS_MAX || left < 0 ? -1 :
	       left == 0 ? 0 : LAYERS_MAX - left;
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "layers") == 0)
			say_number(argv[i], layers());
		else if (strcmp(argv[i], "nnp") == 0)
			say_number(argv[i],
				   prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
		else if (strcmp(argv[i], "fds") == 0)
			say_descriptors(argv[i]);
		else if (strncmp(argv[i], "thread ", 7) == 0)
			in_thread(argv[i], argv[i] + 7);
		else if (strcmp(argv[i], "nothing"))
			say_error(argv[i], do_one(argv[i]));
	}
	return 0;
}
