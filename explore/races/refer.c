// SPDX-License-Identifier: GPL-2.0
/*
 * No right is gained.  Files of one directory may be read, files of another one
 * written, too.  Both may lose files and take files in, while outsiders let
 * them change places: but what is made in the first one may never come to the
 * second, where it could be written to.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explore/races/race.h"
#include "landlock/abi.h"

#define READING		(FS_READ_FILE | FS_REFER | FS_MAKE_REG | FS_REMOVE_FILE)
#define HANDLED		(READING | FS_WRITE_FILE)
#define NAMES		3

enum place { READABLE, WRITABLE, PLACES };

/* Where a file was made: nobody changes its mode. */
static const mode_t born[PLACES] = { 0600, 0640 };
static const uint64_t granted[PLACES] = { READING, HANDLED };
static const char *const parents[PLACES] = { "p", "q" };
static const char *const places[PLACES] = { "p/x", "q/x" };
static const char *const halves[] = { "d", "e" };

static int parent_fds[PLACES], place_fds[PLACES], half_fds[PLACES][2], aside_fd;

static const char *missing(void)
{
	return kernel.fs & FS_REFER ? NULL : "REFER";
}

static bool make_file(int place, int half, int name)
{
	const char text[] = { '0' + name, '\0' };
	const int fd = openat(half_fds[place][half], text, O_WRONLY | O_CREAT |
			      O_EXCL | O_CLOEXEC, born[place]);

	close(fd);
	return fd >= 0;
}

static bool build(void)
{
	int place, half, name;

	for (place = 0; place < PLACES; place++) {
		parent_fds[place] = race_directory(AT_FDCWD, parents[place]);
		place_fds[place] = race_directory(parent_fds[place], "x");
		for (half = 0; half < 2; half++) {
			half_fds[place][half] =
				race_directory(place_fds[place], halves[half]);
			for (name = 0; name < NAMES; name++)
				if (!make_file(place, half, name))
					return false;
		}
	}
	aside_fd = race_directory(AT_FDCWD, "aside");
	return aside_fd >= 0;
}

static int enter(void)
{
	const struct race_rule rules[] = {
		{ place_fds[READABLE], granted[READABLE] },
		{ place_fds[WRITABLE], granted[WRITABLE] },
	};

	return race_enforce(HANDLED, rules, PLACES, 0);
}

static void make_path(struct random *random, char *path, size_t size)
{
	snprintf(path, size, "%s/%s/%d", places[random_below(random, PLACES)],
		 halves[random_below(random, 2)], random_below(random, NAMES));
}

/* Does a file lie where it can be written to that was not made there? */
static bool gained(void)
{
	int half, name;

	for (half = 0; half < 2; half++) {
		for (name = 0; name < NAMES; name++) {
			const char text[] = { '0' + name, '\0' };
			struct stat stat;

			if (fstatat(half_fds[WRITABLE][half], text, &stat,
				    0) == 0 &&
			    (stat.st_mode & 0777) == born[READABLE])
				return true;
		}
	}
	return false;
}

static void inside(struct racer *racer)
{
	static const char *const words[] = { "rename", "link", "exchange" };
	const int way = random_below(&racer->random, 3);
	char from[32], to[32];
	int ret;

	make_path(&racer->random, from, sizeof(from));
	make_path(&racer->random, to, sizeof(to));
	race_count(&racer->attempts);
	if (way == 1)
		ret = link(from, to);
	else
		ret = renameat2(AT_FDCWD, from, AT_FDCWD, to,
				way == 0 ? 0 : RENAME_EXCHANGE);
	if (ret == 0) {
		race_count(&racer->succeeded);
		if (gained())
			race_violated(racer, "after %s of %s and %s", words[way],
				      from, to);
	} else if (errno == EXDEV || errno == EACCES) {
		race_count(&racer->refused);
	}
}

static bool exchange(int at, const char *one, const char *other)
{
	return renameat2(at, one, at, other, RENAME_EXCHANGE) == 0;
}

static bool away_and_back(int place, int number)
{
	char name[8];

	snprintf(name, sizeof(name), "w%d", number);
	if (renameat(parent_fds[place], "x", aside_fd, name))
		return false;
	return renameat2(aside_fd, name, parent_fds[place], "x",
			 RENAME_NOREPLACE) == 0;
}

static bool make_or_remove(struct random *random)
{
	const int place = random_below(random, PLACES);
	const int half = random_below(random, 2);
	const int name = random_below(random, NAMES);
	const char text[] = { '0' + name, '\0' };

	return make_file(place, half, name) ||
	       unlinkat(half_fds[place][half], text, 0) == 0;
}

static void outside(struct racer *racer)
{
	struct random *const random = &racer->random;
	bool done = false;

	switch (random_below(random, 16)) {
	case 0 ... 3:
		done = exchange(AT_FDCWD, places[0], places[1]);
		break;
	case 4 ... 5:
		done = exchange(AT_FDCWD, parents[0], parents[1]);
		break;
	case 6 ... 7:
		done = exchange(place_fds[random_below(random, PLACES)],
				halves[0], halves[1]);
		break;
	case 8 ... 9:
		done = away_and_back(random_below(random, PLACES),
				     racer->number);
		break;
	case 10 ... 14:
		done = make_or_remove(random);
		break;
	default:
		race_fork(racer);
	}
	race_acted(racer, done);
}

const struct race race_refer = {
	.name = "refer",
	.invariant = "no right is gained",
	.outsiders = "rename, exchange, create, remove, fork and exit",
	.missing = missing,
	.build = build,
	.enter = enter,
	.inside = inside,
	.outside = outside,
};
