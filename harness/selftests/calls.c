// SPDX-License-Identifier: GPL-2.0
/* Calls of the kernel's selftests, and what of them this kernel lacks. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "landlock/abi.h"
#include "selftests/selftests.h"

static bool is_bit(const struct feature *f, enum feature_kind kind,
		   uint64_t bits)
{
	return f->kind == kind && (f->value & bits);
}

/* The names that the arguments of landlock_create_ruleset(2) use. */
static bool creates(const struct feature *f, uint64_t flags, size_t size,
		    const uint64_t *field)
{
	if (flags)
		return is_bit(f, FEATURE_CREATE_FLAG, flags);
	if (f->kind == FEATURE_FIELD)
		return f->value < size && field[f->value / sizeof(*field)];
	return is_bit(f, FEATURE_FS, field[0] | field[3]) ||
	       is_bit(f, FEATURE_NET, field[1] | field[4]) ||
	       is_bit(f, FEATURE_SCOPE, field[2] | field[5]);
}

static bool adds(const struct feature *f, uint64_t flags, uint64_t type,
		 uint64_t allowed)
{
	if (f->kind == FEATURE_RULE_TYPE)
		return f->value == type;
	return is_bit(f, FEATURE_ADD_FLAG, flags) ||
	       is_bit(f, type == RULE_NET_PORT ? FEATURE_NET : FEATURE_FS,
		      allowed);
}

static bool parse_create(const char *text, struct selftest_call *call)
{
	uint64_t field[6], flags;
	size_t size, i;
	long ret;

	if (sscanf(text, "create %d %ld %" SCNx64 " %zu %" SCNx64 " %" SCNx64
		   " %" SCNx64 " %" SCNx64 " %" SCNx64 " %" SCNx64,
		   &call->error, &ret, &flags, &size, &field[0], &field[1],
		   &field[2], &field[3], &field[4], &field[5]) != 10)
		return false;
	for (i = 0; i < features_count; i++)
		call->uses[i] = creates(&features[i], flags, size, field);
	call->creates = !call->error && !flags;
	snprintf(call->name, sizeof(call->name), "landlock_create_ruleset");
	if (flags & CREATE_VERSION && !call->error)
		snprintf(call->detail, sizeof(call->detail), "version %ld",
			 ret);
	else if (flags)
		snprintf(call->detail, sizeof(call->detail), "flags %#" PRIx64,
			 flags);
	return true;
}

static bool parse_add(const char *text, struct selftest_call *call)
{
	uint64_t flags, allowed;
	int64_t type;
	size_t i;

	if (sscanf(text, "add %d %" SCNd64 " %" SCNx64 " %" SCNx64, &call->error,
		   &type, &flags, &allowed) != 4)
		return false;
	for (i = 0; i < features_count; i++)
		call->uses[i] = adds(&features[i], flags, type, allowed);
	snprintf(call->name, sizeof(call->name), "landlock_add_rule");
	return true;
}

static bool parse_restrict(const char *text, struct selftest_call *call)
{
	uint64_t flags;
	size_t i;
	int fd;

	if (sscanf(text, "restrict %d %d %" SCNx64, &call->error, &fd, &flags) != 3)
		return false;
	for (i = 0; i < features_count; i++)
		call->uses[i] = is_bit(&features[i], FEATURE_RESTRICT_FLAG, flags);
	call->enforces = !call->error && fd >= 0;
	snprintf(call->name, sizeof(call->name), "landlock_restrict_self");
	return true;
}

bool selftest_call_parse(const char *text, struct selftest_call *call)
{
	size_t i;

	memset(call, 0, sizeof(*call));
	if (sscanf(text, "call %d %31s %159[^\n]", &call->error, call->name,
		   call->detail) < 2 &&
	    !parse_create(text, call) && !parse_add(text, call) &&
	    !parse_restrict(text, call))
		return false;
	for (i = 0; i < features_count; i++)
		call->lacks[i] = call->error && call->uses[i] &&
				 !kernel_takes(&kernel, &features[i]);
	return true;
}

void selftest_names_put(struct json *json, const char *key, const bool *set)
{
	size_t i;

	json_array(json, key);
	for (i = 0; i < features_count; i++)
		if (set[i])
			json_string(json, NULL, features[i].name);
	json_array_end(json);
}

static int needed_abi(const struct selftest_call *call)
{
	int abi = 0;
	size_t i;

	for (i = 0; i < features_count; i++)
		if (call->lacks[i] && features[i].abi > abi)
			abi = features[i].abi;
	return abi;
}

void selftest_call_put(struct json *json, const struct selftest_call *call)
{
	json_object(json, NULL);
	json_string(json, "call", call->name);
	json_string(json, "error",
		    call->error ? strerrorname_np(call->error) : NULL);
	json_string(json, "detail", call->detail);
	selftest_names_put(json, "lacks", call->lacks);
	json_integer(json, "abi", needed_abi(call));
	json_object_end(json);
}
