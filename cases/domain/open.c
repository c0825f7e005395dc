// SPDX-License-Identifier: GPL-2.0
/* What no domain restricts: other ways to reach other processes. */
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "bricks/target.h"
#include "landproof.h"

#define ALL_SCOPES { .scoped = SCOPE_SIGNAL | SCOPE_ABSTRACT_UNIX_SOCKET }

static const char secret[] = "secret";

static int make_shm(struct scene *scene)
{
	const int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
	char *memory;

	if (id < 0)
		return errno;
	memory = shmat(id, NULL, 0);
	if (memory == (void *)-1)
		return errno;
	memcpy(memory, secret, sizeof(secret));
	scene->value[0] = id;
	return 0;
}

static int read_shm(struct scene *scene)
{
	const char *memory = shmat(scene->value[0], NULL, 0);

	if (memory == (void *)-1)
		return errno;
	return strcmp(memory, secret) ? NO_EFFECT : WORKED;
}

struct message {
	long type;
	char text[sizeof(secret)];
};

static int make_queue(struct scene *scene)
{
	struct message message = { .type = 1 };
	const int id = msgget(IPC_PRIVATE, IPC_CREAT | 0666);

	memcpy(message.text, secret, sizeof(secret));
	scene->value[0] = id;
	return id < 0 ? errno : errno_of(msgsnd(id, &message, sizeof(secret),
						IPC_NOWAIT));
}

static int read_queue(struct scene *scene)
{
	struct message message;

	if (msgrcv(scene->value[0], &message, sizeof(secret), 0, IPC_NOWAIT) < 0)
		return errno;
	return memcmp(message.text, secret, sizeof(secret)) ? NO_EFFECT :
							      WORKED;
}

static int make_semaphore(struct scene *scene)
{
	scene->value[0] = semget(IPC_PRIVATE, 1, IPC_CREAT | 0666);
	return errno_of(scene->value[0]);
}

static int raise_semaphore(struct scene *scene)
{
	struct sembuf one = { .sem_op = 1, .sem_flg = IPC_NOWAIT };

	if (semop(scene->value[0], &one, 1))
		return errno;
	return semctl(scene->value[0], 0, GETVAL) == 1 ? WORKED : NO_EFFECT;
}

/* .arg is the kind of object; 0 is shared memory. */
static int (*const make[])(struct scene *scene) = {
	make_shm, make_queue, make_semaphore,
};

static int target_and_object(struct scene *scene)
{
	const int ret = make[scene->variant->arg](scene);

	if (ret == ENOSYS)
		return cannot(scene, "System V IPC (CONFIG_SYSVIPC)");
	return ret ?: target_start(scene, 0);
}

static int use_object(struct scene *scene)
{
	return scene->variant->op(scene);
}

static const struct variant objects[] = {
	{ "", .op = read_shm, .arg = 0 },
	{ "msg", .op = read_queue, .arg = 1 },
	{ "sem", .op = raise_semaphore, .arg = 2 },
	{ NULL }
};

CASE("domain.ipc.sysv",
	.own_memory = true,
	.claim	  = "System V shared memory, queues and semaphores of another domain",
	.guard	  = ALL_SCOPES,
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#30",
	.newipc	  = true,
	.needs	  = "namespaces",
	.variants = objects,
	.scene	  = target_and_object,
	.witness  = target_kill,
	.attempt  = use_object,
	.source	  = "ipc/shm.c, ipc/msg.c, ipc/sem.c: no hook of Landlock");

static int set_affinity(struct scene *scene)
{
	const pid_t pid = scene->pid[0];
	cpu_set_t cpus;

	return errno_of(sched_getaffinity(pid, sizeof(cpus), &cpus)) ?:
	       errno_of(sched_setaffinity(pid, sizeof(cpus), &cpus));
}

static int lower_priority(struct scene *scene)
{
	const id_t pid = scene->pid[0];

	if (setpriority(PRIO_PROCESS, pid, 19))
		return errno;
	return getpriority(PRIO_PROCESS, pid) == 19 ? WORKED : NO_EFFECT;
}

static int set_io_priority(struct scene *scene)
{
	enum { WHO_PROCESS = 1, CLASS_IDLE = 3, CLASS_SHIFT = 13 };
	const int idle = CLASS_IDLE << CLASS_SHIFT;
	const pid_t pid = scene->pid[0];

	if (syscall(SYS_ioprio_set, WHO_PROCESS, pid, idle))
		return errno;
	return syscall(SYS_ioprio_get, WHO_PROCESS, pid) == idle ? WORKED :
								   NO_EFFECT;
}

static const struct variant knobs[] = {
	{ "", .op = set_affinity },
	{ "setpriority", .op = lower_priority },
	{ "ioprio_set", .op = set_io_priority },
	{ NULL }
};

CASE("domain.process.scheduling",
	.claim	  = "sched_setaffinity(2), setpriority(2) and ioprio_set(2) on a process outside",
	.guard	  = SCOPE(SIGNAL),
	.promise  = { OPEN },
	.gap	  = "documented limit: of what processes do to each other, scopes name signals and abstract sockets",
	.variants = knobs,
	.scene	  = target_scene,
	.witness  = target_kill,
	.attempt  = use_object,
	.source	  = "userspace-api/landlock: IPC scoping; security/landlock/task.c: no such hook");

static int new_userns(struct scene *scene)
{
	(void)scene;
	return errno_of(unshare(CLONE_NEWUSER));
}

CASE("domain.userns.create",
	.own_memory = true,
	.claim	  = "unshare(2) of a user namespace",
	.guard	  = ALL_SCOPES,
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#55",
	.needs	  = "userns",
	.scene	  = target_scene,
	.witness  = target_kill,
	.attempt  = new_userns,
	.source	  = "security/landlock: no userns_create hook");
