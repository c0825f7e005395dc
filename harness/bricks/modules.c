// SPDX-License-Identifier: GPL-2.0
/* The kernel's security modules, in the order in which they are asked. */
#include <string.h>

#include "base/files.h"
#include "bricks/modules.h"

/* admin-guide/LSM/index: "The list reflects the order in which checks are made." */
int module_position(const char *name)
{
	char list[256], *rest, *word;
	int position = 1;

	if (read_file("/sys/kernel/security/lsm", list, sizeof(list)) <= 0)
		return 0;
	list[strcspn(list, "\n")] = '\0';
	for (word = strtok_r(list, ",", &rest); word;
	     word = strtok_r(NULL, ",", &rest), position++)
		if (strcmp(word, name) == 0)
			return position;
	return 0;
}
