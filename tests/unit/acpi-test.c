/* SPDX-License-Identifier: MIT */
/* ACPI: byte code against the encodings of the specification, and tables linked as firmware would
 * link them. */
#include "hw/acpi/aml.h"
#include "hw/acpi/table.h"

#include "tests/lib/check-main.h"
#include "util/bits.h"
#include <string.h>

enum { COMMAND_BYTES = 128 };

static void ends_in(GByteArray *b, const char *what, const void *bytes, size_t len)
{
    ck_assert_msg(b->len == len && memcmp(b->data, bytes, len) == 0, "%s", what);
    g_byte_array_set_size(b, 0);
}
#define IS(b, ...) \
    ends_in(b, #__VA_ARGS__, (uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}))

START_TEST(integers)
{
    g_autoptr(GByteArray) b = g_byte_array_new();

    aml_name_integer(b, "_UID", 0);
    IS(b, 8, '_', 'U', 'I', 'D', 0);
    aml_name_integer(b, "_UID", 1);
    IS(b, 8, '_', 'U', 'I', 'D', 1);
    aml_name_integer(b, "_UID", 255);
    IS(b, 8, '_', 'U', 'I', 'D', 0x0a, 255);
    aml_name_integer(b, "_UID", 256);
    IS(b, 8, '_', 'U', 'I', 'D', 0x0b, 0, 1);
    aml_name_integer(b, "_UID", 0x12345678);
    IS(b, 8, '_', 'U', 'I', 'D', 0x0c, 0x78, 0x56, 0x34, 0x12);
    aml_name_integer(b, "_UID", 0x100000000);
    IS(b, 8, '_', 'U', 'I', 'D', 0x0e, 0, 0, 0, 0, 1, 0, 0, 0);
}
END_TEST

START_TEST(names)
{
    g_autoptr(GByteArray) b = g_byte_array_new();

    aml_name_string(b, "A", "x");
    IS(b, 8, 'A', '_', '_', '_', 0x0d, 'x', 0);
    aml_notify(b, "\\AB.CD", 0x80);
    IS(b, 0x86, '\\', 0x2e, 'A', 'B', '_', '_', 'C', 'D', '_', '_', 0x0a, 0x80);
    aml_notify(b, "A.B.C", 0);
    IS(b, 0x86, 0x2f, 3, 'A', '_', '_', '_', 'B', '_', '_', '_', 'C', '_', '_', '_', 0);
}
END_TEST

/* Six bits in one byte; then four and eight in two; and in three. */
START_TEST(lengths)
{
    g_autoptr(GByteArray) b = g_byte_array_new();
    g_autofree char *text = g_strnfill(5000, 'x');
    size_t device = aml_begin_device(b, "D");

    aml_end(b, device);
    IS(b, 0x5b, 0x82, 5, 'D', '_', '_', '_');
    device = aml_begin_device(b, "D");
    text[52] = '\0'; /* 4 of the name, 6 before and 1 after the text: 63 with the length itself */
    aml_name_string(b, "S", text);
    aml_end(b, device);
    ck_assert_uint_eq(b->data[2], 0x40 | (b->len - 2) % 16);
    ck_assert_uint_eq(b->data[3], (b->len - 2) >> 4);
    g_byte_array_set_size(b, 0);
    device = aml_begin_device(b, "D");
    text[52] = 'x';
    text[51] = '\0';
    aml_name_string(b, "S", text);
    aml_end(b, device);
    ck_assert_uint_eq(b->data[2], 63);
    ck_assert_uint_eq(b->len, 2 + 63);
    g_byte_array_set_size(b, 0);
    text[51] = 'x';
    size_t scope = aml_begin_scope(b, "\\_SB");
    size_t method = aml_begin_method(b, "_E03", 2);
    aml_end(b, method);
    aml_name_string(b, "S", text);
    aml_end(b, scope);
    ck_assert_uint_eq(b->data[1] >> 6, 2);
    ck_assert_uint_eq((b->data[1] & 15u) | (uint32_t)b->data[2] << 4 | (uint32_t)b->data[3] << 12,
                      b->len - 1);
    ck_assert(memcmp(b->data + 4, "\\_SB_\x14\x06_E03\x02\x08S___\x0dxxx", 21) == 0);
}
END_TEST

START_TEST(resources)
{
    g_autoptr(GByteArray) b = g_byte_array_new();
    GByteArray *r = g_byte_array_new();

    aml_resource_memory(r, 0x09000000, 0x1000);
    aml_resource_interrupt(r, 33);
    aml_name_resources(b, "_CRS", r);
    IS(b, 8, '_', 'C', 'R', 'S', 0x11, 26, 0x0a, 23, 0x86, 9, 0, 1, 0, 0, 0, 9, 0, 0x10, 0, 0, 0x89,
       6, 0, 1, 1, 33, 0, 0, 0, 0x79, 0);
    aml_resource_gpio_event(b, 3, "GPO0");
    ck_assert_uint_eq(ld_le(b->data + 1, 2), b->len - 3);
    ck_assert_uint_eq(b->data[ld_le(b->data + 14, 2)], 3);
    ck_assert_str_eq((char *)b->data + ld_le(b->data + 17, 2), "GPO0");
}
END_TEST

/* ---- tables */

static GByteArray *file_of(AcpiTables *t, const uint8_t *name)
{
    return strcmp((const char *)name, ACPI_FILE_RSDP) == 0 ? t->rsdp : t->blob;
}

static uint8_t sum_of(const GByteArray *b, size_t start, size_t len)
{
    uint8_t sum = 0;

    ck_assert(start + len <= b->len);
    for (size_t i = 0; i < len; i++) {
        sum = (uint8_t)(sum + b->data[start + i]);
    }
    return sum;
}

/* As firmware does, with the tables at an address of its choice. */
static void link_at(AcpiTables *t, uint64_t base)
{
    const uint8_t *c = t->linker->data;

    ck_assert_uint_eq(t->linker->len % COMMAND_BYTES, 0);
    for (; c < t->linker->data + t->linker->len; c += COMMAND_BYTES) {
        GByteArray *b = file_of(t, c + 4);

        if (ld_le(c, 4) == 2) {
            uint8_t *at = b->data + ld_le(c + 116, 4);

            ck_assert_str_eq((const char *)c + 60, ACPI_FILE_TABLES);
            ck_assert_uint_eq(c[120], 8);
            ck_assert_uint_lt(ld_le(at, 8), t->blob->len);
            st_le(at, 8, ld_le(at, 8) + base);
        } else if (ld_le(c, 4) == 3) {
            size_t at = ld_le(c + 60, 4), start = ld_le(c + 64, 4), len = ld_le(c + 68, 4);

            b->data[at] = (uint8_t)(b->data[at] - sum_of(b, start, len));
        } else {
            ck_assert_uint_eq(ld_le(c, 4), 1);
        }
    }
}

START_TEST(linked)
{
    enum { BASE = 0x12340000 };
    AcpiTables *t = acpi_tables_new("AB", "TABLE");
    size_t hidden = acpi_begin(t, "DSDT", 2);

    acpi_u32(t, 1);
    acpi_end(t, hidden);
    size_t shown = acpi_begin(t, "FACP", 6);
    acpi_memory_register(t, 0x09000000, 4);
    acpi_pointer(t, hidden);
    acpi_zeros(t, 3);
    acpi_end_listed(t, shown);
    acpi_finish(t);
    link_at(t, BASE);
    const uint8_t *rsdp = t->rsdp->data;
    uint64_t xsdt = ld_le(rsdp + 24, 8) - BASE;
    ck_assert(memcmp(rsdp, "RSD PTR ", 8) == 0);
    ck_assert_uint_eq(sum_of(t->rsdp, 0, 20), 0);
    ck_assert_uint_eq(sum_of(t->rsdp, 0, 36), 0);
    ck_assert(memcmp(t->blob->data + xsdt, "XSDT", 4) == 0);
    ck_assert_uint_eq(ld_le(t->blob->data + xsdt + 4, 4), 36 + 8);
    ck_assert_uint_eq(ld_le(t->blob->data + xsdt + 36, 8), BASE + shown);
    ck_assert_uint_eq(ld_le(t->blob->data + shown + 48, 8), BASE + hidden);
    ck_assert(memcmp(t->blob->data + shown + 10, "AB\0\0\0\0TABLE\0\0\0", 14) == 0);
    ck_assert_uint_eq(ld_le(t->blob->data + shown + 36, 4), 0x03002000);
    for (size_t at = 0; at < t->blob->len; at += ld_le(t->blob->data + at + 4, 4)) {
        ck_assert_uint_eq(sum_of(t->blob, at, ld_le(t->blob->data + at + 4, 4)), 0);
    }
    acpi_tables_free(t);
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("acpi");
    TCase *tc = tcase_create("acpi");

    tcase_add_test(tc, integers);
    tcase_add_test(tc, names);
    tcase_add_test(tc, lengths);
    tcase_add_test(tc, resources);
    tcase_add_test(tc, linked);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
