// SPDX-License-Identifier: GPL-2.0
/* Records as JSON lines, and KTAP from the same results. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

#include "base/files.h"
#include "base/json.h"
#include "base/time.h"
#include "cases/table.h"
#include "engine/hooks.h"
#include "machine/guest.h"
#include "machine/privilege.h"
#include "output/records.h"
#include "version.h"

static FILE *out;
static bool ktap;
static size_t number;

static void pair(const char *key, const char *value)
{
	fprintf(out, ",\"%s\":", key);
	json_string(out, value);
}

/* A terminal line would turn our newlines into two characters. */
static void make_raw(int fd)
{
	struct termios line;

	if (tcgetattr(fd, &line) == 0) {
		cfmakeraw(&line);
		tcsetattr(fd, TCSANOW, &line);
	}
}

/* For records in a guest without the driver's log */
#define SERIAL "/dev/ttyS1"

/*
 * The driver's log (vm/qemu.py): memory of a PCI device.  A serial port takes
 * five microseconds for every byte.  The first 8 bytes count those that have
 * been written from LOG_DATA on, the next 8 say that it is the log.
 */
#define LOG		"/sys/bus/pci/devices/0000:00:10.0/"
#define LOG_MAGIC	"LANDLOG1"
#define LOG_SIZE	(8 << 20)
#define LOG_DATA	64

static ssize_t log_write(void *log, const char *text, size_t size)
{
	uint64_t *const count = log;

	if (*count + size > LOG_SIZE - LOG_DATA)
		return 0;
	memcpy((char *)log + LOG_DATA + *count, text, size);
	__atomic_store_n(count, *count + size, __ATOMIC_RELEASE);
	return size;
}

static bool open_log(void)
{
	const cookie_io_functions_t functions = { .write = log_write };
	void *log = MAP_FAILED;
	int fd;

	/* No driver has enabled the device, so its memory does not answer. */
	if (write_file(LOG "enable", "1"))
		return false;
	fd = open(LOG "resource2", O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		log = mmap(NULL, LOG_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			   fd, 0);
		close(fd);
	}
	if (log == MAP_FAILED || memcmp((char *)log + 8, LOG_MAGIC, 8))
		return false;
	/* A case cannot spoil what it cannot see. */
	madvise(log, LOG_SIZE, MADV_DONTFORK);
	out = fopencookie(log, "w", functions);
	return out;
}

void records_open(int fd, bool with_ktap)
{
	ktap = with_ktap;
	if (fd < 0 && is_guest()) {
		if (open_log())
			return;
		fd = open(SERIAL, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	}
	if (fd < 0)
		return;
	make_raw(fd);
	out = fdopen(fd, "w");
}

static void line_end(void)
{
	fputs("}\n", out);
	fflush(out);
}

static void put_file(const char *key, const char *path)
{
	char text[4096];

	if (read_file(path, text, sizeof(text)) < 0)
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	pair(key, text);
}

static void put_rights(void)
{
	size_t i;

	fputs(",\"rights\":{", out);
	for (i = 0; i < features_count; i++)
		fprintf(out, "%s\"%s\":%s", i ? "," : "", features[i].name,
			kernel_takes(&kernel, &features[i]) ? "true" : "false");
	putc('}', out);
}

void record_start(size_t selected)
{
	struct utsname name;

	uname(&name);
	if (ktap)
		printf("KTAP version 1\n1..%zu\n# kernel %s, Landlock ABI %d, errata %#x\n",
		       selected, name.release, kernel.abi,
		       kernel.errata < 0 ? 0 : kernel.errata);
	if (!out)
		return;
	fputs("{\"type\":\"start\"", out);
	pair("landproof", LANDPROOF_VERSION);
	pair("release", name.release);
	pair("machine", name.machine);
	fprintf(out, ",\"abi\":%d", kernel.abi);
	if (kernel.errata < 0)
		fputs(",\"errata\":null", out);
	else
		fprintf(out, ",\"errata\":%d", kernel.errata);
	pair("landlock", kernel.landlock_errno ?
	     strerrorname_np(kernel.landlock_errno) : "ok");
	put_file("lsm", "/sys/kernel/security/lsm");
	put_file("cmdline", "/proc/cmdline");
	put_rights();
	fprintf(out, ",\"selected\":%zu,\"timeout_ms\":%d", selected,
		patience_ms);
	pair("privilege", privilege == FULL ? "root" :
	     privilege == IN_USERNS ? "user namespace" : "none");
	line_end();
}

bool record_hooks(const char *missing)
{
	if (out) {
		fputs("{\"type\":\"hooks\"", out);
		pair("missing", missing);
		hooks_put_kernel(out);
		line_end();
	}
	if (missing) {
		fprintf(stderr, "landproof-guest: hooks: missing: %s\n", missing);
		record_end(0, 0);
	}
	return !missing;
}

FILE *record_begin(const char *type)
{
	fprintf(out, "{\"type\":\"%s\"", type);
	return out;
}

void record_done(void)
{
	line_end();
}

void record_case(const char *id)
{
	if (!out)
		return;
	fputs("{\"type\":\"case\"", out);
	pair("id", id);
	line_end();
}

static void put_world(const struct world_result *world, enum world which)
{
	char name[32];

	fputs("{\"result\":", out);
	json_string(out, outcome_name(world->outcome, name, sizeof(name)));
	fputs(",\"expected\":", out);
	json_string(out, world->expected == UNPROMISED ? NULL :
		    outcome_name(world->expected, name, sizeof(name)));
	fprintf(out, ",\"ms\":%.2f", world->ms);
	if (world->note[0])
		pair("note", world->note);
	hooks_put_world(out, which);
	putc('}', out);
}

static void put_log(const char *log)
{
	char copy[2048], *line, *rest;
	bool first = true;

	snprintf(copy, sizeof(copy), "%s", log);
	fputs(",\"log\":[", out);
	for (line = strtok_r(copy, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (!first)
			putc(',', out);
		json_string(out, line);
		first = false;
	}
	putc(']', out);
}

static void ktap_result(const struct result *result, const char *id)
{
	const enum verdict verdict = result->verdict;
	const char *directive = "";
	const char *text = "";

	if (verdict == BROKEN_RUN) {
		printf("# %s: %s\n", id, result->why);
		directive = " # broken";
	} else if (verdict == ABSENT || verdict == CANNOT_RUN) {
		directive = " # SKIP ";
		text = result->why;
	} else if (verdict == OPEN_GAP) {
		directive = " # XFAIL ";
		text = result->test->gap ? result->test->gap : "not promised";
	} else if (verdict != HOLDS) {
		printf("# %s: %s: %s\n", id, verdict_names[verdict],
		       result->why);
	}
	printf("%s %zu %s%s%s\n",
	       is_deviation(verdict) || verdict == BROKEN_RUN ? "not ok" : "ok",
	       ++number, id, directive, text);
	fflush(stdout);
}

/* Why a case could not run, for sums and for the driver */
static void put_cause(const struct result *result)
{
	pair("missing", result->missing);
	pair("cause", cause_names[result->cause]);
	if (result->cause == CAUSE_NEED)
		pair("need", result->need);
	else
		pair("world", world_names[result->world]);
}

void record_result(const struct result *result)
{
	char id[128];
	bool first = true;
	enum world world;

	case_id(result->test, result->variant, id, sizeof(id));
	if (ktap)
		ktap_result(result, id);
	if (!out)
		return;
	fputs("{\"type\":\"result\"", out);
	pair("id", id);
	pair("verdict", verdict_names[result->verdict]);
	pair("why", result->why);
	fprintf(out, ",\"ms\":%.2f", result->ms);
	if (result->verdict == CANNOT_RUN)
		put_cause(result);
	if (result->news[0]) {
		fputs(",\"news\":[", out);
		json_string(out, result->news);
		putc(']', out);
	}
	if (result->log[0])
		put_log(result->log);
	fputs(",\"worlds\":{", out);
	for (world = 0; world < WORLDS; world++) {
		if (!result->worlds[world].ran)
			continue;
		fprintf(out, "%s\"%s\":", first ? "" : ",",
			world_names[world]);
		put_world(&result->worlds[world], world);
		first = false;
	}
	putc('}', out);
	line_end();
}

void record_end(double cases_ms, double total_ms)
{
	if (!out)
		return;
	fprintf(out, "{\"type\":\"end\",\"ms\":%.1f,\"total_ms\":%.1f",
		cases_ms, total_ms);
	line_end();
}
