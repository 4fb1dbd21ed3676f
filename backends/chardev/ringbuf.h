/* SPDX-License-Identifier: MIT */
/* Reading and writing the buffer of a "ringbuf" character device. */
#ifndef BACKENDS_CHARDEV_RINGBUF_H
#define BACKENDS_CHARDEV_RINGBUF_H

#include "util/error.h"
#include <stdint.h>

/* As if it were output. */
bool ringbuf_write(const char *id, const uint8_t *buf, size_t len, Error **errp);
/* Takes up to max bytes out of it. (transfer full) */
GByteArray *ringbuf_read(const char *id, size_t max, Error **errp);

#endif
