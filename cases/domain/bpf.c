// SPDX-License-Identifier: GPL-2.0
/* Objects of bpf(2): made by capability, and named by files of their own. */
#include <linux/bpf.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "domain.h"

static int bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int new_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = 8, .max_entries = 1,
	};

	return bpf(BPF_MAP_CREATE, &attr);
}

static int missing(struct scene *scene)
{
	if (errno == ENOSYS && scene->world == WORLD_CONTROL)
		return cannot(scene, "bpf(2) (CONFIG_BPF_SYSCALL)");
	return errno;
}

/* What is put in comes out. */
static int use_map(struct scene *scene)
{
	uint32_t key = 0;
	uint64_t value = 42;
	union bpf_attr attr = {
		.map_fd = new_map(), .key = (uintptr_t)&key,
		.value = (uintptr_t)&value,
	};

	if ((int)attr.map_fd < 0)
		return missing(scene);
	if (bpf(BPF_MAP_UPDATE_ELEM, &attr))
		return errno;
	value = 0;
	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr))
		return errno;
	return value == 42 ? WORKED : NO_EFFECT;
}

/* The program returns 0, so that a socket which it filters receives nothing. */
static int use_program(struct scene *scene)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)program, .insn_cnt = 2,
		.license = (uintptr_t)"GPL",
	};
	int fd, ends[2];
	char byte;

	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		return missing(scene);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) ||
	    setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_BPF, &fd, sizeof(fd)))
		return errno;
	send(ends[0], "x", 1, MSG_DONTWAIT);
	return recv(ends[1], &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN ?
		WORKED : NO_EFFECT;
}

static const struct variant objects[] = {
	{ "", .op = use_map },
	{ "program", .op = use_program },
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("domain.bpf.create",
	.own_memory = true,
	.claim	  = "bpf(2) of a map and of a program, by root",
	.guard	  = FS(READ_FILE),
	.promise  = { OPEN },
	.gap	  = "documented limit: rules are about objects; what capabilities permit stays permitted",
	.needs	  = "root",
	.root	  = true,
	.variants = objects,
	.scene	  = domain_files,
	.attempt  = by_variant,
	.witness  = read_guarded_file,
	.source	  = "kernel/bpf/syscall.c: security_bpf() and its like, no hook of Landlock");

static int bpf_files(struct scene *scene)
{
	if (make_dir("pins") || mount("bpf", "pins", "bpf", 0, "mode=0777"))
		return cannot(scene, "a mount of bpf (CONFIG_BPF_SYSCALL)");
	scene->fd[0] = new_map();
	fcntl(scene->fd[0], F_SETFD, 0);
	return errno_of(scene->fd[0]);
}

static int pin(struct scene *scene)
{
	union bpf_attr attr = {
		.bpf_fd = scene->fd[0], .pathname = (uintptr_t)"pins/map",
	};

	return errno_of(bpf(BPF_OBJ_PIN, &attr));
}

static bool pinned(struct scene *scene)
{
	(void)scene;
	return exists("pins/map");
}

CASE("domain.bpf.pin",
	.own_memory = true,
	.claim	 = "bpf(2) that pins an object, which makes a file",
	.guard	 = FS(MAKE_REG),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("pins") },
	.needs	 = "root",
	.root	 = true,
	.scene	 = bpf_files,
	.attempt = pin,
	.effect	 = pinned,
	.source	 = "kernel/bpf/inode.c: bpf_obj_do_pin(), security_path_mknod()");
