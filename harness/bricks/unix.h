/* SPDX-License-Identifier: GPL-2.0 */
/*
 * UNIX sockets: servers, and tokens sent to them.  A name that begins with @
 * is abstract; "@" alone lets the kernel choose one, "@@" is the empty name.
 */
#ifndef LANDPROOF_BRICKS_UNIX_H
#define LANDPROOF_BRICKS_UNIX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

socklen_t unix_address(const char *name, struct sockaddr_un *to);
/* An abstract name that nobody else has */
void unix_random_name(char *buf, size_t size);
/* The name of the bound socket @fd: 0 or errno */
int unix_name(int fd, char *buf, size_t size);

/* A socket bound to @name that listens, where its type can: or -errno */
int unix_serve(const char *name, int type);
/* connect(2) to @name and sends a token: 0 or errno */
int unix_call(const char *name, int type);
/* The same with the connect(2) of 32-bit programs: see compat_scene() */
int unix_call_compat(const char *name, int type);
int unix_connect(int fd, const char *name);
/* Sends a token to @name, or to whom @fd is connected if that is NULL. */
int unix_send(int fd, const char *name);
/* Did a token arrive at this server?  Takes it, and does not wait. */
bool unix_heard(int fd);
/* Waits for a token. */
bool unix_hear(int fd);

/* Passes a descriptor through a connected socket: 0 or errno */
int unix_pass(int through, int fd);
/* Takes one that was passed: the descriptor, or -errno */
int unix_receive(int through);

/* 0, errno or NO_EFFECT: unix_call() to a server in this process */
int unix_call_own(const char *name, int type, int server);

#endif
