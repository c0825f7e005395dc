// SPDX-License-Identifier: GPL-2.0
/* The corpus of the explorer: scenarios that tell wrong models from the model. */
#include "explore/engine/portion.h"
#include "landproof.h"

/* Each is short enough for the patience that a world is given. */
#define PORTION(name, part, of, number)					\
	{ name, .data = &(const struct portion){				\
		part, .first = (number) - 1, .count = (of) } }

static const struct variant calls[] = {
	PORTION("", "calls", 1, 1), { NULL }
};

static const struct variant fs[] = {
	PORTION("", "fs", 8, 1), PORTION("2", "fs", 8, 2),
	PORTION("3", "fs", 8, 3), PORTION("4", "fs", 8, 4),
	PORTION("5", "fs", 8, 5), PORTION("6", "fs", 8, 6),
	PORTION("7", "fs", 8, 7), PORTION("8", "fs", 8, 8),
	{ NULL }
};

static const struct variant overlay[] = {
	PORTION("", "overlay", 2, 1), PORTION("2", "overlay", 2, 2),
	{ NULL }
};

/* What kernels are known to decide otherwise stands apart from the rest. */
#define APART(name, part, of, number, list, which)			\
	{ name, .data = &(const struct portion){				\
		part, list, which, (number) - 1, of } }

static const char *const net_known[] = { "ports.fastopen", NULL };
static const struct variant net[] = {
	APART("", "net", 2, 1, net_known, NULL),
	APART("2", "net", 2, 2, net_known, NULL),
	APART("fastopen", "net", 1, 1, net_known, "ports.fastopen"),
	{ NULL }
};

static const char *const domain_known[] = {
	"sigio.group", "sigio.process", NULL
};
static const struct variant domain[] = {
	APART("", "domain", 4, 1, domain_known, NULL),
	APART("2", "domain", 4, 2, domain_known, NULL),
	APART("3", "domain", 4, 3, domain_known, NULL),
	APART("4", "domain", 4, 4, domain_known, NULL),
	APART("sigio_group", "domain", 1, 1, domain_known, "sigio.group"),
	APART("sigio_process", "domain", 1, 1, domain_known, "sigio.process"),
	{ NULL }
};

static const char *const log_known[] = { "log.subdomains_alone", NULL };
static const struct variant log_corpus[] = {
	APART("", "log", 2, 1, log_known, NULL),
	APART("2", "log", 2, 2, log_known, NULL),
	APART("subdomains_alone", "log", 1, 1, log_known,
	      "log.subdomains_alone"),
	{ NULL }
};

static int nothing(struct scene *scene)
{
	(void)scene;
	return WORKED;
}

/* @right: what it returns if all is as the model says */
static int try_any(struct scene *scene, int right)
{
	char why[SCENE_NOTE];

	switch (portion_try(scene->variant->data, why, sizeof(why))) {
	case PORTION_AGREES:
		return right;
	case PORTION_LACKS:
		return cannot(scene, "%s", why);
	case PORTION_BROKEN:
		return broken(scene, "%s", why);
	case PORTION_BYPASSED:
		remark(scene, "%s", why);
		return right == WORKED ? UNENFORCED : WORKED;
	case PORTION_SILENT:
		remark(scene, "%s", why);
		return LOG_SILENT;
	case PORTION_MISHEARD:
		remark(scene, "%s", why);
		return LOG_WRONG;
	default:
		remark(scene, "%s", why);
		return NO_EFFECT;
	}
}

static int try_portion(struct scene *scene)
{
	return try_any(scene, WORKED);
}

static int try_log(struct scene *scene)
{
	return try_any(scene, LOG_RIGHT);
}

#define CORPUS								\
	.worlds	 = W(CONTROL) | W(CALL),				\
	.promise = { ALLOWED },						\
	.bare	 = true,						\
	.own_memory = true,						\
	.control = nothing,						\
	.attempt = try_portion

CASE("explore.calls",
	.claim	 = "scenarios of Landlock's own calls that tell wrong models from the right one",
	CORPUS,
	.covers	 = "rule.path_beneath",
	.needs	 = "guest",
	.may_gain_privs = true,
	.variants = calls,
	.root	 = true,
	.source	 = "docs/model.md: every clause of the part calls");

CASE("explore.fs",
	.claim	 = "scenarios of files that tell wrong models of Landlock from the right one",
	CORPUS,
	.covers	 = "rule.path_beneath",
	.needs	 = "guest",
	.variants = fs,
	.root	 = true,
	.source	 = "docs/model.md: every clause of the part fs");

CASE("explore.overlay",
	.claim	 = "scenarios of overlayfs that tell wrong models of Landlock from the right one",
	CORPUS,
	.covers	 = "rule.path_beneath",
	.needs	 = "guest overlay",
	.variants = overlay,
	.root	 = true,
	.source	 = "docs/model.md: every clause of the part overlay");

CASE("explore.net",
	.claim	 = "scenarios of sockets that tell wrong models of Landlock from the right one",
	CORPUS,
	.covers	 = "rule.net_port",
	.variants = net,
	.needs	 = "guest",
	.root	 = true,
	.source	 = "docs/model.md: every clause of the part net");

CASE("explore.domain",
	.claim	 = "scenarios of processes that tell wrong models of Landlock from the right one",
	CORPUS,
	.covers	 = "rule.path_beneath",
	.needs	 = "guest",
	.variants = domain,
	.root	 = true,
	.source	 = "docs/model.md: every clause of the part domain");

CASE("explore.log",
	.claim	 = "scenarios of denials that tell wrong models of Landlock's audit records from the right one",
	.worlds	 = W(CONTROL) | W(CALL),
	.promise = { LOGGED },
	.bare	 = true,
	.own_memory = true,
	.control = nothing,
	.attempt = try_log,
	.covers	 = "restrict.log_same_exec_off",
	.needs	 = "guest audit",
	.variants = log_corpus,
	.root	 = true,
	.source	 = "docs/model.md: every clause of the part log");
