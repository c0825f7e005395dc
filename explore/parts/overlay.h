/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the part "overlay" share; the rest is that of the part "fs". */
#ifndef LANDPROOF_EXPLORE_OVERLAY_H
#define LANDPROOF_EXPLORE_OVERLAY_H

#include "explore/engine/part.h"

void overlay_generate(struct random *random, const struct claim *claim,
		      struct scenario *scenario);

#endif
