/* SPDX-License-Identifier: MIT */
/* QMP commands of module fd: descriptors that come with commands. */
#include "monitor/qmp-fd.h"
#include "gen/qapi-commands.h"
#include "monitor/session.h"
#include "util/fdset.h"

#include <inttypes.h>
#include <unistd.h>

/* What add-fd made: dissolved when nobody is there any more who could use it. */
typedef struct Added {
    int64_t set;
    int fd;
} Added;

static GArray *added; /* of Added */

/* -1 with an error when none came along. */
static int take_fd(Error **errp)
{
    Session *s = session_current();
    int fd = s ? session_take_fd(s) : -1;

    if (fd < 0) {
        error_set_code(errp, ERROR_CODE_PARAMETER_MISSING,
                       "No file descriptor supplied via SCM_RIGHTS");
    }
    return fd;
}

void qmp_getfd(const char *fdname, Error **errp)
{
    int fd = take_fd(errp);

    if (fd < 0) {
        return;
    }
    if (g_ascii_isdigit(fdname[0])) {
        close(fd);
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Parameter 'fdname' expects a name not starting with a digit");
        return;
    }
    fd_names_put(&session_profile(session_current())->fds, fdname, fd);
}

void qmp_closefd(const char *fdname, Error **errp)
{
    Session *s = session_current();
    FdNames none = {0};
    int fd = fd_names_take(s ? &session_profile(s)->fds : &none, fdname, errp);

    if (fd >= 0) {
        close(fd);
    }
}

/* ---- sets */

AddfdInfo *qmp_add_fd(bool has_fdset_id, int64_t fdset_id, const char *opaque, Error **errp)
{
    Added a = {.fd = take_fd(errp)};

    if (a.fd < 0) {
        return NULL;
    }
    if (has_fdset_id && fdset_id < 0) {
        close(a.fd);
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Parameter 'fdset-id' expects a non-negative value");
        return NULL;
    }
    a.set = fdset_add(has_fdset_id ? fdset_id : -1, a.fd, opaque, errp);
    if (a.set < 0) {
        close(a.fd);
        return NULL;
    }
    added = added ? added : g_array_new(FALSE, FALSE, sizeof(Added));
    g_array_append_val(added, a);
    AddfdInfo *info = g_new0(AddfdInfo, 1);
    info->fdset_id = a.set;
    info->fd = a.fd;
    return info;
}

/* Removed already, and the number may be used again. */
static void forget(int64_t set, bool has_fd, int64_t fd)
{
    for (guint i = added ? added->len : 0; i-- > 0;) {
        const Added *a = &g_array_index(added, Added, i);

        if (a->set == set && (!has_fd || a->fd == fd)) {
            g_array_remove_index_fast(added, i);
        }
    }
}

void qmp_remove_fd(int64_t fdset_id, bool has_fd, int64_t fd, Error **errp)
{
    /* To fdset_remove() -1 is every descriptor; clients leave it out for that. */
    if (fdset_id >= 0 && (!has_fd || fd >= 0) && fdset_remove(fdset_id, has_fd ? fd : -1, NULL)) {
        forget(fdset_id, has_fd, fd);
    } else if (has_fd) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND,
                       "File descriptor named 'fdset-id:%" PRId64 ", fd:%" PRId64 "' not found",
                       fdset_id, fd);
    } else {
        error_set_code(errp, ERROR_CODE_NOT_FOUND,
                       "File descriptor named 'fdset-id:%" PRId64 "' not found", fdset_id);
    }
}

static void list_fd(void *opaque, int64_t set, int fd, const char *note)
{
    FdsetInfoList *list = opaque;
    FdsetInfo *info = list->n ? list->items[list->n - 1] : NULL;
    FdsetFdInfo *item = g_new0(FdsetFdInfo, 1);

    if (!info || info->fdset_id != set) {
        info = g_new0(FdsetInfo, 1);
        info->fdset_id = set;
        info->fds = g_new0(FdsetFdInfoList, 1);
        QAPI_LIST_APPEND(list, info);
    }
    item->fd = fd;
    item->opaque = g_strdup(note);
    QAPI_LIST_APPEND(info->fds, item);
}

FdsetInfoList *qmp_query_fdsets(Error **errp)
{
    FdsetInfoList *list = g_new0(FdsetInfoList, 1);

    fdset_foreach(list_fd, list);
    return list;
}

void fd_sets_dissolve(void)
{
    for (guint i = 0; added && i < added->len; i++) {
        const Added *a = &g_array_index(added, Added, i);

        (void)fdset_remove(a->set, a->fd, NULL);
    }
    g_clear_pointer(&added, g_array_unref);
}
