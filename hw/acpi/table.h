/* SPDX-License-Identifier: MIT */
/* ACPI tables (ACPI 6.4, chapter 5) in one blob, and the commands by which firmware puts it into
 * memory: pointers and checksums are final only where it ends up. */
#ifndef HW_ACPI_TABLE_H
#define HW_ACPI_TABLE_H

#include <glib.h>
#include <stdint.h>

typedef struct AcpiTables {
    GByteArray *blob;   /* the tables, one after the other */
    GByteArray *rsdp;   /* the root pointer */
    GByteArray *linker; /* commands of 128 bytes */
    GArray *tables;     /* of size_t: offsets of those that the root table lists */
    char oem_id[7], oem_table_id[9];
} AcpiTables;

/* Names of the firmware configuration's files that the blobs are. */
#define ACPI_FILE_TABLES "etc/acpi/tables"
#define ACPI_FILE_RSDP   "etc/acpi/rsdp"
#define ACPI_FILE_LINKER "etc/table-loader"

/* Texts are cut, or padded with zeros, to 6 and 8 characters. */
AcpiTables *acpi_tables_new(const char *oem_id, const char *oem_table_id);
void acpi_tables_free(AcpiTables *t);

/* Appends size bytes, least significant first. */
void acpi_put(GByteArray *b, uint64_t value, unsigned size);
static inline void acpi_u8(AcpiTables *t, uint8_t v)
{
    acpi_put(t->blob, v, 1);
}
static inline void acpi_u16(AcpiTables *t, uint16_t v)
{
    acpi_put(t->blob, v, 2);
}
static inline void acpi_u32(AcpiTables *t, uint32_t v)
{
    acpi_put(t->blob, v, 4);
}
static inline void acpi_u64(AcpiTables *t, uint64_t v)
{
    acpi_put(t->blob, v, 8);
}
void acpi_zeros(AcpiTables *t, unsigned n);
/* A register of 8 * access bits in memory (Generic Address Structure). */
void acpi_memory_register(AcpiTables *t, uint64_t addr, unsigned access);

/* A table's header; returns its offset for acpi_end. */
size_t acpi_begin(AcpiTables *t, const char signature[4], uint8_t revision);
void acpi_end(AcpiTables *t, size_t begin);
/* The same, and the root table will list it. */
void acpi_end_listed(AcpiTables *t, size_t begin);
/* A pointer of 8 bytes to something in the blob. */
void acpi_pointer(AcpiTables *t, size_t offset);
/* Root table and root pointer, after everything else. */
void acpi_finish(AcpiTables *t);

#endif
