/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every case is written against: the case, its worlds, its promise and
 * the scene that stands before it.  docs/writing-a-case.md leads through it.
 */
#ifndef LANDPROOF_H
#define LANDPROOF_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/elf.h"
#include "base/errors.h"
#include "base/files.h"
#include "base/memory.h"
#include "base/programs.h"
#include "base/time.h"
#include "bricks/meeting.h"
#include "bricks/net.h"
#include "cases/case.h"
#include "cases/enforce.h"
#include "engine/fault.h"
#include "engine/needs.h"
#include "landlock/abi.h"
#include "landlock/exercise.h"
#include "landlock/landlock.h"
#include "landlock/socket_rule.h"
#include "machine/audit.h"
#include "machine/events.h"
#include "machine/make.h"
#include "machine/subject.h"

#endif
