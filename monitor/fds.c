/* SPDX-License-Identifier: MIT */
/* Descriptors that clients send: batches on their way, and names. */
#include "monitor/fds.h"

#include <unistd.h>

struct FdBatch {
    GArray *fds;
    guint refs;
};

static void close_all(GArray *fds)
{
    for (guint i = 0; i < fds->len; i++) {
        close(g_array_index(fds, int, i));
    }
    g_array_set_size(fds, 0);
}

FdBatch *fd_batch_new(const int *fds, size_t n)
{
    FdBatch *b = g_new0(FdBatch, 1);

    b->fds = g_array_new(FALSE, FALSE, sizeof(int));
    g_array_append_vals(b->fds, fds, (guint)n);
    b->refs = 1;
    return b;
}

FdBatch *fd_batch_ref(FdBatch *b)
{
    if (b) {
        b->refs++;
    }
    return b;
}

void fd_batch_unref(FdBatch *b)
{
    if (b && --b->refs == 0) {
        close_all(b->fds);
        g_array_unref(b->fds);
        g_free(b);
    }
}

int fd_batch_take(FdBatch *b)
{
    if (!b || !b->fds->len) {
        return -1;
    }
    int fd = g_array_index(b->fds, int, 0);
    g_array_remove_index(b->fds, 0);
    close_all(b->fds);
    return fd;
}

static void close_value(gpointer value)
{
    close(GPOINTER_TO_INT(value));
}

void fd_names_put(FdNames *names, const char *name, int fd)
{
    if (!names->table) {
        names->table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_value);
    }
    g_hash_table_insert(names->table, g_strdup(name), GINT_TO_POINTER(fd));
}

int fd_names_take(FdNames *names, const char *name, Error **errp)
{
    gpointer key, value;

    if (!names->table || !g_hash_table_steal_extended(names->table, name, &key, &value)) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "File descriptor named '%s' not found", name);
        return -1;
    }
    g_free(key);
    return GPOINTER_TO_INT(value);
}
