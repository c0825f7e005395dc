// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a scenario of files.  This process is outside.  Who is inside is a child
 * that shares its memory, because a new address space would be most of the
 * cost; while one of them acts the other one waits, so that they do not write
 * errno together.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/programs.h"
#include "bricks/compat.h"
#include "explore/parts/fs.h"
#include "landlock/landlock.h"
#include "machine/guest.h"
#include "machine/privilege.h"

#define MODE		0755
#define GET_UUID	_IOR(0x15, 0, char[17])	/* FS_IOC_GETFSUUID */
#define OPENED_MAX	64
#define STACK_SIZE	(64 * 1024)
#define OVERLAY_OPTIONS(lower)	"lowerdir=" lower ",upperdir=u,workdir=w"

static int work_fd = -1;	/* the directory for everything */
static bool mounts;
static int slots[HANDLES_MAX];	/* of who is inside */
/* Of who is outside: mounts to take away, and sockets to close */
static int opened[OPENED_MAX];
static int opened_count;
static int merge_fd = -1;	/* of the merged hierarchy, if there is one */
static char *stack;	/* of who is inside */

struct run {
	const struct claim *claim;
	const struct scenario *scenario;
	const bool *skip;
	struct observation *observation;
	int first;		/* operation of who is inside */
	int turn[2], back[2];	/* pipes: to who is outside, and back */
};

bool fs_can_mount(void)
{
	return mounts;
}

bool fs_can_mknod(void)
{
	return privilege == FULL;
}

static char plain_dir[] = "/tmp/landproof-explore.XXXXXX";

static void remove_plain_dir(void)
{
	rmdir(plain_dir);
}

static const char *own_place(void)
{
	if (privilege != UNPRIVILEGED && unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("explore", "/tmp", "tmpfs", 0, "mode=0755") == 0) {
		mounts = true;
		return "/tmp";
	}
	if (!mkdtemp(plain_dir))
		return NULL;
	atexit(remove_plain_dir);
	return plain_dir;
}

bool fs_can_overlay(void)
{
	static int can = -1;

	if (can >= 0)
		return can;
	/* Elsewhere, mount(2) has the kernel load it. */
	guest_load("overlay");
	can = fchdir(work_fd) == 0 && mkdir("l", MODE) == 0 &&
	      mkdir("u", MODE) == 0 && mkdir("w", MODE) == 0 &&
	      mount("overlay", "l", "overlay", 0, OVERLAY_OPTIONS("l")) == 0;
	if (can)
		umount2("l", MNT_DETACH);
	rmdir("l");
	rmdir("u");
	rmdir("w/work");
	rmdir("w");
	return can;
}

/* Two that take turns do so fastest on one processor. */
static void stay_here(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
}

const char *fs_prepare(void)
{
	const char *place;

	if (work_fd >= 0)
		return NULL;
	if (!TAKE_ARRAY(stack, STACK_SIZE))
		return "memory for a stack";
	privilege_init();
	place = own_place();
	if (!place)
		return "a directory in /tmp";
	/* Now: /proc may be out of sight later. */
	fs_ring_can(&(struct operation){ .kind = FS_OPEN });
	work_fd = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return "no_new_privs";
	umask(0);
	stay_here();
	return work_fd < 0 ? "a directory in /tmp" : NULL;
}

static int result(long value)
{
	return value < 0 ? errno : 0;
}

/* What a path of the list means to a system call */
struct at {
	int fd;
	char path[TEXT_MAX + 24];
};

static struct at at(const char *text)
{
	const int slot = text[0] == '@' || text[0] == '%' ?
			 slots[text[1] - '0'] : AT_FDCWD;
	struct at at = { .fd = slot };

	if (text[0] == '%') {
		at.fd = AT_FDCWD;
		snprintf(at.path, sizeof(at.path), "/proc/self/fd/%d%s", slot,
			 text + 2);
	} else {
		if (text[0] == '@')
			text += 2;
		snprintf(at.path, sizeof(at.path), "%s",
			 text[0] == '/' ? text + 1 : text);
	}
	return at;
}

/* The same for a call that has no descriptor to begin at; false: EBADF */
static bool whole(const char *text, char *path, size_t size)
{
	const struct at place = at(text);

	if (text[0] == '@' && place.fd < 0)
		return false;
	if (text[0] == '@')
		snprintf(path, size, "/proc/self/fd/%d/%s", place.fd,
			 place.path);
	else
		snprintf(path, size, "%s", place.path);
	return true;
}

static int remember(int fd)
{
	if (fd < 0)
		return errno;
	if (opened_count < OPENED_MAX)
		opened[opened_count++] = fd;
	return 0;
}

static int add_rule(int ruleset, const struct grant *grant, uint32_t handled)
{
	struct path_beneath_attr rule = {
		.allowed_access = grant->access & handled,
	};
	struct stat stat;
	int error = 0;

	rule.parent_fd = open(grant->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return 0;	/* the model knows that it is not there */
	if (fstat(rule.parent_fd, &stat) == 0 && !S_ISDIR(stat.st_mode))
		rule.allowed_access &= FILE_RIGHTS;
	if (rule.allowed_access)
		error = result(ll_add(ruleset, RULE_PATH_BENEATH, &rule, 0));
	close(rule.parent_fd);
	return error;
}

static int enforce(const struct claim *claim, const struct policy *policy)
{
	const uint64_t handled = policy->handled[SET_FS] &
				 model_rights(SET_FS, claim->abi);
	int i, ruleset, error = 0;

	if (!handled)
		return 0;
	ruleset = ll_create(&handled, sizeof(handled), 0);
	if (ruleset < 0)
		return errno;
	for (i = 0; i < policy->grants_count && !error; i++)
		error = add_rule(ruleset, &policy->grants[i], handled);
	if (!error)
		error = result(ll_restrict(ruleset, 0));
	close(ruleset);
	return error;
}

static int open_flags(uint32_t flags)
{
	int result = O_NONBLOCK | O_CLOEXEC | O_NOCTTY;

	if (flags & OPEN_BOTH)
		result |= O_RDWR;
	else if (flags & OPEN_WRITE)
		result |= O_WRONLY;
	if (flags & OPEN_PATH)
		result |= O_PATH;
	if (flags & OPEN_CREATE)
		result |= O_CREAT;
	if (flags & OPEN_EXCLUSIVE)
		result |= O_EXCL;
	if (flags & OPEN_TRUNCATE)
		result |= O_TRUNC;
	if (flags & OPEN_DIRECTORY)
		result |= O_DIRECTORY;
	if (flags & OPEN_NOFOLLOW)
		result |= O_NOFOLLOW;
	return result;
}

static int open_slot(const struct operation *op)
{
	const struct at path = at(op->text[0]);
	const int flags = open_flags(op->flags);
	const int fd = op->actor == FS_RING ?
		       fs_ring_open(path.fd, path.path, flags) :
		       openat(path.fd, path.path, flags, MODE);

	if (fd < 0)
		return errno;
	if (slots[op->slot] >= 0)
		close(slots[op->slot]);
	slots[op->slot] = fd;
	return 0;
}

static int close_slot(const struct operation *op)
{
	const int error = result(close(slots[op->slot]));

	slots[op->slot] = -1;
	return error;
}

static int make_file(const char *path)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			    MODE);
	int error;

	if (fd < 0)
		return errno;
	error = write(fd, "x", 1) == 1 ? 0 : EIO;
	close(fd);
	return error;
}

/* Descriptors of who is inside are none of this process. */
static int bind_mount(const char *what, const char *where,
		      enum fs_actor actor)
{
	if (mount(what, where, NULL, MS_BIND, NULL))
		return errno;
	return actor != FS_OUTSIDE ? 0 :
	       remember(open(where, O_PATH | O_CLOEXEC));
}

static int mount_overlay(const char *lower, const char *where)
{
	char options[3 * TEXT_MAX];
	int error;

	snprintf(options, sizeof(options), OVERLAY_OPTIONS("%s"), lower);
	if (mkdir("w", MODE) ||
	    mount("overlay", where, "overlay", 0, options))
		return errno;
	merge_fd = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	error = merge_fd < 0 ? errno : 0;
	return error ?: remember(open(where, O_PATH | O_CLOEXEC));
}

static int make_device(const char *path)
{
	return make_file(path) ?: bind_mount("/dev/null", path, FS_OUTSIDE);
}

static int unix_socket(const struct operation *op)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return errno;
	if (!whole(op->text[0], name.sun_path, sizeof(name.sun_path))) {
		close(fd);
		return EBADF;
	}
	if (op->kind == FS_SERVE)
		error = result(bind(fd, (struct sockaddr *)&name,
				    sizeof(name)));
	else
		error = result(connect(fd, (struct sockaddr *)&name,
				       sizeof(name)));
	if (error || op->kind != FS_SERVE)
		close(fd);
	else if (op->actor == FS_OUTSIDE)
		remember(fd);
	return error;
}

static int execute_file(const char *text)
{
	static char *const argv[] = { "x", NULL };
	const struct at path = at(text);

	return result(syscall(SYS_execveat, path.fd, path.path, argv, argv + 1,
			      0));
}

static int change_dir(const char *text)
{
	const int before = open(".", O_PATH | O_CLOEXEC);
	char path[128];
	int error = EBADF;

	if (whole(text, path, sizeof(path)))
		error = result(chdir(path));
	if (!error)
		error = result(fchdir(before));
	close(before);
	return error;
}

static int change_root(const char *path)
{
	return result(chroot(path)) ?: result(chdir("/"));
}

static int truncate_path(const char *text)
{
	char path[128];

	return whole(text, path, sizeof(path)) ? result(truncate(path, 0)) :
						 EBADF;
}

int fs_rename_flags(uint32_t flags)
{
	return (flags & RENAME_SWAP ? RENAME_EXCHANGE : 0) |
	       (flags & RENAME_KEEP ? RENAME_NOREPLACE : 0);
}

/* The arguments are where 32 bits reach, too. */
static int control(int fd, uint32_t flags)
{
	static const unsigned int commands[] = {
		FIONBIO, FIONREAD, FIGETBSZ, FITHAW, GET_UUID, FICLONE,
		FIDEDUPERANGE
	};
	static char room[64];
	const uint32_t which = flags & ~IOCTL_COMPAT;
	const unsigned int command = which ? commands[__builtin_ctz(which)] :
					     TCGETS;
	const long argument = which & (IOCTL_UUID | IOCTL_DEDUPE) ? 0 :
			      which & IOCTL_CLONE ? -1 : (long)room;
	long ret;

	/* Never zero for FIONBIO: read(2) of a FIFO would wait for ever. */
	memset(room, 1, sizeof(room));
	if (!(flags & IOCTL_COMPAT))
		return result(ioctl(fd, command, argument));
	ret = compat_call(COMPAT_IOCTL, fd, command, argument);
	return ret < 0 ? -ret : 0;
}

static int use_slot(const struct operation *op)
{
	const int fd = slots[op->slot];
	char byte = 'x';

	switch (op->kind) {
	case FS_FTRUNCATE:
		return result(ftruncate(fd, 0));
	case FS_READ:
		return result(read(fd, &byte, 1));
	case FS_WRITE:
		return result(write(fd, &byte, 1));
	default:
		return control(fd, op->flags);
	}
}

static mode_t node_mode(uint32_t flags)
{
	return MODE | (flags & MKNOD_CHAR ? S_IFCHR :
		       flags & MKNOD_BLOCK ? S_IFBLK :
		       flags & MKNOD_REGULAR ? S_IFREG : 0);
}

static int execute(const struct claim *claim, const struct operation *op,
		   const struct policy *policy)
{
	const struct at path = at(op->text[0]), other = at(op->text[1]);
	struct stat stat;

	if (op->actor == FS_RING && op->kind != FS_OPEN)
		return fs_ring_do(op, path.fd, path.path, other.fd,
				  other.path);
	switch (op->kind) {
	case FS_ENFORCE:
		return enforce(claim, policy);
	case FS_MKDIR:
		return result(mkdirat(path.fd, path.path, MODE));
	case FS_FILE:
		return make_file(op->text[0]);
	case FS_SYMLINK:
		return result(symlinkat(op->text[1], path.fd, path.path));
	case FS_LINK:
		return result(linkat(path.fd, path.path, other.fd, other.path,
				     0));
	case FS_FIFO:
		return result(mknodat(path.fd, path.path, S_IFIFO | MODE, 0));
	case FS_SOCKET:
		return result(mknodat(path.fd, path.path, S_IFSOCK | MODE, 0));
	case FS_WHITEOUT:
		return result(mknodat(path.fd, path.path, S_IFCHR | MODE, 0));
	case FS_MKNOD:
		return result(mknodat(path.fd, path.path, node_mode(op->flags),
				      makedev(0, 1)));
	case FS_DEVICE:
		return make_device(op->text[0]);
	case FS_BIND:
		return bind_mount(op->text[0], op->text[1], op->actor);
	case FS_OVERLAY:
		return mount_overlay(op->text[0], op->text[1]);
	case FS_UNMOUNT:
		return result(umount2(op->text[0], MNT_DETACH));
	case FS_UNLINK:
		return result(unlinkat(path.fd, path.path, 0));
	case FS_RMDIR:
		return result(unlinkat(path.fd, path.path, AT_REMOVEDIR));
	case FS_RENAME:
		return result(renameat2(path.fd, path.path, other.fd,
					other.path, fs_rename_flags(op->flags)));
	case FS_OPEN:
		return open_slot(op);
	case FS_CLOSE:
		return close_slot(op);
	case FS_TRUNCATE_PATH:
		return truncate_path(op->text[0]);
	case FS_EXEC:
		return execute_file(op->text[0]);
	case FS_SERVE:
	case FS_CONNECT:
		return unix_socket(op);
	case FS_STAT:
		return result(fstatat(path.fd, path.path, &stat, 0));
	case FS_ACCESS:
		return result(faccessat(path.fd, path.path, F_OK, 0));
	case FS_CHDIR:
		return change_dir(op->text[0]);
	case FS_CHROOT:
		return change_root(path.path);
	case FS_CHOWN:
		return result(fchownat(path.fd, path.path, -1, -1, 0));
	default:
		return use_slot(op);
	}
}

static void act(const struct run *run, int index)
{
	const struct operation *op = &run->scenario->operations[index];

	run->observation->answers[index] = execute(run->claim, op,
		&run->scenario->policies[op->policy]);
	run->observation->count = index + 1;
}

static int inside(void *argument)
{
	const struct run *run = argument;
	char byte = 0;
	int i;

	for (i = run->first; i < run->scenario->count; i++) {
		if (run->skip && run->skip[i])
			continue;
		if (run->scenario->operations[i].actor != FS_OUTSIDE) {
			act(run, i);
			continue;
		}
		byte = i;
		if (write(run->turn[1], &byte, 1) != 1 ||
		    read(run->back[0], &byte, 1) != 1)
			_exit(1);
	}
	run->observation->count = run->scenario->count;
	_exit(0);
}

/* Is there anything to do outside once somebody is inside? */
static bool takes_turns(const struct run *run)
{
	int i;

	for (i = run->first; i < run->scenario->count; i++)
		if (run->scenario->operations[i].actor == FS_OUTSIDE)
			return true;
	return false;
}

static void take_turns(const struct run *run)
{
	unsigned char index;

	while (read(run->turn[0], &index, 1) == 1) {
		act(run, index);
		if (write(run->back[1], &index, 1) != 1)
			break;
	}
}

/* Whoever is inside begins when everything before was done outside. */
static bool run_inside(struct run *run, const char **why)
{
	const bool turns = takes_turns(run);
	int status = -1;
	pid_t pid;

	*why = "pipes";
	if (turns && (pipe2(run->turn, O_CLOEXEC) ||
		      pipe2(run->back, O_CLOEXEC)))
		return false;
	pid = clone(inside, stack + STACK_SIZE, CLONE_VM | SIGCHLD, run);
	*why = "a process";
	if (pid < 0)
		return false;
	if (turns) {
		close(run->turn[1]);
		close(run->back[0]);
		take_turns(run);
		close(run->turn[0]);
		close(run->back[1]);
	}
	*why = "the child died";
	return waitpid_retry(pid, &status) == 0 && status == 0;
}

static enum node type_of(unsigned char type)
{
	switch (type) {
	case DT_DIR:
		return NODE_DIR;
	case DT_LNK:
		return NODE_SYMLINK;
	case DT_FIFO:
		return NODE_FIFO;
	case DT_SOCK:
		return NODE_SOCKET;
	case DT_CHR:
		return NODE_WHITEOUT;
	case DT_BLK:
		return NODE_BLOCK;
	default:
		return NODE_FILE;
	}
}

struct entry64 {
	uint64_t inode, offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

/* Sums up what is in a directory, and removes it. */
static uint64_t sweep(int dir, const char *path, bool removes)
{
	char buffer[4096] __attribute__((aligned(8))), below[256];
	uint64_t sum = 0;
	struct stat stat;
	long length, at;

	while ((length = syscall(SYS_getdents64, dir, buffer,
				 sizeof(buffer))) > 0) {
		for (at = 0; at < length;) {
			const struct entry64 *entry = (void *)(buffer + at);
			const enum node type = type_of(entry->type);
			bool filled = false;
			int fd;

			at += entry->length;
			if (strcmp(entry->name, ".") == 0 ||
			    strcmp(entry->name, "..") == 0)
				continue;
			snprintf(below, sizeof(below), "%s/%s", path,
				 entry->name);
			if (type == NODE_DIR) {
				fd = openat(dir, entry->name, O_RDONLY |
					    O_DIRECTORY | O_CLOEXEC);
				sum += sweep(fd, below, removes);
				close(fd);
			} else if (type == NODE_FILE) {
				filled = !fstatat(dir, entry->name, &stat, 0) &&
					 stat.st_size;
			}
			sum += fs_mix(below, type, filled);
			if (removes)
				unlinkat(dir, entry->name, type == NODE_DIR ?
					 AT_REMOVEDIR : 0);
		}
	}
	return sum;
}

static uint64_t clean_up(void)
{
	char path[32];
	const bool merged = merge_fd >= 0;
	uint64_t sum = 0, rest;
	int dir;

	if (merged) {
		sum = sweep(merge_fd, "", false);
		close(merge_fd);
		merge_fd = -1;
	}
	while (opened_count) {
		const int fd = opened[--opened_count];

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (mounts)
			umount2(path, MNT_DETACH);
		close(fd);
	}
	if (fchdir(work_fd))
		return 0;
	dir = open("_", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rest = sweep(dir, "", true);
	close(dir);
	/* A mount that should have been refused is in the way. */
	if (rmdir("_") && mounts &&
	    mount("explore", "/tmp", "tmpfs", 0, "mode=0755") == 0) {
		close(work_fd);
		work_fd = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	return merged ? sum : rest;
}

bool fs_run(const struct claim *claim, const struct scenario *scenario,
	    const bool *skip, struct observation *observation,
	    const char **why)
{
	struct run run = {
		.claim = claim, .scenario = scenario, .skip = skip,
		.observation = observation,
	};
	bool done = true;
	int i;

	memset(observation->answers, 0xff, sizeof(observation->answers));
	observation->count = 0;
	for (i = 0; i < HANDLES_MAX; i++)
		slots[i] = -1;
	*why = "a directory to work in";
	if (fchdir(work_fd) || mkdir("_", MODE) || mkdir("_/_", MODE) ||
	    mkdir("_/_/_", MODE) || chdir("_/_/_"))
		return false;
	for (; run.first < scenario->count &&
	       scenario->operations[run.first].actor == FS_OUTSIDE;
	     run.first++)
		if (!skip || !skip[run.first])
			act(&run, run.first);
	if (run.first < scenario->count)
		done = run_inside(&run, why);
	observation->digest = clean_up();
	return done;
}
