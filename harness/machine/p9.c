// SPDX-License-Identifier: GPL-2.0
/*
 * A 9p server that shows a directory, and a file system of its.  The protocol
 * is 9P2000.L, over a pair of sockets; what is not here is EOPNOTSUPP, which
 * the kernel takes for an answer.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/memory.h"
#include "machine/p9.h"

#define FIDS	4096
#define ROOM	(64 << 10)
#define MESSAGE	(ROOM + 4096)
#define HEADER	7	/* size[4] type[1] tag[2] */
#define READ_HEADER (HEADER + 4)

/* Requests; an answer's number is one more */
enum {
	RLERROR = 7, STATFS = 8, LOPEN = 12, LCREATE = 14, SYMLINK = 16,
	MKNOD = 18, READLINK = 22, GETATTR = 24, SETATTR = 26, READDIR = 40,
	FSYNC = 50, LOCK = 52, GETLOCK = 54, LINK = 70, MKDIR = 72,
	RENAMEAT = 74, UNLINKAT = 76, VERSION = 100, ATTACH = 104,
	FLUSH = 108, WALK = 110, READ = 116, WRITE = 118, CLUNK = 120,
};

/* Of SETATTR */
enum {
	SET_MODE = 1, SET_UID = 2, SET_GID = 4, SET_SIZE = 8, SET_ATIME = 16,
	SET_MTIME = 32, SET_ATIME_TO = 128, SET_MTIME_TO = 256,
};

#define ATTR_BASIC	0x7ffULL
#define UNLOCKED	2

/* What the client has a number for: @path is O_PATH, @io is open or -1 */
static struct fid {
	bool used;
	int path, io;
	uid_t uid;	/* who attached it, and owns what is made through it */
} *fids;

static uint8_t *request, *reply;
static size_t taken, length;	/* of the request */
static size_t put;		/* of the reply */

static uint64_t take(size_t size)
{
	uint64_t value = 0;

	if (taken + size > length)
		size = 0;
	memcpy(&value, request + taken, size);
	taken += size;
	return value;
}

static uint32_t take32(void)
{
	return take(4);
}

static const char *take_name(char *name, size_t size)
{
	const size_t len = take(2);
	const size_t fits = len < size ? len : size - 1;

	if (taken + len > length)
		return strcpy(name, "");
	memcpy(name, request + taken, fits);
	name[fits] = '\0';
	taken += len;
	return name;
}

static struct fid *take_fid(void)
{
	static struct fid none = { .path = -1, .io = -1 };
	const uint32_t number = take32();

	return number < FIDS ? &fids[number] : &none;
}

static void give(uint64_t value, size_t size)
{
	memcpy(reply + put, &value, size);
	put += size;
}

static void give_name(const char *name)
{
	const size_t len = strlen(name);

	give(len, 2);
	memcpy(reply + put, name, len);
	put += len;
}

static void give_qid(mode_t mode, ino_t ino)
{
	give(S_ISDIR(mode) ? 0x80 : S_ISLNK(mode) ? 0x02 : 0, 1);
	give(0, 4);
	give(ino, 8);
}

static int give_qid_of(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return errno;
	give_qid(st.st_mode, st.st_ino);
	return 0;
}

static void fid_close(struct fid *fid)
{
	if (!fid->used)
		return;
	close(fid->path);
	if (fid->io >= 0)
		close(fid->io);
	*fid = (struct fid) { .path = -1, .io = -1 };
}

static void fid_set(struct fid *fid, int path, uid_t uid)
{
	fid_close(fid);
	*fid = (struct fid) { true, path, -1, uid };
}

static int version(void)
{
	const uint32_t size = take32();
	char name[32];

	take_name(name, sizeof(name));
	give(size < ROOM ? size : ROOM, 4);
	give_name(strcmp(name, "9P2000.L") == 0 ? name : "unknown");
	return 0;
}

static int attach(int root)
{
	struct fid *const fid = take_fid();
	char text[64];

	take32();
	take_name(text, sizeof(text));
	take_name(text, sizeof(text));
	fid_set(fid, fcntl(root, F_DUPFD_CLOEXEC, 0), take32());
	return fid->path < 0 ? errno : give_qid_of(fid->path, "");
}

/* As many names as there are; only the whole way makes the new number. */
static int walk(void)
{
	struct fid *const from = take_fid();
	struct fid *const to = take_fid();
	const unsigned int names = take(2);
	const uid_t uid = from->uid;
	const size_t count_at = put;
	int at = fcntl(from->path, F_DUPFD_CLOEXEC, 0), next;
	unsigned int i;
	char name[NAME_MAX + 1];

	if (at < 0)
		return errno;
	give(0, 2);
	for (i = 0; i < names; i++) {
		next = openat(at, take_name(name, sizeof(name)),
			      O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			break;
		close(at);
		at = next;
		give_qid_of(at, "");
	}
	memcpy(reply + count_at, &i, 2);
	if (i == names) {
		fid_set(to, at, uid);
		return 0;
	}
	close(at);
	return i ? 0 : errno;
}

static int reopen(int path, int flags)
{
	char link[40];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", path);
	return open(link, (flags & (O_ACCMODE | O_TRUNC)) | O_NONBLOCK |
			  O_CLOEXEC);
}

static int lopen(void)
{
	struct fid *const fid = take_fid();

	fid->io = reopen(fid->path, take32());
	if (fid->io < 0)
		return errno;
	give_qid_of(fid->path, "");
	give(0, 4);
	return 0;
}

/* Who made it owns it: this process is root. */
static int made(int failed, const struct fid *dir, const char *name)
{
	const gid_t gid = take32();

	if (failed || fchownat(dir->path, name, dir->uid, gid,
			       AT_SYMLINK_NOFOLLOW))
		return errno;
	return give_qid_of(dir->path, name);
}

static int lcreate(void)
{
	struct fid *const fid = take_fid();
	char name[NAME_MAX + 1];
	int flags, fd, path, error;

	take_name(name, sizeof(name));
	flags = take32() & (O_ACCMODE | O_TRUNC | O_EXCL);
	fd = openat(fid->path, name, flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		    take32() & 07777);
	error = made(fd < 0, fid, name);
	if (error)
		return error;
	path = openat(fid->path, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	fid_set(fid, path, fid->uid);
	fid->io = fd;
	give(0, 4);
	return 0;
}

static int make_symlink(void)
{
	const struct fid *const dir = take_fid();
	char name[NAME_MAX + 1], target[PATH_MAX];

	take_name(name, sizeof(name));
	take_name(target, sizeof(target));
	return made(symlinkat(target, dir->path, name), dir, name);
}

static int make_node(void)
{
	const struct fid *const dir = take_fid();
	char name[NAME_MAX + 1];
	uint32_t mode, major, minor;

	take_name(name, sizeof(name));
	mode = take32();
	major = take32();
	minor = take32();
	return made(mknodat(dir->path, name, mode, makedev(major, minor)), dir,
		    name);
}

static int make_directory(void)
{
	const struct fid *const dir = take_fid();
	char name[NAME_MAX + 1];

	take_name(name, sizeof(name));
	return made(mkdirat(dir->path, name, take32() & 07777), dir, name);
}

static int read_link(void)
{
	char target[PATH_MAX];
	const ssize_t len = readlinkat(take_fid()->path, "", target,
				       sizeof(target) - 1);

	if (len < 0)
		return errno;
	target[len] = '\0';
	give_name(target);
	return 0;
}

static void give_time(const struct timespec *time)
{
	give(time->tv_sec, 8);
	give(time->tv_nsec, 8);
}

static int get_attr(void)
{
	static const struct timespec never;
	struct stat st;

	if (fstat(take_fid()->path, &st))
		return errno;
	give(ATTR_BASIC, 8);
	give_qid(st.st_mode, st.st_ino);
	give(st.st_mode, 4);
	give(st.st_uid, 4);
	give(st.st_gid, 4);
	give(st.st_nlink, 8);
	/* As the kernel codes it (new_encode_dev()) */
	give((minor(st.st_rdev) & 0xff) | major(st.st_rdev) << 8 |
	     (minor(st.st_rdev) & ~0xffU) << 12, 8);
	give(st.st_size, 8);
	give(st.st_blksize, 8);
	give(st.st_blocks, 8);
	give_time(&st.st_atim);
	give_time(&st.st_mtim);
	give_time(&st.st_ctim);
	give_time(&never);
	give(0, 8);
	give(0, 8);
	return 0;
}

static int set_size(int path, off_t size)
{
	const int fd = reopen(path, O_WRONLY);
	int error;

	if (fd < 0)
		return errno;
	error = ftruncate(fd, size) ? errno : 0;
	close(fd);
	return error;
}

static void take_time(struct timespec *time, bool set, bool to)
{
	time->tv_sec = take(8);
	time->tv_nsec = take(8);
	if (!set)
		time->tv_nsec = UTIME_OMIT;
	else if (!to)
		time->tv_nsec = UTIME_NOW;
}

static int set_attr(void)
{
	const int path = take_fid()->path;
	const uint32_t set = take32(), mode = take32();
	const uid_t uid = take32();
	const gid_t gid = take32();
	const off_t size = take(8);
	struct timespec times[2];
	char link[40];
	int error = 0;

	take_time(&times[0], set & SET_ATIME, set & SET_ATIME_TO);
	take_time(&times[1], set & SET_MTIME, set & SET_MTIME_TO);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", path);
	if ((set & (SET_UID | SET_GID)) &&
	    fchownat(path, "", set & SET_UID ? uid : (uid_t)-1,
		     set & SET_GID ? gid : (gid_t)-1, AT_EMPTY_PATH))
		return errno;
	if ((set & SET_MODE) && chmod(link, mode & 07777))
		return errno;
	if (set & SET_SIZE)
		error = set_size(path, size);
	if (!error && (set & (SET_ATIME | SET_MTIME)) &&
	    utimensat(AT_FDCWD, link, times, 0))
		return errno;
	return error;
}

static int read_dir(void)
{
	DIR *const dir = fdopendir(dup(take_fid()->io));
	const long offset = take(8);
	const size_t room = take32(), start = put + 4;
	const struct dirent *entry;
	uint32_t size;

	if (!dir)
		return errno;
	put = start;
	seekdir(dir, offset);
	while ((entry = readdir(dir))) {
		if (put - start + 13 + 8 + 1 + 2 + strlen(entry->d_name) >
		    (room < ROOM ? room : ROOM))
			break;
		give_qid(DTTOIF(entry->d_type), entry->d_ino);
		give(telldir(dir), 8);
		give(entry->d_type, 1);
		give_name(entry->d_name);
	}
	closedir(dir);
	size = put - start;
	memcpy(reply + start - 4, &size, 4);
	return 0;
}

static int read_data(void)
{
	const int fd = take_fid()->io;
	const off_t offset = take(8);
	const size_t room = take32();
	const ssize_t got = pread(fd, reply + READ_HEADER,
				  room < ROOM ? room : ROOM, offset);

	if (got < 0)
		return errno;
	give(got, 4);
	put += got;
	return 0;
}

static int write_data(void)
{
	const int fd = take_fid()->io;
	const off_t offset = take(8);
	const size_t size = take32();
	const ssize_t done = taken + size > length ? -1 :
		pwrite(fd, request + taken, size, offset);

	give(done, 4);
	return done < 0 ? errno : 0;
}

static int stat_fs(void)
{
	struct statfs st;

	if (fstatfs(take_fid()->path, &st))
		return errno;
	give(st.f_type, 4);
	give(st.f_bsize, 4);
	give(st.f_blocks, 8);
	give(st.f_bfree, 8);
	give(st.f_bavail, 8);
	give(st.f_files, 8);
	give(st.f_ffree, 8);
	give(0, 8);
	give(st.f_namelen, 4);
	return 0;
}

static int make_link(void)
{
	const struct fid *const dir = take_fid();
	const struct fid *const file = take_fid();
	char link[40], name[NAME_MAX + 1];

	take_name(name, sizeof(name));
	snprintf(link, sizeof(link), "/proc/self/fd/%d", file->path);
	return linkat(AT_FDCWD, link, dir->path, name, AT_SYMLINK_FOLLOW) ?
		errno : 0;
}

static int rename_at(void)
{
	const struct fid *const from = take_fid(), *to;
	char old[NAME_MAX + 1], new[NAME_MAX + 1];

	take_name(old, sizeof(old));
	to = take_fid();
	take_name(new, sizeof(new));
	return renameat(from->path, old, to->path, new) ? errno : 0;
}

static int unlink_at(void)
{
	const struct fid *const dir = take_fid();
	char name[NAME_MAX + 1];

	take_name(name, sizeof(name));
	return unlinkat(dir->path, name, take32() & AT_REMOVEDIR) ? errno : 0;
}

/* The kernel keeps the locks of one client. */
static int get_lock(void)
{
	char client[128];
	uint64_t start, size;
	uint32_t process;

	take_fid();
	take(1);
	start = take(8);
	size = take(8);
	process = take32();
	give(UNLOCKED, 1);
	give(start, 8);
	give(size, 8);
	give(process, 4);
	give_name(take_name(client, sizeof(client)));
	return 0;
}

static int answer(int type, int root)
{
	switch (type) {
	case VERSION:
		return version();
	case ATTACH:
		return attach(root);
	case WALK:
		return walk();
	case LOPEN:
		return lopen();
	case LCREATE:
		return lcreate();
	case SYMLINK:
		return make_symlink();
	case MKNOD:
		return make_node();
	case MKDIR:
		return make_directory();
	case READLINK:
		return read_link();
	case GETATTR:
		return get_attr();
	case SETATTR:
		return set_attr();
	case READDIR:
		return read_dir();
	case READ:
		return read_data();
	case WRITE:
		return write_data();
	case STATFS:
		return stat_fs();
	case LINK:
		return make_link();
	case RENAMEAT:
		return rename_at();
	case UNLINKAT:
		return unlink_at();
	case GETLOCK:
		return get_lock();
	case LOCK:
		give(0, 1);
		return 0;
	case CLUNK:
		fid_close(take_fid());
		return 0;
	case FSYNC:
	case FLUSH:
		return 0;
	default:
		return EOPNOTSUPP;
	}
}

static bool read_request(int fd)
{
	uint32_t size;

	if (recv(fd, request, HEADER, MSG_WAITALL) != HEADER)
		return false;
	memcpy(&size, request, 4);
	if (size < HEADER || size > MESSAGE)
		return false;
	length = size;
	taken = HEADER;
	return size == HEADER ||
	       recv(fd, request + HEADER, size - HEADER, MSG_WAITALL) ==
	       (ssize_t)(size - HEADER);
}

static void __attribute__((noreturn)) serve(int fd, int root)
{
	const struct rlimit files = { 2 * FIDS + 256, 2 * FIDS + 256 };
	uint32_t size;
	int error;

	if (!TAKE_ARRAY(fids, FIDS) || !TAKE_ARRAY(request, MESSAGE) ||
	    !TAKE_ARRAY(reply, MESSAGE))
		_exit(1);
	setrlimit(RLIMIT_NOFILE, &files);
	umask(0);
	while (read_request(fd)) {
		memcpy(reply, request, HEADER);
		put = HEADER;
		error = answer(request[4], root);
		reply[4]++;
		if (error) {
			reply[4] = RLERROR;
			put = HEADER;
			give(error, 4);
		}
		size = put;
		memcpy(reply, &size, 4);
		if (send(fd, reply, put, MSG_NOSIGNAL) != (ssize_t)put)
			break;
	}
	_exit(0);
}

int p9_mount(const char *source, const char *place, const char *options)
{
	const int root = open(source, O_PATH | O_CLOEXEC);
	char text[160];
	int ends[2], error;
	pid_t pid;

	if (root < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return errno;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		setsid();
		serve(ends[1], root);
	}
	close(ends[1]);
	snprintf(text, sizeof(text),
		 "trans=fd,rfdno=%d,wfdno=%d,version=9p2000.L%s%s", ends[0],
		 ends[0], *options ? "," : "", options);
	error = pid < 0 || mount("landproof", place, "9p", 0, text) ? errno : 0;
	close(ends[0]);
	close(root);
	return error;
}
