// SPDX-License-Identifier: GPL-2.0
/* REFER is denied by default, and every layer has its say. */
#include <netinet/in.h>

#include "refer.h"

/*
 * What handles any right of the file system but not REFER grants no REFER, no
 * matter what else it grants: since ABI 1, where nothing can grant it.
 */
#define UNHANDLED(rights)						\
	{								\
		.fs = (rights),						\
		.rules = { PATH("/", .access = (rights)) },		\
	}

CASE("fs.refer.unhandled",
	.claim	  = "reparenting in a domain that does not handle REFER",
	.guard	  = FS(EXECUTE),
	.uses	  = FS(REFER),
	.promise  = { DENIED(EXDEV) },
	.deny	  = UNHANDLED(FS_EXECUTE),
	.extra	  = RULESET UNHANDLED(FS_ABI_1),
	.variants = reparenting,
	.scene	  = source_and_target,
	.attempt  = variant_op,
	.effect	  = moved,
	.source	  = REFER_DOCUMENTED ", denied by default by any ruleset");

static const struct ruleset granting =
	ON_BOTH(FS_REFER, FS_REFER, FS_REFER);

/* The layer that grants comes first or last; both must agree. */
static int with_unhandled(struct scene *scene)
{
	const struct ruleset other = UNHANDLED(FS_EXECUTE);
	const bool first = scene->variant->arg;

	if (scene->world == WORLD_GRANT)
		return enforce_ruleset(scene, &granting) ?:
		       enforce_ruleset(scene, &granting);
	return enforce_ruleset(scene, first ? &other : &granting) ?:
	       enforce_ruleset(scene, first ? &granting : &other);
}

static const struct variant positions[] = {
	{ "", .op = rename_across, .arg = 0 },
	{ "first", .op = rename_across, .arg = 1 },
	{ NULL }
};

static int files(struct scene *scene)
{
	(void)scene;
	return make_dir("source") ?: make_dir("target") ?:
	       make_file("source/this", SECRET);
}

static bool arrived(struct scene *scene)
{
	(void)scene;
	return exists("target/this");
}

CASE("fs.refer.second_layer_unhandled",
	.claim	  = "reparenting with REFER granted, and a layer that handles only EXECUTE",
	.guard	  = FS(REFER),
	.promise  = { DENIED(EXDEV) },
	.grant	  = { PATH("source"), PATH("target") },
	.variants = positions,
	.scene	  = files,
	.attempt  = variant_op,
	.enforce  = with_unhandled,
	.effect	  = arrived,
	.source	  = REFER_DOCUMENTED ", denied by default by any ruleset");

/*
 * The documentation says "denied by default by any ruleset, even if the right
 * is not specified as handled", and that only a rule can grant it.  A layer
 * about the network or about scopes is a ruleset too, and where some layer
 * restricts the file system, the kernel agrees: domain.h,
 * landlock_get_fs_access_mask() adds REFER for every layer.  It surprises
 * users (Zouuup/landrun#48), but it is what is written.
 */
static int with_scope_or_net(struct scene *scene)
{
	const struct ruleset net = { .net = NET_BIND_TCP };
	const struct ruleset scope = { .scoped = SCOPE_SIGNAL };

	const int outcome = enforce_ruleset(scene, &granting);

	if (outcome || scene->world == WORLD_GRANT)
		return outcome;
	return enforce_ruleset(scene, scene->variant->arg ? &scope : &net);
}

static const struct variant net_only[] = {
	{ "", .op = rename_across },
	{ "link", .op = link_across },
	{ NULL }
};

static const struct variant scope_only[] = {
	{ "", .op = rename_across, .arg = 1 },
	{ "link", .op = link_across, .arg = 1 },
	{ NULL }
};

CASE("fs.refer.net_only_layer",
	.claim	  = "reparenting with REFER granted, and a layer about TCP only",
	.guard	  = { .fs = FS_REFER, .net = NET_BIND_TCP },
	.promise  = { DENIED(EXDEV) },
	.grant	  = { PATH("source"), PATH("target") },
	.variants = net_only,
	.scene	  = files,
	.attempt  = variant_op,
	.enforce  = with_scope_or_net,
	.effect	  = arrived,
	.source	  = REFER_DOCUMENTED ", denied by default by any ruleset");

CASE("fs.refer.scope_only_layer",
	.claim	  = "reparenting with REFER granted, and a layer about signals only",
	.guard	  = { .fs = FS_REFER, .scoped = SCOPE_SIGNAL },
	.promise  = { DENIED(EXDEV) },
	.grant	  = { PATH("source"), PATH("target") },
	.variants = scope_only,
	.scene	  = files,
	.attempt  = variant_op,
	.enforce  = with_scope_or_net,
	.effect	  = arrived,
	.source	  = REFER_DOCUMENTED ", denied by default by any ruleset");

static int bind_any(struct scene *scene)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)scene;
	if (fd < 0)
		return errno;
	return errno_of(bind(fd, (const struct sockaddr *)&any, sizeof(any)));
}

/*
 * The same text, taken literally, would have a domain of such layers alone deny
 * it too.  No kernel does (domain.h, landlock_get_applicable_subject()), and
 * "Filesystem topology modification" speaks of filesystem restrictions.
 */
CASE("fs.refer.net_only_domain",
	.claim	  = "reparenting in a domain about TCP only",
	.guard	  = NET(BIND_TCP),
	.promise  = { OPEN },
	.gap	  = "the documentation and security/landlock/domain.h differ",
	.needs	  = "inet",
	.worlds	  = W(CONTROL) | W(DENY),
	.variants = rename_and_link,
	.scene	  = files,
	.attempt  = variant_op,
	.witness  = bind_any,
	.effect	  = arrived,
	.source	  = "security/landlock/domain.h: landlock_get_applicable_subject()");

#define GAIN (FS_READ_FILE | FS_WRITE_FILE | FS_REFER)

/* By one layer's rules the file loses a right, by the other's it gains one. */
static int layers_disagree(struct scene *scene)
{
	const struct ruleset same = ON_BOTH(GAIN, GAIN, GAIN);
	const struct ruleset loses = ON_BOTH(GAIN, GAIN, FS_REFER);
	const struct ruleset gains =
		ON_BOTH(GAIN, GAIN & ~FS_READ_FILE, GAIN);
	const bool first = scene->variant->arg;

	if (scene->world == WORLD_GRANT)
		return enforce_ruleset(scene, &same) ?:
		       enforce_ruleset(scene, &loses);
	return enforce_ruleset(scene, first ? &gains : &loses) ?:
	       enforce_ruleset(scene, first ? &loses : &gains);
}

CASE("fs.refer.layers_gain",
	.claim	  = "reparenting that gains a right in one of two layers",
	.guard	  = { .fs = GAIN },
	.promise  = { DENIED(EXDEV) },
	.grant	  = { PATH("source") },
	.variants = positions,
	.scene	  = files,
	.attempt  = variant_op,
	.enforce  = layers_disagree,
	.effect	  = arrived,
	.source	  = REFER_DOCUMENTED ", may not gain more access rights");

/* One layer grants on the source, the other on the target. */
static int grants_apart(struct scene *scene)
{
	const struct ruleset left = {
		.fs = FS_REFER, .rules = { PATH("source") },
	};
	const struct ruleset right = {
		.fs = FS_REFER, .rules = { PATH("target") },
	};

	if (scene->world == WORLD_GRANT)
		return enforce_ruleset(scene, &granting) ?:
		       enforce_ruleset(scene, &granting);
	return enforce_ruleset(scene, &left) ?: enforce_ruleset(scene, &right);
}

CASE("fs.refer.layers_apart",
	.claim	  = "reparenting with REFER on each directory from another layer",
	.guard	  = FS(REFER),
	.promise  = { DENIED(EXDEV) },
	.grant	  = { PATH("source"), PATH("target") },
	.variants = rename_and_link,
	.scene	  = files,
	.attempt  = variant_op,
	.enforce  = grants_apart,
	.effect	  = arrived,
	.source	  = "userspace-api/landlock, Layers of file path access rights");
