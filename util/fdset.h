/* SPDX-License-Identifier: MIT */
/* Sets of descriptors that a management tool passed in; "/dev/fdset/N" names one as a path. */
#ifndef UTIL_FDSET_H
#define UTIL_FDSET_H

#include "util/error.h"
#include <stdint.h>
#include <sys/types.h>

/* Adds fd (transfer full on success) to the set; set -1: to a new one with the smallest free
 * number. opaque (may be NULL) is a note that is shown with it. Returns the set's number, -1 on
 * error. */
int64_t fdset_add(int64_t set, int fd, const char *opaque, Error **errp);
/* Removes and closes fd, or every descriptor with fd -1; a set without descriptors is gone. What
 * was opened from it stays open. */
bool fdset_remove(int64_t set, int64_t fd, Error **errp);
/* Calls fn for every descriptor, by rising set, then in order of addition. */
void fdset_foreach(void (*fn)(void *opaque, int64_t set, int fd, const char *note), void *opaque);

/* open(2) with O_CLOEXEC for paths of the operator and of clients; "/dev/fdset/N" gives a duplicate
 * of that set's descriptor whose access mode fits. Returns -1 on error. */
int host_open(const char *path, int flags, mode_t mode, Error **errp);

#endif
