/* SPDX-License-Identifier: MIT */
/* Monitors: a session for each client of a character device, of QMP or of text. */
#include "monitor/monitor.h"

#include "backends/chardev/chardev.h"
#include "monitor/events.h"
#include "monitor/policy.h"
#include "monitor/session.h"
#include "monitor/text-session.h"
#include "monitor/wait.h"
#include "softmmu/run-state.h"

#include <unistd.h>

enum { READ_SIZE = 16 << 10 };

typedef struct Client Client;

typedef struct Monitor {
    SessionProfile profile;
    Client *client; /* NULL: those of a listener belong to their connections */
    char *name;
    bool is_text;
} Monitor;

/* One end of the wire: a device that has one client at a time, or a client of a listener. */
struct Client {
    Monitor *mon;
    Chardev *chr;
    bool owns_chr; /* a listener's: gone with the connection */
    /* One of them while somebody is connected. */
    Session *session;
    TextSession *text;
};

/* ---- transport of a session */

static void client_write(void *opaque, const char *text, size_t len)
{
    Client *c = opaque;

    chardev_write(c->chr, text, len);
}

static size_t client_pending(void *opaque)
{
    Client *c = opaque;

    return chardev_pending(c->chr);
}

static void client_ready(void *opaque)
{
    Client *c = opaque;

    chardev_accept_input(c->chr);
}

static const SessionTransport transport = {client_write, client_pending, client_ready};

/* ---- front end of the character device */

static size_t client_can_receive(void *opaque)
{
    Client *c = opaque;

    bool ready =
        c->session ? session_can_receive(c->session) : c->text && text_session_can_receive(c->text);

    return ready ? READ_SIZE : 0;
}

static void client_receive_fds(void *opaque, const int *fds, size_t n)
{
    Client *c = opaque;

    if (c->session) {
        session_receive_fds(c->session, fds, n);
        return;
    }
    while (n) {
        close(fds[--n]); /* there is no verb that takes one */
    }
}

static void client_receive(void *opaque, const uint8_t *buf, size_t len)
{
    Client *c = opaque;

    if (c->session) {
        session_receive(c->session, (const char *)buf, len);
    } else if (c->text) {
        text_session_receive(c->text, (const char *)buf, len);
    }
}

static void client_opened(Client *c)
{
    ChardevPeer peer;
    bool known = chardev_peer(c->chr, &peer);

    if (c->mon->is_text) {
        c->text = text_session_new(&transport, c, &c->mon->profile, known ? &peer : NULL);
        return;
    }
    c->session = session_new(&transport, c, &c->mon->profile, known ? &peer : NULL);
}

static void client_closed(Client *c)
{
    g_clear_pointer(&c->session, session_free);
    g_clear_pointer(&c->text, text_session_free);
    if (c->owns_chr) {
        chardev_detach(c->chr);
        object_unref(OBJECT(c->chr));
        g_free(c);
    }
}

static void client_event(void *opaque, ChardevEvent event)
{
    Client *c = opaque;

    bool connected = c->session || c->text;

    if (event == CHARDEV_OPENED && !connected) {
        client_opened(c);
    } else if (event == CHARDEV_CLOSED && connected) {
        client_closed(c);
    } else if (c->text && (event == CHARDEV_MUX_IN || event == CHARDEV_MUX_OUT)) {
        text_session_set_focus(c->text, event == CHARDEV_MUX_IN);
    }
}

static void client_drained(void *opaque)
{
    Client *c = opaque;

    if (c->session) {
        session_drained(c->session);
    } else if (c->text) {
        text_session_drained(c->text);
    }
}

static const ChardevHandlers handlers = {
    .keep_all = true,
    .can_receive = client_can_receive,
    .receive_fds = client_receive_fds,
    .receive = client_receive,
    .event = client_event,
    .drained = client_drained,
};

static Client *client_new(Monitor *mon, Chardev *chr)
{
    Client *c = g_new0(Client, 1);

    c->mon = mon;
    c->chr = chr;
    return c;
}

/* A client of a listener. */
static void client_arrived(void *opaque, Chardev *chr)
{
    Client *c = client_new(opaque, chr);

    c->owns_chr = true;
    (void)chardev_attach(chr, &handlers, c, NULL); /* it is new: nobody else has it */
}

/* ---- monitors: they live as long as the process */

static GSList *monitors;

static void at_exit(Notifier *n, void *data)
{
    session_flush_all();
}

static void init_once(void)
{
    static Notifier exit_notifier = {.notify = at_exit};
    static bool done;

    if (!done) {
        done = true;
        events_init();
        wait_init();
        exit_add_notifier(&exit_notifier);
    }
}

static bool attach(Monitor *mon, Chardev *chr, Error **errp)
{
    if (chardev_is_listener(chr)) {
        return chardev_attach_listener(chr, client_arrived, mon, errp);
    }
    Client *c = client_new(mon, chr);
    if (!chardev_attach(chr, &handlers, c, errp)) {
        g_free(c);
        return false;
    }
    mon->client = c;
    return true;
}

static bool is_text(const MonitorOptions *opts)
{
    return !opts->has_mode || opts->mode == MONITOR_MODE_READLINE;
}

static bool check(const MonitorOptions *opts, Chardev *chr, Error **errp)
{
    if (is_text(opts) && opts->has_role && opts->role != MONITOR_ROLE_ADMIN) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "role '%s' needs mode=control: text monitors are for administrators",
                              MonitorRole_str(opts->role));
    }
    if (is_text(opts) && opts->has_pretty) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "'pretty' is not compatible with HMP monitors");
    }
    return chr ||
           error_set_code(errp, ERROR_CODE_NOT_FOUND, "chardev \"%s\" not found", opts->chardev);
}

bool monitor_add(const MonitorOptions *opts, Error **errp)
{
    Chardev *chr = chardev_find(opts->chardev);

    if (!check(opts, chr, errp)) {
        return false;
    }
    init_once();
    Monitor *mon = g_new0(Monitor, 1);
    mon->name = g_strdup(opts->id ? opts->id : opts->chardev);
    mon->profile.monitor = mon->name;
    mon->is_text = is_text(opts);
    mon->profile.pretty = opts->has_pretty && opts->pretty;
    mon->profile.role = opts->has_role ? opts->role : MONITOR_ROLE_ADMIN;
    if (!attach(mon, chr, errp)) {
        g_free(mon->name);
        g_free(mon);
        return false;
    }
    monitors = g_slist_prepend(monitors, mon);
    return true;
}

void monitor_set_phase(bool machine_exists)
{
    policy_set_phase(machine_exists ? MACHINE_PHASE_MACHINE : MACHINE_PHASE_PRECONFIG);
}

int monitor_take_fd(const char *name, Error **errp)
{
    Session *s = session_current();

    if (!s) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "File descriptor named '%s' not found", name);
        return -1;
    }
    return fd_names_take(&session_profile(s)->fds, name, errp);
}
