// SPDX-License-Identifier: GPL-2.0
/* Records as JSON lines, and KTAP from the same results. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

#include "base/files.h"
#include "base/time.h"
#include "cases/table.h"
#include "engine/hooks.h"
#include "machine/guest.h"
#include "machine/privilege.h"
#include "output/records.h"
#include "version.h"

static struct json json;	/* its .out: NULL where nobody reads records */
static bool ktap;
static size_t number;

/* A terminal line would turn our newlines into two characters. */
static void make_raw(int fd)
{
	struct termios line;

	if (tcgetattr(fd, &line) == 0) {
		cfmakeraw(&line);
		tcsetattr(fd, TCSANOW, &line);
	}
}

/*
 * The driver's log (vm/qemu.py): memory of a PCI device.  A serial port takes
 * five microseconds for every byte.  The first 8 bytes count those that have
 * been written from LOG_DATA on, the next 8 say that it is the log.
 */
#define LOG		"/sys/bus/pci/devices/0000:00:10.0/"
#define LOG_MAGIC	"LANDLOG1"
#define LOG_DATA	64

static const uint64_t *log_used;	/* of the bytes from LOG_DATA on */
static size_t log_size;

static ssize_t log_write(void *log, const char *text, size_t size)
{
	uint64_t *const count = log;

	if (*count + size > log_size - LOG_DATA)
		return 0;
	memcpy((char *)log + LOG_DATA + *count, text, size);
	__atomic_store_n(count, *count + size, __ATOMIC_RELEASE);
	return size;
}

static bool open_log(void)
{
	const cookie_io_functions_t functions = { .write = log_write };
	void *log = MAP_FAILED;
	struct stat st;
	int fd;

	/* No driver has enabled the device, so its memory does not answer. */
	if (write_file(LOG "enable", "1"))
		return false;
	/* As device memory, arm64 takes no access that is not aligned. */
	fd = open(LOG "resource2_wc", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fd = open(LOG "resource2", O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		if (!fstat(fd, &st))
			log = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE,
				   MAP_SHARED, fd, 0);
		close(fd);
	}
	if (log == MAP_FAILED || memcmp((char *)log + 8, LOG_MAGIC, 8))
		return false;
	/* A case cannot spoil what it cannot see. */
	madvise(log, st.st_size, MADV_DONTFORK);
	log_used = log;
	log_size = st.st_size;
	json.out = fopencookie(log, "w", functions);
	return json.out;
}

bool records_fill_up(void)
{
	return log_used && *log_used > log_size / 8 * 7;
}

void records_open(int fd, bool with_ktap)
{
	ktap = with_ktap;
	if (fd < 0 && is_guest()) {
		if (open_log())
			return;
		fd = guest_terminal();
	}
	if (fd < 0)
		return;
	make_raw(fd);
	json.out = fdopen(fd, "w");
}

struct json *record_begin(const char *type)
{
	json.follows = false;
	json_object(&json, NULL);
	json_string(&json, "type", type);
	return &json;
}

void record_done(void)
{
	json_object_end(&json);
	putc('\n', json.out);
	fflush(json.out);
}

bool records_complete(void)
{
	return !(json.out && ferror(json.out)) && !(ktap && ferror(stdout));
}

static void put_file(const char *key, const char *path)
{
	char text[4096];

	if (read_file(path, text, sizeof(text)) < 0)
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	json_string(&json, key, text);
}

static void put_rights(void)
{
	size_t i;

	json_object(&json, "rights");
	for (i = 0; i < features_count; i++)
		json_bool(&json, features[i].name,
			  kernel_takes(&kernel, &features[i]));
	json_object_end(&json);
}

static const char *privilege_name(void)
{
	return privilege == FULL ? "root" :
	       privilege == IN_USERNS ? "user namespace" : "none";
}

void record_start(size_t selected)
{
	struct utsname name;

	uname(&name);
	if (ktap)
		printf("KTAP version 1\n1..%zu\n# kernel %s, Landlock ABI %d, errata %#x\n",
		       selected, name.release, kernel.abi,
		       kernel.errata < 0 ? 0 : kernel.errata);
	if (!json.out)
		return;
	record_begin("start");
	json_string(&json, "landproof", LANDPROOF_VERSION);
	json_string(&json, "release", name.release);
	json_string(&json, "machine", name.machine);
	json_integer(&json, "abi", kernel.abi);
	if (kernel.errata < 0)
		json_null(&json, "errata");
	else
		json_integer(&json, "errata", kernel.errata);
	json_string(&json, "landlock", kernel.landlock_errno ?
		    strerrorname_np(kernel.landlock_errno) : "ok");
	put_file("lsm", "/sys/kernel/security/lsm");
	put_file("cmdline", "/proc/cmdline");
	put_rights();
	json_integer(&json, "selected", selected);
	json_integer(&json, "timeout_ms", patience_ms);
	json_string(&json, "privilege", privilege_name());
	record_done();
}

bool record_hooks(const char *missing)
{
	if (json.out) {
		record_begin("hooks");
		json_string(&json, "missing", missing);
		hooks_put_kernel(&json);
		record_done();
	}
	if (missing) {
		fprintf(stderr, "landproof-guest: hooks: missing: %s\n", missing);
		record_end(0, 0);
	}
	return !missing;
}

void record_case(const char *id)
{
	if (!json.out)
		return;
	record_begin("case");
	json_string(&json, "id", id);
	record_done();
}

static void put_world(const struct world_result *world, enum world which)
{
	char name[32];

	json_object(&json, world_names[which]);
	json_string(&json, "result",
		    outcome_name(world->outcome, name, sizeof(name)));
	json_string(&json, "expected", world->expected == UNPROMISED ? NULL :
		    outcome_name(world->expected, name, sizeof(name)));
	json_real(&json, "ms", world->ms);
	if (world->note[0])
		json_string(&json, "note", world->note);
	hooks_put_world(&json, which);
	json_object_end(&json);
}

static void put_log(const char *log)
{
	const char *line, *end;

	json_array(&json, "log");
	for (line = log; *line; line = end + strspn(end, "\n")) {
		end = strchrnul(line, '\n');
		if (end > line)
			json_part(&json, NULL, line, end - line);
	}
	json_array_end(&json);
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
	json_string(&json, "missing", result->missing);
	json_string(&json, "cause", cause_names[result->cause]);
	if (result->cause == CAUSE_NEED)
		json_string(&json, "need", result->need);
	else
		json_string(&json, "world", world_names[result->world]);
}

void record_result(const struct result *result)
{
	char id[128];
	enum world world;

	case_id(result->test, result->variant, id, sizeof(id));
	if (ktap)
		ktap_result(result, id);
	if (!json.out)
		return;
	record_begin("result");
	json_string(&json, "id", id);
	json_string(&json, "verdict", verdict_names[result->verdict]);
	json_string(&json, "why", result->why);
	json_real(&json, "ms", result->ms);
	if (result->verdict == CANNOT_RUN)
		put_cause(result);
	if (result->news[0]) {
		json_array(&json, "news");
		json_string(&json, NULL, result->news);
		json_array_end(&json);
	}
	if (result->log[0])
		put_log(result->log);
	json_object(&json, "worlds");
	for (world = 0; world < WORLDS; world++)
		if (result->worlds[world].ran)
			put_world(&result->worlds[world], world);
	json_object_end(&json);
	record_done();
}

void record_renew(void)
{
	if (!json.out)
		return;
	record_begin("renew");
	record_done();
}

void record_end(double cases_ms, double total_ms)
{
	if (!json.out)
		return;
	record_begin("end");
	json_real(&json, "ms", cases_ms);
	json_real(&json, "total_ms", total_ms);
	record_done();
}
