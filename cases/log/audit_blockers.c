// SPDX-License-Identifier: GPL-2.0
/* Audit records name the right that was missing, and the object. */
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>

#include "audit.h"

/* What one variant is about: which right is handled, and its record. */
struct blocker {
	uint64_t fs, net, scoped;
	const char *name, *text;
};

enum {
	EXECUTE, WRITE_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE, MAKE_CHAR,
	MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM, REFER,
	TRUNCATE, FTRUNCATE, IOCTL_DEV, BIND_TCP, CONNECT_TCP, SIGNAL,
	ABSTRACT, PTRACE, TOPOLOGY,
};

static const struct blocker blockers[] = {
	[EXECUTE] = { .fs = FS_EXECUTE, .name = "fs.execute",
		      .text = "path=\"/tmp/program\"" },
	[WRITE_FILE] = { .fs = FS_WRITE_FILE, .name = "fs.write_file",
			 .text = "path=\"/dev/null\"" },
	[READ_DIR] = { .fs = FS_READ_DIR, .name = "fs.read_dir",
		       .text = "path=\"/\"" },
	[REMOVE_DIR] = { .fs = FS_REMOVE_DIR, .name = "fs.remove_dir" },
	[REMOVE_FILE] = { .fs = FS_REMOVE_FILE, .name = "fs.remove_file" },
	[MAKE_CHAR] = { .fs = FS_MAKE_CHAR, .name = "fs.make_char" },
	[MAKE_DIR] = { .fs = FS_MAKE_DIR, .name = "fs.make_dir" },
	[MAKE_REG] = { .fs = FS_MAKE_REG, .name = "fs.make_reg" },
	[MAKE_SOCK] = { .fs = FS_MAKE_SOCK, .name = "fs.make_sock" },
	[MAKE_FIFO] = { .fs = FS_MAKE_FIFO, .name = "fs.make_fifo" },
	[MAKE_BLOCK] = { .fs = FS_MAKE_BLOCK, .name = "fs.make_block" },
	[MAKE_SYM] = { .fs = FS_MAKE_SYM, .name = "fs.make_sym" },
	[REFER] = { .fs = FS_REFER, .name = "fs.refer" },
	[TRUNCATE] = { .fs = FS_TRUNCATE, .name = "fs.truncate",
		       .text = "path=\"/tmp/file\"" },
	[FTRUNCATE] = { .fs = FS_TRUNCATE, .name = "fs.truncate",
			.text = "path=\"/tmp/file\"" },
	[IOCTL_DEV] = { .fs = FS_IOCTL_DEV, .name = "fs.ioctl_dev",
			.text = "ioctlcmd=0x5401" },
	[BIND_TCP] = { .net = NET_BIND_TCP, .name = "net.bind_tcp" },
	[CONNECT_TCP] = { .net = NET_CONNECT_TCP, .name = "net.connect_tcp",
			  .text = "daddr=127.0.0.1 dest=7199" },
	[SIGNAL] = { .scoped = SCOPE_SIGNAL, .name = "scope.signal",
		     .text = "opid=" },
	[ABSTRACT] = { .scoped = SCOPE_ABSTRACT_UNIX_SOCKET,
		       .name = "scope.abstract_unix_socket" },
	[PTRACE] = { .fs = FS_READ_DIR, .name = "ptrace", .text = "opid=" },
	[TOPOLOGY] = { .fs = FS_READ_DIR, .name = "fs.change_topology" },
};

static int handle_one(struct scene *scene)
{
	const struct blocker *blocker = &blockers[scene->variant->arg];
	const struct ruleset set = {
		.fs = blocker->fs,
		.net = blocker->net,
		.scoped = blocker->scoped,
	};
	const char *step;
	const int error = ruleset_enforce(&set, 0, 0, &step);

	return error ? broken(scene, "%s: %s", step, strerrorname_np(error)) :
		       0;
}

static int do_and_look(struct scene *scene)
{
	const struct blocker *blocker = &blockers[scene->variant->arg];

	return was_logged(scene, scene->variant->op(scene), blocker->name,
			  blocker->text);
}

static int do_execute(struct scene *scene)
{
	char *const argv[] = { "/tmp/program", NULL };
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(errno);
	}
	if (pid < 0 || waitpid_retry(pid, &status) || !WIFEXITED(status))
		return broken(scene, "no child");
	return WEXITSTATUS(status) == EXEC_STATUS ? 0 : WEXITSTATUS(status);
}

static int do_write(struct scene *scene)
{
	(void)scene;
	return open_null(O_WRONLY);
}

static int do_list(struct scene *scene)
{
	(void)scene;
	return open_root();
}

static int do_rmdir(struct scene *scene)
{
	(void)scene;
	return errno_of(rmdir("a/empty"));
}

static int do_unlink(struct scene *scene)
{
	(void)scene;
	return errno_of(unlink("file"));
}

static int do_mknod(mode_t type, dev_t device)
{
	return errno_of(mknod("new", type | 0600, device));
}

static int do_char(struct scene *scene)
{
	(void)scene;
	return do_mknod(S_IFCHR, makedev(1, 3));
}

static int do_block(struct scene *scene)
{
	(void)scene;
	return do_mknod(S_IFBLK, makedev(7, 0));
}

static int do_fifo(struct scene *scene)
{
	(void)scene;
	return do_mknod(S_IFIFO, 0);
}

static int do_reg(struct scene *scene)
{
	(void)scene;
	return do_mknod(S_IFREG, 0);
}

static int do_mkdir(struct scene *scene)
{
	(void)scene;
	return errno_of(mkdir("new", 0700));
}

static int do_symlink(struct scene *scene)
{
	(void)scene;
	return errno_of(symlink("file", "new"));
}

static int do_socket(struct scene *scene)
{
	const struct sockaddr_un address = { AF_UNIX, "new" };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)scene;
	return errno_of(bind(fd, (const struct sockaddr *)&address,
			     sizeof(address)));
}

static int do_truncate(struct scene *scene)
{
	(void)scene;
	return errno_of(truncate("file", 0));
}

/* Denied by what the file was when it was opened. */
static int do_ftruncate(struct scene *scene)
{
	const int fd = open("file", O_WRONLY | O_CLOEXEC);

	(void)scene;
	return fd < 0 ? errno : errno_of(ftruncate(fd, 0));
}

static int do_ioctl(struct scene *scene)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct termios termios;
	int error;

	(void)scene;
	if (fd < 0)
		return errno;
	error = errno_of(ioctl(fd, TCGETS, &termios));
	close(fd);
	return error == ENOTTY ? 0 : error;
}

static int with_socket(int (*call)(int, const struct sockaddr *, socklen_t),
		       int port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC |
			      SOCK_NONBLOCK, IPPROTO_TCP);
	int error;

	if (fd < 0)
		return errno;
	error = errno_of(call(fd, (const struct sockaddr *)&address,
			      sizeof(address)));
	close(fd);
	return error == EACCES ? EACCES : 0;
}

static int do_bind(struct scene *scene)
{
	(void)scene;
	return with_socket(bind, 0);
}

static int do_connect(struct scene *scene)
{
	(void)scene;
	return with_socket(connect, LAB_DECOY);
}

static const struct variant rights[] = {
	{ "", .arg = READ_DIR, .op = do_list },
	{ "execute", .arg = EXECUTE, .op = do_execute },
	{ "write_file", .arg = WRITE_FILE, .op = do_write },
	{ "remove_dir", .arg = REMOVE_DIR, .op = do_rmdir },
	{ "remove_file", .arg = REMOVE_FILE, .op = do_unlink },
	{ "make_char", .arg = MAKE_CHAR, .op = do_char },
	{ "make_dir", .arg = MAKE_DIR, .op = do_mkdir },
	{ "make_reg", .arg = MAKE_REG, .op = do_reg },
	{ "make_sock", .arg = MAKE_SOCK, .op = do_socket },
	{ "make_fifo", .arg = MAKE_FIFO, .op = do_fifo },
	{ "make_block", .arg = MAKE_BLOCK, .op = do_block },
	{ "make_sym", .arg = MAKE_SYM, .op = do_symlink },
	{ "truncate", .arg = TRUNCATE, .op = do_truncate },
	{ "ftruncate", .arg = FTRUNCATE, .op = do_ftruncate },
	{ "ioctl_dev", .arg = IOCTL_DEV, .op = do_ioctl },
	{ "bind_tcp", .arg = BIND_TCP, .op = do_bind },
	{ "connect_tcp", .arg = CONNECT_TCP, .op = do_connect },
	{ NULL }
};

static int files(struct scene *scene)
{
	int error = audit_scene(scene);

	if (!error)
		error = make_dir("a/empty");
	if (!error)
		error = make_dir("b");
	if (!error)
		error = make_file("file", "text");
	return error ? error : make_program("program");
}

#define BLOCKER_CASE							\
	A_LOG_CASE,							\
	.worlds	  = W(CONTROL) | W(DENY),				\
	.enforce  = handle_one,						\
	.covers	  = LOGGED_SINCE,					\
	.attempt  = do_and_look

CASE("log.audit.blockers",
	.claim	  = "a denial whose record does not name the missing right",
	BLOCKER_CASE,
	.promise  = { DENIED(EACCES) },
	.variants = rights,
	.scene	  = files,
	.source	  = "admin-guide/LSM/landlock: blockers=");

static int do_link(struct scene *scene)
{
	(void)scene;
	return errno_of(link("file", "b/link"));
}

static const struct variant links[] = {
	{ "", .arg = REFER, .op = do_link },
	{ NULL }
};

CASE("log.audit.blockers_refer",
	.claim	  = "link(2) to another directory, denied without a record",
	BLOCKER_CASE,
	.promise  = { DENIED(EXDEV) },
	.variants = links,
	.scene	  = files,
	.source	  = "admin-guide/LSM/landlock: blockers=");

static int do_signal(struct scene *scene)
{
	return errno_of(kill(scene->pid[0], 0));
}

static int do_trace(struct scene *scene)
{
	return errno_of(ptrace(PTRACE_SEIZE, scene->pid[0], NULL, NULL));
}

static int do_mount(struct scene *scene)
{
	(void)scene;
	return errno_of(mount("tmpfs", "b", "tmpfs", 0, NULL));
}

static socklen_t abstract_address(struct scene *scene,
				  struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	return offsetof(struct sockaddr_un, sun_path) + 1 +
	       snprintf(address->sun_path + 1, 32, "%.15s", scene->text);
}

static int do_abstract(struct scene *scene)
{
	struct sockaddr_un address;
	const socklen_t len = abstract_address(scene, &address);
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return errno_of(connect(fd, (struct sockaddr *)&address, len));
}

/* A process and a socket outside */
static int others(struct scene *scene)
{
	struct sockaddr_un address;
	socklen_t len;
	int error = files(scene);
	pid_t pid;

	if (error)
		return error;
	pid = scene_fork(scene);
	if (pid == 0)
		for (;;)
			pause();
	scene->pid[0] = pid;
	len = abstract_address(scene, &address);
	scene->fd[1] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (pid < 0 || bind(scene->fd[1], (struct sockaddr *)&address, len) ||
	    listen(scene->fd[1], 1))
		return errno;
	return 0;
}

static const struct variant scopes[] = {
	{ "", .arg = SIGNAL, .op = do_signal },
	{ "abstract_unix_socket", .arg = ABSTRACT, .op = do_abstract },
	{ "ptrace", .arg = PTRACE, .op = do_trace },
	{ "change_topology", .arg = TOPOLOGY, .op = do_mount },
	{ NULL }
};

CASE("log.audit.blockers_scope",
	.claim	  = "a denial by a scope, or by a domain as such, unnamed",
	BLOCKER_CASE,
	.promise  = { DENIED(EPERM) },
	.variants = scopes,
	.scene	  = others,
	.source	  = "admin-guide/LSM/landlock: blockers=");
