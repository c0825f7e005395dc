// SPDX-License-Identifier: GPL-2.0
/* Every other request of io_uring about files and descriptors: all stay free. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#include "bricks/uring.h"
#include "metadata.h"

#define LENGTH		((ssize_t)strlen(SECRET))
#define NEW		"public"	/* as long as SECRET */
#define ATTRIBUTE	"user.landproof"

/* linux/io_uring.h of 5.18 to 6.16 */
enum {
	OP_MSG_RING = 40, OP_FSETXATTR, OP_SETXATTR, OP_FGETXATTR,
	OP_GETXATTR, OP_READ_MULTISHOT = 49, OP_FIXED_FD_INSTALL = 54,
	OP_READV_FIXED = 60, OP_WRITEV_FIXED, OP_PIPE,
};

/* What scene->fd[] holds */
enum { THE_FILE, OTHER_FILE, PIPE_OUT, PIPE_IN, ONE_END, OTHER_END };

static int opened(struct scene *scene)
{
	const int error = dir_file(scene);

	if (error)
		return error;
	setxattr("dir/file", ATTRIBUTE, "x", 1, 0);
	scene->fd[THE_FILE] = open("dir/file", O_RDWR);
	scene->fd[OTHER_FILE] = open("dir/sub/file", O_RDWR);
	return errno_of(scene->fd[THE_FILE] | scene->fd[OTHER_FILE]) ?:
	       errno_of(pipe(&scene->fd[PIPE_OUT])) ?:
	       errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0,
				   &scene->fd[ONE_END]));
}

/* A request that this kernel does not know is no refusal. */
static int outcome(struct scene *scene, const struct io_uring_sqe *sqe,
		   int result)
{
	if ((result == -EINVAL || result == -EOPNOTSUPP) &&
	    scene->world == WORLD_CONTROL)
		return cannot(scene, "io_uring request %d", sqe->opcode);
	return result < 0 ? -result : 0;
}

static int request(struct scene *scene, struct io_uring_sqe *sqe)
{
	return outcome(scene, sqe, uring_one(sqe));
}

static int holds(int fd, const char *text)
{
	char found[16] = "";

	return errno_of(pread(fd, found, LENGTH, 0)) ?:
	       strcmp(found, text) ? NO_EFFECT : WORKED;
}

static int pipe_holds(int fd, const char *text)
{
	char found[16] = "";

	return errno_of(read(fd, found, LENGTH)) ?:
	       strcmp(found, text) ? NO_EFFECT : WORKED;
}

/* The text and its vector: a request takes one of them. */
static int move_text(struct scene *scene, int opcode, char *text, bool vector,
		     int fd)
{
	struct iovec iov = { text, LENGTH };
	struct io_uring_sqe sqe = {
		.opcode = opcode, .fd = fd,
		.addr = vector ? (uintptr_t)&iov : (uintptr_t)text,
		.len = vector ? 1 : LENGTH,
	};

	return request(scene, &sqe);
}

static int reads_by(struct scene *scene, int opcode, bool vector)
{
	char text[16] = "";

	return move_text(scene, opcode, text, vector, scene->fd[THE_FILE]) ?:
	       strcmp(text, SECRET) ? NO_EFFECT : WORKED;
}

static int writes_by(struct scene *scene, int opcode, bool vector)
{
	char text[] = NEW;

	return move_text(scene, opcode, text, vector, scene->fd[THE_FILE]) ?:
	       holds(scene->fd[THE_FILE], NEW);
}

static int do_readv(struct scene *scene)
{
	return reads_by(scene, IORING_OP_READV, true);
}

static int do_read(struct scene *scene)
{
	return reads_by(scene, IORING_OP_READ, false);
}

static int do_writev(struct scene *scene)
{
	return writes_by(scene, IORING_OP_WRITEV, true);
}

static int do_write(struct scene *scene)
{
	return writes_by(scene, IORING_OP_WRITE, false);
}

/* Into or out of memory that the ring knows beforehand */
static int fixed(struct scene *scene, int opcode, bool vector, const char *text)
{
	char *const page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec whole = { page, 4096 }, part = { page, LENGTH };
	struct io_uring_sqe sqe = {
		.opcode = opcode, .fd = scene->fd[THE_FILE],
		.addr = vector ? (uintptr_t)&part : (uintptr_t)page,
		.len = vector ? 1 : LENGTH,
	};
	struct uring ring;
	int error;

	if (page == MAP_FAILED)
		return errno;
	strcpy(page, text);
	error = uring_open(&ring, 0);
	if (error)
		return error;
	error = errno_of(syscall(SYS_io_uring_register, ring.fd,
				 IORING_REGISTER_BUFFERS, &whole, 1)) ?:
		outcome(scene, &sqe, uring_submit(&ring, &sqe));
	uring_close(&ring);
	if (!error && text[0])
		error = holds(scene->fd[THE_FILE], text);
	else if (!error)
		error = strcmp(page, SECRET) ? NO_EFFECT : WORKED;
	munmap(page, 4096);
	return error;
}

static int do_read_fixed(struct scene *scene)
{
	return fixed(scene, IORING_OP_READ_FIXED, false, "");
}

static int do_write_fixed(struct scene *scene)
{
	return fixed(scene, IORING_OP_WRITE_FIXED, false, NEW);
}

static int do_readv_fixed(struct scene *scene)
{
	return fixed(scene, OP_READV_FIXED, true, "");
}

static int do_writev_fixed(struct scene *scene)
{
	return fixed(scene, OP_WRITEV_FIXED, true, NEW);
}

static int plain(struct scene *scene, int opcode)
{
	struct io_uring_sqe sqe = {
		.opcode = opcode, .fd = scene->fd[THE_FILE],
	};

	return request(scene, &sqe);
}

static int do_fsync(struct scene *scene)
{
	return plain(scene, IORING_OP_FSYNC);
}

static int do_sync_file_range(struct scene *scene)
{
	return plain(scene, IORING_OP_SYNC_FILE_RANGE);
}

static int do_fadvise(struct scene *scene)
{
	return plain(scene, IORING_OP_FADVISE);
}

static int do_fallocate(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_FALLOCATE, .fd = scene->fd[THE_FILE],
		.addr = 8192,	/* the length */
	};
	struct stat st;

	return request(scene, &sqe) ?:
	       errno_of(fstat(scene->fd[THE_FILE], &st)) ?:
	       st.st_size == 8192 ? WORKED : NO_EFFECT;
}

static int do_splice(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_SPLICE, .fd = scene->fd[PIPE_IN],
		.splice_fd_in = scene->fd[THE_FILE], .off = -1,
		.len = LENGTH,
	};

	return request(scene, &sqe) ?:
	       pipe_holds(scene->fd[PIPE_OUT], SECRET);
}

static int do_tee(struct scene *scene)
{
	int ends[2];
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_TEE,
		.splice_fd_in = scene->fd[PIPE_OUT], .len = LENGTH,
	};

	if (pipe2(ends, O_CLOEXEC) ||
	    write(scene->fd[PIPE_IN], SECRET, LENGTH) < 0)
		return errno;
	sqe.fd = ends[1];
	return request(scene, &sqe) ?: pipe_holds(ends[0], SECRET);
}

static int do_close(struct scene *scene)
{
	const int fd = dup(scene->fd[THE_FILE]);
	struct io_uring_sqe sqe = { .opcode = IORING_OP_CLOSE, .fd = fd };

	return request(scene, &sqe) ?:
	       fcntl(fd, F_GETFD) < 0 && errno == EBADF ? WORKED : NO_EFFECT;
}

static int do_poll_add(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_POLL_ADD, .fd = scene->fd[PIPE_IN],
		.poll_events = POLLOUT,
	};

	return request(scene, &sqe);
}

static int do_epoll_ctl(struct scene *scene)
{
	struct epoll_event event = { .events = EPOLLOUT }, found;
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_EPOLL_CTL,
		.fd = epoll_create1(EPOLL_CLOEXEC), .len = EPOLL_CTL_ADD,
		.off = scene->fd[PIPE_IN], .addr = (uintptr_t)&event,
	};

	return request(scene, &sqe) ?:
	       epoll_wait(sqe.fd, &found, 1, 0) == 1 ? WORKED : NO_EFFECT;
}

static int do_shutdown(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_SHUTDOWN, .fd = scene->fd[ONE_END],
		.len = SHUT_WR,
	};
	char byte;

	return request(scene, &sqe) ?:
	       read(scene->fd[OTHER_END], &byte, 1) == 0 ? WORKED : NO_EFFECT;
}

static int do_recv(struct scene *scene)
{
	char text[16] = "";

	if (write(scene->fd[OTHER_END], SECRET, LENGTH) < 0)
		return errno;
	return move_text(scene, IORING_OP_RECV, text, false,
			 scene->fd[ONE_END]) ?:
	       strcmp(text, SECRET) ? NO_EFFECT : WORKED;
}

static int do_recvmsg(struct scene *scene)
{
	char text[16] = "";
	struct iovec iov = { text, LENGTH };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_RECVMSG, .fd = scene->fd[ONE_END],
		.addr = (uintptr_t)&message, .len = 1,
	};

	if (write(scene->fd[OTHER_END], SECRET, LENGTH) < 0)
		return errno;
	return request(scene, &sqe) ?: strcmp(text, SECRET) ? NO_EFFECT :
							      WORKED;
}

/* The new descriptor, out of the registered one */
static int do_fixed_fd_install(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = OP_FIXED_FD_INSTALL, .flags = IOSQE_FIXED_FILE,
	};
	struct uring ring;
	int result, error = uring_open(&ring, 0);

	if (error)
		return error;
	error = errno_of(syscall(SYS_io_uring_register, ring.fd,
				 IORING_REGISTER_FILES, scene->fd, 1));
	result = error ? -error : uring_submit(&ring, &sqe);
	uring_close(&ring);
	return outcome(scene, &sqe, result) ?: holds(result, SECRET);
}

/* A registered file of one ring becomes one of another ring. */
static int do_msg_ring(struct scene *scene)
{
	enum { SEND_FD = 1 };
	struct io_uring_sqe read = {
		.opcode = IORING_OP_READ, .flags = IOSQE_FIXED_FILE,
		.len = LENGTH,
	};
	struct io_uring_sqe sqe = {
		.opcode = OP_MSG_RING, .addr = SEND_FD, .file_index = 1,
	};
	const int none = -1;
	char text[16] = "";
	struct uring from, to;
	int error = uring_open(&from, 0) ?: uring_open(&to, 0);

	if (error)
		return error;
	sqe.fd = to.fd;
	read.addr = (uintptr_t)text;
	error = errno_of(syscall(SYS_io_uring_register, from.fd,
				 IORING_REGISTER_FILES, scene->fd, 1)) ?:
		errno_of(syscall(SYS_io_uring_register, to.fd,
				 IORING_REGISTER_FILES, &none, 1)) ?:
		outcome(scene, &sqe, uring_submit(&from, &sqe));
	/* That it has arrived is an entry of its own, before the read's. */
	if (!error)
		uring_submit(&to, &read);
	if (!error)
		uring_submit(&to, &read);
	uring_close(&from);
	uring_close(&to);
	return error ?: strcmp(text, SECRET) ? NO_EFFECT : WORKED;
}

static int do_files_update(struct scene *scene)
{
	const int none = -1;
	struct io_uring_sqe update = {
		.opcode = IORING_OP_FILES_UPDATE,
		.addr = (uintptr_t)scene->fd, .len = 1,
	};
	char text[16] = "";
	struct io_uring_sqe read = {
		.opcode = IORING_OP_READ, .flags = IOSQE_FIXED_FILE,
		.addr = (uintptr_t)text, .len = LENGTH,
	};
	struct uring ring;
	int error = uring_open(&ring, 0);

	if (error)
		return error;
	error = errno_of(syscall(SYS_io_uring_register, ring.fd,
				 IORING_REGISTER_FILES, &none, 1));
	if (!error)
		error = outcome(scene, &update, uring_submit(&ring, &update)) ?:
			outcome(scene, &read, uring_submit(&ring, &read));
	uring_close(&ring);
	return error ?: strcmp(text, SECRET) ? NO_EFFECT : WORKED;
}

static int do_pipe(struct scene *scene)
{
	int ends[2] = { -1, -1 };
	struct io_uring_sqe sqe = {
		.opcode = OP_PIPE, .addr = (uintptr_t)ends,
	};

	return request(scene, &sqe) ?:
	       errno_of(write(ends[1], SECRET, LENGTH)) ?:
	       pipe_holds(ends[0], SECRET);
}

/* The name stands in .addr, the value in .addr2, which is .off. */
static int attribute(struct scene *scene, int opcode, char *value, int length)
{
	struct io_uring_sqe sqe = {
		.opcode = opcode, .fd = scene->fd[THE_FILE],
		.addr = (uintptr_t)ATTRIBUTE, .off = (uintptr_t)value,
		.len = length,
	};
	uint64_t path = (uintptr_t)"dir/file";

	/* .addr3, which headers before 5.19 do not have */
	if (opcode == OP_SETXATTR || opcode == OP_GETXATTR)
		memcpy((char *)&sqe + 48, &path, sizeof(path));
	return request(scene, &sqe);
}

static int sets(struct scene *scene, int opcode)
{
	char value[3] = "yz";

	return attribute(scene, opcode, value, 2) ?:
	       getxattr("dir/file", ATTRIBUTE, NULL, 0) == 2 ? WORKED :
							       NO_EFFECT;
}

static int gets(struct scene *scene, int opcode)
{
	char value[2] = "";

	return attribute(scene, opcode, value, 1) ?:
	       value[0] == 'x' ? WORKED : NO_EFFECT;
}

static int do_fsetxattr(struct scene *scene)
{
	return sets(scene, OP_FSETXATTR);
}

static int do_fgetxattr(struct scene *scene)
{
	return gets(scene, OP_FGETXATTR);
}

static int do_setxattr(struct scene *scene)
{
	return sets(scene, OP_SETXATTR);
}

static int do_getxattr(struct scene *scene)
{
	return gets(scene, OP_GETXATTR);
}

static int do_statx(struct scene *scene)
{
	struct statx stx = { 0 };
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_STATX, .fd = AT_FDCWD,
		.addr = (uintptr_t)"dir/file", .off = (uintptr_t)&stx,
		.len = STATX_SIZE,
	};

	return request(scene, &sqe) ?:
	       stx.stx_size == strlen(SECRET) ? WORKED : NO_EFFECT;
}

#define CALL(name) { #name, .op = do_##name }

static const struct variant requests[] = {
	{ "", .op = do_read },
	CALL(readv), CALL(writev), CALL(write), CALL(read_fixed),
	CALL(write_fixed), CALL(readv_fixed), CALL(writev_fixed), CALL(fsync),
	CALL(sync_file_range), CALL(fadvise), CALL(fallocate), CALL(splice),
	CALL(tee), CALL(close), CALL(poll_add), CALL(epoll_ctl),
	CALL(shutdown), CALL(recv), CALL(recvmsg), CALL(fixed_fd_install),
	CALL(msg_ring), CALL(files_update), CALL(pipe), CALL(fsetxattr),
	CALL(fgetxattr),
	{ NULL }
};

CASE("fs.open.before_io_uring",
	.claim	  = "io_uring: every request on what was opened before the sandbox",
	.guard	  = { .fs = FS_ABI_1 },
	.promise  = { ALLOWED },
	.needs	  = "io_uring",
	.variants = requests,
	.scene	  = opened,
	.attempt  = variant_op,
	.witness  = read_dir_file,
	.source	  = "userspace-api/landlock, Filesystem flags: opened before the sandboxing");

static const struct variant by_path[] = {
	{ "", .op = do_statx },
	CALL(setxattr), CALL(getxattr),
	{ NULL }
};

CASE("fs.metadata.io_uring",
	.claim	  = "io_uring: statx, setxattr and getxattr of a file by its path",
	.needs	  = "io_uring",
	.variants = by_path,
	.scene	  = opened,
	.attempt  = variant_op,
	DOCUMENTED_LIMIT, UNRESTRICTED);
