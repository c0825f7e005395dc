// SPDX-License-Identifier: GPL-2.0
/* Programs of the BPF LSM, by bpf(2) alone: no compiler and no library. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine/bpf_lsm.h"

/* Of include/uapi/linux/bpf.h, which may be older than the kernel */
enum {
	CMD_PROG_LOAD = 5,
	CMD_RAW_TRACEPOINT_OPEN = 17,
	PROG_TYPE_LSM = 29,
	ATTACH_LSM_MAC = 27,
	FUNC_GET_CURRENT_COMM = 16,
};

struct insn {
	uint8_t code;
	uint8_t dst : 4, src : 4;
	int16_t off;
	int32_t imm;
};

struct load_attr {
	uint32_t prog_type, insn_cnt;
	uint64_t insns, license;
	uint32_t log_level, log_size;
	uint64_t log_buf;
	uint32_t kern_version, prog_flags;
	char prog_name[16];
	uint32_t prog_ifindex, expected_attach_type, prog_btf_fd;
	uint32_t func_info_rec_size;
	uint64_t func_info;
	uint32_t func_info_cnt, line_info_rec_size;
	uint64_t line_info;
	uint32_t line_info_cnt, attach_btf_id, attach_btf_obj_fd, pad;
};

struct attach_attr {
	uint64_t name;
	uint32_t prog_fd, pad;
};

/* The kernel's types, Documentation/bpf/btf.rst */
struct btf_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len, type_off, type_len, str_off, str_len;
};

struct btf_type {
	uint32_t name_off, info, size_or_type;
};

#define BTF_KIND(info)	((info) >> 24 & 0x1f)
#define BTF_VLEN(info)	((info) & 0xffff)
#define BTF_KIND_FUNC	12

/* Bytes that follow a type of each kind: some, and some for each of vlen */
static const struct { uint8_t once, each; } btf_more[] = {
	[1] = { 4, 0 },		/* int */
	[3] = { 12, 0 },	/* array */
	[4] = { 0, 12 },	/* struct */
	[5] = { 0, 12 },	/* union */
	[6] = { 0, 8 },		/* enum */
	[13] = { 0, 8 },	/* function prototype */
	[14] = { 4, 0 },	/* variable */
	[15] = { 0, 12 },	/* section */
	[17] = { 4, 0 },	/* declaration tag */
	[19] = { 0, 12 },	/* enum64 */
};

#define BTF_KINDS (sizeof(btf_more) / sizeof(btf_more[0]))

/* Every hook that a program can be attached to, by the ID of its type */
#define HOOK "bpf_lsm_"
static struct {
	char name[48];
	uint32_t id;
} hooks[400];
static size_t hooks_count;

static void take_hook(const char *name, uint32_t id)
{
	if (strncmp(name, HOOK, strlen(HOOK)) || hooks_count == 400)
		return;
	snprintf(hooks[hooks_count].name, sizeof(hooks[0].name), "%s",
		 name + strlen(HOOK));
	hooks[hooks_count++].id = id;
}

static void walk_types(const char *data, size_t size)
{
	const struct btf_header *const header = (const void *)data;
	const char *const strings = data + header->hdr_len + header->str_off;
	const char *at = data + header->hdr_len + header->type_off;
	const char *const end = at + header->type_len;
	uint32_t id;

	if (size < sizeof(*header) || header->magic != 0xeb9f ||
	    strings + header->str_len > data + size || end > data + size)
		return;
	for (id = 1; at + sizeof(struct btf_type) <= end; id++) {
		const struct btf_type *const type = (const void *)at;
		const uint32_t kind = BTF_KIND(type->info);

		if (kind == BTF_KIND_FUNC && type->name_off < header->str_len)
			take_hook(strings + type->name_off, id);
		at += sizeof(*type);
		if (kind < BTF_KINDS)
			at += btf_more[kind].once +
			      btf_more[kind].each * BTF_VLEN(type->info);
	}
}

/* Once for all who share this memory: there are 5 MB of types. */
static void find_hooks(void)
{
	const int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	struct stat about;
	size_t have = 0;
	ssize_t more;
	char *data;

	if (fd < 0 || fstat(fd, &about))
		return;
	data = malloc(about.st_size);
	while (data && (more = read(fd, data + have, about.st_size - have)) > 0)
		have += more;
	if (data)
		walk_types(data, have);
	free(data);
	close(fd);
}

static uint32_t hook_id(const char *name)
{
	size_t i;

	if (!hooks_count)
		find_hooks();
	for (i = 0; i < hooks_count; i++)
		if (strcmp(hooks[i].name, name) == 0)
			return hooks[i].id;
	return 0;
}

/*
 * return strncmp(current->comm, @name, 8) ? 0 : -@error;
 *
 * What everybody is refused has the last two instructions only.
 */
static int load(uint32_t hook, const char *name, int error)
{
	static char said[4096];
	uint64_t letters = 0;

	if (name)
		memcpy(&letters, name, strnlen(name, sizeof(letters)));

	const struct insn program[] = {
		{ 0xbf, 1, 10, 0, 0 },			/* r1 = r10 */
		{ 0x07, 1, 0, 0, -16 },			/* r1 += -16 */
		{ 0xb7, 2, 0, 0, 16 },			/* r2 = 16 */
		{ 0x85, 0, 0, 0, FUNC_GET_CURRENT_COMM },
		{ 0x79, 1, 10, -16, 0 },		/* r1 = *(r10 - 16) */
		{ 0x18, 2, 0, 0, (int32_t)letters },	/* r2 = letters */
		{ 0, 0, 0, 0, (int32_t)(letters >> 32) },
		{ 0xb7, 0, 0, 0, 0 },			/* r0 = 0 */
		{ 0x5d, 1, 2, 1, 0 },			/* r1 != r2: skip */
		{ 0xb7, 0, 0, 0, -error },		/* r0 = -error */
		{ 0x95, 0, 0, 0, 0 },			/* exit */
	};
	const size_t length = sizeof(program) / sizeof(program[0]);
	const size_t from = name ? 0 : length - 2;
	const struct load_attr attr = {
		.prog_type = PROG_TYPE_LSM,
		.insn_cnt = length - from,
		.insns = (uintptr_t)&program[from],
		.license = (uintptr_t)"GPL",
		.log_level = 1,
		.log_size = sizeof(said),
		.log_buf = (uintptr_t)said,
		.prog_name = "landproof",
		.expected_attach_type = ATTACH_LSM_MAC,
		.attach_btf_id = hook,
	};

	return syscall(SYS_bpf, CMD_PROG_LOAD, &attr, sizeof(attr));
}

int bpf_lsm_attach(const char *hook, const char *name, int error)
{
	const uint32_t id = hook_id(hook);
	struct attach_attr attr = { 0 };
	int program, fd;

	if (!id)
		return -ENOENT;
	program = load(id, name, error);
	if (program < 0)
		return -errno;
	attr.prog_fd = program;
	fd = syscall(SYS_bpf, CMD_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
	if (fd < 0)
		fd = -errno;
	close(program);
	return fd;
}
