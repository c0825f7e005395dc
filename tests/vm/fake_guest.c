// SPDX-License-Identifier: GPL-2.0
/*
 * A stand-in for landproof-guest that speaks its protocol (docs/records.md): cases named c1
 * to c5, of which an argument in /landproof/args can make one misbehave.
 *
 *   panic=ID    the kernel panics inside the case      hang=ID    nothing is heard any more
 *   exit=ID     the machine ends inside the case       noise=ID   a line that is no record
 *   panic-between=ID  it panics after the case         silent     not even the start
 *   slow        a tenth of a second for each case
 *   flaky=ID    the case deviates, unless it runs alone (--case)
 *   deviates=ID it always does
 *   refused=ID  refused without a sandbox, unless the kernel is started without Landlock
 *   missing=ID  refused there, too               once=ID  refused, unless it runs alone (--case)
 *   renew=ID    after the case the rest asks for a fresh machine
 *   show=FILE   the result's "why" is the first line of this file
 *   log         the records go to the log (vm/qemu.py), not to the serial port
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#define CASES 5
#define LOG	"/sys/bus/pci/devices/0000:00:10.0/"
#define LOG_SIZE	(8 << 20)
#define LOG_DATA	64

#define REFUSED "{\"type\":\"result\",\"id\":\"%s\"," \
	"\"verdict\":\"cannot-run\",\"cause\":\"control-refused\"," \
	"\"worlds\":{\"control\":{\"result\":\"EPERM\"," \
	"\"expected\":\"ok\"}}}\n"

static char arguments[64][128];
static int argument_count;

static const char *value(const char *name)
{
	const size_t length = strlen(name);

	for (int i = 0; i < argument_count; i++)
		if (!strncmp(arguments[i], name, length) &&
		    arguments[i][length] == '=')
			return arguments[i] + length + 1;
	return NULL;
}

static bool given(const char *name)
{
	for (int i = 0; i < argument_count; i++)
		if (!strcmp(arguments[i], name))
			return true;
	return false;
}

/* What follows "--resume-after", or nothing. */
static const char *resume_after(void)
{
	for (int i = 0; i + 1 < argument_count; i++)
		if (!strcmp(arguments[i], "--resume-after"))
			return arguments[i + 1];
	return NULL;
}

static bool is(const char *name, const char *id)
{
	return value(name) && !strcmp(value(name), id);
}

static void panic(void)
{
	const int fd = open("/proc/sysrq-trigger", O_WRONLY);

	if (write(fd, "c", 1) != 1)
		reboot(RB_POWER_OFF);
}

static void hang(void)
{
	for (;;)
		pause();
}

static ssize_t log_write(void *memory, const char *text, size_t size)
{
	uint64_t *const count = memory;

	if (*count + size > LOG_SIZE - LOG_DATA)
		return 0;
	memcpy((char *)memory + LOG_DATA + *count, text, size);
	__atomic_store_n(count, *count + size, __ATOMIC_RELEASE);
	return size;
}

/* No driver has enabled the device; without that its memory is not there. */
static FILE *log_open(void)
{
	const cookie_io_functions_t functions = { .write = log_write };
	const int enable = open(LOG "enable", O_WRONLY);
	const int fd = open(LOG "resource2", O_RDWR);
	void *memory;

	if (write(enable, "1", 1) != 1)
		return NULL;
	memory = mmap(NULL, LOG_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      0);
	if (memory == MAP_FAILED || memcmp((char *)memory + 8, "LANDLOG1", 8))
		return NULL;
	return fopencookie(memory, "w", functions);
}

/* A list of security modules is given only to leave Landlock out. */
static bool started_with_landlock(void)
{
	char line[4096] = "";
	FILE *const file = fopen("/proc/cmdline", "r");

	return file && fgets(line, sizeof(line), file) &&
	       !strstr(line, "lsm=");
}

int main(void)
{
	const char *resume, *file;
	bool landlock;
	char why[1024] = "as promised";
	FILE *args, *records;
	bool skip;

	mkdir("/proc", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	args = fopen("/landproof/args", "r");
	while (args && argument_count < 64 &&
	       fgets(arguments[argument_count], 128, args)) {
		arguments[argument_count][strcspn(arguments[argument_count],
						  "\n")] = '\0';
		argument_count++;
	}
	mkdir("/sys", 0755);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	records = given("log") ? log_open() : fopen("/dev/ttyS1", "w");
	if (!records)
		return 1;
	setvbuf(records, NULL, _IOLBF, 0);
	if (given("silent"))
		hang();
	landlock = started_with_landlock();
	file = value("show");
	if (file) {
		FILE *shown = fopen(file, "r");

		if (!shown || !fgets(why, sizeof(why), shown))
			strcpy(why, "missing");
		why[strcspn(why, "\n\"\\")] = '\0';
	}
	fprintf(records, "{\"type\":\"start\",\"release\":\"fake\",\"abi\":1,"
		"\"selected\":%d,\"timeout_ms\":10}\n", CASES);
	resume = resume_after();
	skip = resume;
	for (int i = 1; i <= CASES; i++) {
		char id[16];

		snprintf(id, sizeof(id), "c%d", i);
		if (skip) {
			skip = strcmp(id, resume);
			continue;
		}
		fprintf(records, "{\"type\":\"case\",\"id\":\"%s\"}\n", id);
		if (is("panic", id))
			panic();
		if (is("hang", id))
			hang();
		if (is("exit", id))
			reboot(RB_POWER_OFF);
		if (is("noise", id))
			fprintf(records, "\033[2J no record {\n");
		if (given("slow"))
			usleep(100000);
		if (is("missing", id) || (is("refused", id) && landlock) ||
		    (is("once", id) && !given("--case")))
			fprintf(records, REFUSED, id);
		else
			fprintf(records, "{\"type\":\"result\",\"id\":\"%s\","
				"\"verdict\":\"%s\",\"why\":\"%s\",\"ms\":1.5,"
				"\"worlds\":{\"control\":{\"result\":\"ok\","
				"\"expected\":\"ok\"}}}\n", id,
				is("deviates", id) ||
				(is("flaky", id) && !given("--case")) ?
				"bypass" : "holds", why);
		if (is("panic-between", id))
			panic();
		if (is("renew", id)) {
			fprintf(records, "{\"type\":\"renew\"}\n");
			fclose(records);
			reboot(RB_POWER_OFF);
		}
	}
	fprintf(records, "{\"type\":\"end\",\"ms\":7.5,\"total_ms\":9}\n");
	fclose(records);
	reboot(RB_POWER_OFF);
	return 0;
}
