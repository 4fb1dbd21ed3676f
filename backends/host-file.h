/* SPDX-License-Identifier: MIT */
/* Small files of the host, read as a whole. */
#ifndef BACKENDS_HOST_FILE_H
#define BACKENDS_HOST_FILE_H

#include "util/error.h"
#include <stdint.h>

enum { HOST_FILE_MAX = 1024 * 1024 };

/* Everything in the file, with a NUL after it that does not count. Never waits for more: what is
 * not a file of at most HOST_FILE_MAX bytes is an error. (transfer full) */
char *host_file_read(const char *path, size_t *ret_len, Error **errp);

#endif
