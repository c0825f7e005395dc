// SPDX-License-Identifier: GPL-2.0
/* Landlock's trace events in a guest: on only while cases read them. */
#include <sys/stat.h>

#include "base/files.h"
#include "machine/events.h"
#include "machine/guest.h"

#define ENABLE EVENTS_INSTANCE "events/landlock/enable"

/*
 * The kernel patches itself for each event that is turned on or off, and an
 * emulator then translates it anew: this is done where cases that read events
 * begin and end.  A case that reads them turns the instance's recording on, which
 * costs nothing, and sees whether the events are on.  The instance stays: to
 * make and remove one costs more than all that is traced in it.
 */
void events_enable(bool on)
{
	static bool enabled;

	if (on == enabled || !is_guest())
		return;
	mkdir(EVENTS_INSTANCE, 0700);
	write_file(EVENTS_INSTANCE "tracing_on", "0");
	enabled = !write_file(ENABLE, on ? "1" : "0") && on;
}
