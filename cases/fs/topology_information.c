// SPDX-License-Identifier: GPL-2.0
/* What the kernel tells of mounts and namespaces, whatever the rules are. */
#include <sys/syscall.h>

#include "fs.h"
#include "topology.h"

/* asm-generic/unistd.h of 6.8 and 6.19 */
#define NR_STATMOUNT	457
#define NR_LISTMOUNT	458
#define NR_LISTNS	470

/* linux/mount.h: struct mnt_id_req and struct statmount, its first version */
struct mount_request {
	uint32_t size, spare;
	uint64_t id, param;
};
#define ROOT_MOUNT	((uint64_t)-1)
#define SB_BASIC	1
struct mount_answer {
	uint32_t size, mount_options;
	uint64_t mask;
	uint32_t device_major, device_minor;
	uint64_t magic;
	char rest[480];
};

/* linux/nsfs.h: struct ns_id_req */
struct namespace_request {
	uint32_t size, spare;
	uint64_t id;
	uint32_t type, spare2;
	uint64_t user;
};

static int missing(struct scene *scene, const char *call)
{
	if (errno == ENOSYS && scene->world == WORLD_CONTROL)
		return cannot(scene, "%s", call);
	return errno;
}

/* Mounts below the root of this namespace, by their numbers */
static long list(uint64_t *ids, size_t count)
{
	const struct mount_request request = {
		.size = sizeof(request), .id = ROOT_MOUNT,
	};

	return syscall(NR_LISTMOUNT, &request, ids, count, 0);
}

static int do_listmount(struct scene *scene)
{
	uint64_t ids[64];
	const long count = list(ids, 64);

	return count < 0 ? missing(scene, "listmount(2) (Linux 6.8)") :
	       count > 0 ? WORKED : NO_EFFECT;
}

static int do_statmount(struct scene *scene)
{
	struct mount_request request = {
		.size = sizeof(request), .param = SB_BASIC,
	};
	struct mount_answer answer = { 0 };

	if (list(&request.id, 1) < 0)
		return missing(scene, "statmount(2) (Linux 6.8)");
	if (syscall(NR_STATMOUNT, &request, &answer, sizeof(answer), 0))
		return errno;
	return answer.magic ? WORKED : NO_EFFECT;
}

static int do_listns(struct scene *scene)
{
	const struct namespace_request request = { .size = sizeof(request) };
	uint64_t ids[16];
	const long count = syscall(NR_LISTNS, &request, ids, 16, 0);

	return count < 0 ? missing(scene, "listns(2) (Linux 6.19)") :
	       count > 0 ? WORKED : NO_EFFECT;
}

static const struct variant calls[] = {
	{ "", .op = do_statmount },
	{ "listmount", .op = do_listmount },
	{ "listns", .op = do_listns },
	{ NULL }
};

CASE("fs.topology.information",
	.claim	  = "statmount(2), listmount(2) and listns(2)",
	.guard	  = { .fs = FS_ABI_1 },
	.promise  = { OPEN },
	.gap	  = "documented limit: rules are about actions on files, and none is about knowing mounts",
	.root	  = true,
	.needs	  = "namespaces",
	.variants = calls,
	.scene	  = dir_file,
	.attempt  = variant_op,
	.witness  = read_dir_file,
	.source	  = "fs/namespace.c: do_statmount(), security_sb_statfs() alone; kernel/nstree.c");
