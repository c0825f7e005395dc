/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every number of Landlock's UAPI up to ABI_NEWEST: the suite's own copies, so
 * that it builds where the system's headers are old.  abi_check.c compares them at
 * build time with linux/landlock.h, as far as that goes.
 *
 * Source: include/uapi/linux/landlock.h and security/landlock/limits.h of 7.3.
 */
#ifndef LANDPROOF_LANDLOCK_ABI_H
#define LANDPROOF_LANDLOCK_ABI_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The newest ABI version whose promises this suite knows. */
#define ABI_NEWEST 11

/* Of what is only proposed: no ABI version promises it. */
#define ABI_PROPOSED INT_MAX

enum fs_access {
	FS_EXECUTE	= 1 << 0,
	FS_WRITE_FILE	= 1 << 1,
	FS_READ_FILE	= 1 << 2,
	FS_READ_DIR	= 1 << 3,
	FS_REMOVE_DIR	= 1 << 4,
	FS_REMOVE_FILE	= 1 << 5,
	FS_MAKE_CHAR	= 1 << 6,
	FS_MAKE_DIR	= 1 << 7,
	FS_MAKE_REG	= 1 << 8,
	FS_MAKE_SOCK	= 1 << 9,
	FS_MAKE_FIFO	= 1 << 10,
	FS_MAKE_BLOCK	= 1 << 11,
	FS_MAKE_SYM	= 1 << 12,
	FS_REFER	= 1 << 13,
	FS_TRUNCATE	= 1 << 14,
	FS_IOCTL_DEV	= 1 << 15,
	FS_RESOLVE_UNIX	= 1 << 16,
};

/* What a rule on something that is no directory can carry (fs.c ACCESS_FILE) */
#define FS_FILE_RIGHTS							\
	(FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE |	\
	 FS_IOCTL_DEV | FS_RESOLVE_UNIX)

enum net_access {
	NET_BIND_TCP		= 1 << 0,
	NET_CONNECT_TCP		= 1 << 1,
	NET_BIND_UDP		= 1 << 2,
	NET_CONNECT_SEND_UDP	= 1 << 3,
};

enum scope {
	SCOPE_ABSTRACT_UNIX_SOCKET	= 1 << 0,
	SCOPE_SIGNAL			= 1 << 1,
};

enum create_ruleset_flag {
	CREATE_VERSION	= 1 << 0,
	CREATE_ERRATA	= 1 << 1,
};

enum add_rule_flag {
	ADD_QUIET	= 1 << 0,
};

enum restrict_self_flag {
	RESTRICT_LOG_SAME_EXEC_OFF	= 1 << 0,
	RESTRICT_LOG_NEW_EXEC_ON	= 1 << 1,
	RESTRICT_LOG_SUBDOMAINS_OFF	= 1 << 2,
	RESTRICT_TSYNC			= 1 << 3,
	RESTRICT_NO_NEW_PRIVS		= 1 << 4,
};

enum rule_type {
	RULE_PATH_BENEATH	= 1,
	RULE_NET_PORT		= 2,
};

/* struct landlock_ruleset_attr of ABI 10 and 11 */
struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;	/* ABI 4 */
	uint64_t scoped;		/* ABI 6 */
	uint64_t quiet_access_fs;	/* ABI 10 */
	uint64_t quiet_access_net;	/* ABI 10 */
	uint64_t quiet_scoped;		/* ABI 10 */
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

struct net_port_attr {
	uint64_t allowed_access;
	uint64_t port;
};

/* Layers of one domain, since 5.19 and 5.18.3 (LANDLOCK_MAX_NUM_LAYERS). */
#define LAYERS_MAX 16

/* The records that Landlock writes to the audit log since ABI 7. */
#define AUDIT_LANDLOCK_ACCESS_TYPE	1423
#define AUDIT_LANDLOCK_DOMAIN_TYPE	1424

/* The kinds of things that the UAPI names. */
enum feature_kind {
	FEATURE_FS,		/* bits of handled_access_fs */
	FEATURE_NET,
	FEATURE_SCOPE,
	FEATURE_CREATE_FLAG,
	FEATURE_ADD_FLAG,
	FEATURE_RESTRICT_FLAG,
	FEATURE_RULE_TYPE,
	FEATURE_FIELD,		/* offset into struct ruleset_attr */
	FEATURE_PROPOSED,	/* a set of enum socket_form */
};

/*
 * struct feature - one name of the UAPI
 * @name: the suite's word for it, e.g. "fs.read_file"
 * @kind, @value: which number it is, of which set
 * @abi: the ABI version that promises it
 * @reason: why no case guards it, where none does
 */
struct feature {
	const char *name;
	enum feature_kind kind;
	uint64_t value;
	int abi;
	const char *reason;
};

#define FEATURES_MAX 64
extern const struct feature features[];
extern const size_t features_count;

/* What a kernel says of itself and was seen to take. */
struct kernel {
	int abi;		/* 0: no Landlock */
	int errata;		/* bitmask; -1: no errata interface */
	int landlock_errno;	/* 0, ENOSYS, EOPNOTSUPP ... */
	uint64_t fs, net, scoped;	/* bits that create_ruleset takes */
	uint64_t quiet;		/* nonzero: takes the quiet_* fields */
	uint64_t restrict_flags, add_flags;
	uint64_t proposed;	/* a set of enum socket_form */
	const char *proposal;	/* the same in words */
};

/* The running one */
extern struct kernel kernel;

/* Asks the kernel, bit by bit; fills @kernel.  Needs no privilege. */
void kernel_probe(void);

/*
 * Another one, in words that commas separate: abi=N, errata=N or none, and
 * names of features that differ from what that ABI version promises:
 * +scope.signal, -fs.refer.  NULL, or what is wrong with the words.
 */
const char *kernel_describe(struct kernel *kernel, const char *words);

/* Does @kernel take @feature? */
bool kernel_takes(const struct kernel *kernel, const struct feature *feature);

/* The ABI version that promises all of these bits; 0 for none. */
int abi_of(uint64_t fs, uint64_t net, uint64_t scoped);

/* The feature called @name, or NULL. */
const struct feature *feature_find(const char *name);

/* The bits that the first @abi versions name. */
uint64_t abi_mask(enum feature_kind kind, int abi);

#endif
