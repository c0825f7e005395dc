// SPDX-License-Identifier: GPL-2.0
/* Erratum 3: disconnected directories, held against the kernel's claim. */
#include "../fs/disconnected.h"

#define ERRATUM								\
	.guard	 = FS(READ_FILE),					\
	.covers	 = "create.errata",					\
	.honesty = true,						\
	.promise = { FIXED(3, ALLOWED), DENIED(EACCES) },			\
	.worlds	 = W(CONTROL) | W(DENY),				\
	.needs	 = "namespaces",					\
	.scene	 = disconnected_scene,					\
	.attempt = disconnected_read,					\
	.witness = disconnected_witness,				\
	.source	 = DISCONNECTED_SOURCE

CASE("errata.3",
	ERRATUM,
	.claim	 = "open(2) in a disconnected directory, with a rule above the bind mount",
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("dst") } });

CASE("errata.3_bind_source",
	ERRATUM,
	.claim	 = "open(2) in a disconnected directory, with a rule on the bind mount",
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("src/base") } });
