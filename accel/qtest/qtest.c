/* SPDX-License-Identifier: MIT */
/* The qtest protocol: lines of words in, one reply line each, interrupt lines in between. */
#include "accel/qtest/qtest.h"

#include "backends/chardev/chardev.h"
#include "hw/core/device.h"
#include "softmmu/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE_BYTES (64 * MiB)
#define MAX_IRQS       256
#define MAX_TRANSFER   (64 * MiB)

typedef struct Qtest {
    Chardev *chr;
    FILE *log;
    GString *in;
    Device *intercepted;
    bool inputs;
    bool levels[MAX_IRQS];
} Qtest;

static Qtest qtest;

typedef struct Request {
    char **words; /* words[0] is the request; NULL-terminated */
    guint n;
} Request;

static void log_line(const char *direction, const char *text)
{
    if (qtest.log) {
        fprintf(qtest.log, "[%s] %s\n", direction, text);
        fflush(qtest.log);
    }
}

static void reply(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
static void reply(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_autofree char *text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    log_line("S", text);
    chardev_write(qtest.chr, text, strlen(text));
    chardev_write(qtest.chr, "\n", 1);
}

/* ---- words */

static bool number(const Request *r, guint i, uint64_t *ret)
{
    char *end;

    if (i >= r->n) {
        reply("FAIL %s: argument %u is missing", r->words[0], i);
        return false;
    }
    *ret = g_ascii_strtoull(r->words[i], &end, 0);
    if (*r->words[i] == '-') {
        *ret = (uint64_t)g_ascii_strtoll(r->words[i], &end, 0);
    }
    if (end == r->words[i] || *end) {
        reply("FAIL %s: '%s' is not a number", r->words[0], r->words[i]);
        return false;
    }
    return true;
}

static bool length(const Request *r, guint i, bool zero_ok, uint64_t *ret)
{
    if (!number(r, i, ret)) {
        return false;
    }
    if ((*ret == 0 && !zero_ok) || *ret > MAX_TRANSFER) {
        reply("FAIL %s: bad length %s", r->words[0], r->words[i]);
        return false;
    }
    return true;
}

static unsigned size_of_suffix(const char *word)
{
    switch (word[strlen(word) - 1]) {
    case 'b':
        return 1;
    case 'w':
        return 2;
    case 'l':
        return 4;
    default:
        return 8;
    }
}

/* ---- requests */

static void do_endianness(const Request *r)
{
    reply("OK little");
}

static void do_clock_step(const Request *r) NO_THREAD_SAFETY
{
    int64_t now = clock_now_ns(CLOCK_TYPE_VIRTUAL);
    uint64_t ns;

    if (r->n > 1) {
        if (!number(r, 1, &ns)) {
            return;
        }
        clock_virtual_advance_to(now + (int64_t)ns);
    } else {
        clock_virtual_advance_to(MAX(clock_deadline_ns(CLOCK_TYPE_VIRTUAL), now));
    }
    reply("OK %" PRId64, clock_now_ns(CLOCK_TYPE_VIRTUAL));
}

static void do_clock_set(const Request *r) NO_THREAD_SAFETY
{
    uint64_t ns;

    if (number(r, 1, &ns)) {
        clock_virtual_advance_to((int64_t)ns);
        reply("OK %" PRId64, clock_now_ns(CLOCK_TYPE_VIRTUAL));
    }
}

static void do_in(const Request *r)
{
    uint64_t port, v;

    if (number(r, 1, &port)) {
        address_space_load(&address_space_io, port & 0xffff, size_of_suffix(r->words[0]),
                           MEM_ATTRS_NONE, &v);
        reply("OK 0x%04" PRIx64, v);
    }
}

static void do_out(const Request *r)
{
    uint64_t port, v;

    if (number(r, 1, &port) && number(r, 2, &v)) {
        address_space_store(&address_space_io, port & 0xffff, size_of_suffix(r->words[0]),
                            MEM_ATTRS_NONE, v);
        reply("OK");
    }
}

static void do_read_value(const Request *r)
{
    uint64_t addr, v;

    if (number(r, 1, &addr)) {
        address_space_load(&address_space_memory, addr, size_of_suffix(r->words[0]), MEM_ATTRS_NONE,
                           &v);
        reply("OK 0x%016" PRIx64, v);
    }
}

static void do_write_value(const Request *r)
{
    uint64_t addr, v;

    if (number(r, 1, &addr) && number(r, 2, &v)) {
        address_space_store(&address_space_memory, addr, size_of_suffix(r->words[0]),
                            MEM_ATTRS_NONE, v);
        reply("OK");
    }
}

static void do_read(const Request *r)
{
    uint64_t addr, len;

    if (!number(r, 1, &addr) || !length(r, 2, false, &len)) {
        return;
    }
    g_autofree uint8_t *data = g_malloc(len);
    address_space_read(&address_space_memory, addr, MEM_ATTRS_NONE, data, len);
    if (strcmp(r->words[0], "b64read") == 0) {
        g_autofree char *text = g_base64_encode(data, len);

        reply("OK %s", text);
        return;
    }
    g_autoptr(GString) hex = g_string_sized_new(len * 2 + 8);
    for (uint64_t i = 0; i < len; i++) {
        g_string_append_printf(hex, "%02x", data[i]);
    }
    reply("OK 0x%s", hex->str);
}

static void do_write(const Request *r)
{
    uint64_t addr, len;

    if (!number(r, 1, &addr) || !length(r, 2, true, &len)) {
        return;
    }
    const char *hex = r->n > 3 ? r->words[3] : "";
    if (!g_str_has_prefix(hex, "0x")) {
        reply("FAIL write: data must begin with 0x");
        return;
    }
    g_autofree uint8_t *data = g_malloc0(MAX(len, 1));
    hex += 2;
    for (uint64_t i = 0; i < len && g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]); i++) {
        data[i] = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        hex += 2;
    }
    address_space_write(&address_space_memory, addr, MEM_ATTRS_NONE, data, len);
    reply("OK");
}

static void do_b64write(const Request *r)
{
    uint64_t addr, len;
    gsize n = 0;

    if (!number(r, 1, &addr) || !length(r, 2, true, &len)) {
        return;
    }
    g_autofree uint8_t *decoded = g_base64_decode(r->n > 3 ? r->words[3] : "", &n);
    g_autofree uint8_t *data = g_malloc0(MAX(len, 1));
    memcpy(data, decoded, MIN(n, len));
    address_space_write(&address_space_memory, addr, MEM_ATTRS_NONE, data, len);
    reply("OK");
}

static void do_memset(const Request *r)
{
    uint64_t addr, len, v;

    if (!number(r, 1, &addr) || !length(r, 2, true, &len) || !number(r, 3, &v)) {
        return;
    }
    g_autofree uint8_t *data = g_malloc(MAX(len, 1));
    memset(data, (int)v, len);
    address_space_write(&address_space_memory, addr, MEM_ATTRS_NONE, data, len);
    reply("OK");
}

/* ---- interrupt lines */

static void line_changed(Device *dev, const char *name, int n, int level)
{
    if (n < MAX_IRQS && qtest.levels[n] != (level != 0)) {
        qtest.levels[n] = level != 0;
        reply("IRQ %s %d", level ? "raise" : "lower", n);
    }
}

static Device *device_or_fail(const Request *r)
{
    Object *obj = r->n > 1 ? object_resolve(r->words[1], NULL) : NULL;

    if (!obj || !object_is_a(obj, TYPE_DEVICE)) {
        reply("FAIL Unknown device");
        return NULL;
    }
    return DEVICE(obj);
}

static void do_irq_intercept(const Request *r)
{
    bool inputs = strcmp(r->words[0], "irq_intercept_in") == 0;
    Device *dev = device_or_fail(r);

    if (!dev) {
        return;
    }
    if (qtest.intercepted && (qtest.intercepted != dev || qtest.inputs != inputs)) {
        reply("FAIL IRQ intercept already enabled");
        return;
    }
    qtest.intercepted = dev;
    qtest.inputs = inputs;
    device_intercept(dev, inputs, r->n > 2 ? r->words[2] : "", line_changed);
    reply("OK");
}

static void do_set_irq_in(const Request *r) NO_THREAD_SAFETY
{
    Device *dev = device_or_fail(r);
    uint64_t n, level;

    if (!dev || !number(r, 3, &n) || !number(r, 4, &level)) {
        return;
    }
    const char *name = strcmp(r->words[2], "unnamed-gpio-in") == 0 ? "" : r->words[2];
    if (!device_has_input(dev, name, (int)MIN(n, INT32_MAX))) {
        reply("FAIL No such input");
        return;
    }
    IrqLine line = device_input(dev, name, (int)n);
    irq_set(&line, (int)level);
    reply("OK");
}

static const struct {
    const char *word;
    void (*handle)(const Request *r);
} requests[] = {
    {"endianness", do_endianness},
    {"clock_step", do_clock_step},
    {"clock_set", do_clock_set},
    {"inb", do_in},
    {"inw", do_in},
    {"inl", do_in},
    {"outb", do_out},
    {"outw", do_out},
    {"outl", do_out},
    {"readb", do_read_value},
    {"readw", do_read_value},
    {"readl", do_read_value},
    {"readq", do_read_value},
    {"writeb", do_write_value},
    {"writew", do_write_value},
    {"writel", do_write_value},
    {"writeq", do_write_value},
    {"read", do_read},
    {"b64read", do_read},
    {"write", do_write},
    {"b64write", do_b64write},
    {"memset", do_memset},
    {"irq_intercept_in", do_irq_intercept},
    {"irq_intercept_out", do_irq_intercept},
    {"set_irq_in", do_set_irq_in},
};

static void handle_line(char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    Request r = {words, g_strv_length(words)};

    log_line("R", line);
    for (size_t i = 0; words[0] && i < G_N_ELEMENTS(requests); i++) {
        if (strcmp(words[0], requests[i].word) == 0) {
            requests[i].handle(&r);
            return;
        }
    }
    reply("FAIL Unknown command '%s'", words[0] ? words[0] : "");
}

/* ---- the stream */

static size_t can_receive(void *opaque)
{
    return 4096;
}

static void receive(void *opaque, const uint8_t *buf, size_t len)
{
    GString *in = qtest.in;
    char *end;

    g_string_append_len(in, (const char *)buf, (gssize)len);
    while ((end = memchr(in->str, '\n', in->len))) {
        *end = 0;
        g_autofree char *line = g_strdup(in->str);
        g_string_erase(in, 0, end - in->str + 1);
        handle_line(g_strchomp(line));
    }
    if (in->len > MAX_LINE_BYTES) {
        g_string_truncate(in, 0);
        reply("FAIL line too long");
    }
}

static void event(void *opaque, ChardevEvent e)
{
    if (e == CHARDEV_OPENED) {
        g_string_truncate(qtest.in, 0);
        memset(qtest.levels, 0, sizeof(qtest.levels));
    }
}

bool qtest_start(const char *dev, const char *log, Error **errp)
{
    static const ChardevHandlers handlers = {
        .can_receive = can_receive, .receive = receive, .event = event};

    if (log) {
        qtest.log = strcmp(log, "none") == 0 ? NULL : fopen(log, "we");
        if (!qtest.log && strcmp(log, "none") != 0) {
            return error_set_code(errp, ERROR_CODE_HOST_FAILURE,
                                  "-qtest-log %s: cannot open the file", log);
        }
    }
    qtest.in = g_string_new(NULL);
    qtest.chr = chardev_find(dev);
    if (!qtest.chr) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND, "-qtest: chardev \"%s\" not found", dev);
    }
    if (!chardev_attach(qtest.chr, &handlers, NULL, errp)) {
        error_prefix(errp, "-qtest %s: ", dev);
        return false;
    }
    return true;
}
