// SPDX-License-Identifier: GPL-2.0
/* What the cases of TSYNC share; see tsync.h. */
#include <sched.h>
#include <signal.h>

#include "tsync.h"

int tsync_ruleset(struct scene *scene)
{
	const struct ruleset set = { .fs = FS_READ_FILE };

	scene->fd[0] = build_ruleset(scene, &set);
	return scene->fd[0] < 0 ? POLICY : 0;
}

int tsync_enforce(struct scene *scene)
{
	return ll_restrict(scene->fd[0], RESTRICT_TSYNC) ? errno : 0;
}

int tsync_start(struct scene *scene, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (sibling_start(scene, i))
			return broken(scene, "pthread_create");
	return 0;
}

int tsync_all_get(struct scene *scene, int count, int expected)
{
	int i, got = read_guarded_file(scene);

	for (i = 0; i < count && got == expected; i++)
		got = sibling_run(scene, i, read_guarded_file);
	return got;
}

void tsync_set(struct scene *scene, int place, long value)
{
	__atomic_store_n(&scene->value[place], value, __ATOMIC_SEQ_CST);
}

long tsync_get(struct scene *scene, int place)
{
	return __atomic_load_n(&scene->value[place], __ATOMIC_SEQ_CST);
}

void tsync_go_first(void)
{
	const struct sched_param first = { .sched_priority = 1 };

	sched_setscheduler(0, SCHED_FIFO, &first);
}

static void ignore_alarm(int number)
{
	(void)number;
}

void tsync_take_alarms(void)
{
	const struct sigaction action = { .sa_handler = ignore_alarm };

	sigaction(SIGALRM, &action, NULL);
}
