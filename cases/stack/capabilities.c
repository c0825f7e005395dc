// SPDX-License-Identifier: GPL-2.0
/* Does Landlock do without the capabilities that another module denies? */
#include <sys/prctl.h>

#include "stack.h"

#define NO_CAPABILITIES "landproof-no-capabilities"

static const char profiles[] =
	"profile " NO_CAPABILITIES " flags=(attach_disconnected) {\n"
	"  deny capability,\n"
	"  file,\n"
	"  network,\n"
	"  signal,\n"
	"  unix,\n"
	"}\n";

static const struct refusal every_capability = { "capable" };

static const struct variant deniers[] = {
	{ "", .arg = APPARMOR },
	{ "bpf", .arg = BPF },
	{ NULL }
};

static int scene(struct scene *scene)
{
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
		return cannot(scene, "no_new_privs is set already");
	if (scene->variant->arg == APPARMOR)
		return apparmor_enter(scene, profiles, NO_CAPABILITIES);
	return other_prepare(scene, &every_capability);
}

/* What denies the capabilities of root must be seen to do so. */
static int lose_capabilities(struct scene *scene)
{
	const int ret = other_begins(scene, &every_capability);

	if (ret)
		return ret;
	return chroot("/") && errno == EPERM ? 0 :
		broken(scene, "the capabilities are there all the same");
}

static int restrict_here(struct scene *scene)
{
	const struct ruleset_attr attr = { .handled_access_fs = FS_READ_DIR };
	const int ruleset = ll_create(&attr, sizeof(attr.handled_access_fs), 0);
	int error, fd;

	if (ruleset < 0)
		return errno;
	if (ll_restrict(ruleset, 0))
		return errno;
	if (scene->world == WORLD_CONTROL)
		return WORKED;
	fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	error = fd < 0 ? errno : 0;
	close(fd);
	return error == EACCES ? WORKED : error ? error : UNENFORCED;
}

static int with_no_new_privs(struct scene *scene)
{
	return lose_capabilities(scene) ?:
	       errno_of(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) ?:
	       restrict_here(scene);
}

static int without(struct scene *scene)
{
	return lose_capabilities(scene) ?: restrict_here(scene);
}

/* The same while nobody denies anything */
static int with_capabilities(struct scene *scene)
{
	return scene->variant->arg == APPARMOR ? with_no_new_privs(scene) :
						 restrict_here(scene);
}

#define A_CALL_WITHOUT							\
	.worlds	  = W(CONTROL) | W(CALL),				\
	.bare	  = true,						\
	.root	  = true,						\
	.may_gain_privs = true,						\
	.needs	  = "guest root",					\
	.variants = deniers,						\
	.scene	  = scene,						\
	.control  = with_capabilities

CASE("stack.capabilities.no_new_privs",
	.claim	  = "landlock_restrict_self(2) with no_new_privs where another module denies every capability",
	A_CALL_WITHOUT,
	.promise  = { ALLOWED },
	.attempt  = with_no_new_privs,
	.source	  = "landlock_restrict_self(2): CAP_SYS_ADMIN or no_new_privs");

CASE("stack.capabilities.denied",
	.claim	  = "landlock_restrict_self(2) without no_new_privs where another module denies CAP_SYS_ADMIN",
	A_CALL_WITHOUT,
	.promise  = { DENIED(EPERM) },
	.attempt  = without,
	.source	  = "landlock_restrict_self(2): EPERM, no_new_privs");
