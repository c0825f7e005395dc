// SPDX-License-Identifier: GPL-2.0
/* btrfs: commands on directories that do what rights guard; see SECURITY.md. */
#include <linux/btrfs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "bricks/loop.h"
#include "landproof.h"

#define IMAGE_SIZE (128 << 20)

/*
 * mkfs.btrfs prints even with -q.  Nobody needs its output, nor this process's.
 */
static void fall_silent(void)
{
	const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
}

static int make_image(struct scene *scene)
{
	const char *const argv[] = { "mkfs.btrfs", "-q", "image", NULL };
	int fd, ret;

	if (!find_program(argv[0]))
		return cannot(scene, "mkfs.btrfs (btrfs-progs)");
	fd = open("image", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, IMAGE_SIZE))
		return errno;
	fall_silent();
	if (run_program(argv))
		return cannot(scene, "mkfs.btrfs failed");
	ret = loop_attach(scene, fd);
	close(fd);
	return ret;
}

/* A command that names something in the directory @dir */
static int command(const char *dir, unsigned long number, int fd,
		   const char *name)
{
	struct btrfs_ioctl_vol_args args = { .fd = fd };
	const int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;

	if (dir_fd < 0)
		return errno;
	strcpy(args.name, name);
	error = errno_of(ioctl(dir_fd, number, &args));
	close(dir_fd);
	return error;
}

static int give_away(const char *path)
{
	return errno_of(chown(path, subject_uid(), subject_gid()));
}

/* Two subvolumes: mnt/secret with a file, and mnt/out/sub; mnt/out/dir */
static int btrfs(struct scene *scene)
{
	int ret = make_dir("mnt") ?: make_image(scene);

	if (ret)
		return ret;
	if (mount(scene->text, "mnt", "btrfs", 0, "user_subvol_rm_allowed"))
		return cannot(scene, "mount of btrfs: %s",
			      strerrorname_np(errno));
	return make_dir("mnt/out/dir") ?:
	       command("mnt", BTRFS_IOC_SUBVOL_CREATE, 0, "secret") ?:
	       give_away("mnt/secret") ?:
	       make_file("mnt/secret/file", "secret") ?:
	       command("mnt/out", BTRFS_IOC_SUBVOL_CREATE, 0, "sub") ?:
	       give_away("mnt/out/sub");
}

#define BTRFS								\
	.uses	 = FS(READ_DIR),					\
	.promise = { OPEN },						\
	.labels	 = "unreported bypass",					\
	.needs	 = "root loop btrfs",					\
	.scene	 = btrfs,						\
	.source	 = "fs/btrfs/ioctl.c: no security_path_*() hooks"

static int read_text(const char *path)
{
	char text[16];
	const int len = read_file(path, text, sizeof(text));

	if (len < 0)
		return -len;
	return strcmp(text, "secret") ? NO_EFFECT : WORKED;
}

static int read_secret(struct scene *scene)
{
	(void)scene;
	return read_text("mnt/secret/file");
}

static int read_snapshot(struct scene *scene)
{
	const int fd = open("mnt/secret", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;

	(void)scene;
	if (fd < 0)
		return errno;
	error = command("mnt/out", BTRFS_IOC_SNAP_CREATE, fd, "copy");
	close(fd);
	return error ? error : read_text("mnt/out/copy/file");
}

CASE("fs.btrfs.snapshot",
	BTRFS,
	.claim	 = "BTRFS_IOC_SNAP_CREATE of files that are denied, to where they are not",
	.guard	 = FS(READ_FILE),
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("mnt/out") } },
	.gap	 = "a snapshot reparents without LANDLOCK_ACCESS_FS_REFER",
	.attempt = read_snapshot,
	.witness = read_secret);

static int create_subvolume(struct scene *scene)
{
	const int error = command("mnt/out", BTRFS_IOC_SUBVOL_CREATE, 0, "new");

	(void)scene;
	return error ? error : exists("mnt/out/new") ? WORKED : NO_EFFECT;
}

static int create_directory(struct scene *scene)
{
	(void)scene;
	return errno_of(mkdir("mnt/out/new", 0755));
}

CASE("fs.btrfs.subvol_create",
	BTRFS,
	.claim	 = "BTRFS_IOC_SUBVOL_CREATE, which makes a directory",
	.guard	 = FS(MAKE_DIR),
	.gap	 = "no check of LANDLOCK_ACCESS_FS_MAKE_DIR",
	.attempt = create_subvolume,
	.witness = create_directory);

static int destroy_subvolume(struct scene *scene)
{
	const int error = command("mnt/out", BTRFS_IOC_SNAP_DESTROY, 0, "sub");

	(void)scene;
	return error ? error : exists("mnt/out/sub") ? NO_EFFECT : WORKED;
}

static int remove_directory(struct scene *scene)
{
	(void)scene;
	return errno_of(rmdir("mnt/out/dir"));
}

CASE("fs.btrfs.subvol_destroy",
	BTRFS,
	.claim	 = "BTRFS_IOC_SNAP_DESTROY, which removes a directory",
	.guard	 = FS(REMOVE_DIR),
	.gap	 = "no check of LANDLOCK_ACCESS_FS_REMOVE_DIR",
	.attempt = destroy_subvolume,
	.witness = remove_directory);
