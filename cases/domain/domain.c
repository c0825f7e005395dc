// SPDX-License-Identifier: GPL-2.0
/* Files that show in which domain a thread is, and threads that show it. */
#include <pthread.h>
#include <semaphore.h>

#include "domain.h"

int domain_files(struct scene *scene)
{
	(void)scene;
	return make_dir("dir") ?: make_dir("other") ?:
	       make_file("dir/file", "secret") ?:
	       make_file("other/file", "secret");
}

static int read_secret(const char *path)
{
	char text[16];
	const int len = read_file(path, text, sizeof(text));

	if (len < 0)
		return -len;
	return strcmp(text, "secret") ? NO_EFFECT : WORKED;
}

int read_guarded_file(struct scene *scene)
{
	(void)scene;
	return read_secret("dir/file");
}

int read_other_file(struct scene *scene)
{
	(void)scene;
	return read_secret("other/file");
}

int deny_reading(struct scene *scene, const char *granted, unsigned int flags)
{
	struct ruleset set = { .fs = FS_READ_FILE, .flags = flags };

	if (granted)
		set.rules[0] = (struct rule)PATH(granted,
						 .access = FS_READ_FILE);
	return enforce_ruleset(scene, &set);
}

/* Threads belong to one process image: here, static state is right. */
static struct sibling {
	sem_t begin, end;
	struct scene *scene;
	int (*work)(struct scene *scene);
	int outcome;
} siblings[SIBLINGS];

static void *sibling_main(void *arg)
{
	struct sibling *sibling = arg;

	for (;;) {
		while (sem_wait(&sibling->begin))
			;
		sibling->outcome = sibling->work(sibling->scene);
		sem_post(&sibling->end);
	}
	return NULL;
}

int sibling_start(struct scene *scene, int number)
{
	struct sibling *sibling = &siblings[number];
	pthread_t thread;

	sibling->scene = scene;
	sem_init(&sibling->begin, 0, 0);
	sem_init(&sibling->end, 0, 0);
	return pthread_create(&thread, NULL, sibling_main, sibling);
}

void sibling_begin(int number, int (*work)(struct scene *scene))
{
	siblings[number].work = work;
	sem_post(&siblings[number].begin);
}

int sibling_end(int number)
{
	while (sem_wait(&siblings[number].end))
		;
	return siblings[number].outcome;
}

int sibling_run(struct scene *scene, int number,
		int (*work)(struct scene *scene))
{
	(void)scene;
	sibling_begin(number, work);
	return sibling_end(number);
}
