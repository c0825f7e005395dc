// SPDX-License-Identifier: GPL-2.0
/* Sockets of the families that no right speaks of. */
#include <linux/atm.h>
#include <linux/can.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "bricks/family.h"
#include "landproof.h"

/*
 * struct use - of a family: a socket, and what can be done with one where no
 * device is
 */
struct use {
	struct socket_family of;
	int (*further)(int fd);
};

static int file(struct scene *scene)
{
	const struct use *const use = scene->variant->data;

	return family_there(scene, &use->of) ?: make_file("file", "secret");
}

static int read_the_file(struct scene *scene)
{
	char text[16];
	const int length = read_file("file", text, sizeof(text));

	(void)scene;
	return length < 0 ? -length : strcmp(text, "secret") ? NO_EFFECT :
							       WORKED;
}

static int make(struct scene *scene)
{
	const struct use *const use = scene->variant->data;
	const struct socket_family *const wanted = &use->of;
	const int fd = socket(wanted->family, wanted->type | SOCK_CLOEXEC,
			      wanted->protocol);
	int got = -1, ret = WORKED;
	socklen_t length = sizeof(got);

	if (fd < 0)
		return errno;
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &got, &length);
	if (got != wanted->family)
		ret = NO_EFFECT;
	else if (use->further)
		ret = use->further(fd);
	close(fd);
	return ret;
}

/* include/linux/socket.h; protocols of the families' own headers */
#define FAMILY(name, further, ...) \
	{ name, .data = &(const struct use){ { __VA_ARGS__ }, further } }

static const struct variant of_root[] = {
	FAMILY("", NULL, 38, SOCK_SEQPACKET, 0, "CRYPTO_USER_API", "af_alg"),
	FAMILY("rxrpc", NULL, 33, SOCK_DGRAM, AF_INET, "AF_RXRPC", "rxrpc"),
	FAMILY("tipc", NULL, 30, SOCK_RDM, 0, "TIPC", "tipc"),
	FAMILY("xdp", NULL, 44, SOCK_RAW, 0, "XDP_SOCKETS"),
	FAMILY("key", NULL, 15, SOCK_RAW, 2 /* PF_KEY_V2 */, "NET_KEY",
	       "af_key"),
	FAMILY("llc", NULL, 26, SOCK_DGRAM, 0, "LLC2", "llc2"),
	FAMILY("phonet", NULL, 35, SOCK_DGRAM, 0, "PHONET", "phonet"),
	{ NULL }
};

/* As root, because some of these are for root alone. */
CASE("socket.create.other",
	.claim	  = "socket(2) of AF_ALG, AF_RXRPC, AF_TIPC and others, by root",
	.needs	  = "root",
	.root	  = true,
	.variants = of_root,
	.attempt  = make,
	.guard	  = { .fs = (FS_MAKE_SYM << 1) - 1 },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.scene	  = file,
	.witness  = read_the_file,
	.source	  = "security/landlock/net.c: no hook on socket_create");

static int bind_to_all_buses(int fd)
{
	const struct sockaddr_can all = { .can_family = AF_CAN };

	return errno_of(bind(fd, (const void *)&all, sizeof(all)));
}

/* net/bluetooth/l2cap.h: a PSM that needs no capability, on any adapter */
static int serve_on_any_adapter(int fd)
{
	const struct {
		uint16_t family, psm;
		uint8_t address[6];
		uint16_t channel;
		uint8_t type;
	} any = { .family = AF_BLUETOOTH, .psm = htole16(0x1001) };

	return errno_of(bind(fd, (const void *)&any, sizeof(any))) ?:
	       errno_of(listen(fd, 1));
}

/* linux/kcm.h: a second socket of the same multiplexor */
static int clone_kcm(int fd)
{
	struct { int fd; } clone = { -1 };
	const int SIOCKCMCLONE = SIOCPROTOPRIVATE + 2;

	if (ioctl(fd, SIOCKCMCLONE, &clone))
		return errno;
	return errno_of(close(clone.fd));
}

static const struct variant of_everybody[] = {
	FAMILY("", bind_to_all_buses, AF_CAN, SOCK_RAW, CAN_RAW, "CAN_RAW",
	       "can_raw"),
	FAMILY("bluetooth", serve_on_any_adapter, AF_BLUETOOTH, SOCK_SEQPACKET,
	       0 /* L2CAP */, "BT", "bluetooth"),
	FAMILY("nfc", NULL, 39, SOCK_STREAM, 1 /* LLCP */, "NFC", "nfc"),
	FAMILY("kcm", clone_kcm, 41, SOCK_DGRAM, 0, "AF_KCM", "kcm"),
	FAMILY("qrtr", NULL, 42, SOCK_DGRAM, 0, "QRTR", "qrtr"),
	FAMILY("pppox", NULL, 24, SOCK_DGRAM, 0 /* PPPoE */, "PPPOE", "pppoe"),
	FAMILY("ieee802154", NULL, 36, SOCK_DGRAM, 0, "IEEE802154_SOCKET",
	       "ieee802154_socket"),
	FAMILY("atmpvc", NULL, AF_ATMPVC, SOCK_DGRAM, ATM_AAL5, "ATM", "atm"),
	FAMILY("atmsvc", NULL, AF_ATMSVC, SOCK_DGRAM, ATM_AAL5, "ATM", "atm"),
	{ NULL }
};

/*
 * In a machine of its own: on another one the kernel would load modules that
 * nobody there asked for.
 */
CASE("socket.create.device",
	.claim	  = "socket(2) of AF_CAN, AF_BLUETOOTH and other families of devices",
	.needs	  = "guest",
	.variants = of_everybody,
	.attempt  = make,
	.guard	  = { .fs = (FS_MAKE_SYM << 1) - 1 },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.scene	  = file,
	.witness  = read_the_file,
	.source	  = "security/landlock/net.c: no hook on socket_create");
