/* SPDX-License-Identifier: GPL-2.0 */
/* The version of the suite: results carry it. */
#define LANDPROOF_VERSION "0.1.0"
