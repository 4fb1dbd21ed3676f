/* SPDX-License-Identifier: MIT */
/* A machine under the qtest accelerator. */
#include "tests/lib/qtest-client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOCKET "qtest.sock"

static void must(bool ok, const char *what, const Error *err)
{
    if (!ok) {
        printf("Bail out! %s: %s\n", what, err ? err->message : "failed");
        exit(EXIT_FAILURE);
    }
}

Qtest *qtest_start(const char *program, const char *const *args)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    static const char *const fixed[] = {
        "-accel", "qtest", "-qtest", "unix:" SOCKET ",server=on,wait=off", "-nodefaults", NULL};
    g_autoptr(Error) err = NULL;
    Qtest *q = g_new0(Qtest, 1);

    for (const char *const *a = args; *a; a++) {
        g_ptr_array_add(argv, (gpointer)*a);
    }
    for (const char *const *a = fixed; *a; a++) {
        g_ptr_array_add(argv, (gpointer)*a);
    }
    g_ptr_array_add(argv, NULL);
    q->qmp = qmp_client_start(program, (const char *const *)argv->pdata, &err);
    must(q->qmp != NULL, "start", err);
    must(qmp_client_negotiate(q->qmp, &err), "QMP", err);
    q->lines = qmp_client_connect(q->qmp, SOCKET, &err);
    must(q->lines != NULL, "qtest socket", err);
    return q;
}

void qtest_free(Qtest *q)
{
    qmp_client_free(q->lines);
    qmp_client_free(q->qmp);
    g_free(q);
}

/* "IRQ raise 3" and "IRQ lower 3" come before the reply they are a consequence of. */
static bool take_irq(Qtest *q, const char *line)
{
    unsigned n;
    char what[8];

    if (sscanf(line, "IRQ %7s %u", what, &n) != 2 || n >= QTEST_IRQS) {
        return false;
    }
    q->irq[n] = strcmp(what, "raise") == 0;
    return true;
}

char *qtest_request_raw(Qtest *q, const char *request)
{
    g_autofree char *line = g_strconcat(request, "\n", NULL);
    g_autoptr(Error) err = NULL;

    must(qmp_client_send(q->lines, line, &err), request, err);
    for (;;) {
        char *reply = qmp_client_read_line(q->lines, QMP_CLIENT_TIMEOUT_MS, &err);

        must(reply != NULL, request, err);
        g_strchomp(reply);
        if (!take_irq(q, reply)) {
            return reply;
        }
        g_free(reply);
    }
}

char *qtest_request(Qtest *q, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_autofree char *request = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    g_autofree char *reply = qtest_request_raw(q, request);
    must(g_str_has_prefix(reply, "OK"), request, NULL);
    return g_strdup(reply[2] ? reply + 3 : "");
}

static char size_letter(unsigned size)
{
    return size == 1 ? 'b' : size == 2 ? 'w' : size == 4 ? 'l' : 'q';
}

uint64_t qtest_read(Qtest *q, uint64_t addr, unsigned size)
{
    g_autofree char *r =
        qtest_request(q, "read%c 0x%" G_GINT64_MODIFIER "x", size_letter(size), addr);

    return g_ascii_strtoull(r, NULL, 0);
}

void qtest_write(Qtest *q, uint64_t addr, unsigned size, uint64_t value)
{
    g_free(qtest_request(q, "write%c 0x%" G_GINT64_MODIFIER "x 0x%" G_GINT64_MODIFIER "x",
                         size_letter(size), addr, value));
}

int64_t qtest_clock_step(Qtest *q, int64_t ns)
{
    g_autofree char *r = qtest_request(q, "clock_step %" G_GINT64_FORMAT, ns);

    return g_ascii_strtoll(r, NULL, 0);
}
