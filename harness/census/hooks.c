// SPDX-License-Identifier: GPL-2.0
/* The hooks of the security modules, and which of them Landlock has. */
#include <stdio.h>
#include <string.h>

#include "census/census.h"

#define KALLSYMS	"/proc/kallsyms"
#define FUNCTIONS	"security_"
#define LANDLOCK	"hook_"

static char landlocks[128][48];
static size_t landlocks_count;

/* Calls @found for each function whose name starts so, without that start. */
static bool each_function(const char *start, void (*found)(const char *name))
{
	FILE *const symbols = fopen(KALLSYMS, "re");
	char line[512], name[128], type, module[64];
	bool any = false;

	while (symbols && fgets(line, sizeof(line), symbols)) {
		if (!strstr(line, start) ||
		    sscanf(line, "%*s %c %127s %63s", &type, name,
			   module) != 2 ||
		    !strchr("tTwW", type) || strchr(name, '.') ||
		    strncmp(name, start, strlen(start)))
			continue;
		found(name + strlen(start));
		any = true;
	}
	if (symbols)
		fclose(symbols);
	return any;
}

static void take_landlocks(const char *name)
{
	if (landlocks_count < sizeof(landlocks) / sizeof(landlocks[0]))
		snprintf(landlocks[landlocks_count++], sizeof(landlocks[0]),
			 "%s", name);
}

static void put_hook(const char *name)
{
	size_t i;

	for (i = 0; i < landlocks_count; i++)
		if (strcmp(landlocks[i], name) == 0)
			break;
	offer_name(name, i < landlocks_count ? "landlock" : NULL);
}

static void put_function(const char *name)
{
	char whole[160];

	snprintf(whole, sizeof(whole), FUNCTIONS "%s", name);
	offer_name(whole, NULL);
}

/*
 * The union has a member for each hook.  Without it, the functions through
 * which hooks are called are the next best thing: the tables know what hook
 * each of them stands for.
 */
const char *count_hooks(void)
{
	landlocks_count = 0;
	each_function(LANDLOCK, take_landlocks);
	if (btf_union_members("security_list_options", put_hook))
		return NULL;
	if (each_function(FUNCTIONS, put_function))
		return NULL;
	return "the kernel's types (CONFIG_DEBUG_INFO_BTF) or symbols (CONFIG_KALLSYMS)";
}
