/* SPDX-License-Identifier: MIT */
/* SMBIOS 3.0 tables: structures of fixed fields, each followed by its strings. */
#include "hw/smbios/smbios.h"

#include "util/bits.h"
#include "util/json.h"
#include "util/keyval.h"
#include "util/size.h"
#include <stdio.h>
#include <string.h>

enum { MAX_DIMM_MIB = 16 * 1024 };

/* ---- what -smbios can say */

#define MAX_FIELDS 10

static const struct {
    int64_t type;
    const char *fields[MAX_FIELDS];
} known[] = {
    {0, {"vendor", "version", "date", "release", "uefi"}},
    {1, {"manufacturer", "product", "version", "serial", "uuid", "sku", "family"}},
    {2, {"manufacturer", "product", "version", "serial", "asset", "location"}},
    {3, {"manufacturer", "version", "serial", "asset", "sku"}},
    {4,
     {"sock_pfx", "manufacturer", "version", "serial", "asset", "part", "max-speed",
      "current-speed"}},
    {11, {"value"}},
    {17, {"loc_pfx", "bank", "manufacturer", "serial", "asset", "part", "speed"}},
};

static bool parse_release(const char *text, unsigned *ret_major, unsigned *ret_minor)
{
    char end;

    return sscanf(text, "%3u.%3u%c", ret_major, ret_minor, &end) == 2 && *ret_major < 256 &&
           *ret_minor < 256;
}

static bool check_value(const char *field, const char *text, Error **errp)
{
    unsigned major, minor;
    uint64_t number;
    bool on;

    if (strcmp(field, "uuid") == 0 && !g_uuid_string_is_valid(text)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Invalid UUID");
    }
    if (strcmp(field, "release") == 0 && !parse_release(text, &major, &minor)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "Invalid release");
    }
    if (strcmp(field, "uefi") == 0 && !parse_bool(text, &on, NULL)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'uefi' expects 'on' or 'off'");
    }
    if (g_str_has_suffix(field, "speed") &&
        (!parse_uint64(text, &number, NULL) || number > UINT16_MAX)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter '%s' expects a number up to 65535", field);
    }
    return true;
}

static bool check_field(const char *const *fields, const char *name, JsonNode *value, Error **errp)
{
    bool many = strcmp(name, "value") == 0;
    size_t i = 0;

    while (i < MAX_FIELDS && fields[i] && strcmp(fields[i], name) != 0) {
        i++;
    }
    if (i == MAX_FIELDS || !fields[i]) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_UNEXPECTED, "Invalid parameter '%s'",
                              name);
    }
    if (many && json_kind(value) == JSON_KIND_ARRAY) {
        JsonArray *list = json_node_get_array(value);

        for (guint j = 0; j < json_array_get_length(list); j++) {
            if (!json_get_string(json_array_get_element(list, j))) {
                many = false;
            }
        }
        if (many && json_array_get_length(list) <= UINT8_MAX) {
            return true;
        }
    }
    if (!json_get_string(value)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                              "Invalid parameter type for '%s', expected: string", name);
    }
    return check_value(name, json_get_string(value), errp);
}

static bool check_entry(const SmbiosConfig *c, Error **errp)
{
    size_t i = 0;
    JsonObjectIter it;
    const char *name;
    JsonNode *value;

    if (c->type < 0 || c->type > 255) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "out of range!");
    }
    while (i < G_N_ELEMENTS(known) && known[i].type != c->type) {
        i++;
    }
    if (i == G_N_ELEMENTS(known)) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "Don't know how to build fields for SMBIOS type %d", (int)c->type);
    }
    if (!c->fields) {
        return true;
    }
    if (json_kind(c->fields) != JSON_KIND_OBJECT) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                              "Invalid parameter type for 'fields', expected: object");
    }
    json_object_iter_init_ordered(&it, json_node_get_object(c->fields));
    while (json_object_iter_next_ordered(&it, &name, &value)) {
        if (!check_field(known[i].fields, name, value, errp)) {
            return false;
        }
    }
    return true;
}

bool smbios_check(const SmbiosConfigList *list, Error **errp)
{
    for (size_t i = 0; i < list->n; i++) {
        g_autofree char *pointer = g_strdup_printf("/machine/smbios/%zu", i);

        if (!check_entry(list->items[i], errp)) {
            error_set_path(errp, pointer);
            return false;
        }
    }
    return true;
}

/* ---- structures */

typedef struct Builder {
    GByteArray *out;
    const Machine *m;
    const SmbiosConfigList *list;
    const SmbiosIdentity *id;
    GPtrArray *strings; /* of the structure at hand; borrowed */
    size_t begin;
} Builder;

/* What -smbios says, the last time that it does; else `otherwise`. */
static const char *said(const Builder *b, int type, const char *field, const char *otherwise)
{
    for (size_t i = b->list->n; i-- > 0;) {
        const SmbiosConfig *c = b->list->items[i];
        const char *text = c->type == type && c->fields
                               ? keyval_get(json_node_get_object(c->fields), field)
                               : NULL;

        if (text) {
            return text;
        }
    }
    return otherwise;
}

static bool is_said(const Builder *b, int type)
{
    for (size_t i = 0; i < b->list->n; i++) {
        if (b->list->items[i]->type == type) {
            return true;
        }
    }
    return false;
}

static uint16_t said_number(const Builder *b, int type, const char *field, uint16_t otherwise)
{
    const char *text = said(b, type, field, NULL);
    uint64_t n = otherwise;

    if (text) {
        (void)parse_uint64(text, &n, NULL);
    }
    return (uint16_t)n;
}

static void put(Builder *b, uint64_t value, unsigned size)
{
    uint8_t bytes[8];

    st_le(bytes, 8, value);
    g_byte_array_append(b->out, bytes, size);
}

/* A string's number; 0: there is none. */
static void put_text(Builder *b, const char *text)
{
    if (text && *text) {
        g_ptr_array_add(b->strings, (gpointer)text);
        put(b, b->strings->len, 1);
    } else {
        put(b, 0, 1);
    }
}

static void put_said(Builder *b, int type, const char *field, const char *otherwise)
{
    put_text(b, said(b, type, field, otherwise));
}

static void begin(Builder *b, uint8_t type, uint16_t handle)
{
    b->begin = b->out->len;
    g_ptr_array_set_size(b->strings, 0);
    put(b, type, 1);
    put(b, 0, 1); /* length */
    put(b, handle, 2);
}

static void end(Builder *b)
{
    b->out->data[b->begin + 1] = (uint8_t)(b->out->len - b->begin);
    for (guint i = 0; i < b->strings->len; i++) {
        const char *text = b->strings->pdata[i];

        g_byte_array_append(b->out, (const guint8 *)text, (guint)strlen(text) + 1);
    }
    put(b, 0, b->strings->len ? 1 : 2);
}

static void add_bios(Builder *b)
{
    unsigned major = 0, minor = 0;
    bool uefi = false;

    if (!is_said(b, 0)) {
        return;
    }
    (void)parse_bool(said(b, 0, "uefi", "off"), &uefi, NULL);
    (void)parse_release(said(b, 0, "release", "0.0"), &major, &minor);
    begin(b, 0, 0x0000);
    put_said(b, 0, "vendor", NULL);
    put_said(b, 0, "version", NULL);
    put(b, 0xe800, 2); /* segment: a convention */
    put_said(b, 0, "date", NULL);
    put(b, 0, 1);
    put(b, 8, 8); /* characteristics are not told */
    put(b, 0, 1);
    put(b, uefi ? 0x1c : 0x14, 1); /* a virtual machine */
    put(b, major, 1);
    put(b, minor, 1);
    put(b, 0xffff, 2); /* no embedded controller */
    end(b);
}

/* The first three parts are numbers, least significant byte first. */
static void put_uuid(Builder *b, const char *text)
{
    static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    uint8_t raw[16] = {0};
    unsigned n = 0;

    for (const char *p = text; p && *p && n < 32; p++) {
        if (*p != '-') {
            raw[n / 2] = (uint8_t)(raw[n / 2] << 4 | g_ascii_xdigit_value(*p));
            n++;
        }
    }
    for (size_t i = 0; i < sizeof(order); i++) {
        put(b, raw[order[i]], 1);
    }
}

static void add_system(Builder *b)
{
    begin(b, 1, 0x0100);
    put_said(b, 1, "manufacturer", b->id->manufacturer);
    put_said(b, 1, "product", b->id->product);
    put_said(b, 1, "version", b->id->version);
    put_said(b, 1, "serial", NULL);
    put_uuid(b, said(b, 1, "uuid", b->id->uuid));
    put(b, 6, 1); /* woken by the power switch */
    put_said(b, 1, "sku", NULL);
    put_said(b, 1, "family", NULL);
    end(b);
}

static void add_board(Builder *b)
{
    if (!is_said(b, 2)) {
        return;
    }
    begin(b, 2, 0x0200);
    put_said(b, 2, "manufacturer", b->id->manufacturer);
    put_said(b, 2, "product", b->id->product);
    put_said(b, 2, "version", b->id->version);
    put_said(b, 2, "serial", NULL);
    put_said(b, 2, "asset", NULL);
    put(b, 1, 1); /* hosts the processors */
    put_said(b, 2, "location", NULL);
    put(b, 0x0300, 2); /* its chassis */
    put(b, 10, 1);     /* motherboard */
    put(b, 0, 1);
    end(b);
}

static void add_chassis(Builder *b)
{
    begin(b, 3, 0x0300);
    put_said(b, 3, "manufacturer", b->id->manufacturer);
    put(b, 1, 1); /* other */
    put_said(b, 3, "version", b->id->version);
    put_said(b, 3, "serial", NULL);
    put_said(b, 3, "asset", NULL);
    put(b, 0x020303 << 8 | 3, 4); /* all is safe; no security */
    put(b, 0, 8);
    put_said(b, 3, "sku", NULL);
    end(b);
}

static void add_processor(Builder *b, int socket, unsigned cores, unsigned threads)
{
    g_autofree char *name = g_strdup_printf("%s %d", said(b, 4, "sock_pfx", "CPU"), socket);

    begin(b, 4, (uint16_t)(0x0400 + socket));
    put_text(b, name);
    put(b, 3, 1); /* central processor */
    put(b, 1, 1); /* other family */
    put_said(b, 4, "manufacturer", b->id->manufacturer);
    put(b, 0, 8); /* id */
    put_said(b, 4, "version", b->id->version);
    put(b, 0, 3); /* voltage, external clock */
    put(b, said_number(b, 4, "max-speed", 2000), 2);
    put(b, said_number(b, 4, "current-speed", 2000), 2);
    put(b, 0x41, 1); /* populated, enabled */
    put(b, 1, 1);
    put(b, 0xffff, 2); /* caches are not described */
    put(b, 0xffffffff, 4);
    put_said(b, 4, "serial", NULL);
    put_said(b, 4, "asset", NULL);
    put_said(b, 4, "part", NULL);
    put(b, MIN(cores, 255), 1);
    put(b, MIN(cores, 255), 1);
    put(b, MIN(threads, 255), 1);
    put(b, 2, 2); /* characteristics unknown */
    put(b, 1, 2);
    put(b, cores, 2);
    put(b, cores, 2);
    put(b, threads, 2);
    end(b);
}

static void add_processors(Builder *b)
{
    const Machine *m = b->m;
    int cores = m->smp_clusters * m->smp_cores, threads = cores * m->smp_threads;

    for (int socket = 0; socket * threads < m->smp_cpus; socket++) {
        add_processor(b, socket, (unsigned)cores, (unsigned)threads);
    }
}

static void put_texts(Builder *b, JsonNode *value)
{
    JsonArray *list = json_kind(value) == JSON_KIND_ARRAY ? json_node_get_array(value) : NULL;

    if (!list) {
        g_ptr_array_add(b->strings, (gpointer)json_get_string(value));
    }
    for (guint i = 0; list && i < json_array_get_length(list); i++) {
        g_ptr_array_add(b->strings, (gpointer)json_array_get_string_element(list, i));
    }
}

static void add_oem_strings(Builder *b)
{
    if (!is_said(b, 11)) {
        return;
    }
    begin(b, 11, 0x0e00);
    for (size_t i = 0; i < b->list->n; i++) {
        const SmbiosConfig *c = b->list->items[i];
        JsonObject *fields = c->type == 11 && c->fields ? json_node_get_object(c->fields) : NULL;

        if (fields && json_object_has_member(fields, "value")) {
            put_texts(b, json_object_get_member(fields, "value"));
        }
    }
    g_ptr_array_set_size(b->strings, (gint)MIN(b->strings->len, UINT8_MAX));
    put(b, b->strings->len, 1);
    end(b);
}

static void add_memory_array(Builder *b, unsigned n_devices)
{
    uint64_t kib = b->m->ram_size / KiB;
    bool large = kib >= BIT64(31);

    begin(b, 16, 0x1000);
    put(b, 1, 1); /* location: other */
    put(b, 3, 1); /* system memory */
    put(b, 6, 1); /* corrects errors of many bits */
    put(b, large ? BIT64(31) : kib, 4);
    put(b, 0xfffe, 2); /* no information about errors */
    put(b, n_devices, 2);
    put(b, large ? b->m->ram_size : 0, 8);
    end(b);
}

static void add_memory_device(Builder *b, unsigned i, uint64_t mib)
{
    g_autofree char *name = g_strdup_printf("%s %u", said(b, 17, "loc_pfx", "DIMM"), i);
    uint16_t speed = said_number(b, 17, "speed", 0);

    begin(b, 17, (uint16_t)(0x1100 + i));
    put(b, 0x1000, 2); /* the array */
    put(b, 0xfffe, 2);
    put(b, 0xffffffff, 4); /* widths: unknown */
    put(b, mib < 0x7fff ? mib : 0x7fff, 2);
    put(b, 9, 1); /* DIMM */
    put(b, 0, 1);
    put_text(b, name);
    put_said(b, 17, "bank", NULL);
    put(b, 7, 1); /* RAM */
    put(b, 2, 2); /* other */
    put(b, speed, 2);
    put_said(b, 17, "manufacturer", b->id->manufacturer);
    put_said(b, 17, "serial", NULL);
    put_said(b, 17, "asset", NULL);
    put_said(b, 17, "part", NULL);
    put(b, 0, 1);
    put(b, mib < 0x7fff ? 0 : mib, 4);
    put(b, speed, 2);
    put(b, 0, 6); /* voltages */
    end(b);
}

static void add_memory(Builder *b)
{
    uint64_t mib = b->m->ram_size / MiB;
    /* As many as have handles of their own. */
    unsigned n = (unsigned)MIN((mib + MAX_DIMM_MIB - 1) / MAX_DIMM_MIB, 0x200);

    add_memory_array(b, n);
    for (unsigned i = 0; i < n; i++) {
        bool last = i + 1 == n;

        add_memory_device(b, i, last ? mib - (uint64_t)i * MAX_DIMM_MIB : MAX_DIMM_MIB);
    }
}

GBytes *smbios_tables(const Machine *m, const SmbiosConfigList *list, const SmbiosIdentity *id)
{
    g_autoptr(GPtrArray) strings = g_ptr_array_new();
    Builder b = {.out = g_byte_array_new(), .m = m, .list = list, .id = id, .strings = strings};

    add_bios(&b);
    add_system(&b);
    add_board(&b);
    add_chassis(&b);
    add_processors(&b);
    add_oem_strings(&b);
    add_memory(&b);
    begin(&b, 32, 0x2000); /* the system booted */
    put(&b, 0, 7);
    end(&b);
    begin(&b, 127, 0x7f00);
    end(&b);
    return g_byte_array_free_to_bytes(b.out);
}

GBytes *smbios_anchor(GBytes *tables)
{
    uint8_t anchor[24] = "_SM3_";
    uint8_t sum = 0;

    anchor[6] = sizeof(anchor);
    anchor[7] = 3; /* version 3.0 */
    anchor[10] = 1;
    st_le(anchor + 12, 4, g_bytes_get_size(tables));
    for (size_t i = 0; i < sizeof(anchor); i++) {
        sum = (uint8_t)(sum + anchor[i]);
    }
    anchor[5] = (uint8_t)-sum;
    return g_bytes_new(anchor, sizeof(anchor));
}
