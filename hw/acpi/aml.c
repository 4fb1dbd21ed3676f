/* SPDX-License-Identifier: MIT */
/* AML: byte code of ACPI's definition blocks. */
#include "hw/acpi/aml.h"

#include "hw/acpi/table.h"
#include <string.h>

enum {
    AML_ZERO = 0x00,
    AML_ONE = 0x01,
    AML_NAME = 0x08,
    AML_BYTE = 0x0a,
    AML_WORD = 0x0b,
    AML_DWORD = 0x0c,
    AML_STRING = 0x0d,
    AML_QWORD = 0x0e,
    AML_SCOPE = 0x10,
    AML_BUFFER = 0x11,
    AML_METHOD = 0x14,
    AML_DUAL_NAME = 0x2e,
    AML_MULTI_NAME = 0x2f,
    AML_EXTENDED = 0x5b,
    AML_DEVICE = 0x82,
    AML_NOTIFY = 0x86,
};

/* ---- terms */

/* Segments are padded with underscores. */
static void put_segment(GByteArray *b, const char *text, size_t len)
{
    uint8_t segment[4] = {'_', '_', '_', '_'};

    g_assert(len >= 1 && len <= sizeof(segment));
    memcpy(segment, text, len);
    g_byte_array_append(b, segment, sizeof(segment));
}

static void put_name(GByteArray *b, const char *name)
{
    unsigned n = 1;

    if (*name == '\\') {
        acpi_put(b, (uint8_t)*name++, 1);
    }
    for (const char *dot = name; (dot = strchr(dot, '.')); dot++) {
        n++;
    }
    if (n > 1) {
        acpi_put(b, n == 2 ? AML_DUAL_NAME : AML_MULTI_NAME, 1);
    }
    if (n > 2) {
        acpi_put(b, n, 1);
    }
    for (size_t len; n--; name += len + 1) {
        len = strcspn(name, ".");
        put_segment(b, name, len);
    }
}

static void put_integer(GByteArray *b, uint64_t value)
{
    static const struct {
        uint64_t max;
        uint8_t op, size;
    } forms[] = {
        {0, AML_ZERO, 0},           {1, AML_ONE, 0},
        {UINT8_MAX, AML_BYTE, 1},   {UINT16_MAX, AML_WORD, 2},
        {UINT32_MAX, AML_DWORD, 4}, {UINT64_MAX, AML_QWORD, 8},
    };
    size_t i = 0;

    while (value > forms[i].max) {
        i++;
    }
    acpi_put(b, forms[i].op, 1);
    acpi_put(b, value, forms[i].size);
}

/* Inserts the length of everything from `begin` on, its own bytes included: six bits in one byte,
 * or four and eight in each of up to three more. */
void aml_end(GByteArray *b, size_t begin)
{
    size_t len = b->len - begin, more = 0;
    uint8_t bytes[4];

    if (len + 1 > 0x3f) {
        for (more = 1; len + 1 + more >= (size_t)1 << (4 + 8 * more); more++) {
        }
        g_assert(more <= 3);
    }
    len += 1 + more;
    bytes[0] = more ? (uint8_t)(more << 6 | (len & 15)) : (uint8_t)len;
    for (size_t i = 0; i < more; i++) {
        bytes[1 + i] = (uint8_t)(len >> (4 + 8 * i));
    }
    g_byte_array_set_size(b, b->len + (guint)(1 + more));
    memmove(b->data + begin + 1 + more, b->data + begin, b->len - begin - 1 - more);
    memcpy(b->data + begin, bytes, 1 + more);
}

size_t aml_begin_scope(GByteArray *b, const char *name)
{
    acpi_put(b, AML_SCOPE, 1);
    size_t begin = b->len;
    put_name(b, name);
    return begin;
}

size_t aml_begin_device(GByteArray *b, const char *name)
{
    acpi_put(b, AML_EXTENDED, 1);
    acpi_put(b, AML_DEVICE, 1);
    size_t begin = b->len;
    put_name(b, name);
    return begin;
}

size_t aml_begin_method(GByteArray *b, const char *name, unsigned n_args)
{
    acpi_put(b, AML_METHOD, 1);
    size_t begin = b->len;
    put_name(b, name);
    acpi_put(b, n_args, 1); /* not serialized */
    return begin;
}

void aml_name_integer(GByteArray *b, const char *name, uint64_t value)
{
    acpi_put(b, AML_NAME, 1);
    put_name(b, name);
    put_integer(b, value);
}

void aml_name_string(GByteArray *b, const char *name, const char *value)
{
    acpi_put(b, AML_NAME, 1);
    put_name(b, name);
    acpi_put(b, AML_STRING, 1);
    g_byte_array_append(b, (const guint8 *)value, (guint)strlen(value) + 1);
}

void aml_name_resources(GByteArray *b, const char *name, GByteArray *resources)
{
    acpi_put(resources, 0x79, 1); /* end tag; a checksum of 0 is not checked */
    acpi_put(resources, 0, 1);
    acpi_put(b, AML_NAME, 1);
    put_name(b, name);
    acpi_put(b, AML_BUFFER, 1);
    size_t begin = b->len;
    put_integer(b, resources->len);
    g_byte_array_append(b, resources->data, resources->len);
    aml_end(b, begin);
    g_byte_array_unref(resources);
}

void aml_notify(GByteArray *b, const char *device, uint64_t value)
{
    acpi_put(b, AML_NOTIFY, 1);
    put_name(b, device);
    put_integer(b, value);
}

/* ---- resources: large descriptors are a tag, the length of the rest, and the rest */

void aml_resource_memory(GByteArray *r, uint32_t base, uint32_t len)
{
    acpi_put(r, 0x86, 1);
    acpi_put(r, 9, 2);
    acpi_put(r, 1, 1); /* writable */
    acpi_put(r, base, 4);
    acpi_put(r, len, 4);
}

void aml_resource_interrupt(GByteArray *r, uint32_t gsi)
{
    acpi_put(r, 0x89, 1);
    acpi_put(r, 6, 2);
    acpi_put(r, 1, 1); /* consumer, level, high, exclusive */
    acpi_put(r, 1, 1);
    acpi_put(r, gsi, 4);
}

void aml_resource_gpio_event(GByteArray *r, uint16_t pin, const char *controller)
{
    enum { PINS_AT = 23, NAME_AT = PINS_AT + 2 }; /* from the tag on */
    size_t name_len = strlen(controller) + 1;

    acpi_put(r, 0x8c, 1);
    acpi_put(r, NAME_AT - 3 + name_len, 2);
    acpi_put(r, 1, 1); /* revision */
    acpi_put(r, 0, 1); /* an interrupt */
    acpi_put(r, 1, 2); /* consumer */
    acpi_put(r, 1, 2); /* edge, high, exclusive */
    acpi_put(r, 1, 1); /* pulled up */
    acpi_put(r, 0, 2); /* drive strength */
    acpi_put(r, 0, 2); /* no debouncing */
    acpi_put(r, PINS_AT, 2);
    acpi_put(r, 0, 1); /* index of the controller */
    acpi_put(r, NAME_AT, 2);
    acpi_put(r, NAME_AT + name_len, 2); /* vendor data: none */
    acpi_put(r, 0, 2);
    acpi_put(r, pin, 2);
    g_byte_array_append(r, (const guint8 *)controller, (guint)name_len);
}
