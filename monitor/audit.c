/* SPDX-License-Identifier: MIT */
/* The audit journal: a bounded queue of lines, and the thread that writes them. */
#include "monitor/audit.h"

#include "monitor/events.h"
#include "softmmu/run-state.h"
#include "util/fdset.h"
#include "util/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE_BOUND = 8 << 20, CLOSE_WAIT_S = 1 };

static struct {
    int fd;
    pthread_t thread;
    Mutex lock; /* guards what follows */
    Cond wake;
    GString *queue; /* whole lines, not written yet */
    uint64_t seq;   /* of the last record */
    int64_t dropped;
    bool closing;
} journal = {.fd = -1};

static bool write_all(int fd, const char *text, size_t len)
{
    while (len) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno != EINTR) {
            return false;
        }
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static void *writer(void *opaque)
{
    int fd = GPOINTER_TO_INT(opaque);
    GString *batch = g_string_new(NULL);
    bool failed = false, closing = false;

    while (!closing) {
        mutex_lock(&journal.lock);
        while (!journal.queue->len && !journal.closing) {
            cond_wait(&journal.wake, &journal.lock);
        }
        GString *filled = journal.queue;
        journal.queue = batch;
        batch = filled;
        closing = journal.closing;
        mutex_unlock(&journal.lock);
        if (!failed && !write_all(fd, batch->str, batch->len)) {
            warn_report("audit journal: %s", g_strerror(errno));
            failed = true; /* a journal with a hole in it would be worse than a short one */
        }
        g_string_truncate(batch, 0);
    }
    g_string_free(batch, TRUE);
    return NULL;
}

/* ---- records */

static char *now_text(void)
{
    gint64 now_us = g_get_real_time();
    time_t s = now_us / G_USEC_PER_SEC;
    struct tm tm;

    gmtime_r(&s, &tm);
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                           tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                           (int)(now_us % G_USEC_PER_SEC));
}

/* With the lock held. The number is counted up only for what is queued: no gaps. */
static void append(const char *kind, JsonObject *members)
{
    g_autofree char *time_text = now_text();
    g_autoptr(JsonNode) node = json_new_object(json_object_ref(members));
    g_autofree char *rest = json_write(node, false); /* "{...}" */

    g_string_append_printf(journal.queue,
                           "{\"seq\": %" G_GUINT64_FORMAT ", \"time\": \"%s\", \"kind\": \"%s\"%s",
                           ++journal.seq, time_text, kind, rest[1] == '}' ? "" : ", ");
    g_string_append(journal.queue, rest + 1);
    g_string_append_c(journal.queue, '\n');
}

static void append_dropped(void)
{
    g_autoptr(JsonObject) members = json_object_new();

    json_object_set_int_member(members, "count", journal.dropped);
    append("dropped", members);
    journal.dropped = 0;
}

void audit_record(const char *kind, JsonObject *members)
{
    g_autoptr(JsonObject) owned = members;

    mutex_lock(&journal.lock);
    if (journal.queue->len > QUEUE_BOUND) {
        journal.dropped++;
    } else {
        if (journal.dropped) {
            append_dropped();
        }
        append(kind, owned);
        cond_signal(&journal.wake);
    }
    mutex_unlock(&journal.lock);
}

/* ---- the journal */

bool audit_is_open(void)
{
    return journal.fd >= 0;
}

/* After the monitors, which are made later: they still have something to record. */
static void at_exit(Notifier *n, void *data)
{
    audit_close();
}

bool audit_open(const char *path, Error **errp)
{
    static Notifier exit_notifier = {.notify = at_exit};

    g_assert(!audit_is_open());
    journal.fd = host_open(path, O_WRONLY | O_CREAT | O_APPEND, 0600, errp);
    if (journal.fd < 0) {
        return false;
    }
    journal.queue = g_string_new(NULL);
    journal.closing = false;
    int err = pthread_create(&journal.thread, NULL, writer, GINT_TO_POINTER(journal.fd));
    if (err) {
        g_string_free(g_steal_pointer(&journal.queue), TRUE);
        close(journal.fd);
        journal.fd = -1;
        return error_set_errno(errp, err, "audit journal: no thread to write it");
    }
    exit_add_notifier(&exit_notifier);
    events_init();
    return true;
}

void audit_close(void)
{
    struct timespec end;

    if (!audit_is_open()) {
        return;
    }
    mutex_lock(&journal.lock);
    if (journal.dropped) {
        append_dropped();
    }
    journal.closing = true;
    cond_signal(&journal.wake);
    mutex_unlock(&journal.lock);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += CLOSE_WAIT_S;
    if (pthread_timedjoin_np(journal.thread, NULL, &end) == 0) {
        close(journal.fd);
        g_string_free(g_steal_pointer(&journal.queue), TRUE);
    }
    journal.fd = -1;
}
