/* SPDX-License-Identifier: MIT */
/* Flattened device trees (Devicetree Specification v0.4), built with libfdt. Running out of room
 * grows the blob; any other failure is our bug. */
#ifndef HW_CORE_FDT_H
#define HW_CORE_FDT_H

#include "util/error.h"
#include <stdarg.h>
#include <stdint.h>

typedef struct FdtBuilder FdtBuilder;

/* Where a board put a device: what its class needs to write its node. */
typedef struct FdtPlace {
    uint64_t addr, size; /* of region 0 */
    uint32_t irq;        /* shared interrupt number of output 0 */
    uint32_t clock;      /* phandle of the board's bus clock */
    uint32_t phandle;    /* of the node itself; 0: none */
} FdtPlace;

/* An empty tree, root with two address and two size cells. */
FdtBuilder *fdt_builder_new(uint32_t first_phandle);
/* The tree of a file; an error names it. */
FdtBuilder *fdt_builder_load(const char *path, Error **errp);
void fdt_builder_free(FdtBuilder *b);
/* The packed blob. (transfer full) */
GBytes *fdt_builder_finish(FdtBuilder *b);

bool fdt_has_node(FdtBuilder *b, const char *path);
/* Creates the node; its parent must exist. */
void fdt_node(FdtBuilder *b, const char *path);
void fdt_prop_empty(FdtBuilder *b, const char *path, const char *name);
void fdt_prop_str(FdtBuilder *b, const char *path, const char *name, const char *value);
/* Several strings, ended by NULL. */
void fdt_prop_strs(FdtBuilder *b, const char *path, const char *name, ...) G_GNUC_NULL_TERMINATED;
/* n 32-bit cells. */
void fdt_prop_cells(FdtBuilder *b, const char *path, const char *name, size_t n, ...);
void fdt_prop_u64(FdtBuilder *b, const char *path, const char *name, uint64_t value);
void fdt_prop_bytes(FdtBuilder *b, const char *path, const char *name, const void *data,
                    size_t len);
/* <address size> pairs of two cells each. */
void fdt_prop_reg(FdtBuilder *b, const char *path, size_t n_pairs, ...);
uint32_t fdt_new_phandle(FdtBuilder *b);

#endif
