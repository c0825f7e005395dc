// SPDX-License-Identifier: GPL-2.0
/* The record of a family: what the kernel offers of it. */
#include <string.h>

#include "base/time.h"
#include "census/census.h"
#include "output/records.h"

static double began;
static struct json *record;

static void offer(const char *name, long number, const char *answer)
{
	json_object(record, NULL);
	if (name)
		json_string(record, "name", name);
	else
		json_integer(record, "number", number);
	if (answer)
		json_string(record, "answer", answer);
	json_object_end(record);
}

void offer_number(long number, const char *answer)
{
	offer(NULL, number, answer);
}

void offer_name(const char *name, const char *answer)
{
	offer(name, 0, answer);
}

const char *answer_of_error(int error)
{
	switch (error) {
	case 0:
		return "works";
	case ANSWER_ENDED:
		return "ended the caller";
	case ANSWER_BLOCKED:
		return "waits";
	}
	return strerrorname_np(error) ?: "unknown error";
}

void offers_begin(const char *family)
{
	began = now_ms();
	record = record_begin("census");
	json_string(record, "family", family);
	json_array(record, "offers");
}

void offers_end(const char *missing)
{
	json_array_end(record);
	json_string(record, "missing", missing);
	json_real(record, "ms", now_ms() - began);
	record_done();
}
