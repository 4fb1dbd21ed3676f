/* SPDX-License-Identifier: MIT */
/* Sets of descriptors that a management tool passed in; "/dev/fdset/N" names one as a path. */
#include "util/fdset.h"

#include "util/lock.h"
#include "util/size.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

typedef struct Member {
    int64_t set;
    int fd;
    char *note;
} Member;

/* Sorted by set; those of one set in order of addition. Files are opened from any thread. */
static GArray *members;
static Mutex members_lock;

static guint count(void)
{
    return members ? members->len : 0;
}

static Member *member(guint i)
{
    return &g_array_index(members, Member, i);
}

/* ---- adding and removing */

static int64_t smallest_free(void)
{
    int64_t set = 0;

    for (guint i = 0; i < count() && member(i)->set <= set; i++) {
        set = member(i)->set + 1;
    }
    return set;
}

int64_t fdset_add(int64_t set, int fd, const char *opaque, Error **errp)
{
    guint at = 0;

    if (set < -1) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Parameter 'fdset-id' expects a non-negative value");
        return -1;
    }
    mutex_lock(&members_lock);
    if (!members) {
        members = g_array_new(FALSE, FALSE, sizeof(Member));
    }
    Member m = {.set = set < 0 ? smallest_free() : set, .fd = fd, .note = g_strdup(opaque)};
    while (at < count() && member(at)->set <= m.set) {
        at++;
    }
    g_array_insert_val(members, at, m);
    mutex_unlock(&members_lock);
    return m.set;
}

bool fdset_remove(int64_t set, int64_t fd, Error **errp)
{
    bool found = false;

    mutex_lock(&members_lock);
    for (guint i = count(); i-- > 0;) {
        Member *m = member(i);

        if (m->set == set && (fd == -1 || m->fd == fd)) {
            close(m->fd);
            g_free(m->note);
            g_array_remove_index(members, i);
            found = true;
        }
    }
    mutex_unlock(&members_lock);
    if (found) {
        return true;
    }
    if (fd == -1) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND,
                              "File descriptor named 'fdset-id:%" PRId64 "' not found", set);
    }
    return error_set_code(errp, ERROR_CODE_NOT_FOUND,
                          "File descriptor named 'fdset-id:%" PRId64 ", fd:%" PRId64 "' not found",
                          set, fd);
}

void fdset_foreach(void (*fn)(void *opaque, int64_t set, int fd, const char *note), void *opaque)
{
    mutex_lock(&members_lock);
    for (guint i = 0; i < count(); i++) {
        fn(opaque, member(i)->set, member(i)->fd, member(i)->note);
    }
    mutex_unlock(&members_lock);
}

/* ---- opening */

/* A duplicate of the set's descriptor with that access mode; -1 and errno. */
static int duplicate(uint64_t set, int flags)
{
    int fd = -1, err = ENOENT;

    mutex_lock(&members_lock);
    for (guint i = 0; i < count() && fd < 0; i++) {
        if ((uint64_t)member(i)->set != set) {
            continue;
        }
        int mode = fcntl(member(i)->fd, F_GETFL);
        err = EACCES;
        if (mode >= 0 && (mode & O_ACCMODE) == (flags & O_ACCMODE)) {
            fd = fcntl(member(i)->fd, F_DUPFD_CLOEXEC, 0);
            err = errno;
            break;
        }
    }
    mutex_unlock(&members_lock);
    errno = err;
    return fd;
}

int host_open(const char *path, int flags, mode_t mode, Error **errp)
{
    static const char prefix[] = "/dev/fdset/";
    const char *name = g_str_has_prefix(path, prefix) ? path + strlen(prefix) : NULL;
    uint64_t set;
    int fd;

    if (!name) {
        fd = open(path, flags | O_CLOEXEC, mode);
    } else if (!parse_uint64(name, &set, NULL)) {
        error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                       "Could not open '%s': expected /dev/fdset/NUMBER", path);
        return -1;
    } else {
        fd = duplicate(set, flags);
    }
    if (fd < 0) {
        int err = errno;

        error_set_errno(errp, err, "Could not open '%s'", path);
        if (name && err == EACCES) {
            error_append_hint(errp, "No descriptor of the set has the access mode needed.\n");
        }
    }
    return fd;
}
