// SPDX-License-Identifier: GPL-2.0
/* Commands that every file and every process answers. */
#include <errno.h>
#include <linux/ioctl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <fcntl.h>
#include <unistd.h>

#include "census/census.h"

#define NOWHERE		((void *)-1L)

/*
 * Numbers of ioctl(2) have a type, a number, a direction and a size: all
 * without size, and the sizes that commands of files have been given so far.
 */
static const unsigned char types[] = {
	0x00, 0x12, 0x15, 0x54, 0x58, 0x66, 0x76, 0x89, 0x94,
};
static const unsigned short sizes[] = {
	1, 2, 4, 8, 12, 16, 17, 20, 24, 28, 32, 36, 40, 44, 48, 56, 64, 72, 80,
	88, 96, 104, 112, 120, 128, 129, 136, 144, 160, 192, 256, 512, 1024,
};
#define SIZES		(int)(sizeof(sizes) / sizeof(sizes[0]))
#define TYPES		(int)(sizeof(types) / sizeof(types[0]))
#define PLAIN		65536
#define SIZED		(TYPES * 256 * SIZES * 3)

static int file = -1;

static unsigned int command(int index)
{
	unsigned int direction, size;

	if (index < PLAIN)
		return index;
	index -= PLAIN;
	direction = 1 + index % 3;
	index /= 3;
	size = sizes[index % SIZES];
	index /= SIZES;
	return _IOC(direction, types[index / 256], index % 256, size);
}

static int try_ioctl(int index)
{
	if (file < 0)
		file = memfd_create("census", MFD_CLOEXEC);
	return ioctl(file, command(index), NOWHERE) ? errno : 0;
}

const char *count_ioctls(void)
{
	int *const answers = calloc(PLAIN + SIZED, sizeof(*answers));
	const char *missing;
	int i;

	if (!answers)
		return "memory";
	missing = try_numbers(PLAIN + SIZED, try_ioctl, answers);
	for (i = 0; i < PLAIN + SIZED && !missing; i++)
		if (answers[i] != ENOTTY)
			offer_number(command(i), answer_of_error(answers[i]));
	free(answers);
	return missing;
}

#define COMMANDS	2048

static int answers[COMMANDS];

static const char *count(int (*try)(int number))
{
	const char *const missing = try_numbers(COMMANDS, try, answers);
	int i;

	for (i = 0; i < COMMANDS && !missing; i++)
		if (answers[i] != EINVAL)
			offer_number(i, answer_of_error(answers[i]));
	return missing;
}

static int call_fcntl(int number, void *argument)
{
	if (file < 0)
		file = memfd_create("census", MFD_CLOEXEC);
	return fcntl(file, number, argument) < 0 ? errno : 0;
}

static int call_prctl(int number, void *argument)
{
	return prctl(number, argument, 0, 0, 0) < 0 ? errno : 0;
}

/* What is known may still say EINVAL to one argument, not to each. */
static int with_arguments(int (*call)(int number, void *argument), int number)
{
	static char zeros[4096] __attribute__((aligned(8)));
	void *const arguments[] = { NOWHERE, NULL, (void *)1, (void *)2, zeros };
	size_t i;

	for (i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
		const int error = call(number, arguments[i]);

		if (error != EINVAL)
			return error;
	}
	return EINVAL;
}

static int try_fcntl(int number)
{
	return with_arguments(call_fcntl, number);
}

static int try_prctl(int number)
{
	return with_arguments(call_prctl, number);
}

const char *count_fcntls(void)
{
	return count(try_fcntl);
}

const char *count_prctls(void)
{
	return count(try_prctl);
}
