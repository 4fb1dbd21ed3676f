/* SPDX-License-Identifier: MIT */
/* Tests of character devices: a directory of their own, a front end that counts, and a main loop
 * that runs until something holds. */
#ifndef TESTS_UNIT_CHARDEV_ENV_H
#define TESTS_UNIT_CHARDEV_ENV_H

#include "backends/chardev/chardev-impl.h"
#include "tests/lib/check-main.h"
#include "util/module.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char *dir; /* our own, and current */

static inline void chardev_setup(void)
{
    signal(SIGPIPE, SIG_IGN);
    module_call_init(MODULE_QOM);
    dir = g_dir_make_tmp("poise-test-XXXXXX", NULL);
    ck_assert_int_eq(chdir(dir), 0);
}

static inline void chardev_teardown(void)
{
    GDir *d;
    const char *name;

    chardev_cleanup_all();
    d = g_dir_open(dir, 0, NULL);
    while ((name = g_dir_read_name(d))) {
        unlink(name);
    }
    g_dir_close(d);
    rmdir(dir);
}

typedef struct Front {
    GString *got;
    size_t room;
    int opened, closed, drained, breaks, in, out;
} Front;

static inline size_t front_room(void *opaque)
{
    return ((Front *)opaque)->room;
}

static inline void front_receive(void *opaque, const uint8_t *buf, size_t len)
{
    Front *f = opaque;

    ck_assert_uint_le(len, f->room);
    f->room -= len;
    g_string_append_len(f->got, (const char *)buf, (gssize)len);
}

static inline void front_event(void *opaque, ChardevEvent event)
{
    Front *f = opaque;

    f->opened += event == CHARDEV_OPENED;
    f->closed += event == CHARDEV_CLOSED;
    f->breaks += event == CHARDEV_BREAK;
    f->in += event == CHARDEV_MUX_IN;
    f->out += event == CHARDEV_MUX_OUT;
}

static inline void front_drained(void *opaque)
{
    ((Front *)opaque)->drained++;
}

static const ChardevHandlers handlers = {
    .can_receive = front_room,
    .receive = front_receive,
    .event = front_event,
    .drained = front_drained,
};
__attribute__((unused)) static const ChardevHandlers keeping = {
    .keep_all = true,
    .can_receive = front_room,
    .receive = front_receive,
    .event = front_event,
    .drained = front_drained,
};

static inline Chardev *attach(const char *text, const ChardevHandlers *h, Front *f)
{
    g_autoptr(GError) err = NULL;
    Chardev *chr = chardev_new_from_options(text, &err);

    ck_assert_msg(chr, "%s", err ? err->message : "");
    *f = (Front){.got = g_string_new(NULL), .room = 1 << 20};
    ck_assert(chardev_attach(chr, h, f, NULL));
    return chr;
}

/* Runs the main loop until the condition holds. */
#define RUN_UNTIL(cond)                                                        \
    do {                                                                       \
        gint64 end_ = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;            \
        guint tick_ = g_timeout_add(50, tick, NULL);                           \
        while (!(cond)) {                                                      \
            ck_assert_msg(g_get_monotonic_time() < end_, "waited for " #cond); \
            g_main_context_iteration(NULL, TRUE);                              \
        }                                                                      \
        g_source_remove(tick_);                                                \
    } while (0)

static inline gboolean tick(gpointer opaque)
{
    return G_SOURCE_CONTINUE;
}

static inline int client(const char *path)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    g_strlcpy(sa.sun_path, path, sizeof(sa.sun_path));
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
    return fd;
}

#endif
