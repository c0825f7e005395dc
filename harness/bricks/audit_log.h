/* SPDX-License-Identifier: GPL-2.0 */
/* Reading the audit log, as far as it is about one world of one case. */
#ifndef LANDPROOF_BRICKS_AUDIT_LOG_H
#define LANDPROOF_BRICKS_AUDIT_LOG_H

#include "cases/scene.h"

/*
 * A case about the log: root, because the log is; without a PID namespace,
 * because the kernel talks about audit in the initial one only.  Logging came
 * with ABI 7, together with the flags that steer it.
 */
#define A_LOG_CASE .bare = true, .root = true, .needs = "audit root"
#define LOGGED_SINCE "restrict.log_same_exec_off"

#define AUDIT_LINES	16
#define AUDIT_ENDS	4
#define AUDIT_LINE	400

/*
 * The records about domains that this world made.
 * @others: what other modules denied to processes of this world's name
 */
struct audit_log {
	int accesses, domains, freed, others;
	int unlogged_ends;	/* whosoever's: of domains that denied nothing */
	char access[AUDIT_LINES][AUDIT_LINE];
	char domain[AUDIT_LINES][AUDIT_LINE];
	char end[AUDIT_ENDS][AUDIT_LINE];
};

/*
 * For .scene: a mount namespace with a /tmp of its own, which becomes the
 * working directory; a name for the processes to come, by which the log knows
 * their domains, in scene->text.  audit_listen(): a socket that hears the log.
 * audit_scene(): both.  0 or errno
 */
int log_scene(struct scene *scene);
int audit_listen(struct scene *scene);
int audit_scene(struct scene *scene);

/* Reads all that was logged up to now: 0 or CANNOT. */
int audit_read(struct scene *scene, struct audit_log *log);
/* Waits for the ends of so many domains that were read about: 0 or CANNOT. */
int audit_await_ends(struct scene *scene, struct audit_log *log, int ends);

/* Is this in the line?  An asterisk stands for anything. */
bool line_says(const char *line, const char *pattern);

/*
 * What the attempt returns when its operation gave @error: WORKED if that is 0
 * and left no record; else LOG_RIGHT, LOG_SILENT or LOG_WRONG.  was_logged():
 * there must be a record with these blockers, and with @text in it.
 * not_logged(): there must be none.
 */
int was_logged(struct scene *scene, int error, const char *blockers,
	       const char *text);
int not_logged(struct scene *scene, int error);
/*
 * Of two denied accesses, @error and @second, only the second may be logged:
 * that shows that the first was quiet, and not the whole log silent.
 */
int second_logged(struct scene *scene, int error, int second,
		  const char *blockers);

#endif
