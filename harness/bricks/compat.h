/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of 32-bit programs into the kernel, which is open to 64-bit ones
 * too.  Pointers have 32 bits there: those into the binary's own data do.
 */
#ifndef LANDPROOF_BRICKS_COMPAT_H
#define LANDPROOF_BRICKS_COMPAT_H

#include <stdbool.h>

#include "cases/scene.h"

/* arch/x86/entry/syscalls/syscall_32.tbl */
enum compat_call {
	COMPAT_OPEN = 5, COMPAT_CREAT = 8, COMPAT_LINK = 9, COMPAT_UNLINK = 10,
	COMPAT_EXECVE = 11, COMPAT_MKNOD = 14, COMPAT_GETPID = 20,
	COMPAT_MOUNT = 21, COMPAT_PTRACE = 26, COMPAT_KILL = 37,
	COMPAT_RENAME = 38, COMPAT_MKDIR = 39, COMPAT_RMDIR = 40,
	COMPAT_UMOUNT2 = 52, COMPAT_IOCTL = 54, COMPAT_FCNTL = 55,
	COMPAT_SYMLINK = 83, COMPAT_TRUNCATE = 92, COMPAT_FTRUNCATE = 93,
	COMPAT_SOCKETCALL = 102, COMPAT_TRUNCATE64 = 193,
	COMPAT_FTRUNCATE64 = 194, COMPAT_FCNTL64 = 221, COMPAT_TKILL = 238,
	COMPAT_OPENAT = 295,
};

/* The result, or -errno */
int compat_call(enum compat_call number, long a, long b, long c);
int compat_call5(enum compat_call number, long a, long b, long c, long d,
		 long e);
/* The same with paths or other data of the binary */
#define compat_path(number, path, b, c)					\
	compat_call(number, (long)(path), b, c)
/* linux/net.h: the calls that socketcall(2) stands for */
enum compat_socket_call {
	COMPAT_BIND = 2, COMPAT_CONNECT = 3, COMPAT_SENDTO = 11,
	COMPAT_SENDMSG = 16,
};

/*
 * socketcall(2) with an address, and a text for those that send: 0 or errno.
 * What they point to is copied to where 32 bits reach.
 */
int compat_socketcall(enum compat_socket_call call, int fd,
		      const void *address, unsigned int length,
		      const void *text, unsigned int size);

bool compat_is_there(void);

/* As a part of a scene: CANNOT where there is no such way, or 0 */
int compat_scene(struct scene *scene);

/*
 * The x32 ABI: pointers have 32 bits, and the numbers of system calls one more
 * bit than those of x86-64.  Few kernels take it unless they are told to.
 */
enum x32_call { X32_EXECVE = 520 };

long x32_call(enum x32_call number, long a, long b, long c);
int x32_scene(struct scene *scene);

#endif
