/* SPDX-License-Identifier: MIT */
/* Inside monitor: descriptors that clients send, on their way and under names. */
#ifndef MONITOR_FDS_H
#define MONITOR_FDS_H

#include "util/error.h"
#include <stddef.h>

/* Descriptors that came in one message: of the requests whose bytes came with them. */
typedef struct FdBatch FdBatch;
FdBatch *fd_batch_new(const int *fds, size_t n); /* (transfer full of the descriptors) */
FdBatch *fd_batch_ref(FdBatch *b);               /* NULL is fine, here and below */
void fd_batch_unref(FdBatch *b);                 /* closes what nobody took */
/* The first one; the others are closed. -1: there is none (any more). */
int fd_batch_take(FdBatch *b);

/* Descriptors under names. Zeroed memory is an empty one. */
typedef struct FdNames {
    GHashTable *table; /* name -> fd */
} FdNames;
void fd_names_put(FdNames *names, const char *name, int fd); /* takes fd, closes a former one */
/* -1 with an error that names it. */
int fd_names_take(FdNames *names, const char *name, Error **errp);

#endif
