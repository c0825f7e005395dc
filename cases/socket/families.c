// SPDX-License-Identifier: GPL-2.0
/* Sockets of the families that no right speaks of. */
#include "landproof.h"

/*
 * struct family - a family, and a kind of socket that it has
 * @option: what builds it
 * @needs: a word of needs.c that has it loaded, or NULL
 */
struct family {
	int family, type, protocol;
	const char *option, *needs;
};

static int file(struct scene *scene)
{
	const struct family *const wanted = scene->variant->data;

	return scene_needs(scene, wanted->needs) ?:
	       make_file("file", "secret");
}

static int read_the_file(struct scene *scene)
{
	char text[16];
	const int length = read_file("file", text, sizeof(text));

	(void)scene;
	return length < 0 ? -length : strcmp(text, "secret") ? NO_EFFECT :
							       WORKED;
}

/* include/linux/socket.h; protocols of the families' own headers */
#define FAMILY(name, ...) { name, .data = &(const struct family){ __VA_ARGS__ } }

static const struct variant families[] = {
	FAMILY("", 38, SOCK_SEQPACKET, 0, "CRYPTO_USER_API", "alg"),
	FAMILY("rxrpc", 33, SOCK_DGRAM, AF_INET, "AF_RXRPC", "rxrpc"),
	FAMILY("tipc", 30, SOCK_RDM, 0, "TIPC"),
	FAMILY("xdp", 44, SOCK_RAW, 0, "XDP_SOCKETS"),
	{ NULL }
};

static int make(struct scene *scene)
{
	const struct family *const wanted = scene->variant->data;
	const int fd = socket(wanted->family, wanted->type | SOCK_CLOEXEC,
			      wanted->protocol);
	int got = -1;
	socklen_t length = sizeof(got);

	if (fd < 0 && errno == EAFNOSUPPORT && scene->world == WORLD_CONTROL)
		return cannot(scene, "sockets of family %d (CONFIG_%s)",
			      wanted->family, wanted->option);
	if (fd < 0)
		return errno;
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &got, &length);
	close(fd);
	return got == wanted->family ? WORKED : NO_EFFECT;
}

/* As root, because AF_XDP is for root alone. */
CASE("socket.create.other",
	.claim	  = "socket(2) of AF_ALG, AF_RXRPC, AF_TIPC and AF_XDP, by root",
	.needs	  = "root",
	.root	  = true,
	.variants = families,
	.attempt  = make,
	.guard	  = { .fs = (FS_MAKE_SYM << 1) - 1 },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.scene	  = file,
	.witness  = read_the_file,
	.source	  = "security/landlock/net.c: no hook on socket_create");
