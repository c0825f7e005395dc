// SPDX-License-Identifier: GPL-2.0
/* Keys, which processes of one user share. */
#include <linux/keyctl.h>
#include <sys/syscall.h>

#include "bricks/target.h"
#include "landproof.h"

#define SECRET "secret"

/* linux/key.h: possessors and the user may do everything. */
#define ALL_OF_USER 0x3f3f0000

static long keyctl(int command, long a, const void *b, long c)
{
	return syscall(SYS_keyctl, command, a, b, c, 0);
}

/* What is linked to a keyring of one's own is possessed. */
static long possess_keyring(void)
{
	return keyctl(KEYCTL_LINK, KEY_SPEC_USER_KEYRING,
		      (void *)(long)KEY_SPEC_PROCESS_KEYRING, 0);
}

/* In the keyring of the user, and open to every process of it */
static long add(const char *name)
{
	long key;

	if (possess_keyring() < 0)
		return -1;
	key = syscall(SYS_add_key, "user", name, SECRET, strlen(SECRET),
		      KEY_SPEC_USER_KEYRING);
	if (key >= 0)
		keyctl(KEYCTL_SETPERM, key, (void *)ALL_OF_USER, 0);
	return key;
}

static int key_and_target(struct scene *scene)
{
	const int error = scene_needs(scene, "keyring") ?:
			  target_start(scene, 0);
	pid_t pid;
	int status;

	if (error)
		return error;
	/* By the user that the attempt is, outside its domain */
	scene->value[0] = -1;
	pid = scene_fork(scene);
	if (pid == 0) {
		if (!become_subject())
			scene->value[0] = add("landproof");
		scene->value[1] = errno;
		_exit(0);
	}
	if (pid < 0 || waitpid_retry(pid, &status))
		return errno;
	if (scene->value[0] < 0)
		return cannot(scene, "a key of the user: %s",
			      strerrorname_np(scene->value[1]));
	return 0;
}

static int key_says(long key, const char *text)
{
	char found[32] = "";

	if (keyctl(KEYCTL_READ, key, found, sizeof(found) - 1) < 0)
		return errno;
	return strcmp(found, text) ? NO_EFFECT : WORKED;
}

static int read_key(struct scene *scene)
{
	return key_says(scene->value[0], SECRET);
}

static int update_key(struct scene *scene)
{
	return errno_of(keyctl(KEYCTL_UPDATE, scene->value[0], "public", 6)) ?:
	       key_says(scene->value[0], "public");
}

static int revoke_key(struct scene *scene)
{
	return errno_of(keyctl(KEYCTL_REVOKE, scene->value[0], NULL, 0)) ?:
	       key_says(scene->value[0], SECRET) == EKEYREVOKED ? WORKED :
								  NO_EFFECT;
}

/* Found by its name alone */
static int request_key(struct scene *scene)
{
	long key;

	possess_keyring();
	key = syscall(SYS_request_key, "user", "landproof", NULL, 0);
	return key < 0 ? errno : key == scene->value[0] ? WORKED : NO_EFFECT;
}

static int add_key(struct scene *scene)
{
	const long key = add("landproof-2");

	(void)scene;
	return key < 0 ? errno : key_says(key, SECRET);
}

static const struct variant uses[] = {
	{ "", .op = read_key },
	{ "update", .op = update_key },
	{ "revoke", .op = revoke_key },
	{ "request_key", .op = request_key },
	{ "add_key", .op = add_key },
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("domain.ipc.keys",
	.own_memory = true,
	.claim	  = "reading and changing a key that a process outside has made for its user",
	.guard	  = { .scoped = SCOPE_SIGNAL | SCOPE_ABSTRACT_UNIX_SOCKET },
	.promise  = { OPEN },
	.gap	  = "documented limit: of what processes do to each other, scopes name signals and abstract sockets",
	.needs	  = "keyring",
	.variants = uses,
	.scene	  = key_and_target,
	.witness  = target_kill,
	.attempt  = by_variant,
	.source	  = "security/keys/keyctl.c: security_key_permission(), no hook of Landlock");
