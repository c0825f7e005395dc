/* SPDX-License-Identifier: GPL-2.0 */
/* The clauses as a page for people. */
#ifndef LANDPROOF_MODEL_PAGE_H
#define LANDPROOF_MODEL_PAGE_H

/* Prints them as Markdown; 0. */
int print_model(void);

#endif
