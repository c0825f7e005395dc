// SPDX-License-Identifier: GPL-2.0
/* Reads the kernel's description of its own types. */
#include <fcntl.h>
#include <linux/btf.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "census/census.h"

#define VMLINUX		"/sys/kernel/btf/vmlinux"

/* Newer than some systems' headers */
#define KIND_ENUM64	19

static const struct btf_header *header;

static bool load(void)
{
	struct stat status;
	int fd;

	if (header)
		return true;
	fd = open(VMLINUX, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &status) == 0 &&
	    status.st_size > (off_t)sizeof(*header)) {
		/* Up to 6.15 it cannot be mapped. */
		char *const text = mmap(NULL, status.st_size,
					PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		ssize_t got, length = 0;

		while (text != MAP_FAILED && length < status.st_size &&
		       (got = read(fd, text + length,
				   status.st_size - length)) > 0)
			length += got;
		if (length == status.st_size)
			header = (void *)text;
	}
	close(fd);
	if (header && header->magic != BTF_MAGIC)
		header = NULL;
	return header;
}

static const char *name_at(unsigned int offset)
{
	return (const char *)header + header->hdr_len + header->str_off +
	       offset;
}

/* How many bytes stand between one type and the next */
static size_t length_of(const struct btf_type *type)
{
	const unsigned int count = BTF_INFO_VLEN(type->info);
	size_t more = 0;

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case 17:	/* BTF_KIND_DECL_TAG */
		more = sizeof(__u32);
		break;
	case BTF_KIND_ARRAY:
		more = sizeof(struct btf_array);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		more = count * sizeof(struct btf_member);
		break;
	case BTF_KIND_ENUM:
		more = count * sizeof(struct btf_enum);
		break;
	case KIND_ENUM64:
		more = count * 3 * sizeof(__u32);
		break;
	case BTF_KIND_FUNC_PROTO:
		more = count * sizeof(struct btf_param);
		break;
	case BTF_KIND_DATASEC:
		more = count * sizeof(struct btf_var_secinfo);
		break;
	}
	return sizeof(*type) + more;
}

/* The type behind @type, or the first one: NULL at the end */
static const struct btf_type *next(const struct btf_type *type)
{
	const char *const types =
		(const char *)header + header->hdr_len + header->type_off;
	const char *const at = type ? (const char *)type + length_of(type) :
			       types;

	return at < types + header->type_len ? (const void *)at : NULL;
}

bool btf_union_members(const char *name, void (*found)(const char *member))
{
	const struct btf_type *type = NULL;

	if (!load())
		return false;
	while ((type = next(type))) {
		const struct btf_member *const members = (const void *)(type + 1);
		unsigned int i;

		if (BTF_INFO_KIND(type->info) != BTF_KIND_UNION ||
		    strcmp(name_at(type->name_off), name))
			continue;
		for (i = 0; i < BTF_INFO_VLEN(type->info); i++)
			found(name_at(members[i].name_off));
		return true;
	}
	return false;
}

long btf_enum_value(const char *name)
{
	const struct btf_type *type = NULL;

	if (!load())
		return -1;
	while ((type = next(type))) {
		const struct btf_enum *const values = (const void *)(type + 1);
		unsigned int i;

		if (BTF_INFO_KIND(type->info) != BTF_KIND_ENUM)
			continue;
		for (i = 0; i < BTF_INFO_VLEN(type->info); i++)
			if (!strcmp(name_at(values[i].name_off), name))
				return values[i].val;
	}
	return -1;
}
