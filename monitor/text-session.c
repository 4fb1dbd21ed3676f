/* SPDX-License-Identifier: MIT */
/* A person at a terminal: banner, prompt, lines to the human monitor.
 *
 * Keys are taken one after the other; while more than REPLY_BOUND bytes of output are unread, none
 * are, and nothing is read from that terminal. */
#include "monitor/text-session.h"

#include "monitor/audit.h"
#include "monitor/hmp.h"
#include "monitor/line-editor.h"
#include "monitor/version.h"

#include <string.h>

enum { REPLY_BOUND = 1 << 20 };

struct TextSession {
    const SessionTransport *transport;
    void *opaque;
    uint64_t number;
    LineEditor *editor;
    GByteArray *keys; /* not looked at yet */
    int cpu_index;    /* that verbs look at */
    bool greeted, focus;
    bool running; /* in a verb */
    bool gone;    /* freed while running */
    guint idle;
};

static void text_write(void *opaque, const char *text, size_t len)
{
    TextSession *s = opaque;

    if (!s->gone && len) {
        s->transport->write(s->opaque, text, len);
    }
}

static void text_line(void *opaque, const char *line)
{
    TextSession *s = opaque;

    audit_line(s->number, line);
    g_autofree char *out = hmp_execute(line, &s->cpu_index);
    text_write(s, out, strlen(out));
    if (!s->gone) {
        line_editor_show(s->editor);
    }
}

static GPtrArray *text_complete(void *opaque, const char *text)
{
    return hmp_complete(text);
}

static const LineEditorOps editor_ops = {text_write, text_line, text_complete};

/* ---- input */

static bool may_run(const TextSession *s)
{
    return s->greeted && !s->gone && s->transport->pending(s->opaque) <= REPLY_BOUND;
}

static void destroy(TextSession *s)
{
    if (s->idle) {
        g_source_remove(s->idle);
    }
    line_editor_free(s->editor);
    g_byte_array_unref(s->keys);
    g_free(s);
}

static void run_keys(TextSession *s)
{
    guint n = 0;

    if (s->running) {
        return;
    }
    s->running = true;
    while (may_run(s) && n < s->keys->len) {
        line_editor_key(s->editor, s->keys->data[n++]);
    }
    g_byte_array_remove_range(s->keys, 0, n);
    s->running = false;
    if (s->gone) {
        destroy(s);
    } else if (text_session_can_receive(s)) {
        s->transport->ready(s->opaque);
    }
}

bool text_session_can_receive(const TextSession *s)
{
    return may_run(s) && !s->keys->len;
}

void text_session_receive(TextSession *s, const char *buf, size_t len)
{
    g_byte_array_append(s->keys, (const guint8 *)buf, (guint)len);
    run_keys(s);
}

void text_session_drained(TextSession *s)
{
    run_keys(s);
}

/* ---- the session */

static void print_banner(TextSession *s)
{
    g_autoptr(JsonNode) version = version_to_json();
    JsonObject *v = json_object_get_object_member(json_node_get_object(version), "qemu");
    g_autofree char *text = g_strdup_printf(
        "QEMU %d.%d.%d monitor - type 'help' for more information\r\n",
        (int)json_object_get_int_member(v, "major"), (int)json_object_get_int_member(v, "minor"),
        (int)json_object_get_int_member(v, "micro"));

    text_write(s, text, strlen(text));
}

/* In the main loop: start-up is over, and the terminal is ours. */
static gboolean text_idle(gpointer opaque)
{
    TextSession *s = opaque;

    s->idle = 0;
    if (!s->focus) {
        return G_SOURCE_REMOVE;
    }
    if (!s->greeted) {
        print_banner(s);
        s->greeted = true;
    }
    line_editor_show(s->editor);
    run_keys(s);
    return G_SOURCE_REMOVE;
}

void text_session_set_focus(TextSession *s, bool focus)
{
    s->focus = focus;
    if (focus && !s->idle) {
        s->idle = g_idle_add_full(G_PRIORITY_DEFAULT, text_idle, s, NULL);
    }
}

TextSession *text_session_new(const SessionTransport *transport, void *opaque,
                              const SessionProfile *profile, const ChardevPeer *peer)
{
    TextSession *s = g_new0(TextSession, 1);

    s->transport = transport;
    s->opaque = opaque;
    s->number = session_new_number();
    s->editor = line_editor_new("(qemu) ", &editor_ops, s);
    s->keys = g_byte_array_new();
    audit_connect(s->number, profile->monitor, profile->role, peer);
    text_session_set_focus(s, true);
    return s;
}

void text_session_free(TextSession *s)
{
    s->gone = true;
    audit_disconnect(s->number);
    if (!s->running) {
        destroy(s);
    }
}
