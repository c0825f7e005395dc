// SPDX-License-Identifier: GPL-2.0
/* Bricks that scenes and attempts are built of: files, programs, meetings. */
#include <elf.h>
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "engine/run.h"

/*
 * The smallest program that the kernel takes: one ELF header, one program
 * header, exit_group(EXEC_STATUS).
 */
#define TINY_BASE 0x400000

const struct __attribute__((packed)) {
	Elf64_Ehdr header;
	Elf64_Phdr program;
#if defined(__x86_64__)
	unsigned char code[12];
#elif defined(__aarch64__)
	uint32_t code[3];
#endif
} tiny_program = {
	.header = {
		.e_ident = {
			ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			ELFDATA2LSB, EV_CURRENT,
		},
		.e_type = ET_EXEC,
		.e_version = EV_CURRENT,
		.e_entry = TINY_BASE + sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
#if defined(__x86_64__)
		.e_machine = EM_X86_64,
#elif defined(__aarch64__)
		.e_machine = EM_AARCH64,
#endif
	},
	.program = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_vaddr = TINY_BASE,
		.p_filesz = sizeof(tiny_program),
		.p_memsz = sizeof(tiny_program),
		.p_align = 0x1000,
	},
#if defined(__x86_64__)
	.code = {
		0xbf, EXEC_STATUS, 0, 0, 0,	/* mov  $42, %edi */
		0xb8, 231, 0, 0, 0,		/* mov  $SYS_exit_group, %eax */
		0x0f, 0x05,			/* syscall */
	},
#elif defined(__aarch64__)
	.code = {
		0xd2800000 | EXEC_STATUS << 5,	/* mov  x0, #42 */
		0xd2800000 | 94 << 5 | 8,	/* mov  x8, #SYS_exit_group */
		0xd4000001,			/* svc  #0 */
	},
#endif
};

int write_file(const char *path, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t done;
	int error;

	if (fd < 0)
		return errno;
	done = write(fd, text, strlen(text));
	error = done < 0 ? errno : 0;
	close(fd);
	return error;
}

static int give_away(const char *path)
{
	if (privilege == FULL &&
	    fchownat(AT_FDCWD, path, subject_uid(), subject_gid(),
		     AT_SYMLINK_NOFOLLOW))
		return errno;
	return 0;
}

static int make(const char *path, const void *data, size_t size, mode_t mode)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			    mode);
	ssize_t done;

	if (fd < 0)
		return errno;
	done = write(fd, data, size);
	close(fd);
	if (done != (ssize_t)size)
		return EIO;
	return give_away(path);
}

int make_file(const char *path, const char *text)
{
	return make(path, text, strlen(text), 0644);
}

int make_program(const char *path)
{
	return make(path, &tiny_program, sizeof(tiny_program), 0755);
}

int make_dir(const char *path)
{
	char part[256];
	size_t i;
	int error;

	for (i = 1; i <= strlen(path) && i < sizeof(part); i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (mkdir(part, 0755)) {
			if (errno != EEXIST)
				return errno;
			continue;
		}
		error = give_away(part);
		if (error)
			return error;
	}
	return 0;
}

int read_file(const char *path, char *buf, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t len;

	buf[0] = '\0';
	if (fd < 0)
		return -errno;
	while (used < size - 1) {
		len = read(fd, buf + used, size - 1 - used);
		if (len < 0) {
			len = -errno;
			close(fd);
			return len;
		}
		if (len == 0)
			break;
		used += len;
	}
	close(fd);
	buf[used] = '\0';
	return used;
}

bool file_is(const char *path, const char *text)
{
	char buf[512];

	return read_file(path, buf, sizeof(buf)) >= 0 &&
	       strcmp(buf, text) == 0;
}

bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

const char *find_program(const char *name)
{
	static const char *const dirs[] = {
		"/usr/bin", "/bin", "/usr/sbin", "/sbin",
	};
	static char path[128];
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

int run_program(const char *const argv[])
{
	const char *path = find_program(argv[0]);
	pid_t pid;
	int status;

	if (!path)
		return -ENOENT;
	pid = fork();
	if (pid == 0) {
		execv(path, (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || waitpid_retry(pid, &status))
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

struct body {
	struct scene *scene;
	int (*run)(struct scene *scene);
	int outcome;
};

static void *thread_main(void *arg)
{
	struct body *body = arg;

	body->outcome = body->run(body->scene);
	return NULL;
}

int in_thread(struct scene *scene, int (*run)(struct scene *scene))
{
	struct body body = { scene, run, BROKEN };
	pthread_t thread;
	int error;

	error = pthread_create(&thread, NULL, thread_main, &body);
	if (error)
		return broken(scene, "pthread_create: %s",
			      strerrorname_np(error));
	pthread_join(thread, NULL);
	return body.outcome;
}

/* The meeting places are the last two descriptors of the scene. */
void meeting_init(struct scene *scene)
{
	scene->fd[SCENE_FDS - 2] = eventfd(0, 0);
	scene->fd[SCENE_FDS - 1] = eventfd(0, 0);
}

void wake(struct scene *scene, int slot)
{
	const uint64_t one = 1;
	ssize_t done = write(scene->fd[SCENE_FDS - 2 + slot], &one,
			     sizeof(one));

	(void)done;
}

int await(struct scene *scene, int slot)
{
	uint64_t count;

	if (read(scene->fd[SCENE_FDS - 2 + slot], &count, sizeof(count)) < 0)
		return errno;
	return 0;
}
