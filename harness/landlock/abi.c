// SPDX-License-Identifier: GPL-2.0
/* The names of Landlock's UAPI, and what the running kernel takes of them. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/programs.h"
#include "landlock/abi.h"
#include "landlock/landlock.h"
#include "landlock/socket_rule.h"

#define FIELD(name) offsetof(struct ruleset_attr, name)

/* Sources: the tables of userspace-api/landlock.rst, section "Previous
 * limitations", and include/uapi/linux/landlock.h.
 */
const struct feature features[] = {
	{ "fs.execute",		FEATURE_FS, FS_EXECUTE, 1 },
	{ "fs.write_file",	FEATURE_FS, FS_WRITE_FILE, 1 },
	{ "fs.read_file",	FEATURE_FS, FS_READ_FILE, 1 },
	{ "fs.read_dir",	FEATURE_FS, FS_READ_DIR, 1 },
	{ "fs.remove_dir",	FEATURE_FS, FS_REMOVE_DIR, 1 },
	{ "fs.remove_file",	FEATURE_FS, FS_REMOVE_FILE, 1 },
	{ "fs.make_char",	FEATURE_FS, FS_MAKE_CHAR, 1 },
	{ "fs.make_dir",	FEATURE_FS, FS_MAKE_DIR, 1 },
	{ "fs.make_reg",	FEATURE_FS, FS_MAKE_REG, 1 },
	{ "fs.make_sock",	FEATURE_FS, FS_MAKE_SOCK, 1 },
	{ "fs.make_fifo",	FEATURE_FS, FS_MAKE_FIFO, 1 },
	{ "fs.make_block",	FEATURE_FS, FS_MAKE_BLOCK, 1 },
	{ "fs.make_sym",	FEATURE_FS, FS_MAKE_SYM, 1 },
	{ "fs.refer",		FEATURE_FS, FS_REFER, 2 },
	{ "fs.truncate",	FEATURE_FS, FS_TRUNCATE, 3 },
	{ "fs.ioctl_dev",	FEATURE_FS, FS_IOCTL_DEV, 5 },
	{ "fs.resolve_unix",	FEATURE_FS, FS_RESOLVE_UNIX, 9 },
	{ "net.bind_tcp",	FEATURE_NET, NET_BIND_TCP, 4 },
	{ "net.connect_tcp",	FEATURE_NET, NET_CONNECT_TCP, 4 },
	{ "net.bind_udp",	FEATURE_NET, NET_BIND_UDP, 10 },
	{ "net.connect_send_udp", FEATURE_NET, NET_CONNECT_SEND_UDP, 10 },
	{ "scope.abstract_unix_socket", FEATURE_SCOPE,
	  SCOPE_ABSTRACT_UNIX_SOCKET, 6 },
	{ "scope.signal",	FEATURE_SCOPE, SCOPE_SIGNAL, 6 },
	{ "create.version",	FEATURE_CREATE_FLAG, CREATE_VERSION, 1 },
	{ "create.errata",	FEATURE_CREATE_FLAG, CREATE_ERRATA, 7 },
	{ "rule.path_beneath",	FEATURE_RULE_TYPE, RULE_PATH_BENEATH, 1 },
	{ "rule.net_port",	FEATURE_RULE_TYPE, RULE_NET_PORT, 4 },
	{ "add.quiet",		FEATURE_ADD_FLAG, ADD_QUIET, 10 },
	{ "restrict.log_same_exec_off", FEATURE_RESTRICT_FLAG,
	  RESTRICT_LOG_SAME_EXEC_OFF, 7 },
	{ "restrict.log_new_exec_on", FEATURE_RESTRICT_FLAG,
	  RESTRICT_LOG_NEW_EXEC_ON, 7 },
	{ "restrict.log_subdomains_off", FEATURE_RESTRICT_FLAG,
	  RESTRICT_LOG_SUBDOMAINS_OFF, 7 },
	{ "restrict.tsync",	FEATURE_RESTRICT_FLAG, RESTRICT_TSYNC, 8 },
	{ "restrict.no_new_privs", FEATURE_RESTRICT_FLAG,
	  RESTRICT_NO_NEW_PRIVS, 11 },
	{ "field.handled_access_fs", FEATURE_FIELD,
	  FIELD(handled_access_fs), 1 },
	{ "field.handled_access_net", FEATURE_FIELD,
	  FIELD(handled_access_net), 4 },
	{ "field.scoped",	FEATURE_FIELD, FIELD(scoped), 6 },
	{ "field.quiet_access_fs", FEATURE_FIELD, FIELD(quiet_access_fs), 10 },
	{ "field.quiet_access_net", FEATURE_FIELD,
	  FIELD(quiet_access_net), 10 },
	{ "field.quiet_scoped",	FEATURE_FIELD, FIELD(quiet_scoped), 10 },
	{ "proposed.socket", FEATURE_PROPOSED, SOCKET_EITHER, ABI_PROPOSED },
	{ "proposed.socket_exact", FEATURE_PROPOSED, SOCKET_EXACT,
	  ABI_PROPOSED },
	{ "proposed.socket_canonical", FEATURE_PROPOSED, SOCKET_CANONICAL,
	  ABI_PROPOSED },
};

const size_t features_count = sizeof(features) / sizeof(features[0]);
_Static_assert(sizeof(features) / sizeof(features[0]) <= FEATURES_MAX,
	       "FEATURES_MAX");

struct kernel kernel;

static bool creates(const struct ruleset_attr *attr)
{
	int fd = landlock_create(attr, sizeof(*attr), 0);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/*
 * A flag that the kernel does not know is refused with EINVAL before or after
 * the descriptor is looked at, so the other refusals mean that it is known:
 * EBADF with no_new_privs (syscalls.c, sys_landlock_restrict_self).
 */
static uint64_t probe_restrict_flags(void)
{
	uint64_t flags = 0;
	pid_t pid;
	int status;
	unsigned int bit;

	for (bit = 0; bit < 5; bit++) {
		pid = fork();
		if (pid == 0) {
			if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
				_exit(0);
			/* -2 and not -1, which LOG_SUBDOMAINS_OFF takes */
			landlock_restrict(-2, 1U << bit);
			_exit(errno == EBADF);
		}
		if (pid > 0 && waitpid_retry(pid, &status) == 0 &&
		    WIFEXITED(status) && WEXITSTATUS(status) == 1)
			flags |= 1U << bit;
	}
	return flags;
}

void kernel_probe(void)
{
	const struct feature *f;
	int ret;

	memset(&kernel, 0, sizeof(kernel));
	kernel.errata = -1;
	ret = landlock_create(NULL, 0, CREATE_VERSION);
	if (ret < 0) {
		kernel.landlock_errno = errno;
		return;
	}
	kernel.abi = ret;
	ret = landlock_create(NULL, 0, CREATE_ERRATA);
	if (ret >= 0)
		kernel.errata = ret;
	for (f = features; f < features + features_count; f++) {
		struct ruleset_attr attr = { 0 };

		switch (f->kind) {
		case FEATURE_FS:
			attr.handled_access_fs = f->value;
			if (creates(&attr))
				kernel.fs |= f->value;
			break;
		case FEATURE_NET:
			attr.handled_access_net = f->value;
			if (creates(&attr))
				kernel.net |= f->value;
			break;
		case FEATURE_SCOPE:
			attr.scoped = f->value;
			if (creates(&attr))
				kernel.scoped |= f->value;
			break;
		default:
			break;
		}
	}
	kernel.restrict_flags = probe_restrict_flags();
	kernel.quiet = creates(&(struct ruleset_attr) {
		.handled_access_fs = FS_READ_FILE,
		.quiet_access_fs = FS_READ_FILE,
	});
	/* EINVAL comes before EBADF for a flag that is not known. */
	landlock_add(-1, RULE_PATH_BENEATH, NULL, ADD_QUIET);
	if (errno == EBADF)
		kernel.add_flags |= ADD_QUIET;
	socket_proposal_probe();
	kernel.proposed = socket_proposal.form;
	kernel.proposal = socket_proposal_text();
}

bool kernel_takes(const struct kernel *kernel, const struct feature *f)
{
	if (kernel->abi == 0)
		return false;
	switch (f->kind) {
	case FEATURE_FS:
		return kernel->fs & f->value;
	case FEATURE_NET:
		return kernel->net & f->value;
	case FEATURE_SCOPE:
		return kernel->scoped & f->value;
	case FEATURE_RESTRICT_FLAG:
		return kernel->restrict_flags & f->value;
	case FEATURE_ADD_FLAG:
		return kernel->add_flags & f->value;
	case FEATURE_CREATE_FLAG:
		return f->value == CREATE_VERSION || kernel->errata >= 0;
	case FEATURE_RULE_TYPE:
		return f->value == RULE_PATH_BENEATH || kernel->net;
	case FEATURE_FIELD:
		if (f->value == FIELD(handled_access_net))
			return kernel->net;
		if (f->value == FIELD(scoped))
			return kernel->scoped;
		return f->value == FIELD(handled_access_fs) || kernel->quiet;
	case FEATURE_PROPOSED:
		return kernel->proposed & f->value;
	}
	return false;
}

const struct feature *feature_find(const char *name)
{
	const struct feature *f;

	for (f = features; f < features + features_count; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

uint64_t abi_mask(enum feature_kind kind, int abi)
{
	const struct feature *f;
	uint64_t mask = 0;

	for (f = features; f < features + features_count; f++)
		if (f->kind == kind && f->abi <= abi)
			mask |= f->value;
	return mask;
}

int abi_of(uint64_t fs, uint64_t net, uint64_t scoped)
{
	const struct feature *f;
	int abi = 0;

	for (f = features; f < features + features_count; f++) {
		uint64_t bits = f->kind == FEATURE_FS ? fs :
				f->kind == FEATURE_NET ? net :
				f->kind == FEATURE_SCOPE ? scoped : 0;

		if ((bits & f->value) && f->abi > abi)
			abi = f->abi;
	}
	return abi;
}
