/* SPDX-License-Identifier: GPL-2.0 */
/* Operations that a domain denies, and what the log says of each. */
#ifndef LANDPROOF_DENIALS_H
#define LANDPROOF_DENIALS_H

#include "bricks/audit_log.h"
#include "landproof.h"

enum denial_kind {
	/* of files: denials_fs.c */
	OPEN_READ, OPEN_WRITE, OPEN_DIR, EXECUTE, REMOVE_DIR, REMOVE_FILE,
	MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK,
	MAKE_SYM, LINK, TRUNCATE, FTRUNCATE, IOCTL, RESOLVE_UNIX,
	/* of ports: denials_net.c */
	BIND_TCP, BIND_TCP_IPV6, CONNECT_TCP, CONNECT_TCP_IPV6, FASTOPEN,
	BIND_UDP, BIND_UDP_IPV6, AUTOBIND, CONNECT_UDP, SEND_UDP, SEND_UDP_IPV6,
	SEND_UNSPEC, SEND_UNSPEC_IPV6,
	/* of processes, sockets and mounts: denials_scope.c */
	SIGNAL, SIGNAL_IO, ABSTRACT, ABSTRACT_DGRAM, SEIZE, TRACEME,
	MOUNT, UMOUNT, RECONFIGURE, MOVE_MOUNT, PIVOT_ROOT,
};

/* What must be there before the domain: making all of it takes longest. */
enum denial_objects { NEEDS_FILES = 1, NEEDS_SERVERS = 2, NEEDS_TARGET = 4 };

/*
 * struct denial - one such operation
 * @fs, @net, @scoped: what a layer must handle to deny it
 * @name: what its audit record says behind "blockers="
 * @text: what that says of the object; an asterisk stands for anything
 * @target: the object is a process, by its PID in scene->pid[]
 * @objects: what denial_objects() makes for it
 * @op: the operation: 0 or errno.  What the object says to it (nobody
 *	listens there) does not matter.
 */
struct denial {
	uint32_t fs, net, scoped;
	const char *name, *text;
	bool target;
	enum denial_objects objects;
	int (*op)(struct scene *scene);
};

extern const struct denial denials[];

/* What the process of denial_objects() is: scene->pid[] and ->fd[] */
#define DENIAL_TARGET	1
/* Servers: of abstract sockets (stream, datagram), of the path "socket" */
#define DENIAL_SERVERS	2
/* Who serves: scene->value[] */
#define DENIAL_SERVER_PID	5

/* Makes objects of operations, after log_scene(): 0 or an outcome */
int denial_objects(struct scene *scene, enum denial_objects objects);
/* audit_scene(), and what an operation of this kind needs */
int denial_scene(struct scene *scene, enum denial_kind kind);
/* What the operation of this kind gave, and what the record must say of it */
int denial_do(struct scene *scene, enum denial_kind kind);
const char *denial_text(struct scene *scene, enum denial_kind kind);

/* A layer that denies it, and one more right if the kind has none of its own */
struct ruleset denial_layer(enum denial_kind kind);
/* Enforces it; for .enforce.  0 or an outcome */
int enforce_set(struct scene *scene, const struct ruleset *set);

/* The operations, which are data of denials.c */
int do_read(struct scene *scene);
int do_write(struct scene *scene);
int do_list(struct scene *scene);
int do_execute(struct scene *scene);
int do_rmdir(struct scene *scene);
int do_unlink(struct scene *scene);
int do_char(struct scene *scene);
int do_block(struct scene *scene);
int do_fifo(struct scene *scene);
int do_reg(struct scene *scene);
int do_mkdir(struct scene *scene);
int do_symlink(struct scene *scene);
int do_socket(struct scene *scene);
int do_link(struct scene *scene);
int do_truncate(struct scene *scene);
int do_ftruncate(struct scene *scene);
int do_ioctl(struct scene *scene);
int do_resolve(struct scene *scene);
int do_bind(struct scene *scene);
int do_bind_ipv6(struct scene *scene);
int do_connect(struct scene *scene);
int do_connect_ipv6(struct scene *scene);
int do_fastopen(struct scene *scene);
int do_bind_udp(struct scene *scene);
int do_bind_udp_ipv6(struct scene *scene);
int do_connect_udp(struct scene *scene);
int do_send_udp(struct scene *scene);
int do_send_udp_ipv6(struct scene *scene);
int do_send_unspec(struct scene *scene);
int do_send_unspec_ipv6(struct scene *scene);
int do_signal(struct scene *scene);
int do_sigio(struct scene *scene);
int do_abstract(struct scene *scene);
int do_abstract_dgram(struct scene *scene);
int do_seize(struct scene *scene);
int do_traceme(struct scene *scene);
int do_mount(struct scene *scene);
int do_umount(struct scene *scene);
int do_reconfigure(struct scene *scene);
int do_move_mount(struct scene *scene);
int do_pivot_root(struct scene *scene);

/* A child for PTRACE_TRACEME, forked before the domain, and what it does */
int tracee_start(struct scene *scene);
void tracee_serve(struct scene *scene) __attribute__((noreturn));

/* 0 or errno of opening, closed again */
int open_null(int flags);
int open_root(void);

#endif
