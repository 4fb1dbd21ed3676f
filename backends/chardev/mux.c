/* SPDX-License-Identifier: MIT */
/* Character device "mux": several front ends on one other device. All of them write; what is typed
 * goes to the one in focus, and the escape key (C-a) with another key commands the mux. */
#include "backends/chardev/chardev-impl.h"

#include "util/module.h"

#include <stdio.h>
#include <string.h>

/* Input that a front end has no room for, so that the escape key always gets through. */
enum { HELD_BOUND = 32 };

typedef struct MuxFront {
    const ChardevHandlers *h;
    void *opaque;
    GByteArray *held;
} MuxFront;

typedef struct MuxState {
    Chardev parent;
    Chardev *base; /* a reference; we are its front end */
    GPtrArray *fronts;
    MuxFront *focus; /* NULL: none */
    bool escaped;    /* the last key was the escape key */
    bool timestamps, line_started;
    gint64 started_us; /* when time stamps were switched on */
} MuxState;

static uint8_t escape_key = 1; /* C-a */

void chardev_set_mux_escape(uint8_t key)
{
    escape_key = key;
}

/* ---- front ends */

static void front_free(gpointer p)
{
    MuxFront *f = p;

    g_byte_array_unref(f->held);
    g_free(f);
}

static bool still_there(const MuxState *s, const MuxFront *f)
{
    return g_ptr_array_find(s->fronts, f, NULL);
}

static void set_focus(MuxState *s, MuxFront *f)
{
    Chardev *chr = &s->parent;

    if (s->focus == f) {
        return;
    }
    chardev_report(chr, CHARDEV_MUX_OUT);
    s->focus = f;
    chr->handlers = f ? f->h : NULL;
    chr->opaque = f ? f->opaque : NULL;
    chardev_report(chr, CHARDEV_MUX_IN);
}

static size_t room_of(const MuxFront *f)
{
    if (!f->h->receive) {
        return HELD_BOUND; /* and drops it */
    }
    return f->h->can_receive ? f->h->can_receive(f->opaque) : HELD_BOUND;
}

/* Passes on what a front end takes now. It may detach itself meanwhile. */
static void deliver(MuxState *s, MuxFront *f)
{
    uint8_t buf[HELD_BOUND];

    while (still_there(s, f) && f->held->len) {
        size_t n = MIN(MIN(room_of(f), f->held->len), sizeof(buf));

        if (!n) {
            return;
        }
        memcpy(buf, f->held->data, n);
        g_byte_array_remove_range(f->held, 0, (guint)n);
        if (f->h->receive) {
            f->h->receive(f->opaque, buf, n);
        }
    }
}

/* Calls fn for all of those that are there now, as long as they are. */
static void for_each_front(MuxState *s, void (*fn)(MuxState *s, MuxFront *f, int arg), int arg)
{
    g_autoptr(GPtrArray) now = g_ptr_array_copy(s->fronts, NULL, NULL);

    g_ptr_array_set_free_func(now, NULL);
    object_ref(OBJECT(s));
    for (guint i = 0; i < now->len; i++) {
        if (still_there(s, now->pdata[i])) {
            fn(s, now->pdata[i], arg);
        }
    }
    object_unref(OBJECT(s));
}

/* ---- keys */

static void say(MuxState *s, const char *text)
{
    chardev_write(s->base, text, strlen(text));
}

static void print_help(MuxState *s)
{
    g_autofree char *key = escape_key < 32 ? g_strdup_printf("C-%c", escape_key + 'a' - 1)
                                           : g_strdup_printf("%c", escape_key);
    g_autofree char *text = g_strdup_printf("\r\n"
                                            "%s h    this help\r\n"
                                            "%s x    end the emulator\r\n"
                                            "%s b    send a break\r\n"
                                            "%s c    switch to the next user of the terminal\r\n"
                                            "%s t    time stamps before lines: on or off\r\n"
                                            "%s %s  send %s\r\n",
                                            key, key, key, key, key, key, key, key);

    say(s, text);
}

static void focus_next(MuxState *s)
{
    guint at;

    if (s->focus && g_ptr_array_find(s->fronts, s->focus, &at)) {
        set_focus(s, s->fronts->pdata[(at + 1) % s->fronts->len]);
    }
}

/* The key after the escape key. True: it is input. */
static bool command(MuxState *s, uint8_t key)
{
    if (key == escape_key) {
        return true;
    }
    switch (key) {
    case 'h':
    case '?':
        print_help(s);
        break;
    case 'x':
        say(s, "Terminated\r\n");
        chardev_exit();
        break;
    case 'b':
        chardev_report(&s->parent, CHARDEV_BREAK);
        break;
    case 'c':
        focus_next(s);
        break;
    case 't':
        s->timestamps = !s->timestamps;
        s->line_started = false;
        s->started_us = g_get_monotonic_time();
        break;
    }
    return false;
}

/* ---- as front end of the other device */

static size_t mux_can_receive(void *opaque)
{
    MuxState *s = opaque;

    if (!s->focus) {
        return HELD_BOUND;
    }
    return s->focus->held->len ? HELD_BOUND - MIN(HELD_BOUND, s->focus->held->len)
                               : MAX(HELD_BOUND, room_of(s->focus));
}

static void mux_receive(void *opaque, const uint8_t *buf, size_t len)
{
    MuxState *s = opaque;

    object_ref(OBJECT(s));
    for (size_t i = 0; i < len; i++) {
        bool is_input = true;

        if (s->escaped) {
            s->escaped = false;
            if (s->focus) {
                deliver(s, s->focus); /* what was typed before the command */
            }
            is_input = command(s, buf[i]);
        } else if (buf[i] == escape_key) {
            s->escaped = true;
            is_input = false;
        }
        if (is_input && s->focus) {
            g_byte_array_append(s->focus->held, &buf[i], 1);
        }
    }
    if (s->focus) {
        deliver(s, s->focus);
    }
    object_unref(OBJECT(s));
}

static void pass_event(MuxState *s, MuxFront *f, int event)
{
    if (f->h->event) {
        f->h->event(f->opaque, (ChardevEvent)event);
    }
}

static void mux_event(void *opaque, ChardevEvent event)
{
    MuxState *s = opaque;

    if (event == CHARDEV_OPENED || event == CHARDEV_CLOSED) {
        s->parent.connected = event == CHARDEV_OPENED;
        for_each_front(s, pass_event, (int)event);
    } else if (event == CHARDEV_BREAK) {
        chardev_report(&s->parent, event);
    }
}

static void pass_drained(MuxState *s, MuxFront *f, int arg)
{
    if (f->h->drained) {
        f->h->drained(f->opaque);
    }
}

static void mux_drained(void *opaque)
{
    for_each_front(opaque, pass_drained, 0);
}

static const ChardevHandlers lossy = {
    .can_receive = mux_can_receive,
    .receive = mux_receive,
    .event = mux_event,
    .drained = mux_drained,
};
static const ChardevHandlers keeping = {
    .keep_all = true,
    .can_receive = mux_can_receive,
    .receive = mux_receive,
    .event = mux_event,
    .drained = mux_drained,
};

bool mux_is_idle(const Chardev *base)
{
    const MuxState *s = base->opaque;

    return (base->handlers == &lossy || base->handlers == &keeping) &&
           (!s->fronts->len || mux_is_idle(&s->parent));
}

/* ---- as a character device */

static void mux_attach(Chardev *chr, const ChardevHandlers *h, void *opaque)
{
    MuxState *s = (MuxState *)chr;
    MuxFront *f = g_new0(MuxFront, 1);

    *f = (MuxFront){.h = h, .opaque = opaque, .held = g_byte_array_new()};
    g_ptr_array_add(s->fronts, f);
    if (h->keep_all && s->base->handlers == &lossy) {
        s->base->handlers = &keeping;
    }
    object_ref(OBJECT(chr));
    if (chr->connected) {
        pass_event(s, f, CHARDEV_OPENED);
    }
    if (still_there(s, f)) {
        set_focus(s, f);
        chardev_accept_input(s->base);
    }
    object_unref(OBJECT(chr));
}

static void mux_detach(Chardev *chr, const void *opaque)
{
    MuxState *s = (MuxState *)chr;

    for (guint i = 0; i < s->fronts->len; i++) {
        MuxFront *f = s->fronts->pdata[i];

        if (f->opaque == opaque) {
            if (s->focus == f) { /* who leaves is not told of it */
                s->focus = NULL;
                chr->handlers = NULL;
            }
            g_ptr_array_remove_index(s->fronts, i);
            break;
        }
    }
    if (!s->focus && s->fronts->len) {
        set_focus(s, s->fronts->pdata[s->fronts->len - 1]);
    }
}

static void write_timestamp(MuxState *s)
{
    gint64 ms = (g_get_monotonic_time() - s->started_us) / 1000;
    char text[40];

    snprintf(text, sizeof(text), "[%02d:%02d:%02d.%03d] ", (int)(ms / 3600000),
             (int)(ms / 60000 % 60), (int)(ms / 1000 % 60), (int)(ms % 1000));
    say(s, text);
}

static void mux_write(Chardev *chr, const uint8_t *buf, size_t len)
{
    MuxState *s = (MuxState *)chr;

    if (!s->base) {
        return; /* removed, with a front end that has not noticed yet */
    }
    while (s->timestamps && len) {
        const uint8_t *end = memchr(buf, '\n', len);
        size_t n = end ? (size_t)(end - buf) + 1 : len;

        if (!s->line_started) {
            write_timestamp(s);
        }
        s->line_started = !end;
        chardev_write(s->base, buf, n);
        buf += n;
        len -= n;
    }
    if (len) {
        chardev_write(s->base, buf, len);
    }
}

static size_t mux_pending(const Chardev *chr)
{
    const MuxState *s = (const MuxState *)chr;

    return s->base ? chardev_pending(s->base) : 0;
}

static const Chardev *mux_base(const Chardev *chr)
{
    return ((const MuxState *)chr)->base;
}

static void deliver_again(MuxState *s, MuxFront *f, int arg)
{
    deliver(s, f);
}

static void mux_accept_input(Chardev *chr)
{
    MuxState *s = (MuxState *)chr;

    object_ref(OBJECT(s));
    for_each_front(s, deliver_again, 0);
    if (s->base) {
        chardev_accept_input(s->base);
    }
    object_unref(OBJECT(s));
}

static bool mux_open(Chardev *chr, const ChardevBackend *backend, Error **errp)
{
    MuxState *s = (MuxState *)chr;
    const char *id = backend->u.mux.data->chardev;
    Chardev *base = chardev_find(id);

    if (!base) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND, "mux: base chardev %s not found", id);
    }
    if (!chardev_attach(base, &lossy, s, errp)) {
        return false;
    }
    s->base = (Chardev *)object_ref(OBJECT(base));
    return true;
}

static void mux_close(Chardev *chr)
{
    MuxState *s = (MuxState *)chr;

    if (s->base) {
        chardev_detach_front_end(s->base, s);
        object_unref(OBJECT(s->base));
        s->base = NULL;
    }
}

static char *mux_filename(const Chardev *chr)
{
    return g_strdup("mux");
}

static void mux_init(Object *obj)
{
    ((MuxState *)obj)->fronts = g_ptr_array_new_with_free_func(front_free);
}

static void mux_finalize(Object *obj)
{
    mux_close((Chardev *)obj);
    g_ptr_array_unref(((MuxState *)obj)->fronts);
}

static void mux_class_init(ObjectClass *klass, const void *data)
{
    ChardevClass *k = (ChardevClass *)klass;

    k->open = mux_open;
    k->close = mux_close;
    k->describe = mux_filename;
    k->write = mux_write;
    k->pending = mux_pending;
    k->accept_input = mux_accept_input;
    k->base = mux_base;
    k->attach = mux_attach;
    k->detach = mux_detach;
}

static const TypeInfo mux_types[] = {{
    .name = "chardev-mux",
    .parent = TYPE_CHARDEV,
    .instance_size = sizeof(MuxState),
    .class_init = mux_class_init,
    .instance_init = mux_init,
    .instance_finalize = mux_finalize,
}};
DEFINE_TYPES(mux_types);
