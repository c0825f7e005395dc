// SPDX-License-Identifier: GPL-2.0
/* landlock_create_ruleset(2): how large its structure says that it is. */
#include <stdlib.h>

#include "api.h"

/* All zero but READ_DIR; @size bytes of it lie before a hole. */
static void *attr_of(size_t size)
{
	const struct ruleset_attr attr = { .handled_access_fs = FS_READ_DIR };
	char *const whole = calloc(1, sizeof(attr) + size);
	void *before = NULL;

	if (whole)
		before = before_a_hole(memcpy(whole, &attr, sizeof(attr)),
				       size);
	free(whole);
	return before;
}

static int create_size(struct scene *scene)
{
	const size_t size = scene->variant->arg;
	void *attr = attr_of(size);

	if (!attr)
		return broken(scene, "mmap: %s", strerrorname_np(errno));
	return create_raw(attr, size, 0);
}

static const struct variant too_small[] = {
	{ "", .arg = 7 },
	{ "none", .arg = 0 },
	{ "one", .arg = 1 },
	{ "two", .arg = 2 },
	{ "three", .arg = 3 },
	{ "four", .arg = 4 },
	{ "five", .arg = 5 },
	{ "six", .arg = 6 },
	{ NULL }
};

CASE("api.create_ruleset.size_too_small",
	.claim	  = "landlock_create_ruleset(2) with less than the first field",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.covers	  = "field.handled_access_fs",
	.variants = too_small,
	.control  = create_ruleset_rightly,
	.attempt  = create_size,
	.source	  = "landlock_create_ruleset(2): EINVAL, too small size");

/* struct large_size - a size that only the running kernel's pages make known */
struct large_size {
	int64_t pages, bytes;
};

#define LARGE_SIZE(...) .data = &(const struct large_size) { __VA_ARGS__ }

/* Room for all that is claimed, and nothing in it that is not zero. */
static int create_too_large(struct scene *scene)
{
	const size_t page = getpagesize();
	const struct large_size *size = scene->variant->data;
	const int64_t bytes = size->pages * (int64_t)page + size->bytes;
	uint64_t *attr = calloc(3, page);

	if (bytes >> 32 > 0 && sizeof(size_t) < sizeof(bytes))
		return cannot(scene, "a size_t of 64 bits");
	if (!attr)
		return broken(scene, "no memory");
	attr[0] = FS_READ_DIR;
	return create_raw(attr, bytes, 0);
}

static const struct variant too_large[] = {
	{ "", LARGE_SIZE(.pages = 1, .bytes = 1) },
	{ "two_pages", LARGE_SIZE(.pages = 2) },
	{ "all_ones", LARGE_SIZE(.bytes = -1) },
	{ "minus_a_page", LARGE_SIZE(.pages = -1) },
	{ "beyond_32_bits",
	  LARGE_SIZE(.bytes = (1LL << 32) + sizeof(struct ruleset_attr)) },
	{ NULL }
};

CASE("api.create_ruleset.size_too_large",
	.claim	  = "landlock_create_ruleset(2) with more than a page",
	A_CALL,
	.promise  = { DENIED(E2BIG) },
	.variants = too_large,
	.control  = create_ruleset_rightly,
	.attempt  = create_too_large,
	.source	  = "syscalls.c, copy_min_struct_from_user: PAGE_SIZE");

static int create_and_prove(struct scene *scene)
{
	const size_t size = scene->variant->arg ? scene->variant->arg :
						  getpagesize();
	void *attr = attr_of(size);
	int fd;

	if (!attr)
		return broken(scene, "mmap: %s", strerrorname_np(errno));
	fd = ll_create(attr, size, 0);
	return fd < 0 ? errno : proves_itself(fd);
}

static const struct variant historic_sizes[] = {
	{ "", .arg = 8 },
	{ "abi4", .arg = 16 },
	{ "abi6", .arg = 24 },
	{ "abi10", .arg = 48 },
	{ "half_a_field", .arg = 12 },
	{ "one_byte_more", .arg = 9 },
	{ NULL }
};

CASE("api.create_ruleset.size_historic",
	.claim	  = "landlock_create_ruleset(2) with the size of another ABI",
	A_CALL,
	.promise  = { ALLOWED },
	.variants = historic_sizes,
	.control  = create_ruleset_rightly,
	.attempt  = create_and_prove,
	.source	  = "uaccess.h, copy_struct_from_user: older and newer callers");

static const struct variant zero_tails[] = {
	{ "", .arg = 56 },
	{ "odd", .arg = 57 },
	{ "large", .arg = 1000 },
	{ "page_less_one", .arg = 4095 },
	{ "page", .arg = 0 },
	{ NULL }
};

CASE("api.create_ruleset.size_zero_tail",
	.claim	  = "landlock_create_ruleset(2) with fields to come, all zero",
	A_CALL,
	.promise  = { ALLOWED },
	.variants = zero_tails,
	.control  = create_ruleset_rightly,
	.attempt  = create_and_prove,
	.source	  = "uaccess.h, copy_struct_from_user: unknown bytes are zero");

enum tail { NEXT_BYTE, NEXT_FIELD_END, LAST_BYTE, LONE_BIT };

/* The first bytes past what the kernel knows; a newer one may know them. */
static int create_tail(struct scene *scene)
{
	const size_t page = getpagesize(), known = known_attr_size();
	unsigned char *attr = calloc(2, page);

	if (!attr)
		return broken(scene, "no memory");
	attr[0] = FS_READ_DIR;
	switch (scene->variant->arg) {
	case LAST_BYTE:
		attr[page - 1] = 1;
		return create_raw(attr, page, 0);
	case LONE_BIT:
		attr[page / 2] = 0x80;
		return create_raw(attr, page, 0);
	default:
		break;
	}
	if (kernel.abi > ABI_NEWEST)
		return cannot(scene, "ABI %d is newer than this suite",
			      kernel.abi);
	if (scene->variant->arg == NEXT_BYTE) {
		attr[known] = 1;
		return create_raw(attr, known + 1, 0);
	}
	attr[known + 7] = 0x80;
	return create_raw(attr, known + 8, 0);
}

static const struct variant tails[] = {
	{ "", .arg = LAST_BYTE },
	{ "lone_bit", .arg = LONE_BIT },
	{ "next_byte", .arg = NEXT_BYTE },
	{ "next_field_end", .arg = NEXT_FIELD_END },
	{ NULL }
};

CASE("api.create_ruleset.size_nonzero_tail",
	.claim	  = "landlock_create_ruleset(2) with an unknown field in use",
	A_CALL,
	.promise  = { DENIED(E2BIG) },
	.variants = tails,
	.control  = create_ruleset_rightly,
	.attempt  = create_tail,
	.source	  = "landlock_create_ruleset(2): E2BIG, inconsistent size");

/* What lies behind the claimed size is none of the kernel's business. */
static int create_short(struct scene *scene)
{
	struct ruleset_attr attr;
	int fd;

	(void)scene;
	memset(&attr, 0xff, sizeof(attr));
	attr.handled_access_fs = FS_READ_DIR;
	fd = ll_create(&attr, sizeof(attr.handled_access_fs), 0);
	return fd < 0 ? errno : proves_itself(fd);
}

CASE("api.create_ruleset.size_limits_copy",
	.claim	  = "landlock_create_ruleset(2) with size 8 reads no byte behind these",
	A_CALL,
	.promise  = { ALLOWED },
	.control  = create_ruleset_rightly,
	.attempt  = create_short,
	.source	  = "uaccess.h, copy_struct_from_user: copies size bytes");

static int create_null(struct scene *scene)
{
	return create_raw(NULL, scene->variant->arg, 0);
}

static const struct variant null_sizes[] = {
	{ "", .arg = 48 },
	{ "size_0", .arg = 0 },
	{ "size_1", .arg = 1 },
	{ "size_8", .arg = 8 },
	{ "size_all_ones", .arg = -1 },
	{ NULL }
};

CASE("api.create_ruleset.attr_null",
	.claim	  = "landlock_create_ruleset(2) without a structure, any size",
	A_CALL,
	.promise  = { DENIED(EFAULT) },
	.variants = null_sizes,
	.control  = create_ruleset_rightly,
	.attempt  = create_null,
	.source	  = "landlock_create_ruleset(2): EFAULT; checked before size");

enum fault { NO_ACCESS, NOT_MAPPED, HALF_MAPPED, TAIL_NOT_MAPPED, KERNEL_HALF };

static int create_fault(struct scene *scene)
{
	const size_t size = sizeof(struct ruleset_attr);
	void *attr;

	switch (scene->variant->arg) {
	case NO_ACCESS:
		attr = no_access();
		break;
	case NOT_MAPPED:
		attr = not_mapped();
		break;
	case HALF_MAPPED:
		attr = attr_of(sizeof(uint64_t));
		break;
	case KERNEL_HALF:
		attr = (void *)(UINTPTR_MAX - getpagesize() + 1);
		break;
	default:
		attr = attr_of(size);
		return attr ? create_raw(attr, getpagesize(), 0) : BROKEN;
	}
	if (!attr)
		return broken(scene, "mmap: %s", strerrorname_np(errno));
	return create_raw(attr, size, 0);
}

static const struct variant faults[] = {
	{ "", .arg = NOT_MAPPED },
	{ "no_access", .arg = NO_ACCESS },
	{ "half_mapped", .arg = HALF_MAPPED },
	{ "tail_not_mapped", .arg = TAIL_NOT_MAPPED },
	{ "kernel_half", .arg = KERNEL_HALF },
	{ NULL }
};

CASE("api.create_ruleset.attr_fault",
	.claim	  = "landlock_create_ruleset(2) with memory that is not there",
	A_CALL,
	.promise  = { DENIED(EFAULT) },
	.variants = faults,
	.control  = create_ruleset_rightly,
	.attempt  = create_fault,
	.source	  = "landlock_create_ruleset(2): EFAULT");

/* The size is looked at before the memory is. */
static int create_small_fault(struct scene *scene)
{
	void *attr = not_mapped();

	if (!attr)
		return broken(scene, "mmap: %s", strerrorname_np(errno));
	return create_raw(attr, 7, 0);
}

CASE("api.create_ruleset.order_size_fault",
	.claim	  = "landlock_create_ruleset(2) with a wrong size and a bad address: which error comes first",
	A_CALL,
	.promise  = { DENIED(EINVAL) },
	.control  = create_ruleset_rightly,
	.attempt  = create_small_fault,
	.source	  = "syscalls.c, copy_min_struct_from_user: size, then copy");
