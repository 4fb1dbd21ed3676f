/* SPDX-License-Identifier: MIT */
/* Results of a test program as TAP lines, for programs that are not made of Check suites. */
#ifndef TESTS_LIB_TAP_H
#define TESTS_LIB_TAP_H

#include <glib.h>
#include <stdbool.h>

/* One result; what is printed to `detail` (may be NULL) helps when it fails. Returns ok. */
bool tap_ok(bool ok, const char *detail, const char *name, ...) G_GNUC_PRINTF(3, 4);
void tap_skip(const char *why, const char *name, ...) G_GNUC_PRINTF(2, 3);
/* The plan; the exit status of main(). */
int tap_done(void);

#endif
