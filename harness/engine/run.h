/* SPDX-License-Identifier: GPL-2.0 */
/* Running cases: shared by the files of the harness, not for cases. */
#ifndef LANDPROOF_RUN_H
#define LANDPROOF_RUN_H

#include "landproof.h"

/* The path of a rule that grants on the harness's own executable. */
extern const char SELF[];
extern int self_fd;		/* that executable, opened at start */

/* What this process may do. */
enum privilege {
	UNPRIVILEGED,
	IN_USERNS,		/* all capabilities, in a user namespace */
	FULL,			/* real root */
};
extern enum privilege privilege;

/* privilege.c */
void privilege_init(void);	/* finds out, and enters a user namespace */
void keep_capabilities(void);	/* across execve(2) */

/* scratch.c */
int scratch_init(void);		/* 0 or errno */
/* A new directory for a world, its current one: 0 or BROKEN */
int scratch_enter(struct scene *scene);
void scratch_leave(void);

enum verdict {
	HOLDS, ABSENT, OPEN_GAP, CLOSED, BYPASS, OVERBLOCK, ERRNO, DISHONEST,
	CRASH, HANG, CANNOT_RUN, BROKEN_RUN,
};

struct world_result {
	bool ran;
	int outcome;		/* errno or enum outcome */
	int expected;		/* the same; UNPROMISED: nothing is promised */
	double ms;
	char note[SCENE_NOTE];
};

#define UNPROMISED (-100)

struct result {
	const struct landproof_case *test;
	const struct variant *variant;
	enum verdict verdict;
	char why[320];
	char missing[SCENE_NOTE];
	char news[160];
	char log[2048];
	double ms;
	struct world_result worlds[WORLDS];
};

extern const char *const world_names[WORLDS];
extern const char *const verdict_names[];

/* The cases, in order of their ids. */
extern const struct landproof_case **cases;
extern size_t cases_count;
void cases_sort(void);
/* The same cases as the linker placed them: what exec'd attempts are told. */
const struct landproof_case *case_number(size_t number);	/* or NULL */
size_t number_of_case(const struct landproof_case *test);

/* "net.tcp.connect[ipv6]" */
const char *case_id(const struct landproof_case *test,
		    const struct variant *variant, char *buf, size_t size);
const struct variant *case_variants(const struct landproof_case *test);

/* Is @word one of @words, which spaces separate?  NULL has none. */
bool has_word(const char *words, const char *word);

/* process.c */
int process_init(void);
int scene_share(struct scene **shared);	/* maps it once; 0 or errno */
int attempt_main(int scene_fd, int argc, char **argv);
void world_run(struct scene *scene, struct world_result *result);
extern int world_timeout_ms;
void measure_speed(void);
double now_ms(void);

/* policy.c */
unsigned int case_worlds(const struct landproof_case *test);
/* The same for one variant: those that can come out differently from the first. */
unsigned int variant_worlds(const struct landproof_case *test,
			    const struct variant *variant);
int world_enforce(struct scene *scene);
bool world_has_policy(const struct landproof_case *test, enum world world);

/* verdict.c */
const struct promise *promise_now(const struct landproof_case *test);
int case_abi(const struct landproof_case *test);
bool case_expressible(const struct landproof_case *test);
int world_expected(const struct result *result, enum world world);
void judge(struct result *result);
bool is_deviation(enum verdict verdict);

/* run.c */
extern unsigned int worlds_wanted;
void run_case(struct result *result);

/* needs.c */
const char *need_missing(const char *words, char *buf, size_t size);
const char *need_unknown(const char *words);

/* smc.c */
void smc_identify(void);

/* fault.c */
const char *fault_missing(void);

/* audit.c */
void audit_enable(bool on);
void audit_clear(void);

/* kmsg.c */
void kmsg_init(void);
enum kmsg {
	KMSG_QUIET,
	KMSG_NO_MEMORY,		/* the machine's fault */
	KMSG_TROUBLE,		/* it warned or oopsed */
};
/* What the kernel said since the last call; @buf: from the first trouble on */
enum kmsg kmsg_trouble(char *buf, size_t size);

/* guest.c */
void guest_init(void);
void guest_exit(void) __attribute__((noreturn));
const char *guest_load(const char *module);	/* NULL or what is missing */
char **guest_arguments(int *argc);

/* errname.c */
const char *outcome_name(int outcome, char *buf, size_t size);

/* select.c, list.c, records.c: see there */

#endif
