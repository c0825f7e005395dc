// SPDX-License-Identifier: GPL-2.0
/*
 * No denied object is opened.  Three directories change places all the time.
 * Rules on two of them, which go with them, grant reading or writing; nothing
 * that is denied ever lies beneath these.  A path leads now to one, now to
 * another: what was opened tells whether it may have been.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/programs.h"
#include "explore/races/race.h"
#include "landlock/abi.h"
#include "machine/privilege.h"

#define HANDLED		(FS_READ_FILE | FS_WRITE_FILE)
#define MOUNTS		4	/* places to mount on, an outsider each */
#define FORKED_OPENS	16

enum place { READABLE, WRITABLE, SHUT, PLACES };

static const uint64_t granted[PLACES] = { FS_READ_FILE, FS_WRITE_FILE, 0 };
static const char *const parents[PLACES] = { "p", "q", "n" };
static const char *const places[PLACES] = { "p/x", "q/x", "n/x" };
static const char *const halves[] = { "d", "e" };

static int parent_fds[PLACES], place_fds[PLACES], aside_fd;
static ino_t files[PLACES][2];

static bool make_file(int place, int half)
{
	const int dir = race_directory(place_fds[place], halves[half]);
	const int fd = openat(dir, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct stat stat;
	const bool made = fd >= 0 && fstat(fd, &stat) == 0;

	if (made)
		files[place][half] = stat.st_ino;
	close(fd);
	close(dir);
	return made;
}

static bool build(void)
{
	char name[8];
	int i;

	for (i = 0; i < PLACES; i++) {
		parent_fds[i] = race_directory(AT_FDCWD, parents[i]);
		place_fds[i] = race_directory(parent_fds[i], "x");
		if (!make_file(i, 0) || !make_file(i, 1))
			return false;
	}
	for (i = 0; i < MOUNTS; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		if (mkdir(name, 0755))
			return false;
	}
	aside_fd = race_directory(AT_FDCWD, "aside");
	return aside_fd >= 0 && symlink(places[SHUT], "s") == 0;
}

static int enter(void)
{
	const struct race_rule rules[] = {
		{ place_fds[READABLE], granted[READABLE] },
		{ place_fds[WRITABLE], granted[WRITABLE] },
	};

	return race_enforce(HANDLED, rules, 2, 0);
}

/* What the rules grant on an object; 0 for one that is none of this race's */
static uint64_t granted_on(ino_t inode)
{
	int place;

	for (place = 0; place < PLACES; place++)
		if (files[place][0] == inode || files[place][1] == inode)
			return granted[place];
	return 0;
}

static void make_path(struct random *random, char *path, size_t size)
{
	const char *half = halves[random_below(random, 2)];
	const int way = random_below(random, PLACES + 2);

	if (way < PLACES)
		snprintf(path, size, "%s/%s/f", places[way], half);
	else if (way == PLACES)
		snprintf(path, size, "s/%s/f", half);
	else
		snprintf(path, size, "m%d/%s/f", random_below(random, MOUNTS),
			 half);
}

/* Opens it at once, or first what needs no right, and then that. */
static int open_path(struct random *random, const char *path, int flags)
{
	char again[32];
	int held, fd, error;

	if (random_chance(random, 75))
		return open(path, flags | O_CLOEXEC);
	held = open(path, O_PATH | O_CLOEXEC);
	if (held < 0)
		return -1;
	snprintf(again, sizeof(again), "/proc/self/fd/%d", held);
	fd = open(again, flags | O_CLOEXEC);
	error = errno;
	close(held);
	errno = error;
	return fd;
}

static void open_one(struct racer *racer)
{
	static const struct {
		int flags;
		uint64_t access;
		const char *what;
	} ways[] = {
		{ O_RDONLY, FS_READ_FILE, "reading" },
		{ O_WRONLY, FS_WRITE_FILE, "writing" },
		{ O_RDWR, HANDLED, "both" },
	};
	const int way = random_below(&racer->random, 3);
	struct stat stat;
	char path[32];
	int fd;

	make_path(&racer->random, path, sizeof(path));
	race_count(&racer->attempts);
	fd = open_path(&racer->random, path, ways[way].flags);
	if (fd < 0) {
		if (errno == EACCES)
			race_count(&racer->refused);
		return;
	}
	race_count(&racer->succeeded);
	if (fstat(fd, &stat) == 0 &&
	    (granted_on(stat.st_ino) & ways[way].access) != ways[way].access)
		race_violated(racer, "%s opened inode %llu for %s", path,
			      (unsigned long long)stat.st_ino, ways[way].what);
	close(fd);
}

static void inside(struct racer *racer)
{
	int i, status;
	pid_t pid;

	if (!random_chance(&racer->random, 1)) {
		open_one(racer);
		return;
	}
	pid = fork();
	if (pid == 0) {
		for (i = 0; i < FORKED_OPENS; i++)
			open_one(racer);
		_exit(0);
	}
	if (pid > 0)
		waitpid_retry(pid, &status);
	random_next(&racer->random);
}

static bool exchange(int at, const char *one, const char *other)
{
	return renameat2(at, one, at, other, RENAME_EXCHANGE) == 0;
}

/* By way of a directory of the outsider's own name */
static bool away_and_back(int place, int number)
{
	char name[8];

	snprintf(name, sizeof(name), "w%d", number);
	if (renameat(parent_fds[place], "x", aside_fd, name))
		return false;
	return renameat2(aside_fd, name, parent_fds[place], "x",
			 RENAME_NOREPLACE) == 0;
}

static bool turn_link(struct random *random, int number)
{
	char name[8];

	snprintf(name, sizeof(name), "s%d", number);
	return symlink(places[random_below(random, PLACES)], name) == 0 &&
	       rename(name, "s") == 0;
}

static bool mount_or_unmount(struct random *random, int number)
{
	char name[8];

	snprintf(name, sizeof(name), "m%d", number % MOUNTS);
	return umount2(name, MNT_DETACH) == 0 ||
	       mount(places[random_below(random, PLACES)], name, NULL, MS_BIND,
		     NULL) == 0;
}

static void outside(struct racer *racer)
{
	struct random *const random = &racer->random;
	const int one = random_below(random, PLACES);
	const int other = (one + 1) % PLACES;
	bool done = false;

	switch (random_below(random, 16)) {
	case 0 ... 3:
		done = exchange(AT_FDCWD, places[one], places[other]);
		break;
	case 4 ... 5:
		done = exchange(AT_FDCWD, parents[one], parents[other]);
		break;
	case 6 ... 7:
		done = exchange(place_fds[one], halves[0], halves[1]);
		break;
	case 8 ... 9:
		done = away_and_back(one, racer->number);
		break;
	case 10 ... 11:
		done = turn_link(random, racer->number);
		break;
	case 12 ... 14:
		done = mount_or_unmount(random, racer->number);
		break;
	default:
		race_fork(racer);
	}
	race_acted(racer, done);
}

const struct race race_open = {
	.name = "open",
	.invariant = "no denied object is opened",
	.outsiders = "rename, exchange, mount, unmount, fork and exit",
	.build = build,
	.enter = enter,
	.inside = inside,
	.outside = outside,
};
