// SPDX-License-Identifier: GPL-2.0
/*
 * An OCI runtime that knows process.landlock: it makes the ruleset, and lets
 * crun do all the rest.
 *
 * crun creates the container, whose process is this program (a descriptor of
 * it, which crun hands down).  Between create and start the shim, with all its
 * privileges, opens the paths in the container's mounts and sends the ruleset
 * to that process through a socket, which crun hands down too.  The process
 * enters the domain and executes the container's own program.
 *
 * LANDLOCK_OCI_RUNTIME names another crun.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "landlock/landlock.h"
#include "policy.h"

#define WORDS_MAX	64
#define ENTER		"--enter"
#define FIRST_FD	3	/* behind the standard ones */

/* struct call - a command line of ours */
struct call {
	const char *before[WORDS_MAX];	/* global options, for every crun */
	int before_count;
	const char *command;
	const char *options[WORDS_MAX];	/* of the command, that crun gets too */
	int options_count;
	const char *root, *bundle, *config, *process, *cwd;
	char **rest;			/* the identifier, and what follows */
	bool detach;
	int preserve;
};

void warn_user(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("landlock-shim: ", stderr);
	vfprintf(stderr, format, args);
	fputs("\n", stderr);
	va_end(args);
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("landlock-shim: error: ", stderr);
	vfprintf(stderr, format, args);
	fputs("\n", stderr);
	va_end(args);
	exit(1);
}

static const char *crun(void)
{
	return getenv("LANDLOCK_OCI_RUNTIME") ?: "crun";
}

/*
 * "--name VALUE", "--name=VALUE" and "-n VALUE": the value, or NULL if @word
 * is another option.
 */
static const char *value_of(const char *name, char letter, char ***word)
{
	const char *const text = **word;
	const size_t length = strlen(name);

	if (strncmp(text, "--", 2) == 0 &&
	    strncmp(text + 2, name, length) == 0 && text[length + 2] == '=')
		return text + length + 3;
	if ((strncmp(text, "--", 2) == 0 && strcmp(text + 2, name) == 0) ||
	    (letter && text[0] == '-' && text[1] == letter && !text[2]))
		return *++*word ?: (die("%s needs a value", text), NULL);
	return NULL;
}

static void add(const char *words[], int *count, const char *word)
{
	if (*count == WORDS_MAX - 1)
		die("too many arguments");
	words[(*count)++] = word;
}

static void read_global(struct call *call, char ***word)
{
	static const char *const with_value[] = {
		"cgroup-manager", "log", "log-format", "log-level", "root",
	};
	char **const first = *word;
	size_t i;

	for (i = 0; i < sizeof(with_value) / sizeof(*with_value); i++) {
		const char *const value = value_of(with_value[i], 0, word);

		if (value && strcmp(with_value[i], "root") == 0)
			call->root = value;
		if (value)
			break;
	}
	add(call->before, &call->before_count, *first);
	if (*word != first)
		add(call->before, &call->before_count, **word);
}

static void keep(struct call *call, const char *option, const char *value)
{
	add(call->options, &call->options_count, option);
	if (value)
		add(call->options, &call->options_count, value);
}

/* An option that the shim does not know may matter: it is an error. */
static void read_option(struct call *call, char ***word)
{
	const bool exec = strcmp(call->command, "exec") == 0;
	const char *const text = **word, *value;

	if ((value = value_of("preserve-fds", 0, word)))
		call->preserve = atoi(value);
	else if (!exec && (value = value_of("bundle", 'b', word)))
		call->bundle = value;
	else if (!exec && (value = value_of("config", 'f', word)))
		call->config = value;
	else if (exec && (value = value_of("process", 'p', word)))
		call->process = value;
	else if (exec && (value = value_of("cwd", 0, word)))
		call->cwd = value;
	else if ((value = value_of("pid-file", 0, word)))
		keep(call, "--pid-file", value);
	else if ((value = value_of("console-socket", 0, word)))
		keep(call, "--console-socket", value);
	else if (strcmp(text, "--detach") == 0 || strcmp(text, "-d") == 0)
		call->detach = true;
	else if (strcmp(text, "--no-pivot") == 0)
		keep(call, text, NULL);
	else
		die("%s: the shim does not know this option", text);
}

static void read_call(struct call *call, char **word)
{
	for (; *word && **word == '-'; word++)
		read_global(call, &word);
	call->command = *word ? *word++ : "";
	call->rest = word;
}

static void read_options(struct call *call)
{
	char **word = call->rest;
	const char *const listen = getenv("LISTEN_FDS");

	for (; *word && **word == '-'; word++)
		read_option(call, &word);
	if (!*word)
		die("%s: which container?", call->command);
	call->rest = word;
	call->preserve += listen ? atoi(listen) : 0;
}

/* crun with our global options: its exit status.  @out: where it prints */
static int run_crun(const struct call *call, const char *const words[], int out)
{
	const char *argv[3 * WORDS_MAX];
	int count = 0, status, i;
	pid_t pid;

	argv[count++] = crun();
	for (i = 0; i < call->before_count; i++)
		argv[count++] = call->before[i];
	while (*words)
		argv[count++] = *words++;
	argv[count] = NULL;
	pid = fork();
	if (pid == 0) {
		if (out >= 0)
			dup2(out, STDOUT_FILENO);
		execvp(argv[0], (char *const *)argv);
		die("%s: %m", argv[0]);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waiting for %s: %m", argv[0]);
	if (pid < 0)
		die("a process: %m");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* What crun prints: a JSON text */
static struct json_object *ask_crun(const struct call *call,
				    const char *const words[])
{
	const int file = memfd_create("answer", MFD_CLOEXEC);
	struct json_object *answer;

	if (run_crun(call, words, file))
		exit(1);
	lseek(file, 0, SEEK_SET);
	answer = json_object_from_fd(file);
	close(file);
	return answer ?: (die("%s: no JSON", crun()), NULL);
}

static struct json_object *get(struct json_object *in, const char *name)
{
	struct json_object *found = NULL;

	if (in)
		json_object_object_get_ex(in, name, &found);
	return found;
}

/* A descriptor that what is executed inherits; crun reads it by this path. */
static const char *in_memory(struct json_object *json)
{
	static char path[32];
	const int file = memfd_create("config", 0);
	const int high = fcntl(file, F_DUPFD, 512);

	close(file);
	if (high < 0 || json_object_to_fd(high, json, 0))
		die("a file in memory: %m");
	lseek(high, 0, SEEK_SET);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", high);
	return path;
}

/*
 * A copy of this program that nobody can write to: a container that executes
 * /proc/self/exe must not reach the host's file.
 */
static int own_program(void)
{
	const int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	const int copy = memfd_create("landlock-shim",
				      MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stat st;

	if (self < 0 || copy < 0 || fstat(self, &st))
		die("a copy of the shim: %m");
	while (st.st_size > 0) {
		const ssize_t sent = sendfile(copy, self, NULL, st.st_size);

		if (sent <= 0)
			die("a copy of the shim: %m");
		st.st_size -= sent;
	}
	if (fchmod(copy, 0555) ||
	    fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK |
		  F_SEAL_GROW | F_SEAL_WRITE))
		die("a copy of the shim: %m");
	close(self);
	return copy;
}

/* Makes @fd the descriptor @number, which crun hands down. */
static void place(int fd, int number)
{
	if (fd == number)
		fcntl(fd, F_SETFD, 0);
	else if (dup2(fd, number) < 0)
		die("descriptor %d: %m", number);
	else
		close(fd);
}

/* Both ends of the way to the container's process; ours is returned. */
static int hand_down(const struct call *call)
{
	const int first = FIRST_FD + call->preserve;
	int ends[2], program = own_program(), high;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		die("a socket: %m");
	/* Out of the way of what is placed */
	high = fcntl(ends[1], F_DUPFD_CLOEXEC, 256);
	program = fcntl(program, F_DUPFD_CLOEXEC, 256);
	close(ends[1]);
	place(fcntl(ends[0], F_DUPFD_CLOEXEC, 256), first);
	place(program, first + 1);
	return high;
}

/* In front of the process's own arguments: this program, to enter the domain */
static void go_first(struct json_object *process, const struct call *call)
{
	const int first = FIRST_FD + call->preserve;
	struct json_object *const args = json_object_new_array();
	struct json_object *const own = get(process, "args");
	char path[32], number[16];
	size_t i;

	if (!own || !json_object_is_type(own, json_type_array))
		die("process.args is missing");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", first + 1);
	snprintf(number, sizeof(number), "%d", first);
	json_object_array_add(args, json_object_new_string(path));
	json_object_array_add(args, json_object_new_string(ENTER));
	json_object_array_add(args, json_object_new_string(number));
	for (i = 0; i < json_object_array_length(own); i++)
		json_object_array_add(args, json_object_get(
			json_object_array_get_idx(own, i)));
	json_object_object_add(process, "args", args);
}

/* The proposals say that it must be true: the block is not skipped without. */
static void check_process(struct json_object *process)
{
	struct json_object *const nnp = get(process, "noNewPrivileges");

	if (!nnp || !json_object_get_boolean(nnp))
		die("landlock: noNewPrivileges must be true");
}

/* Sends the ruleset, or that there is none. */
static bool send_ruleset(int to, int ruleset)
{
	char byte = ruleset < 0 ? '-' : '+', control[CMSG_SPACE(sizeof(int))];
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	struct cmsghdr *header;

	if (ruleset >= 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &ruleset, sizeof(int));
	}
	return sendmsg(to, &message, MSG_NOSIGNAL) == 1;
}

/* -1: it was told that there is none. */
static int receive_ruleset(int from)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))];
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	int ruleset;

	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != 1)
		die("the ruleset did not come");
	if (byte == '-')
		return -1;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS)
		die("the ruleset did not come");
	memcpy(&ruleset, CMSG_DATA(header), sizeof(ruleset));
	return ruleset;
}

/* Inside the container, last of all: the domain, then its own program */
static int enter(int socket, char **program)
{
	const int ruleset = receive_ruleset(socket);

	if (ruleset >= 0 && landlock_restrict(ruleset, 0))
		die("landlock: landlock_restrict_self: %m");
	if (ruleset >= 0)
		close(ruleset);
	close(socket);
	close(socket + 1);
	execvp(program[0], program);
	die("%s: %m", program[0]);
}

static int root_of(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/root", pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The ruleset of @policy for the container of @pid, into its process */
static bool confine(const struct policy *policy, pid_t pid, int socket)
{
	const int root = root_of(pid);
	int ruleset;

	if (root < 0) {
		warn_user("the container's root: %m");
		return false;
	}
	ruleset = policy_ruleset(policy, root);
	close(root);
	return ruleset != -2 && send_ruleset(socket, ruleset);
}

static pid_t pid_of(const struct call *call, const char *id)
{
	const char *const words[] = { "state", id, NULL };
	struct json_object *const state = ask_crun(call, words);
	const pid_t pid = json_object_get_int(get(state, "pid"));

	json_object_put(state);
	return pid;
}

static int exit_status_of(pid_t pid)
{
	int status;

	/* crun has gone: its child is ours (PR_SET_CHILD_SUBREAPER). */
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waiting for the container: %m");
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

static int finish(const struct call *call, const char *id, pid_t pid)
{
	const char *const remove[] = { "delete", "--force", id, NULL };
	const char *const start[] = { "start", id, NULL };
	int status;

	if (strcmp(call->command, "create") == 0)
		return 0;
	if (run_crun(call, start, -1)) {
		run_crun(call, remove, -1);
		return 1;
	}
	if (call->detach)
		return 0;
	status = exit_status_of(pid);
	run_crun(call, remove, -1);
	return status;
}

static int create(const struct call *call, struct json_object *config,
		  const struct policy *policy)
{
	const char *const id = call->rest[0];
	const char *const remove[] = { "delete", "--force", id, NULL };
	const char *words[2 * WORDS_MAX];
	int socket, count = 0, i;
	char preserve[16];
	pid_t pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	socket = hand_down(call);
	go_first(get(config, "process"), call);
	snprintf(preserve, sizeof(preserve), "%d", call->preserve + 2);
	words[count++] = "create";
	words[count++] = "--bundle";
	words[count++] = call->bundle;
	words[count++] = "--config";
	words[count++] = in_memory(config);
	words[count++] = "--preserve-fds";
	words[count++] = preserve;
	for (i = 0; i < call->options_count; i++)
		words[count++] = call->options[i];
	words[count++] = id;
	words[count] = NULL;
	if (run_crun(call, words, -1))
		return 1;
	pid = pid_of(call, id);
	if (!confine(policy, pid, socket)) {
		run_crun(call, remove, -1);
		return 1;
	}
	return finish(call, id, pid);
}

static struct json_object *read_json(const char *directory, const char *name)
{
	const bool whole = name[0] == '/';
	struct json_object *json;
	char path[4096];

	snprintf(path, sizeof(path), "%s%s%s", whole ? "" : directory,
		 whole ? "" : "/", name);
	json = json_object_from_file(path);
	return json ?: (die("%s: no JSON", path), NULL);
}

static void pass_on(const struct call *call)
{
	const char *argv[3 * WORDS_MAX];
	int count = 0, i;
	char **word;

	argv[count++] = crun();
	for (i = 0; i < call->before_count; i++)
		argv[count++] = call->before[i];
	if (*call->command)
		argv[count++] = call->command;
	for (word = call->rest; *word && count < 3 * WORDS_MAX - 1; word++)
		argv[count++] = *word;
	argv[count] = NULL;
	execvp(argv[0], (char *const *)argv);
	die("%s: %m", argv[0]);
}

static int command_create(struct call *call)
{
	const struct call as_it_came = *call;
	struct json_object *config, *process, *landlock;
	static struct policy policy;

	read_options(call);
	config = read_json(call->bundle, call->config);
	process = get(config, "process");
	landlock = get(process, "landlock");
	if (!landlock)
		pass_on(&as_it_came);
	check_process(process);
	policy_read(landlock, &policy);
	policy_fit(&policy);
	return create(call, config, &policy);
}

/* The process that is to be executed: the caller's, or the container's own */
static struct json_object *exec_process(const struct call *call,
					struct json_object *own)
{
	struct json_object *process = NULL, *args;
	char **word;

	if (call->process)
		return read_json(".", call->process);
	json_object_deep_copy(own, &process, NULL);
	args = json_object_new_array();
	for (word = call->rest + 1; *word; word++)
		json_object_array_add(args, json_object_new_string(*word));
	json_object_object_add(process, "args", args);
	json_object_object_add(process, "terminal", json_object_new_boolean(0));
	if (call->cwd)
		json_object_object_add(process, "cwd",
				       json_object_new_string(call->cwd));
	return process;
}

/* What is executed in a container is confined as its first process is. */
static int command_exec(struct call *call)
{
	const struct call as_it_came = *call;
	struct json_object *own, *process, *landlock;
	const char *words[2 * WORDS_MAX];
	char directory[4096], preserve[16];
	static struct policy policy;
	int socket, count = 0, i;

	read_options(call);
	snprintf(directory, sizeof(directory), "%s/%s", call->root,
		 call->rest[0]);
	own = get(read_json(directory, "config.json"), "process");
	process = exec_process(call, own);
	landlock = get(process, "landlock") ?: get(own, "landlock");
	if (!landlock)
		pass_on(&as_it_came);
	check_process(process);
	policy_read(landlock, &policy);
	policy_fit(&policy);
	socket = hand_down(call);
	go_first(process, call);
	if (!confine(&policy, pid_of(call, call->rest[0]), socket))
		return 1;
	snprintf(preserve, sizeof(preserve), "%d", call->preserve + 2);
	words[count++] = "exec";
	words[count++] = "--preserve-fds";
	words[count++] = preserve;
	words[count++] = "--process";
	words[count++] = in_memory(process);
	if (call->detach)
		words[count++] = "--detach";
	for (i = 0; i < call->options_count; i++)
		words[count++] = call->options[i];
	words[count++] = call->rest[0];
	words[count] = NULL;
	return run_crun(call, words, -1);
}

static int command_features(struct call *call)
{
	const char *const words[] = { "features", NULL };
	struct json_object *const features = ask_crun(call, words);
	struct json_object *const landlock = json_object_new_object();

	json_object_object_add(landlock, "enabled", json_object_new_boolean(1));
	json_object_object_add(get(features, "linux"), "landlock", landlock);
	puts(json_object_to_json_string_ext(features, JSON_C_TO_STRING_PRETTY));
	return 0;
}

int main(int argc, char **argv)
{
	struct call call = {
		.root = "/run/crun", .bundle = ".", .config = "config.json",
	};

	if (argc > 3 && strcmp(argv[1], ENTER) == 0)
		return enter(atoi(argv[2]), argv + 3);
	read_call(&call, argv + 1);
	if (strcmp(call.command, "create") == 0 ||
	    strcmp(call.command, "run") == 0)
		return command_create(&call);
	if (strcmp(call.command, "exec") == 0)
		return command_exec(&call);
	if (strcmp(call.command, "features") == 0)
		return command_features(&call);
	pass_on(&call);
	return 1;
}
