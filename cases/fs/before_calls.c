// SPDX-License-Identifier: GPL-2.0
/* Each call that works on what was opened before the sandbox: all stay free. */
#include <linux/aio_abi.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#include "fs.h"

#define LENGTH		((ssize_t)strlen(SECRET))
#define NEW		"public"	/* as long as SECRET */
#define ATTRIBUTE	"user.landproof"

/* asm-generic/unistd.h of 5.9 and 6.5 */
#define NR_CLOSE_RANGE	436
#define NR_CACHESTAT	451

/* What scene->fd[] holds */
enum { THE_FILE, THE_DIR, OTHER_FILE, PIPE_OUT, PIPE_IN, WATCH };

static int opened(struct scene *scene)
{
	const int error = dir_file(scene);

	if (error)
		return error;
	scene->fd[THE_FILE] = open("dir/file", O_RDWR);
	scene->fd[THE_DIR] = open("dir", O_RDONLY | O_DIRECTORY);
	scene->fd[OTHER_FILE] = open("dir/sub/file", O_RDWR);
	scene->fd[WATCH] = inotify_init1(IN_NONBLOCK);
	scene->value[0] = inotify_add_watch(scene->fd[WATCH], "dir", IN_OPEN);
	return errno_of(scene->fd[THE_FILE] | scene->fd[THE_DIR] |
			scene->fd[OTHER_FILE] | scene->value[0]) ?:
	       errno_of(pipe(&scene->fd[PIPE_OUT]));
}

/* A call that moves the content or another text of its length */
static int moved(ssize_t length)
{
	return length < 0 ? errno : length == LENGTH ? 0 : NO_EFFECT;
}

static int holds(int fd, const char *text)
{
	char found[16] = "";
	const int error = moved(pread(fd, found, LENGTH, 0));

	return error ?: strcmp(found, text) ? NO_EFFECT : WORKED;
}

static int pipe_holds(int fd, const char *text)
{
	char found[16] = "";
	const int error = moved(read(fd, found, LENGTH));

	return error ?: strcmp(found, text) ? NO_EFFECT : WORKED;
}

static int do_readv(struct scene *scene)
{
	char text[16] = "";
	const struct iovec iov = { text, LENGTH };
	const int error = moved(readv(scene->fd[THE_FILE], &iov, 1));

	return error ?: strcmp(text, SECRET) ? NO_EFFECT : WORKED;
}

static int do_preadv(struct scene *scene)
{
	char text[16] = "";
	const struct iovec iov = { text, LENGTH };
	const int error = moved(preadv(scene->fd[THE_FILE], &iov, 1, 0));

	return error ?: strcmp(text, SECRET) ? NO_EFFECT : WORKED;
}

static int do_preadv2(struct scene *scene)
{
	char text[16] = "";
	const struct iovec iov = { text, LENGTH };
	const int error = moved(preadv2(scene->fd[THE_FILE], &iov, 1, 0, 0));

	return error ?: strcmp(text, SECRET) ? NO_EFFECT : WORKED;
}

static int do_writev(struct scene *scene)
{
	char text[] = NEW;
	const struct iovec iov = { text, LENGTH };

	return moved(writev(scene->fd[THE_FILE], &iov, 1)) ?:
	       holds(scene->fd[THE_FILE], NEW);
}

static int do_pwritev(struct scene *scene)
{
	char text[] = NEW;
	const struct iovec iov = { text, LENGTH };

	return moved(pwritev(scene->fd[THE_FILE], &iov, 1, 0)) ?:
	       holds(scene->fd[THE_FILE], NEW);
}

static int do_pwritev2(struct scene *scene)
{
	char text[] = NEW;
	const struct iovec iov = { text, LENGTH };

	return moved(pwritev2(scene->fd[THE_FILE], &iov, 1, 0, 0)) ?:
	       holds(scene->fd[THE_FILE], NEW);
}

static int do_sendfile(struct scene *scene)
{
	return moved(sendfile(scene->fd[PIPE_IN], scene->fd[THE_FILE], NULL,
			      LENGTH)) ?:
	       pipe_holds(scene->fd[PIPE_OUT], SECRET);
}

static int do_splice(struct scene *scene)
{
	return moved(splice(scene->fd[THE_FILE], NULL, scene->fd[PIPE_IN],
			    NULL, LENGTH, 0)) ?:
	       pipe_holds(scene->fd[PIPE_OUT], SECRET);
}

static int do_copy_file_range(struct scene *scene)
{
	if (pwrite(scene->fd[THE_FILE], NEW, LENGTH, 0) < 0)
		return errno;
	return moved(copy_file_range(scene->fd[THE_FILE], NULL,
				     scene->fd[OTHER_FILE], NULL, LENGTH, 0)) ?:
	       holds(scene->fd[OTHER_FILE], NEW);
}

static int do_tee(struct scene *scene)
{
	int ends[2];

	return errno_of(pipe2(ends, O_CLOEXEC)) ?:
	       moved(write(scene->fd[PIPE_IN], SECRET, LENGTH)) ?:
	       moved(tee(scene->fd[PIPE_OUT], ends[1], LENGTH, 0)) ?:
	       pipe_holds(ends[0], SECRET);
}

static int do_vmsplice(struct scene *scene)
{
	char text[] = SECRET;
	const struct iovec iov = { text, LENGTH };

	return moved(vmsplice(scene->fd[PIPE_IN], &iov, 1, 0)) ?:
	       pipe_holds(scene->fd[PIPE_OUT], SECRET);
}

#ifdef SYS_getdents
static int do_getdents(struct scene *scene)
{
	char entries[1024];
	const long length = syscall(SYS_getdents, scene->fd[THE_DIR], entries,
				    sizeof(entries));

	return length < 0 ? errno : length > 0 ? WORKED : NO_EFFECT;
}
#endif

static int do_lseek(struct scene *scene)
{
	const off_t end = lseek(scene->fd[THE_FILE], 0, SEEK_END);

	return moved(end);
}

static int do_fsync(struct scene *scene)
{
	return errno_of(fsync(scene->fd[THE_FILE]));
}

static int do_fdatasync(struct scene *scene)
{
	return errno_of(fdatasync(scene->fd[THE_FILE]));
}

static int do_syncfs(struct scene *scene)
{
	return errno_of(syncfs(scene->fd[THE_FILE]));
}

static int do_sync_file_range(struct scene *scene)
{
	return errno_of(sync_file_range(scene->fd[THE_FILE], 0, LENGTH,
					SYNC_FILE_RANGE_WRITE));
}

static int do_readahead(struct scene *scene)
{
	return errno_of(readahead(scene->fd[THE_FILE], 0, LENGTH));
}

static int do_fadvise(struct scene *scene)
{
	return posix_fadvise(scene->fd[THE_FILE], 0, 0, POSIX_FADV_WILLNEED);
}

static int do_cachestat(struct scene *scene)
{
	const uint64_t whole[2] = { 0, 0 };
	uint64_t pages[5] = { 0 };

	if (syscall(NR_CACHESTAT, scene->fd[THE_FILE], whole, pages, 0) == 0)
		return pages[0] == 1 ? WORKED : NO_EFFECT;
	if (errno == ENOSYS)
		return cannot(scene, "cachestat(2) (Linux 6.5)");
	return errno;
}

/* What is written into the mapping is in the file. */
static int do_msync(struct scene *scene)
{
	char *const memory = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE,
				  MAP_SHARED, scene->fd[THE_FILE], 0);

	if (memory == MAP_FAILED)
		return errno;
	memcpy(memory, NEW, LENGTH);
	return errno_of(msync(memory, LENGTH, MS_SYNC)) ?:
	       holds(scene->fd[THE_FILE], NEW);
}

/* The second page appears where the first one was. */
static int do_remap_file_pages(struct scene *scene)
{
	const int fd = scene->fd[THE_FILE];
	char *memory;

	if (ftruncate(fd, 8192) || pwrite(fd, "2", 1, 4096) < 0)
		return errno;
	memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return errno;
	return errno_of(syscall(SYS_remap_file_pages, memory, 4096, 0, 1, 0)) ?:
	       memory[0] == '2' ? WORKED : NO_EFFECT;
}

static int lacks_attributes(struct scene *scene)
{
	if (errno == EOPNOTSUPP && scene->world == WORLD_CONTROL)
		return cannot(scene, "user.* attributes on tmpfs (Linux 6.6)");
	return errno;
}

static int do_fsetxattr(struct scene *scene)
{
	char value;
	const int fd = scene->fd[THE_FILE];

	if (fsetxattr(fd, ATTRIBUTE, "x", 1, 0))
		return lacks_attributes(scene);
	return getxattr("dir/file", ATTRIBUTE, &value, 1) == 1 && value == 'x' ?
		WORKED : NO_EFFECT;
}

static int do_fgetxattr(struct scene *scene)
{
	const int fd = scene->fd[THE_FILE];
	char value = 0;

	if (fsetxattr(fd, ATTRIBUTE, "x", 1, 0))
		return lacks_attributes(scene);
	return errno_of(fgetxattr(fd, ATTRIBUTE, &value, 1)) ?:
	       value == 'x' ? WORKED : NO_EFFECT;
}

static int do_flistxattr(struct scene *scene)
{
	const int fd = scene->fd[THE_FILE];
	char list[256];

	if (fsetxattr(fd, ATTRIBUTE, "x", 1, 0))
		return lacks_attributes(scene);
	return errno_of(flistxattr(fd, list, sizeof(list)));
}

static int do_fremovexattr(struct scene *scene)
{
	const int fd = scene->fd[THE_FILE];
	char value;

	if (fsetxattr(fd, ATTRIBUTE, "x", 1, 0))
		return lacks_attributes(scene);
	return errno_of(fremovexattr(fd, ATTRIBUTE)) ?:
	       fgetxattr(fd, ATTRIBUTE, &value, 1) < 0 ? WORKED : NO_EFFECT;
}

static int do_fchmod(struct scene *scene)
{
	struct stat st;

	return errno_of(fchmod(scene->fd[THE_FILE], 0600)) ?:
	       errno_of(fstat(scene->fd[THE_FILE], &st)) ?:
	       (st.st_mode & 07777) == 0600 ? WORKED : NO_EFFECT;
}

static int do_fchown(struct scene *scene)
{
	return errno_of(fchown(scene->fd[THE_FILE], -1, getgid()));
}

static int do_fstatfs(struct scene *scene)
{
	struct statfs st = { 0 };

	return errno_of(fstatfs(scene->fd[THE_FILE], &st)) ?:
	       st.f_type ? WORKED : NO_EFFECT;
}

static int do_fchdir(struct scene *scene)
{
	struct stat st;

	return errno_of(fchdir(scene->fd[THE_DIR])) ?:
	       errno_of(stat("file", &st)) ?: errno_of(chdir(".."));
}

static int do_dup(struct scene *scene)
{
	return holds(dup(scene->fd[THE_FILE]), SECRET);
}

static int do_dup2(struct scene *scene)
{
	return holds(dup2(scene->fd[THE_FILE], scene->fd[THE_DIR]), SECRET);
}

static int do_dup3(struct scene *scene)
{
	return holds(dup3(scene->fd[THE_FILE], scene->fd[THE_DIR], O_CLOEXEC),
		     SECRET);
}

static int do_close(struct scene *scene)
{
	const int fd = dup(scene->fd[THE_FILE]);

	return errno_of(close(fd)) ?:
	       fcntl(fd, F_GETFD) < 0 && errno == EBADF ? WORKED : NO_EFFECT;
}

static int do_close_range(struct scene *scene)
{
	const int fd = dup(scene->fd[THE_FILE]);

	return errno_of(syscall(NR_CLOSE_RANGE, fd, fd, 0)) ?:
	       fcntl(fd, F_GETFD) < 0 && errno == EBADF ? WORKED : NO_EFFECT;
}

/* The end of a watch is an event, which can be read. */
static int do_inotify_rm_watch(struct scene *scene)
{
	char events[1024];

	return errno_of(inotify_rm_watch(scene->fd[WATCH], scene->value[0])) ?:
	       errno_of(read(scene->fd[WATCH], events, sizeof(events)));
}

/* A read by way of the kernel's queue; @wait tells its end. */
static int read_queued(struct scene *scene,
		       long (*wait)(aio_context_t queue, struct io_event *event))
{
	char text[16] = "";
	struct iocb read = {
		.aio_fildes = scene->fd[THE_FILE],
		.aio_lio_opcode = IOCB_CMD_PREAD,
		.aio_buf = (uintptr_t)text, .aio_nbytes = LENGTH,
	};
	struct iocb *const requests[] = { &read };
	struct io_event event = { 0 };
	aio_context_t queue = 0;
	int error;

	if (syscall(SYS_io_setup, 1, &queue)) {
		if (errno == ENOSYS)
			return cannot(scene, "io_submit(2) (CONFIG_AIO)");
		return errno;
	}
	error = errno_of(syscall(SYS_io_submit, queue, 1, requests)) ?:
		errno_of(wait(queue, &event)) ?: moved(event.res);
	return error ?: errno_of(syscall(SYS_io_destroy, queue)) ?:
	       strcmp(text, SECRET) ? NO_EFFECT : WORKED;
}

static long get_events(aio_context_t queue, struct io_event *event)
{
	return syscall(SYS_io_getevents, queue, 1, 1, event, NULL);
}

static long get_events_masked(aio_context_t queue, struct io_event *event)
{
	return syscall(SYS_io_pgetevents, queue, 1, 1, event, NULL, NULL);
}

static int do_io_submit(struct scene *scene)
{
	return read_queued(scene, get_events);
}

static int do_io_pgetevents(struct scene *scene)
{
	return read_queued(scene, get_events_masked);
}

#define CALL(name) { #name, .op = do_##name }

static const struct variant calls[] = {
	{ "", .op = do_readv },
	CALL(writev), CALL(preadv), CALL(pwritev), CALL(preadv2),
	CALL(pwritev2), CALL(sendfile), CALL(splice), CALL(copy_file_range),
	CALL(tee), CALL(vmsplice),
#ifdef SYS_getdents
	CALL(getdents),
#endif
	CALL(lseek), CALL(fsync), CALL(fdatasync), CALL(syncfs),
	CALL(sync_file_range), CALL(readahead), CALL(fadvise),
	CALL(cachestat), CALL(msync), CALL(remap_file_pages),
	CALL(fsetxattr), CALL(fgetxattr), CALL(flistxattr),
	CALL(fremovexattr), CALL(fchmod), CALL(fchown), CALL(fstatfs),
	CALL(fchdir), CALL(dup), CALL(dup2), CALL(dup3), CALL(close),
	CALL(close_range), CALL(inotify_rm_watch), CALL(io_submit),
	CALL(io_pgetevents),
	{ NULL }
};

CASE("fs.open.before_calls",
	.claim	  = "readv(2) and every other call on what was opened before the sandbox",
	.guard	  = { .fs = FS_ABI_1 },
	.promise  = { ALLOWED },
	.variants = calls,
	.scene	  = opened,
	.attempt  = variant_op,
	.witness  = read_dir_file,
	.source	  = "userspace-api/landlock, Filesystem flags: opened before the sandboxing");
