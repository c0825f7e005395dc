// SPDX-License-Identifier: GPL-2.0
/*
 * A FUSE server that shows a directory, and a file system of its.  The
 * protocol is that of linux/fuse.h; nothing is cached, and what is not here is
 * ENOSYS, which the kernel takes for an answer.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/memory.h"
#include "machine/fuse.h"

#define NODES	4096
#define ROOM	(64 << 10)

/* An object that the kernel knows: @lookups times it was given out */
static struct node {
	int fd;
	uint64_t lookups, generation;
	dev_t dev;
	ino_t ino;
} *nodes;

static bool changing_ids;

/* A request, and its answer */
static struct call {
	const struct fuse_in_header *in;
	const void *arg;
	const char *name;	/* of requests that begin with one */
	char *out;
	size_t size;
} call;

static struct node *node_of(uint64_t id)
{
	return &nodes[id % NODES];
}

static int dir_fd(void)
{
	return node_of(call.in->nodeid)->fd;
}

/* O_PATH descriptors are opened by their links. */
static int reopen(int fd, int flags)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, (flags & ~(O_NOFOLLOW | O_CREAT | O_EXCL)) |
			  O_CLOEXEC);
}

static void fill(struct fuse_attr *attr, const struct stat *st)
{
	*attr = (struct fuse_attr) {
		.ino = st->st_ino, .size = st->st_size,
		.blocks = st->st_blocks, .mode = st->st_mode,
		.nlink = st->st_nlink, .uid = st->st_uid, .gid = st->st_gid,
		.rdev = st->st_rdev, .blksize = st->st_blksize,
		.atime = st->st_atim.tv_sec, .atimensec = st->st_atim.tv_nsec,
		.mtime = st->st_mtim.tv_sec, .mtimensec = st->st_mtim.tv_nsec,
		.ctime = st->st_ctim.tv_sec, .ctimensec = st->st_ctim.tv_nsec,
	};
}

static int node_for(int fd, const struct stat *st)
{
	static uint64_t generation;
	int i, unused = 0;

	for (i = 2; i < NODES; i++) {
		if (!nodes[i].lookups) {
			unused = unused ?: i;
		} else if (!changing_ids && nodes[i].ino == st->st_ino &&
			   nodes[i].dev == st->st_dev) {
			close(fd);
			return i;
		}
	}
	if (unused) {
		generation++;
		nodes[unused] = (struct node) {
			.fd = fd, .dev = st->st_dev, .ino = st->st_ino,
			.generation = generation,
		};
	}
	return unused;
}

static int give_entry(const char *name)
{
	struct fuse_entry_out *const out = (void *)call.out;
	const int fd = openat(dir_fd(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	int id;

	if (fd < 0 || fstat(fd, &st))
		return errno;
	id = node_for(fd, &st);
	if (!id) {
		close(fd);
		return ENFILE;
	}
	nodes[id].lookups++;
	*out = (struct fuse_entry_out) {
		.nodeid = id, .generation = nodes[id].generation,
	};
	fill(&out->attr, &st);
	call.size = sizeof(*out);
	return 0;
}

static void forget(uint64_t id, uint64_t lookups)
{
	struct node *const node = node_of(id);

	if (id == FUSE_ROOT_ID || !node->lookups)
		return;
	node->lookups -= node->lookups < lookups ? node->lookups : lookups;
	if (!node->lookups)
		close(node->fd);
}

static void forget_batch(const struct fuse_batch_forget_in *in)
{
	const struct fuse_forget_one *one = (const void *)(in + 1);
	uint32_t i;

	for (i = 0; i < in->count; i++)
		forget(one[i].nodeid, one[i].nlookup);
}

static int give_attr(void)
{
	struct fuse_attr_out *const out = (void *)call.out;
	struct stat st;

	if (fstat(dir_fd(), &st))
		return errno;
	*out = (struct fuse_attr_out) { 0 };
	fill(&out->attr, &st);
	call.size = sizeof(*out);
	return 0;
}

/* Who made it owns it: this process is root. */
static int made(int failed, const char *name)
{
	if (failed)
		return errno;
	if (fchownat(dir_fd(), name, call.in->uid, call.in->gid,
		     AT_SYMLINK_NOFOLLOW))
		return errno;
	return give_entry(name);
}

static int set_size(const struct fuse_setattr_in *in)
{
	const int fd = reopen(dir_fd(), O_WRONLY);
	int error;

	if (fd < 0)
		return errno;
	error = ftruncate(fd, in->size) ? errno : 0;
	close(fd);
	return error;
}

static struct timespec time_of(const struct fuse_setattr_in *in, int set,
			       int now, uint64_t sec, uint32_t nsec)
{
	if (in->valid & now)
		return (struct timespec) { .tv_nsec = UTIME_NOW };
	if (in->valid & set)
		return (struct timespec) { .tv_sec = sec, .tv_nsec = nsec };
	return (struct timespec) { .tv_nsec = UTIME_OMIT };
}

static int set_attr(const struct fuse_setattr_in *in)
{
	const struct timespec times[2] = {
		time_of(in, FATTR_ATIME, FATTR_ATIME_NOW, in->atime,
			in->atimensec),
		time_of(in, FATTR_MTIME, FATTR_MTIME_NOW, in->mtime,
			in->mtimensec),
	};
	char path[40];
	int error = 0;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir_fd());
	if ((in->valid & (FATTR_UID | FATTR_GID)) &&
	    fchownat(dir_fd(), "", in->valid & FATTR_UID ? in->uid : (uid_t)-1,
		     in->valid & FATTR_GID ? in->gid : (gid_t)-1,
		     AT_EMPTY_PATH))
		return errno;
	if ((in->valid & FATTR_MODE) && chmod(path, in->mode))
		return errno;
	if (in->valid & FATTR_SIZE)
		error = set_size(in);
	if (!error && utimensat(AT_FDCWD, path, times, 0))
		return errno;
	return error ?: give_attr();
}

static int read_link(void)
{
	const ssize_t len = readlinkat(dir_fd(), "", call.out, PATH_MAX);

	if (len < 0)
		return errno;
	call.size = len;
	return 0;
}

static int give_handle(int fd)
{
	struct fuse_open_out *const out = (void *)(call.out + call.size);

	if (fd < 0)
		return errno;
	*out = (struct fuse_open_out) { .fh = fd };
	call.size += sizeof(*out);
	return 0;
}

static int create(const struct fuse_create_in *in)
{
	const char *const name = (const char *)(in + 1);
	const int fd = openat(dir_fd(), name, (in->flags & ~O_NOFOLLOW) |
			      O_CREAT | O_CLOEXEC, in->mode);
	int error = made(fd < 0, name);

	error = error ?: give_handle(fd);
	if (error && fd >= 0)
		close(fd);
	return error;
}

static int read_dir(const struct fuse_read_in *in)
{
	DIR *const dir = fdopendir(dup(in->fh));
	const struct dirent *entry;

	if (!dir)
		return errno;
	seekdir(dir, in->offset);
	while ((entry = readdir(dir))) {
		const size_t length = strlen(entry->d_name);
		const size_t size = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET +
						      length);
		struct fuse_dirent *const out = (void *)(call.out + call.size);

		if (call.size + size > in->size)
			break;
		*out = (struct fuse_dirent) {
			.ino = entry->d_ino, .off = telldir(dir),
			.namelen = length, .type = entry->d_type,
		};
		memcpy(out->name, entry->d_name, length);
		call.size += size;
	}
	closedir(dir);
	return 0;
}

static int transfer(ssize_t done)
{
	return done < 0 ? errno : 0;
}

static int read_data(const struct fuse_read_in *in)
{
	const ssize_t got = pread(in->fh, call.out,
				  in->size < ROOM ? in->size : ROOM,
				  in->offset);

	call.size = got < 0 ? 0 : got;
	return transfer(got);
}

static int write_data(const struct fuse_write_in *in)
{
	const ssize_t put = pwrite(in->fh, in + 1, in->size, in->offset);

	*(struct fuse_write_out *)call.out =
		(struct fuse_write_out) { .size = put < 0 ? 0 : put };
	call.size = sizeof(struct fuse_write_out);
	return transfer(put);
}

static int stat_fs(void)
{
	struct fuse_statfs_out *const out = (void *)call.out;
	struct statvfs st;

	if (fstatvfs(dir_fd(), &st))
		return errno;
	*out = (struct fuse_statfs_out) { .st = {
		.blocks = st.f_blocks, .bfree = st.f_bfree,
		.bavail = st.f_bavail, .files = st.f_files,
		.ffree = st.f_ffree, .bsize = st.f_bsize,
		.namelen = st.f_namemax, .frsize = st.f_frsize,
	} };
	call.size = sizeof(*out);
	return 0;
}

static int init(const struct fuse_init_in *in)
{
	struct fuse_init_out *const out = (void *)call.out;

	*out = (struct fuse_init_out) {
		.major = FUSE_KERNEL_VERSION,
		.minor = in->minor < 31 ? in->minor : 31,
		.max_write = ROOM,
	};
	call.size = sizeof(*out);
	return 0;
}

static int rename_to(uint64_t newdir, unsigned int flags, const char *names)
{
	return syscall(SYS_renameat2, dir_fd(), names, node_of(newdir)->fd,
		       names + strlen(names) + 1, flags) ? errno : 0;
}

static int link_to(const struct fuse_link_in *in)
{
	const char *const name = (const char *)(in + 1);
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d",
		 node_of(in->oldnodeid)->fd);
	return linkat(AT_FDCWD, path, dir_fd(), name, AT_SYMLINK_FOLLOW) ?
		errno : give_entry(name);
}

static int answer_names(void)
{
	const struct fuse_mknod_in *const mknod_in = call.arg;
	const struct fuse_mkdir_in *const mkdir_in = call.arg;
	const char *const node = (const char *)(mknod_in + 1);
	const char *const dir = (const char *)(mkdir_in + 1);

	switch (call.in->opcode) {
	case FUSE_LOOKUP:
		return give_entry(call.name);
	case FUSE_SYMLINK:
		return made(symlinkat(call.name + strlen(call.name) + 1,
				      dir_fd(), call.name), call.name);
	case FUSE_MKNOD:
		return made(mknodat(dir_fd(), node, mknod_in->mode,
				    mknod_in->rdev), node);
	case FUSE_MKDIR:
		return made(mkdirat(dir_fd(), dir, mkdir_in->mode), dir);
	case FUSE_UNLINK:
		return unlinkat(dir_fd(), call.name, 0) ? errno : 0;
	case FUSE_RMDIR:
		return unlinkat(dir_fd(), call.name, AT_REMOVEDIR) ? errno : 0;
	case FUSE_RENAME:
		return rename_to(((const struct fuse_rename_in *)call.arg)->newdir, 0,
				 (const char *)call.arg +
				 sizeof(struct fuse_rename_in));
	case FUSE_RENAME2:
		return rename_to(((const struct fuse_rename2_in *)call.arg)->newdir,
				 ((const struct fuse_rename2_in *)call.arg)->flags,
				 (const char *)call.arg +
				 sizeof(struct fuse_rename2_in));
	case FUSE_LINK:
		return link_to(call.arg);
	case FUSE_CREATE:
		return create(call.arg);
	default:
		return ENOSYS;
	}
}

static int answer(void)
{
	const struct fuse_open_in *const open_in = call.arg;
	const struct fuse_release_in *const release_in = call.arg;
	const struct fuse_fallocate_in *const fallocate_in = call.arg;

	switch (call.in->opcode) {
	case FUSE_INIT:
		return init(call.arg);
	case FUSE_GETATTR:
		return give_attr();
	case FUSE_SETATTR:
		return set_attr(call.arg);
	case FUSE_READLINK:
		return read_link();
	case FUSE_OPEN:
	case FUSE_OPENDIR:
		return give_handle(reopen(dir_fd(), open_in->flags));
	case FUSE_READ:
		return read_data(call.arg);
	case FUSE_WRITE:
		return write_data(call.arg);
	case FUSE_READDIR:
		return read_dir(call.arg);
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
		close(release_in->fh);
		return 0;
	case FUSE_FALLOCATE:
		return fallocate(fallocate_in->fh, fallocate_in->mode,
				 fallocate_in->offset, fallocate_in->length) ?
			errno : 0;
	case FUSE_STATFS:
		return stat_fs();
	case FUSE_FLUSH:
	case FUSE_FSYNC:
	case FUSE_FSYNCDIR:
		return 0;
	default:
		return answer_names();
	}
}

static void __attribute__((noreturn)) serve(int device)
{
	char *const request = memory_map(ROOM + 4096);
	char *const reply = memory_map(ROOM + 4096);
	struct fuse_out_header *const head = (void *)reply;
	const struct rlimit files = { NODES + 256, NODES + 256 };

	if (!request || !reply)
		_exit(1);
	setrlimit(RLIMIT_NOFILE, &files);
	umask(0);
	for (;;) {
		const ssize_t got = read(device, request, ROOM + 4096);

		if (got < 0 && (errno == EINTR || errno == ENOENT))
			continue;
		if (got < (ssize_t)sizeof(struct fuse_in_header))
			_exit(0);
		call = (struct call) {
			.in = (const void *)request,
			.arg = request + sizeof(struct fuse_in_header),
			.out = reply + sizeof(*head),
		};
		call.name = call.arg;
		switch (call.in->opcode) {
		case FUSE_FORGET:
			forget(call.in->nodeid, ((const struct fuse_forget_in *)
						 call.arg)->nlookup);
			continue;
		case FUSE_BATCH_FORGET:
			forget_batch(call.arg);
			continue;
		case FUSE_INTERRUPT:
			continue;
		}
		memset(reply, 0, sizeof(*head));
		head->error = -answer();
		head->len = sizeof(*head) + (head->error ? 0 : call.size);
		head->unique = call.in->unique;
		if (write(device, reply, head->len) < 0 && errno != ENOENT)
			_exit(1);
	}
}

int fuse_mount(const char *source, const char *place, bool changing)
{
	const int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[160];
	pid_t pid;

	if (device < 0 || !TAKE_ARRAY(nodes, NODES))
		return errno;
	changing_ids = changing;
	nodes[FUSE_ROOT_ID].fd = open(source, O_PATH | O_CLOEXEC);
	if (nodes[FUSE_ROOT_ID].fd < 0)
		return errno;
	nodes[FUSE_ROOT_ID].lookups = 1;
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions",
		 device);
	if (mount("fuse", place, "fuse", 0, options))
		return errno;
	pid = fork();
	if (pid == 0) {
		setsid();
		serve(device);
	}
	close(device);
	close(nodes[FUSE_ROOT_ID].fd);
	return pid < 0 ? errno : 0;
}
