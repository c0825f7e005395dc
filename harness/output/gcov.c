// SPDX-License-Identifier: GPL-2.0
/* The kernel's gcov counters of Landlock, as records of base64. */
#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>

#include "output/gcov.h"
#include "output/records.h"

#define DEBUGFS		"/sys/kernel/debug"
#define COUNTERS	"*/security/landlock/*.gcda"

static void put_base64(FILE *out, FILE *in)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char in3[3];
	size_t len, i;

	while ((len = fread(in3, 1, 3, in)) > 0) {
		memset(in3 + len, 0, 3 - len);
		const uint32_t bits = in3[0] << 16 | in3[1] << 8 | in3[2];

		for (i = 0; i < 4; i++)
			putc(i <= len ? digits[bits >> (18 - 6 * i) & 63] : '=',
			     out);
	}
}

/* The tree below is named like the directory in which the kernel was built. */
static int put_counters(const char *dir)
{
	DIR *const list = opendir(dir);
	const struct dirent *entry;
	char path[PATH_MAX];
	int count = 0;
	struct json *record;
	FILE *in, *out;

	while (list && (entry = readdir(list))) {
		if (snprintf(path, sizeof(path), "%s/%s", dir,
			     entry->d_name) >= (int)sizeof(path))
			continue;
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			count += put_counters(path);
		if (entry->d_type == DT_DIR || fnmatch(COUNTERS, path, 0))
			continue;
		in = fopen(path, "re");
		if (!in)
			continue;
		record = record_begin("gcov");
		json_string(record, "file", path + strlen(DEBUGFS "/gcov"));
		out = json_value(record, "data");
		putc('"', out);
		put_base64(out, in);
		putc('"', out);
		record_done();
		fclose(in);
		count++;
	}
	if (list)
		closedir(list);
	return count;
}

void gcov_put(void)
{
	mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	if (put_counters(DEBUGFS "/gcov"))
		return;
	json_string(record_begin("gcov"), "missing",
		    "counters of security/landlock (CONFIG_GCOV_KERNEL)");
	record_done();
}
