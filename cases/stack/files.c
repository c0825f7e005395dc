// SPDX-License-Identifier: GPL-2.0
/*
 * The rights of the file system, with another module that decides too: the
 * objects are in the directories "free" and "refused".
 */
#include <dirent.h>
#include <linux/random.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "stack.h"

static const char *const dirs[] = { [FREE] = "free", [REFUSED] = "refused" };

/*
 * struct operation - what needs a right; both run in one of the directories
 * @make: what must be there before; NULL: nothing
 * @act: the operation
 */
struct operation {
	uint32_t right;
	int (*make)(void);
	int (*act)(void);
	struct refusal refusal;
};

static int make_text(void)
{
	return make_file("file", "secret");
}

static int read_text(void)
{
	const int fd = open("file", O_RDONLY | O_CLOEXEC);
	char text[16] = "";

	if (fd < 0)
		return errno;
	return read(fd, text, sizeof(text)) == 6 && !strcmp(text, "secret") ?
		WORKED : NO_EFFECT;
}

static int write_text(void)
{
	const int fd = open("file", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	return write(fd, "public", 6) == 6 && file_is("file", "public") ?
		WORKED : NO_EFFECT;
}

static int truncate_text(void)
{
	return errno_of(truncate("file", 3)) ?:
	       file_is("file", "sec") ? WORKED : NO_EFFECT;
}

static int make_executable(void)
{
	return make_program("program");
}

static int execute(void)
{
	char *const argv[] = { "program", NULL };
	int ends[2], error = 0, status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	pid = fork();
	if (pid == 0) {
		execve(argv[0], argv, NULL);
		_exit(write(ends[1], &errno, sizeof(errno)) < 0);
	}
	close(ends[1]);
	if (pid < 0 || read(ends[0], &error, sizeof(error)) < 0 ||
	    waitpid_retry(pid, &status))
		return errno;
	close(ends[0]);
	if (error)
		return error;
	return WIFEXITED(status) && WEXITSTATUS(status) == EXEC_STATUS ?
		WORKED : NO_EFFECT;
}

static int list_dir(void)
{
	DIR *const dir = opendir(".");
	bool found = false;
	struct dirent *entry;

	if (!dir)
		return errno;
	while ((entry = readdir(dir)))
		found |= strcmp(entry->d_name, "file") == 0;
	closedir(dir);
	return found ? WORKED : NO_EFFECT;
}

static int make_old_dir(void)
{
	return make_dir("old");
}

static int remove_dir(void)
{
	return errno_of(unlinkat(AT_FDCWD, "old", AT_REMOVEDIR)) ?:
	       exists("old") ? NO_EFFECT : WORKED;
}

static int remove_file(void)
{
	return errno_of(unlinkat(AT_FDCWD, "file", 0)) ?:
	       exists("file") ? NO_EFFECT : WORKED;
}

static int made(int ret, mode_t type)
{
	struct stat about;

	if (ret)
		return errno;
	return !lstat("new", &about) && (about.st_mode & S_IFMT) == type ?
		WORKED : NO_EFFECT;
}

static int make_node(mode_t type, dev_t device)
{
	return made(mknodat(AT_FDCWD, "new", type | 0600, device), type);
}

static int make_char(void)
{
	return make_node(S_IFCHR, makedev(1, 3));
}

static int make_block(void)
{
	return make_node(S_IFBLK, makedev(7, 0));
}

static int make_reg(void)
{
	return make_node(S_IFREG, 0);
}

static int make_sock(void)
{
	return make_node(S_IFSOCK, 0);
}

static int make_fifo(void)
{
	return make_node(S_IFIFO, 0);
}

static int make_new_dir(void)
{
	return made(mkdirat(AT_FDCWD, "new", 0700), S_IFDIR);
}

static int make_sym(void)
{
	return made(symlinkat("nowhere", AT_FDCWD, "new"), S_IFLNK);
}

static int make_decoy(void)
{
	return make_file("../decoy/file", "secret");
}

static int link_decoy(void)
{
	return made(linkat(AT_FDCWD, "../decoy/file", AT_FDCWD, "new", 0),
		    S_IFREG);
}

/* One with a command that everybody may give */
static int make_device(void)
{
	return errno_of(mknod("random", S_IFCHR, makedev(1, 8))) ?:
	       errno_of(chmod("random", 0666));
}

static int ask_device(void)
{
	const int fd = open("random", O_RDONLY | O_CLOEXEC);
	int bits = -1;

	if (fd < 0)
		return NO_EFFECT;
	return errno_of(ioctl(fd, RNDGETENTCNT, &bits)) ?:
	       bits < 0 ? NO_EFFECT : WORKED;
}

static const struct operation operations[] = {
	{ FS_EXECUTE, make_executable, execute,
	  { "file_open", { SYS_execve } } },
	{ FS_WRITE_FILE, make_text, write_text,
	  { "file_open", { SYS_openat } } },
	{ FS_READ_FILE, make_text, read_text,
	  { "file_open", { SYS_openat } } },
	{ FS_READ_DIR, make_text, list_dir,
	  { "file_open", { SYS_openat } } },
	{ FS_REMOVE_DIR, make_old_dir, remove_dir,
	  { "path_rmdir", { SYS_unlinkat } } },
	{ FS_REMOVE_FILE, make_text, remove_file,
	  { "path_unlink", { SYS_unlinkat } } },
	{ FS_MAKE_CHAR, NULL, make_char, { "path_mknod", { SYS_mknodat } } },
	{ FS_MAKE_DIR, NULL, make_new_dir, { "path_mkdir", { SYS_mkdirat } } },
	{ FS_MAKE_REG, NULL, make_reg, { "path_mknod", { SYS_mknodat } } },
	{ FS_MAKE_SOCK, NULL, make_sock, { "path_mknod", { SYS_mknodat } } },
	{ FS_MAKE_FIFO, NULL, make_fifo, { "path_mknod", { SYS_mknodat } } },
	{ FS_MAKE_BLOCK, NULL, make_block, { "path_mknod", { SYS_mknodat } } },
	{ FS_MAKE_SYM, NULL, make_sym,
	  { "path_symlink", { SYS_symlinkat } } },
	{ FS_REFER, make_decoy, link_decoy, { "path_link", { SYS_linkat } } },
	{ FS_TRUNCATE, make_text, truncate_text,
	  { "path_truncate", { SYS_truncate } } },
	{ FS_IOCTL_DEV, make_device, ask_device,
	  { "file_ioctl", { SYS_ioctl } } },
};

static const struct operation *operation(const struct scene *scene)
{
	size_t i = 0;

	while (operations[i].right != scene->test->guard.fs)
		i++;
	return &operations[i];
}

static int in_dir(enum object object, int (*what)(void))
{
	int ret;

	if (!what)
		return 0;
	if (chdir(dirs[object]))
		return errno;
	ret = what();
	return chdir("..") ? errno : ret;
}

static int scene(struct scene *scene)
{
	const struct operation *const this = operation(scene);

	return make_dir("free") ?: make_dir("refused") ?:
	       in_dir(FREE, this->make) ?: in_dir(REFUSED, this->make) ?:
	       other_prepare(scene, &this->refusal);
}

static int act(struct scene *scene, enum object object)
{
	return in_dir(object, operation(scene)->act);
}

static int attempt(struct scene *scene)
{
	return decide(scene, &(const struct decision) {
			operation(scene)->refusal, act });
}

static int witness(struct scene *scene)
{
	return act(scene, FREE);
}

#define ON_FILES(name, of, right, error, ...)				\
	CASE("stack.fs." name,						\
		BOTH_DECIDE(W(GRANT)),					\
		.claim	  = of " that Landlock and another decide about", \
		.guard	  = FS(right),					\
		.promise  = { DENIED(error) },				\
		.grant	  = { PATH("free"), PATH("refused"),		\
			      PATH("decoy") },				\
		.extra	  = RULESET { .fs = FS_##right, .rules = {	\
			PATH("free"), PATH("refused"), PATH("decoy") } }, \
		.needs	  = "guest",					\
		.scene	  = scene,					\
		.attempt  = attempt,					\
		.witness  = witness,					\
		__VA_ARGS__)

#define ON_PATHS(name, of, right)					\
	ON_FILES(name, of, right, EACCES, .variants = others)

ON_PATHS("execute", "execve(2)", EXECUTE);
ON_PATHS("write_file", "open(2) to write", WRITE_FILE);
ON_PATHS("read_file", "open(2) to read", READ_FILE);
ON_PATHS("read_dir", "open(2) of a directory", READ_DIR);
ON_PATHS("remove_dir", "rmdir(2)", REMOVE_DIR);
ON_PATHS("remove_file", "unlink(2)", REMOVE_FILE);
ON_PATHS("make_dir", "mkdir(2)", MAKE_DIR);
ON_PATHS("make_reg", "mknod(2) of a file", MAKE_REG);
ON_PATHS("make_sock", "mknod(2) of a socket", MAKE_SOCK);
ON_PATHS("make_fifo", "mknod(2) of a FIFO", MAKE_FIFO);
ON_PATHS("make_sym", "symlink(2)", MAKE_SYM);
ON_PATHS("truncate", "truncate(2)", TRUNCATE);
ON_FILES("make_char", "mknod(2) of a character device", MAKE_CHAR, EACCES,
	 .root = true, .variants = others);
ON_FILES("make_block", "mknod(2) of a block device", MAKE_BLOCK, EACCES,
	 .root = true, .variants = others);
ON_FILES("refer", "link(2) to another directory", REFER, EXDEV,
	 .variants = others);
ON_FILES("ioctl_dev", "ioctl(2) of a device", IOCTL_DEV, EACCES,
	 .variants = others_by_hook);
