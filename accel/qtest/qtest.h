/* SPDX-License-Identifier: MIT */
/* The qtest protocol: a test drives memory, lines and the clock of a machine whose vCPUs execute
 * nothing. */
#ifndef ACCEL_QTEST_QTEST_H
#define ACCEL_QTEST_QTEST_H

#include "util/error.h"

/* Speaks the protocol on a character device, by its id; log may be NULL. */
bool qtest_start(const char *dev, const char *log, Error **errp);

#endif
