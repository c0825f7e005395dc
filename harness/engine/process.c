// SPDX-License-Identifier: GPL-2.0
/* One world of one case: its processes and namespaces, and their end. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/files.h"
#include "base/memory.h"
#include "base/programs.h"
#include "base/time.h"
#include "cases/enforce.h"
#include "cases/table.h"
#include "engine/hooks.h"
#include "engine/needs.h"
#include "engine/process.h"
#include "engine/strace.h"
#include "lab/ends.h"
#include "lab/lab.h"
#include "lab/peers.h"
#include "landlock/exercise.h"
#include "landlock/layers.h"
#include "machine/filesystem.h"
#include "machine/filter.h"
#include "machine/make.h"
#include "machine/privilege.h"
#include "machine/scratch.h"
#include "machine/subject.h"

/* What all processes of a world share, exec'd ones included */
struct memory {
	struct scene scene;
	struct tool_trace trace;
};

/*
 * Each of these processes is started by the one before it, which waits for it
 * on a stack of its own: STAGE builds the scene outside the sandbox, SUBJECT
 * enters the sandbox, EXECUTED is what it executes.
 */
enum nesting { STAGE, SUBJECT, EXECUTED, NESTINGS };

#define BODY_STACK (512 << 10)

static char (*stacks)[BODY_STACK];	/* one for each nesting */
static int scene_fd = -1;	/* the shared memory, for exec'd attempts */
static struct memory *memory;	/* in it; one world at a time */
static struct scene *shared;	/* its scene */
static int said_fd = -1;	/* what a tool prints */
static const struct world_plan *world_plan;	/* its; NULL after execve(2) */

static int scene_map(void)
{
	memory = mmap(NULL, sizeof(*memory), PROT_READ | PROT_WRITE,
		      MAP_SHARED, scene_fd, 0);
	if (memory == MAP_FAILED)
		return errno;
	shared = &memory->scene;
	return 0;
}

static int scene_init(void)
{
	scene_fd = memfd_create("scene", 0);
	if (scene_fd < 0)
		scene_fd = scratch_file();
	said_fd = memfd_create("said", MFD_CLOEXEC);
	if (scene_fd < 0 || ftruncate(scene_fd, sizeof(*memory)))
		return errno;
	return scene_map();
}

static char inherited[4096];	/* children that this program has not made */

static void list_children(pid_t parent, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent,
		 parent);
	if (read_file(path, text, size) < 0)
		text[0] = '\0';
}

static bool is_inherited(pid_t child)
{
	char *next = inherited;
	long pid;

	while ((pid = strtol(next, &next, 10)) > 0)
		if (pid == child)
			return true;
	return false;
}

static const char *missing_because(const char *what, int error)
{
	static char text[80];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(error));
	return error ? text : NULL;
}

const char *process_init(void)
{
	const char *missing;

	missing = filter_kills_at_once();
	if (missing)
		return missing;
	privilege_init();
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	missing = scratch_init() ?:
		  missing_because("/proc/self/exe", self_open()) ?:
		  missing_because("a copy of /proc/self/exe", scratch_self()) ?:
		  missing_because("shared memory", scene_init()) ?:
		  missing_because("memory for stacks",
				  TAKE_ARRAY(stacks, NESTINGS) ? 0 : errno);
	if (!missing)
		list_children(getpid(), inherited, sizeof(inherited));
	return missing;
}

const char *process_filesystem(const char *name)
{
	const char *const missing = filesystem_have(name);

	/* A server of ours stays. */
	list_children(getpid(), inherited, sizeof(inherited));
	return missing;
}

/*
 * Kills what a world left behind where no PID namespace does it: all that
 * descends from @parent, but neither the lab nor what was there before.
 */
static void kill_children(pid_t parent)
{
	char text[4096], *next = text;
	long pid;

	list_children(parent, text, sizeof(text));
	while ((pid = strtol(next, &next, 10)) > 0) {
		if (lab_is_peer(pid) || is_inherited(pid))
			continue;
		kill_children(pid);
		/* Who may not be killed goes on: nobody waits for it. */
		if (!kill(pid, SIGKILL) && parent == getpid())
			waitpid_retry(pid, NULL);
	}
}

static char *body_stack(enum nesting nesting)
{
	return stacks[nesting] + BODY_STACK;
}

/*
 * Like vfork(2), with a stack of its own: @body runs in another process that
 * shares this one's memory, while this one waits.  There is nothing here to
 * protect from it.
 */
static pid_t spawn(enum nesting nesting, int (*body)(void *scene),
		   struct scene *scene)
{
	return clone(body, body_stack(nesting),
		     SHARE_MEMORY | CLONE_VFORK | SIGCHLD, scene);
}

static int attempt(struct scene *scene)
{
	const struct landproof_case *test = scene->test;
	int outcome;

	/* What must be refused comes first: the attempt may end the domain. */
	if (world_plan && world_plan->witness) {
		outcome = test->witness(scene);
		if (outcome == WORKED)
			return UNENFORCED;
		if (outcome < 0)
			return outcome;
	}
	exercise_begin();
	hooks_attempt_begin();
	strace_mark(scene, "attempt");
	if (scene->world == WORLD_CONTROL && test->control)
		outcome = test->control(scene);
	else
		outcome = test->attempt(scene);
	strace_mark(scene, "end");
	hooks_attempt_end();
	exercise_end();
	return outcome;
}

/* The last process of an inherited world: came here through execve(2). */
int attempt_main(int fd, int argc, char **argv)
{
	struct scene *scene;

	if (argc != 4)
		return 2;
	sabotage = atoi(argv[2]);
	patience_ms = atoi(argv[3]);
	scene_fd = fd;
	if (scene_map())
		return 2;
	scene = shared;
	lab_resume();
	/* Addresses are another image's. */
	scene->test = case_at(strtoul(argv[0], NULL, 10));
	if (!scene->test)
		return 2;
	scene->variant = case_variants(scene->test) + atoi(argv[1]);
	scene->outcome = attempt(scene);
	scene->finished = true;
	return 0;
}

const struct tool_trace *world_trace(void)
{
	return &memory->trace;
}

/*
 * The memory is the standard input of what a tool starts; but some container
 * runtimes put a pipe there, and it is among the descriptors handed down.
 */
static bool find_memory(unsigned long nonce)
{
	struct stat st;

	for (scene_fd = 0; scene_fd < TOOL_DESCRIPTORS; scene_fd++)
		if (!fstat(scene_fd, &st) && S_ISREG(st.st_mode) &&
		    st.st_size == sizeof(*memory) && !scene_map() &&
		    memory->trace.nonce == nonce)
			return true;
	return false;
}

/* The attempt that a tool has started */
int tool_attempt_main(int argc, char **argv)
{
	struct scene *scene;

	if (argc != 4 || !find_memory(strtoul(argv[3], NULL, 10)))
		return 2;
	scene = shared;
	patience_ms = atoi(argv[2]);
	/* Tools may drop the environment. */
	lab_resume_from(memory->trace.lab);
	scene->test = case_at(strtoul(argv[0], NULL, 10));
	if (!scene->test)
		return 2;
	scene->variant = case_variants(scene->test) + atoi(argv[1]);
	memory->trace.started = true;
	memory->trace.lost = belongings_lost(&memory->trace.before);
	scene->outcome = attempt(scene);
	memory->trace.layers_left = layers_use_up();
	scene->finished = true;
	return 0;
}

/* The attempt's own command, which a tool is to execute */
static const char *const *tool_program(struct scene *scene, const char *probe)
{
	static char test[24], variant[16], patience[16], nonce[16];
	static const char *program[] = {
		NULL, "attempt", test, variant, patience, nonce, NULL
	};

	program[0] = probe;
	snprintf(test, sizeof(test), "%zu", case_index(scene->test));
	snprintf(variant, sizeof(variant), "%d",
		 (int)(scene->variant - case_variants(scene->test)));
	snprintf(patience, sizeof(patience), "%d", patience_ms);
	snprintf(nonce, sizeof(nonce), "%u", memory->trace.nonce);
	return program;
}

/* The environment is the harness's memory, too: it is copied. */
static char **with_variables(const struct command_line *line)
{
	static char *all[1024];
	int count = 0, i;

	for (i = 0; environ[i] && count < 1000; i++)
		all[count++] = environ[i];
	for (i = 0; i < line->variables_count; i++)
		all[count++] = line->variables[i];
	all[count++] = BELONGINGS_MARK;
	all[count] = NULL;
	return all;
}

/* A container's runtime is started by root: it is what makes the subject. */
static bool tool_is_for_root(void)
{
	return world_plan->enforcer == ENFORCER_TOOL &&
	       world_plan->through->tool &&
	       world_plan->through->tool->bundle.handled;
}

static int exec_tool(void *arg)
{
	const struct command_line *const line = world_plan->through->line;
	struct scene *const scene = arg;

	dup2(scene_fd, STDIN_FILENO);
	dup2(said_fd, STDOUT_FILENO);
	dup2(said_fd, STDERR_FILENO);
	if (scene->test->root || tool_is_for_root())
		keep_capabilities();
	belongings_note(&memory->trace.before, scene_fd);
	if (!scene->test->root && tool_is_for_root()) {
		memory->trace.before.uid = subject_uid();
		memory->trace.before.gid = subject_gid();
		memory->trace.before.capabilities = 0;
	}
	execve(line->argv[0], line->argv, with_variables(line));
	dprintf(STDERR_FILENO, "%s: %s\n", line->argv[0], strerror(errno));
	_exit(127);
}

/* What the tool printed, for people and for the question whether it told */
static void read_said(struct tool_trace *trace)
{
	const ssize_t length = pread(said_fd, trace->said,
				     sizeof(trace->said) - 1, 0);

	trace->said[length > 0 ? length : 0] = '\0';
}

static int start_tool(struct scene *scene)
{
	struct tool_trace *const trace = &memory->trace;
	const char *const lab = getenv("LANDPROOF_LAB");
	pid_t pid;

	snprintf(trace->lab, sizeof(trace->lab), "%s", lab ?: "");
	if (ftruncate(said_fd, 0) || lseek(said_fd, 0, SEEK_SET))
		return broken(scene, "memory for what a tool says");
	scene->finished = false;
	pid = spawn(EXECUTED, exec_tool, scene);
	if (pid < 0 || waitpid_retry(pid, &trace->status))
		return broken(scene, "starting a tool: %s",
			      strerrorname_np(errno));
	read_said(trace);
	if (scene->finished)
		return scene->outcome;
	if (trace->started)
		return KILLED;
	return broken(scene, "the tool did not start the attempt");
}

/* The policy of a tool's world, and then the attempt through execve(2) */
static int through_tool(struct scene *scene)
{
	const struct tool_road *const road = world_plan->through;
	const char *const *const program = tool_program(scene, road->probe);
	int i, ret = 0;

	if (road->tool) {
		if (!tool_says(road->tool, &road->policy, program, road->line)) {
			memory->trace.inexpressible = true;
			return broken(scene, "%s", road->line->inexpressible);
		}
		ret = start_tool(scene);
		bundle_remove(road->line);
		return ret;
	}
	memset(road->line, 0, sizeof(*road->line));
	for (i = 0; program[i]; i++)
		road->line->argv[i] = (char *)program[i];
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return broken(scene, "no_new_privs: %s",
			      strerrorname_np(errno));
	if (road->policy.set)
		ret = enforce_ruleset(scene, road->policy.set);
	return ret ?: start_tool(scene);
}

static int exec_attempt(void *arg)
{
	struct scene *scene = arg;
	char fd[16], test[24], variant[16], skip[16], patience[16], path[32];
	char *const argv[] = {
		"landproof-attempt", fd, test, variant, skip, patience, NULL
	};

	snprintf(fd, sizeof(fd), "%d", scene_fd);
	snprintf(test, sizeof(test), "%zu", case_index(scene->test));
	snprintf(variant, sizeof(variant), "%d",
		 (int)(scene->variant - case_variants(scene->test)));
	snprintf(skip, sizeof(skip), "%d", sabotage);
	snprintf(patience, sizeof(patience), "%d", patience_ms);
	fcntl(scene_fd, F_SETFD, 0);
	if (scene->test->root)
		keep_capabilities();
	execveat(self_fd, "", argv, environ, AT_EMPTY_PATH);
	/* Sandboxes may know the older call only. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", self_fd);
	execve(path, argv, environ);
	scene->outcome = broken(scene, "execveat of the harness: %s",
				strerrorname_np(errno));
	scene->finished = true;
	_exit(0);
}

static int attempt_after_exec(struct scene *scene)
{
	scene->finished = false;
	return child_outcome(scene, spawn(EXECUTED, exec_attempt, scene));
}

/* The policy of the world: 0 or an outcome */
static int enforce_policy(struct scene *scene)
{
	int i, ret = 0;

	if (world_plan->enforcer == ENFORCER_CASE)
		return scene->test->enforce(scene);
	for (i = 0; i < world_plan->layers_count && !ret; i++)
		ret = enforce_ruleset(scene, &world_plan->layers[i]);
	return ret;
}

/* The subject: loses its privileges, is sandboxed, attempts. */
static int subject(struct scene *scene)
{
	int error;

	if (!scene->test->root && !tool_is_for_root()) {
		error = become_subject();
		if (error)
			return broken(scene, "setresuid: %s",
				      strerrorname_np(error));
	}
	if (world_plan->enforcer == ENFORCER_TOOL)
		return through_tool(scene);
	if (!scene->test->may_gain_privs &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return broken(scene, "no_new_privs: %s",
			      strerrorname_np(errno));
	strace_mark(scene, "policy");
	error = enforce_policy(scene);
	if (error)
		return error;
	if (scene->world == WORLD_INHERITED)
		return attempt_after_exec(scene);
	return attempt(scene);
}

/*
 * Namespaces cost more than most cases: only those get a mount namespace that
 * mount something or keep privileges, and a PID namespace that send signals to
 * everybody.  What the others leave is killed.
 */
static bool wants_mounts(const struct landproof_case *test)
{
	if (privilege == UNPRIVILEGED || test->bare)
		return false;
	return test->root || test->newipc ||
	       (needs_get(test->needs) & GETS_MOUNTS);
}

static bool wants_pids(const struct landproof_case *test)
{
	return privilege != UNPRIVILEGED &&
	       (needs_get(test->needs) & GETS_PIDS);
}

static int prepare(struct scene *scene)
{
	const struct landproof_case *test = scene->test;
	const char *const on = scene->variant->filesystem;
	int ret = 0;

	if (!test->bare) {
		ret = scratch_enter(on) ?: make_dir("decoy");
	}
	if (!ret && (needs_get(test->needs) & GETS_LAB)) {
		ret = lab_enter();
		if (ret)
			return broken(scene, "entering the lab: %s",
				      strerrorname_np(ret));
	}
	if (!ret && test->scene) {
		ret = test->scene(scene);
		if (filesystem_cannot(on, ret) && scene->world == WORLD_CONTROL)
			return cannot(scene, "the scene's files, here: %s",
				      strerrorname_np(ret));
	}
	if (ret > 0)
		return broken(scene, "scene: %s", strerrorname_np(ret));
	return ret;
}

static int subject_main(void *arg)
{
	struct scene *scene = arg;

	scene->outcome = subject(scene);
	scene->finished = true;
	_exit(0);
}

static int subject_apart(struct scene *scene)
{
	if (scene->test->own_memory)
		return in_child(scene, subject);
	scene->finished = false;
	return child_outcome(scene, spawn(SUBJECT, subject_main, scene));
}

/*
 * Must something outside the sandbox outlive the attempt?  Else one process is
 * spared, which is half of what a world costs.
 */
static bool wants_own_process(const struct scene *scene)
{
	return scene->processes || scene->test->effect;
}

static void stage(struct scene *scene)
{
	const struct landproof_case *test = scene->test;
	int ret;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ret = prepare(scene);
	if (!ret)
		ret = wants_own_process(scene) ? subject_apart(scene) :
						 subject(scene);
	if (test->effect && ret >= 0) {
		const bool seen = test->effect(scene);

		if (ret == WORKED && !seen)
			ret = NO_EFFECT;
		else if (ret > 0 && seen) {
			remark(scene, "%s, but its effect was seen",
			       strerrorname_np(ret));
			ret = WORKED;
		}
	}
	scene->outcome = ret;
	scene->finished = true;
}

static int stage_main(void *scene)
{
	stage(scene);
	_exit(0);
}

static pid_t stage_start(struct scene *scene)
{
	const struct landproof_case *test = scene->test;
	int flags = SIGCHLD;

	if (wants_mounts(test))
		flags |= CLONE_NEWNS;
	if (wants_pids(test))
		flags |= CLONE_NEWPID;
	if (test->newnet)
		flags |= CLONE_NEWNET;
	if (test->newipc)
		flags |= CLONE_NEWIPC;
	if (!test->own_memory)
		flags |= SHARE_MEMORY;
	return clone(stage_main, body_stack(STAGE), flags, scene);
}

/* Waits for @pid: true when it has ended. */
static bool ended_in_time(pid_t pid, int timeout_ms)
{
	struct pollfd poll_fd = {
		.fd = syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN,
	};
	int ret;

	if (poll_fd.fd < 0)
		return waitpid_retry(pid, NULL) == 0;
	do
		ret = poll(&poll_fd, 1, timeout_ms);
	while (ret < 0 && errno == EINTR);
	close(poll_fd.fd);
	return ret == 1;
}

static void scene_clear(struct scene *scene, const struct plan *plan,
			enum world world)
{
	scene->test = plan->test;
	scene->variant = plan->variant;
	scene->world = world;
	scene->finished = false;
	scene->note[0] = '\0';
	scene->processes = 0;
	memset(scene->pid, 0, sizeof(scene->pid));
	memset(scene->value, 0, sizeof(scene->value));
	memset(scene->fd, 0xff, sizeof(scene->fd));
	memory->trace = (struct tool_trace) {
		.nonce = memory->trace.nonce + 1,
		.layers_left = -1,
	};
}

void world_run(const struct plan *plan, enum world world,
	       struct world_result *result)
{
	struct scene *const scene = shared;
	const double start = now_ms();
	int status = 0;
	pid_t pid;

	scene_clear(scene, plan, world);
	world_plan = &plan->worlds[world];
	pid = stage_start(scene);
	result->ran = true;
	if (pid < 0) {
		/* clone(2): what ENOSPC says of is a limit of namespaces. */
		result->outcome = errno == ENOSPC ? CANNOT : BROKEN;
		snprintf(result->note, sizeof(result->note), "%s: %s",
			 errno == ENOSPC ? "namespaces (user.max_*)" : "clone",
			 strerrorname_np(errno));
		return;
	}
	if (ended_in_time(pid, patience_ms)) {
		waitpid_retry(pid, &status);
		result->outcome = scene->finished ? scene->outcome : KILLED;
	} else {
		kill_children(pid);
		kill(pid, SIGKILL);
		result->outcome = HUNG;
		/* What does not even die is left: the next case goes on. */
		if (ended_in_time(pid, patience_ms))
			waitpid_retry(pid, &status);
		snprintf(scene->note, sizeof(scene->note),
			 "no answer within %d ms", patience_ms);
	}
	/* Orphans, those that called setsid(2) too, come to the subreaper. */
	if (!wants_pids(scene->test))
		kill_children(getpid());
	if (!scene->test->bare)
		scratch_leave(plan->variant->filesystem);
	memcpy(result->note, scene->note, sizeof(result->note));
	result->ms = now_ms() - start;
}
