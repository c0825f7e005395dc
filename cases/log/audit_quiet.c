// SPDX-License-Identifier: GPL-2.0
/* Quiet rules: denials that the policy's author does not want to hear of. */
#include <netinet/in.h>
#include <signal.h>

#include "denials.h"

#define QUIET_ON(path) PATH(path, .flags = ADD_QUIET)

/* /dev/null is quiet; the root directory is not. */
static int open_then_list(struct scene *scene)
{
	const int quiet = open_null(O_RDONLY), loud = open_root();

	return second_logged(scene, quiet, loud, "fs.read_dir");
}

#define QUIET_CASE							\
	A_LOG_CASE,							\
	.worlds	 = W(CONTROL) | W(DENY),				\
	.promise = { LOGGED },					\
	.scene	 = audit_scene

CASE("log.audit.quiet_rule",
	.claim	 = "open(2) denied beneath a quiet rule leaves no record",
	QUIET_CASE,
	.deny	 = {
		.fs = FS_READ_FILE | FS_READ_DIR,
		.quiet_fs = FS_READ_FILE,
		.rules = { QUIET_ON("/dev/null") },
	},
	.covers	 = "add.quiet field.quiet_access_fs",
	.attempt = open_then_list,
	.source	 = "landlock.h: LANDLOCK_ADD_RULE_QUIET");

CASE("log.audit.quiet_inherited",
	.claim	 = "a quiet rule holds for the whole hierarchy beneath it",
	QUIET_CASE,
	.deny	 = {
		.fs = FS_READ_FILE | FS_READ_DIR,
		.quiet_fs = FS_READ_FILE,
		.rules = { QUIET_ON("/") },
	},
	.covers	 = "add.quiet field.quiet_access_fs",
	.attempt = open_then_list,
	.source	 = "landlock.h: LANDLOCK_ADD_RULE_QUIET");

static int open_and_look(struct scene *scene)
{
	return was_logged(scene, open_null(O_RDONLY), "fs.read_file",
			  "path=\"/dev/null\"");
}

CASE("log.audit.quiet_elsewhere",
	.claim	 = "a quiet rule on another file hides nothing",
	QUIET_CASE,
	.deny	 = {
		.fs = FS_READ_FILE,
		.quiet_fs = FS_READ_FILE,
		.rules = { QUIET_ON("/dev/zero"), QUIET_ON("/proc") },
	},
	.covers	 = "add.quiet field.quiet_access_fs",
	.attempt = open_and_look,
	.source	 = "landlock.h: LANDLOCK_ADD_RULE_QUIET");

CASE("log.audit.quiet_other_right",
	.claim	 = "a quiet rule hides no right that is not quiet",
	QUIET_CASE,
	.deny	 = {
		.fs = FS_READ_FILE | FS_WRITE_FILE,
		.quiet_fs = FS_WRITE_FILE,
		.rules = { QUIET_ON("/dev") },
	},
	.covers	 = "add.quiet field.quiet_access_fs",
	.attempt = open_and_look,
	.source	 = "landlock.h: quiet_access_fs");

CASE("log.audit.quiet_without_flag",
	.claim	 = "quiet rights without a quiet rule hide no record",
	QUIET_CASE,
	.deny	 = {
		.fs = FS_READ_FILE | FS_WRITE_FILE,
		.quiet_fs = FS_READ_FILE,
		.rules = { PATH("/dev", .access = FS_WRITE_FILE) },
	},
	.covers	 = "add.quiet field.quiet_access_fs",
	.attempt = open_and_look,
	.source	 = "landlock.h: quiet_access_fs");

/* One of two missing rights is not quiet: both are logged. */
static int open_both_and_look(struct scene *scene)
{
	return was_logged(scene, open_null(O_RDWR),
			  "fs.write_file,fs.read_file", "path=\"/dev/null\"");
}

CASE("log.audit.quiet_in_part",
	.claim	 = "a denial is quiet only if every missing right is",
	QUIET_CASE,
	.deny	 = {
		.fs = FS_READ_FILE | FS_WRITE_FILE,
		.quiet_fs = FS_READ_FILE,
		.rules = { QUIET_ON("/dev") },
	},
	.covers	 = "add.quiet field.quiet_access_fs",
	.attempt = open_both_and_look,
	.source	 = "log.c, is_denial_quieted: all of the missing rights");

/* Which of two layers is quiet: the variant's argument. */
static int enforce_layers(struct scene *scene)
{
	const struct ruleset quiet = {
		.fs = FS_READ_FILE,
		.quiet_fs = FS_READ_FILE,
		.rules = { QUIET_ON("/dev") },
	};
	const struct ruleset loud = { .fs = FS_READ_FILE };
	const struct ruleset *const outer = scene->variant->arg ? &loud :
								  &quiet;
	const struct ruleset *const inner = scene->variant->arg ? &quiet :
								  &loud;

	return enforce_set(scene, outer) ?: enforce_set(scene, inner);
}

static int layers_and_look(struct scene *scene)
{
	if (scene->variant->arg)
		return not_logged(scene, open_null(O_RDONLY));
	return open_and_look(scene);
}

static const struct variant layers[] = {
	{ "", .arg = 0 },
	{ "inner", .arg = 1 },
	{ NULL }
};

CASE("log.audit.quiet_layer",
	.claim	  = "the innermost layer that denies decides whether a record is left",
	QUIET_CASE,
	.enforce  = enforce_layers,
	.covers	  = "add.quiet field.quiet_access_fs",
	.variants = layers,
	.attempt  = layers_and_look,
	.source	  = "log.c, is_denial_quieted: the youngest denying layer");

static int connect_port(int port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC |
			      SOCK_NONBLOCK, IPPROTO_TCP);
	int error;

	if (fd < 0)
		return errno;
	error = errno_of(connect(fd, (struct sockaddr *)&to, sizeof(to)));
	close(fd);
	return error == EACCES ? EACCES : 0;
}

static int connect_twice(struct scene *scene)
{
	const int quiet = connect_port(LAB_DECOY), loud = connect_port(1);

	return second_logged(scene, quiet, loud, "net.connect_tcp");
}

CASE("log.audit.quiet_port",
	.claim	 = "connect(2) denied beneath a quiet rule on a port leaves no record",
	QUIET_CASE,
	.deny	 = {
		.net = NET_CONNECT_TCP,
		.quiet_net = NET_CONNECT_TCP,
		.rules = { PORT(LAB_DECOY, .flags = ADD_QUIET) },
	},
	.covers	 = "add.quiet field.quiet_access_net",
	.attempt = connect_twice,
	.source	 = "landlock.h: LANDLOCK_ADD_RULE_QUIET");

/* A process outside, to send signals to. */
static int scene_with_process(struct scene *scene)
{
	const int ret = audit_scene(scene);
	pid_t pid;

	if (ret)
		return ret;
	pid = scene_fork(scene);
	if (pid == 0)
		for (;;)
			pause();
	scene->pid[0] = pid;
	return pid < 0 ? errno : 0;
}

static int signal_then_list(struct scene *scene)
{
	const int quiet = errno_of(kill(scene->pid[0], 0));
	const int loud = open_root();

	kill(scene->pid[0], SIGKILL);
	return second_logged(scene, quiet, loud, "fs.read_dir");
}

CASE("log.audit.quiet_scope",
	.claim	 = "a signal denied by a quiet scope leaves no record; that needs no rule",
	A_LOG_CASE,
	.worlds	 = W(CONTROL) | W(DENY),
	.promise = { LOGGED },
	.deny	 = {
		.fs = FS_READ_DIR,
		.scoped = SCOPE_SIGNAL,
		.quiet_scoped = SCOPE_SIGNAL,
	},
	.covers	 = "field.quiet_scoped",
	.scene	 = scene_with_process,
	.attempt = signal_then_list,
	.source	 = "landlock.h: quiet_scoped");
