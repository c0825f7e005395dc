// SPDX-License-Identifier: GPL-2.0
/* The other calls about a file that its path names: none is restricted. */
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <utime.h>

#include "metadata.h"

#define ATTRIBUTE "user.landproof"
#define SECOND	  12345

/* asm-generic/unistd.h of 6.6, 6.13 and 6.17 */
#define NR_FCHMODAT2	 452
#define NR_SETXATTRAT	 463
#define NR_GETXATTRAT	 464
#define NR_LISTXATTRAT	 465
#define NR_REMOVEXATTRAT 466
#define NR_FILE_GETATTR	 468

/* struct xattr_args of 6.13 */
struct attribute_args {
	uint64_t value;
	uint32_t size, flags;
};

static int missing(struct scene *scene, const char *what)
{
	const int error = errno;

	if (scene->world == WORLD_CONTROL &&
	    (error == ENOSYS || error == EOPNOTSUPP || error == ENOTTY))
		return cannot(scene, "%s: %s", what, strerrorname_np(error));
	return error;
}

static int file_link_attribute(struct scene *scene)
{
	const int error = dir_file(scene) ?: make_node("dir/link", S_IFLNK);

	/* It is there before 6.6, too, and the calls will find it missing. */
	setxattr("dir/file", ATTRIBUTE, "x", 1, 0);
	return error;
}

static bool has_attribute(void)
{
	char value;

	return getxattr("dir/file", ATTRIBUTE, &value, 1) == 1;
}

static int do_lsetxattr(struct scene *scene)
{
	if (lsetxattr("dir/file", ATTRIBUTE, "yz", 2, 0))
		return missing(scene, "user.* attributes on tmpfs");
	return getxattr("dir/file", ATTRIBUTE, NULL, 0) == 2 ? WORKED :
							       NO_EFFECT;
}

static int do_lgetxattr(struct scene *scene)
{
	char value = 0;

	if (lgetxattr("dir/file", ATTRIBUTE, &value, 1) < 0)
		return missing(scene, "user.* attributes on tmpfs");
	return value == 'x' ? WORKED : NO_EFFECT;
}

static int do_llistxattr(struct scene *scene)
{
	char list[256];
	ssize_t length;

	if (!has_attribute())
		return missing(scene, "user.* attributes on tmpfs");
	length = llistxattr("dir/file", list, sizeof(list));
	if (length < 0)
		return errno;
	return memmem(list, length, ATTRIBUTE, sizeof(ATTRIBUTE)) ? WORKED :
								    NO_EFFECT;
}

static int do_lremovexattr(struct scene *scene)
{
	if (lremovexattr("dir/file", ATTRIBUTE))
		return missing(scene, "user.* attributes on tmpfs");
	return has_attribute() ? NO_EFFECT : WORKED;
}

static int do_setxattrat(struct scene *scene)
{
	const struct attribute_args args = { (uintptr_t)"yz", 2, 0 };

	if (syscall(NR_SETXATTRAT, AT_FDCWD, "dir/file", 0, ATTRIBUTE, &args,
		    sizeof(args)))
		return missing(scene, "setxattrat(2) (Linux 6.13)");
	return getxattr("dir/file", ATTRIBUTE, NULL, 0) == 2 ? WORKED :
							       NO_EFFECT;
}

static int do_getxattrat(struct scene *scene)
{
	char value = 0;
	const struct attribute_args args = { (uintptr_t)&value, 1, 0 };

	if (syscall(NR_GETXATTRAT, AT_FDCWD, "dir/file", 0, ATTRIBUTE, &args,
		    sizeof(args)) < 0)
		return missing(scene, "getxattrat(2) (Linux 6.13)");
	return value == 'x' ? WORKED : NO_EFFECT;
}

static int do_listxattrat(struct scene *scene)
{
	char list[256];
	const long length = syscall(NR_LISTXATTRAT, AT_FDCWD, "dir/file", 0,
				    list, sizeof(list));

	if (length < 0)
		return missing(scene, "listxattrat(2) (Linux 6.13)");
	return memmem(list, length, ATTRIBUTE, sizeof(ATTRIBUTE)) ? WORKED :
								    NO_EFFECT;
}

static int do_removexattrat(struct scene *scene)
{
	if (syscall(NR_REMOVEXATTRAT, AT_FDCWD, "dir/file", 0, ATTRIBUTE))
		return missing(scene, "removexattrat(2) (Linux 6.13)");
	return has_attribute() ? NO_EFFECT : WORKED;
}

/*
 * linux/posix_acl_xattr.h: the owner, one user more, group, mask, others; in
 * little-endian order everywhere
 */
#if BYTE_ORDER == LITTLE_ENDIAN
#define LE16(number)	(number)
#define LE32(number)	(number)
#else
#define LE16(number)	__builtin_bswap16(number)
#define LE32(number)	__builtin_bswap32(number)
#endif
#define ENTRY(tag, permissions, id) { LE16(tag), LE16(permissions), LE32(id) }

static const struct {
	uint32_t version;
	struct { uint16_t tag, permissions; uint32_t id; } entries[5];
} access_list = { LE32(2), {
	ENTRY(0x01, 6, -1), ENTRY(0x02, 4, 1), ENTRY(0x04, 4, -1),
	ENTRY(0x10, 4, -1), ENTRY(0x20, 4, -1),
} };
#define ACCESS_LIST "system.posix_acl_access"

static int set_list(struct scene *scene)
{
	if (setxattr("dir/file", ACCESS_LIST, &access_list,
		     sizeof(access_list), 0))
		return missing(scene, "POSIX ACLs (CONFIG_TMPFS_POSIX_ACL)");
	return 0;
}

static bool has_list(void)
{
	return getxattr("dir/file", ACCESS_LIST, NULL, 0) ==
	       sizeof(access_list);
}

static int do_set_acl(struct scene *scene)
{
	return set_list(scene) ?: has_list() ? WORKED : NO_EFFECT;
}

static int do_get_acl(struct scene *scene)
{
	char list[sizeof(access_list)];

	return set_list(scene) ?:
	       errno_of(getxattr("dir/file", ACCESS_LIST, list,
				 sizeof(list))) ?:
	       memcmp(list, &access_list, sizeof(list)) ? NO_EFFECT : WORKED;
}

static int do_remove_acl(struct scene *scene)
{
	return set_list(scene) ?:
	       errno_of(removexattr("dir/file", ACCESS_LIST)) ?:
	       has_list() ? NO_EFFECT : WORKED;
}

#ifdef SYS_utime
static int changed_time(int error)
{
	struct stat st;

	if (error)
		return error;
	return errno_of(stat("dir/file", &st)) ?:
	       st.st_mtime == SECOND ? WORKED : NO_EFFECT;
}

static int do_utime(struct scene *scene)
{
	const struct utimbuf times = { SECOND, SECOND };

	(void)scene;
	return changed_time(errno_of(syscall(SYS_utime, "dir/file", &times)));
}

static const struct timeval two_times[2] = { { SECOND }, { SECOND } };

static int do_utimes(struct scene *scene)
{
	(void)scene;
	return changed_time(errno_of(syscall(SYS_utimes, "dir/file",
					     two_times)));
}

static int do_futimesat(struct scene *scene)
{
	(void)scene;
	return changed_time(errno_of(syscall(SYS_futimesat, AT_FDCWD,
					     "dir/file", two_times)));
}

static int do_lstat(struct scene *scene)
{
	char buffer[512];	/* the kernel's struct stat */

	(void)scene;
	return errno_of(syscall(SYS_lstat, "dir/link", buffer));
}

static int do_access(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_access, "dir/file", R_OK | W_OK));
}

static int do_ustat(struct scene *scene)
{
	struct stat st;
	char buffer[64];

	(void)scene;
	return errno_of(stat("dir/file", &st)) ?:
	       errno_of(syscall(SYS_ustat, (long)st.st_dev, buffer));
}
#endif

static int do_readlinkat(struct scene *scene)
{
	char target[16] = "";

	(void)scene;
	if (readlinkat(AT_FDCWD, "dir/link", target, sizeof(target) - 1) < 0)
		return errno;
	return strcmp(target, "nowhere") ? NO_EFFECT : WORKED;
}

static int do_newfstatat(struct scene *scene)
{
	struct stat st;

	(void)scene;
	return errno_of(fstatat(AT_FDCWD, "dir/file", &st, 0)) ?:
	       st.st_size == strlen(SECRET) ? WORKED : NO_EFFECT;
}

static int do_faccessat(struct scene *scene)
{
	(void)scene;
	return errno_of(syscall(SYS_faccessat, AT_FDCWD, "dir/file", R_OK));
}

static int changed_mode(int error)
{
	struct stat st;

	if (error)
		return error;
	return errno_of(stat("dir/file", &st)) ?:
	       (st.st_mode & 07777) == 0640 ? WORKED : NO_EFFECT;
}

static int do_fchmodat(struct scene *scene)
{
	(void)scene;
	return changed_mode(errno_of(syscall(SYS_fchmodat, AT_FDCWD,
					     "dir/file", 0640)));
}

static int do_fchmodat2(struct scene *scene)
{
	if (syscall(NR_FCHMODAT2, AT_FDCWD, "dir/file", 0640,
		    AT_SYMLINK_NOFOLLOW))
		return missing(scene, "fchmodat2(2) (Linux 6.6)");
	return changed_mode(0);
}

static int do_lchown(struct scene *scene)
{
	(void)scene;
	return errno_of(lchown("dir/link", -1, getgid()));
}

static int do_fchownat(struct scene *scene)
{
	(void)scene;
	return errno_of(fchownat(AT_FDCWD, "dir/link", -1, getgid(),
				 AT_SYMLINK_NOFOLLOW));
}

static int do_file_getattr(struct scene *scene)
{
	uint64_t attributes[3];

	if (syscall(NR_FILE_GETATTR, AT_FDCWD, "dir/file", attributes,
		    sizeof(attributes), 0))
		return missing(scene, "file_getattr(2) (Linux 6.17)");
	return WORKED;
}

#define CALL(name) { #name, .op = do_##name }

static const struct variant calls[] = {
	{ "", .op = do_newfstatat },
	CALL(lsetxattr), CALL(lgetxattr), CALL(llistxattr),
	CALL(lremovexattr), CALL(setxattrat), CALL(getxattrat),
	CALL(listxattrat), CALL(removexattrat),
#ifdef SYS_utime
	CALL(utime), CALL(utimes), CALL(futimesat), CALL(lstat),
	CALL(access), CALL(ustat),
#endif
	CALL(readlinkat), CALL(faccessat), CALL(fchmodat), CALL(fchmodat2),
	CALL(lchown), CALL(fchownat), CALL(file_getattr),
	CALL(set_acl), CALL(get_acl), CALL(remove_acl),
	{ NULL }
};

CASE("fs.metadata.calls",
	.claim	  = "newfstatat(2) and every other call about a file by its path",
	.variants = calls,
	.scene	  = file_link_attribute,
	.attempt  = variant_op,
	DOCUMENTED_LIMIT, UNRESTRICTED);
