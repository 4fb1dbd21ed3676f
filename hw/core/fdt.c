/* SPDX-License-Identifier: MIT */
/* Flattened device trees, built with libfdt. */
#include "hw/core/fdt.h"

#include "util/bits.h"
#include <libfdt.h>
#include <string.h>

#define FIRST_SIZE (32 * KiB)

struct FdtBuilder {
    void *blob;
    size_t size;
    uint32_t next_phandle;
};

static void grow(FdtBuilder *b)
{
    b->size *= 2;
    b->blob = g_realloc(b->blob, b->size);
    g_assert(fdt_open_into(b->blob, b->blob, (int)b->size) == 0);
}

FdtBuilder *fdt_builder_new(uint32_t first_phandle)
{
    FdtBuilder *b = g_new0(FdtBuilder, 1);

    b->size = FIRST_SIZE;
    b->blob = g_malloc(b->size);
    b->next_phandle = first_phandle;
    g_assert(fdt_create_empty_tree(b->blob, (int)b->size) == 0);
    fdt_prop_cells(b, "/", "#address-cells", 1, 2u);
    fdt_prop_cells(b, "/", "#size-cells", 1, 2u);
    return b;
}

FdtBuilder *fdt_builder_load(const char *path, Error **errp)
{
    g_autofree char *data = NULL;
    gsize len;

    if (!g_file_get_contents(path, &data, &len, NULL)) {
        error_set_code(errp, ERROR_CODE_HOST_FAILURE, "Couldn't open dtb file %s", path);
        return NULL;
    }
    if (len < sizeof(struct fdt_header) || fdt_check_header(data) || fdt_totalsize(data) > len ||
        fdt_check_full(data, len)) {
        error_set_code(errp, ERROR_CODE_FORMAT_INVALID, "dtb file %s is not a valid device tree",
                       path);
        return NULL;
    }
    FdtBuilder *b = g_new0(FdtBuilder, 1);
    b->size = len + FIRST_SIZE;
    b->blob = g_malloc(b->size);
    g_assert(fdt_open_into(data, b->blob, (int)b->size) == 0);
    b->next_phandle = fdt_get_max_phandle(b->blob) + 1;
    return b;
}

void fdt_builder_free(FdtBuilder *b)
{
    g_free(b->blob);
    g_free(b);
}

GBytes *fdt_builder_finish(FdtBuilder *b)
{
    fdt_pack(b->blob);
    GBytes *bytes = g_bytes_new(b->blob, fdt_totalsize(b->blob));
    g_assert(fdt_open_into(b->blob, b->blob, (int)b->size) == 0);
    return bytes;
}

bool fdt_has_node(FdtBuilder *b, const char *path)
{
    return fdt_path_offset(b->blob, path) >= 0;
}

void fdt_node(FdtBuilder *b, const char *path)
{
    const char *slash = strrchr(path, '/');
    int parent = slash == path ? 0 : fdt_path_offset_namelen(b->blob, path, (int)(slash - path));
    int rc;

    g_assert(parent >= 0);
    while ((rc = fdt_add_subnode(b->blob, parent, slash + 1)) == -FDT_ERR_NOSPACE) {
        grow(b);
    }
    g_assert(rc >= 0);
}

void fdt_prop_bytes(FdtBuilder *b, const char *path, const char *name, const void *data, size_t len)
{
    int node = fdt_path_offset(b->blob, path), rc;

    g_assert(node >= 0);
    while ((rc = fdt_setprop(b->blob, node, name, data, (int)len)) == -FDT_ERR_NOSPACE) {
        grow(b);
    }
    g_assert(rc == 0);
}

void fdt_prop_empty(FdtBuilder *b, const char *path, const char *name)
{
    fdt_prop_bytes(b, path, name, "", 0);
}

void fdt_prop_str(FdtBuilder *b, const char *path, const char *name, const char *value)
{
    fdt_prop_bytes(b, path, name, value, strlen(value) + 1);
}

void fdt_prop_strs(FdtBuilder *b, const char *path, const char *name, ...)
{
    g_autoptr(GString) list = g_string_new(NULL);
    const char *s;
    va_list ap;

    va_start(ap, name);
    while ((s = va_arg(ap, const char *))) {
        g_string_append_len(list, s, (gssize)strlen(s) + 1);
    }
    va_end(ap);
    fdt_prop_bytes(b, path, name, list->str, list->len);
}

void fdt_prop_cells(FdtBuilder *b, const char *path, const char *name, size_t n, ...)
{
    g_autofree uint32_t *cells = g_new(uint32_t, n);
    va_list ap;

    va_start(ap, n);
    for (size_t i = 0; i < n; i++) {
        cells[i] = cpu_to_fdt32(va_arg(ap, uint32_t));
    }
    va_end(ap);
    fdt_prop_bytes(b, path, name, cells, n * sizeof(cells[0]));
}

void fdt_prop_u64(FdtBuilder *b, const char *path, const char *name, uint64_t value)
{
    uint64_t be = cpu_to_fdt64(value);

    fdt_prop_bytes(b, path, name, &be, sizeof(be));
}

void fdt_prop_reg(FdtBuilder *b, const char *path, size_t n_pairs, ...)
{
    g_autofree uint64_t *v = g_new(uint64_t, n_pairs * 2);
    va_list ap;

    va_start(ap, n_pairs);
    for (size_t i = 0; i < n_pairs * 2; i++) {
        v[i] = cpu_to_fdt64(va_arg(ap, uint64_t));
    }
    va_end(ap);
    fdt_prop_bytes(b, path, "reg", v, n_pairs * 2 * sizeof(v[0]));
}

uint32_t fdt_new_phandle(FdtBuilder *b)
{
    return b->next_phandle++;
}
