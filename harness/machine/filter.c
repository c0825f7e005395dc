// SPDX-License-Identifier: GPL-2.0
/*
 * Seccomp filters that a parent has left.  One that refuses calls shows in
 * their errors; one that kills, as systemd's SystemCallFilter= does where no
 * SystemCallErrorNumber= is set, would end the harness without a word.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/programs.h"
#include "machine/filter.h"

/* All do nothing when every argument is -1. */
static struct call {
	const char *name;
	long number;
	bool always;	/* nothing can be tried without it */
	bool kills;
} calls[] = {
	{ "landlock_create_ruleset", 444, true, false },
	{ "landlock_add_rule", 445, true, false },
	{ "landlock_restrict_self", 446, true, false },
	{ "memfd_create", SYS_memfd_create, true, false },
	{ "pidfd_open", SYS_pidfd_open, true, false },
	{ "umount2", SYS_umount2, true, false },
	{ "prctl", SYS_prctl, true, false },
	{ "bpf", SYS_bpf, false, false },
	{ "chroot", SYS_chroot, false, false },
	{ "clone3", SYS_clone3, false, false },
	{ "io_uring_setup", SYS_io_uring_setup, false, false },
	{ "keyctl", SYS_keyctl, false, false },
	{ "mount", SYS_mount, false, false },
	{ "perf_event_open", SYS_perf_event_open, false, false },
	{ "personality", SYS_personality, false, false },
	{ "ptrace", SYS_ptrace, false, false },
	{ "setns", SYS_setns, false, false },
	{ "socket", SYS_socket, false, false },
	{ "unshare", SYS_unshare, false, false },
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* prctl(2) may be what is refused. */
bool filter_is_there(void)
{
	char status[4096];
	const char *line;

	if (read_file("/proc/self/status", status, sizeof(status)) < 0)
		return prctl(PR_GET_SECCOMP) == 2 /* SECCOMP_MODE_FILTER */;
	line = strstr(status, "\nSeccomp:\t");
	return line && line[strlen("\nSeccomp:\t")] == '2';
}

/* One child goes on until a call kills it; the next one begins behind that. */
static void look(void)
{
	static bool looked;
	volatile size_t *at;
	int status;
	pid_t pid;

	if (looked)
		return;
	looked = true;
	if (!filter_is_there())
		return;
	at = mmap(NULL, sizeof(*at), PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return;
	do {
		pid = fork();
		if (pid == 0) {
			for (; *at < CALLS; (*at)++)
				syscall(calls[*at].number, -1L, -1L, -1L, -1L,
					-1L, -1L);
			_exit(0);
		}
		if (pid < 0 || waitpid_retry(pid, &status))
			break;
		if (WIFSIGNALED(status) && *at < CALLS)
			calls[(*at)++].kills = WTERMSIG(status) == SIGSYS;
	} while (*at < CALLS);
	munmap((void *)at, sizeof(*at));
}

bool filter_kills_at(long number)
{
	size_t i;

	look();
	for (i = 0; i < CALLS; i++)
		if (calls[i].number == number)
			return calls[i].kills;
	return false;
}

bool filter_is_deadly(void)
{
	size_t i;

	look();
	for (i = 0; i < CALLS && !calls[i].kills; i++)
		;
	return i < CALLS;
}

const char *filter_kills_at_once(void)
{
	static char words[240];
	size_t i, used = 0;

	look();
	for (i = 0; i < CALLS; i++)
		if (calls[i].always && calls[i].kills)
			used += snprintf(words + used, sizeof(words) - used,
					 "%s%s(2)", used ? ", " : "",
					 calls[i].name);
	if (!used)
		return NULL;
	snprintf(words + used, sizeof(words) - used,
		 ": a seccomp filter kills who calls it");
	return words;
}
