/* SPDX-License-Identifier: MIT */
/* ACPI tables in one blob, and the commands that link it. */
#include "hw/acpi/table.h"

#include "util/bits.h"
#include <string.h>

enum {
    HEADER_BYTES = 36,
    RSDP_BYTES = 36,
    RSDP_OLD_BYTES = 20, /* of revision 0, with a checksum of their own */
    COMMAND_BYTES = 128,
    FILE_NAME_BYTES = 56,
};
enum { COMMAND_ALLOCATE = 1, COMMAND_ADD_POINTER = 2, COMMAND_ADD_CHECKSUM = 3 };
enum { ZONE_HIGH = 1, ZONE_LOW = 2 };

/* ---- commands for firmware */

static void put_file_name(GByteArray *b, const char *name)
{
    char field[FILE_NAME_BYTES] = {0};

    g_strlcpy(field, name, sizeof(field));
    g_byte_array_append(b, (const guint8 *)field, sizeof(field));
}

static void pad(GByteArray *b, size_t len)
{
    while (b->len < len) {
        acpi_put(b, 0, 1);
    }
}

static void link_allocate(GByteArray *l, const char *file, uint32_t align, uint8_t zone)
{
    size_t end = l->len + COMMAND_BYTES;

    acpi_put(l, COMMAND_ALLOCATE, 4);
    put_file_name(l, file);
    acpi_put(l, align, 4);
    acpi_put(l, zone, 1);
    pad(l, end);
}

/* 8 bytes at `at` of one file hold an offset in the tables: it becomes an address. */
static void link_pointer(GByteArray *l, const char *file, size_t at)
{
    size_t end = l->len + COMMAND_BYTES;

    acpi_put(l, COMMAND_ADD_POINTER, 4);
    put_file_name(l, file);
    put_file_name(l, ACPI_FILE_TABLES);
    acpi_put(l, at, 4);
    acpi_put(l, 8, 1);
    pad(l, end);
}

static void link_checksum(GByteArray *l, const char *file, size_t at, size_t start, size_t len)
{
    size_t end = l->len + COMMAND_BYTES;

    acpi_put(l, COMMAND_ADD_CHECKSUM, 4);
    put_file_name(l, file);
    acpi_put(l, at, 4);
    acpi_put(l, start, 4);
    acpi_put(l, len, 4);
    pad(l, end);
}

/* ---- tables */

static void pad_text(char *ret, size_t len, const char *text)
{
    size_t n = MIN(strlen(text), len);

    memset(ret, 0, len + 1);
    memcpy(ret, text, n);
}

AcpiTables *acpi_tables_new(const char *oem_id, const char *oem_table_id)
{
    AcpiTables *t = g_new0(AcpiTables, 1);

    t->blob = g_byte_array_new();
    t->rsdp = g_byte_array_new();
    t->linker = g_byte_array_new();
    t->tables = g_array_new(FALSE, FALSE, sizeof(size_t));
    pad_text(t->oem_id, 6, oem_id);
    pad_text(t->oem_table_id, 8, oem_table_id);
    link_allocate(t->linker, ACPI_FILE_RSDP, 16, ZONE_LOW);
    link_allocate(t->linker, ACPI_FILE_TABLES, 64, ZONE_HIGH);
    return t;
}

void acpi_tables_free(AcpiTables *t)
{
    g_byte_array_unref(t->blob);
    g_byte_array_unref(t->rsdp);
    g_byte_array_unref(t->linker);
    g_array_unref(t->tables);
    g_free(t);
}

void acpi_put(GByteArray *b, uint64_t value, unsigned size)
{
    uint8_t bytes[8];

    st_le(bytes, 8, value);
    g_byte_array_append(b, bytes, size);
}

void acpi_zeros(AcpiTables *t, unsigned n)
{
    pad(t->blob, t->blob->len + n);
}

void acpi_memory_register(AcpiTables *t, uint64_t addr, unsigned access)
{
    acpi_u8(t, 0); /* system memory */
    acpi_u8(t, (uint8_t)(8 * access));
    acpi_u8(t, 0);
    acpi_u8(t, access ? (uint8_t)(__builtin_ctz(access) + 1) : 0);
    acpi_u64(t, addr);
}

size_t acpi_begin(AcpiTables *t, const char signature[4], uint8_t revision)
{
    size_t begin = t->blob->len;

    g_byte_array_append(t->blob, (const guint8 *)signature, 4);
    acpi_u32(t, 0); /* length */
    acpi_u8(t, revision);
    acpi_u8(t, 0); /* checksum */
    g_byte_array_append(t->blob, (const guint8 *)t->oem_id, 6);
    g_byte_array_append(t->blob, (const guint8 *)t->oem_table_id, 8);
    acpi_u32(t, 1);
    g_byte_array_append(t->blob, (const guint8 *)"BXPC", 4);
    acpi_u32(t, 1);
    g_assert(t->blob->len - begin == HEADER_BYTES);
    return begin;
}

void acpi_end(AcpiTables *t, size_t begin)
{
    size_t len = t->blob->len - begin;

    st_le(t->blob->data + begin + 4, 4, len);
    link_checksum(t->linker, ACPI_FILE_TABLES, begin + 9, begin, len);
}

void acpi_end_listed(AcpiTables *t, size_t begin)
{
    g_array_append_val(t->tables, begin);
    acpi_end(t, begin);
}

void acpi_pointer(AcpiTables *t, size_t offset)
{
    link_pointer(t->linker, ACPI_FILE_TABLES, t->blob->len);
    acpi_u64(t, offset);
}

void acpi_finish(AcpiTables *t)
{
    size_t xsdt = acpi_begin(t, "XSDT", 1);
    GByteArray *r = t->rsdp;

    for (guint i = 0; i < t->tables->len; i++) {
        acpi_pointer(t, g_array_index(t->tables, size_t, i));
    }
    acpi_end(t, xsdt);
    g_byte_array_append(r, (const guint8 *)"RSD PTR ", 8);
    acpi_put(r, 0, 1); /* checksum of the old part */
    g_byte_array_append(r, (const guint8 *)t->oem_id, 6);
    acpi_put(r, 2, 1); /* revision */
    acpi_put(r, 0, 4); /* no RSDT */
    acpi_put(r, RSDP_BYTES, 4);
    acpi_put(r, xsdt, 8);
    acpi_put(r, 0, 4); /* checksum of all, reserved */
    link_checksum(t->linker, ACPI_FILE_RSDP, 8, 0, RSDP_OLD_BYTES);
    link_pointer(t->linker, ACPI_FILE_RSDP, 24);
    link_checksum(t->linker, ACPI_FILE_RSDP, 32, 0, RSDP_BYTES);
}
