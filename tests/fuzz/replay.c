/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target without a fuzzer: over the files of a corpus, and over mutations of them that
 * are the same each time. The program's name is X-replay; FUZZ_CORPUS names the folder with corpus
 * X, MUTATIONS says how many of each file. */
#include "tests/fuzz/fuzz.h"
#include "tests/lib/tap.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

/* xorshift64: the same numbers everywhere. */
static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static size_t below(size_t n)
{
    return n ? next_random() % n : 0;
}

static void run(const GByteArray *input)
{
    /* An exact copy, so that a sanitizer sees the first byte read beyond. */
    g_autofree uint8_t *copy = g_memdup2(input->data, input->len);

    LLVMFuzzerTestOneInput(copy, input->len);
}

/* A few bytes changed, removed, doubled, or taken from another file. */
static void mutate(GByteArray *a, const GByteArray *other)
{
    static const uint8_t odd[] = "{}[]:,\"'\\\xff\x80-0.e=%@#\n";

    for (size_t n = 1 + below(4); n; n--) {
        size_t at = below(a->len);
        size_t want = 1 + below(8);
        size_t len = MIN(want, a->len - at);
        size_t from = below(other->len);

        switch (below(5)) {
        case 0:
            if (a->len) {
                a->data[at] ^= (uint8_t)(1u << below(8));
            }
            break;
        case 1:
            if (a->len) {
                a->data[at] = odd[below(sizeof(odd) - 1)];
            }
            break;
        case 2:
            if (len) {
                g_byte_array_remove_range(a, (guint)at, (guint)len);
            }
            break;
        case 3:
            if (len) {
                g_autofree uint8_t *piece = g_memdup2(a->data + at, len);

                g_byte_array_append(a, piece, (guint)len);
            }
            break;
        default:
            g_byte_array_append(a, other->data + from, (guint)(other->len - from));
        }
    }
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    const char *const *x = a, *const *y = b;

    return strcmp(*x, *y);
}

static GPtrArray *read_corpus(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    GPtrArray *files = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    }
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        char *text;
        gsize len;

        if (g_file_get_contents(names->pdata[i], &text, &len, NULL)) {
            g_ptr_array_add(files, g_byte_array_new_take((guint8 *)text, len));
        }
    }
    return files;
}

int main(int argc, char **argv)
{
    const char *corpora = getenv("FUZZ_CORPUS");
    const char *mutations = getenv("MUTATIONS");
    g_autofree char *name = g_path_get_basename(argv[0]);
    char *dash = strrchr(name, '-');

    if (argc != 1 || !corpora || !mutations || !dash) {
        g_printerr("FUZZ_CORPUS and MUTATIONS have to be set\n");
        return 1;
    }
    *dash = 0;
    g_autofree char *folder = g_build_filename(corpora, name, NULL);
    g_autoptr(GPtrArray) files = read_corpus(folder);
    unsigned long per_file = strtoul(mutations, NULL, 10), n = 0;
    for (guint i = 0; i < files->len; i++) {
        const GByteArray *file = files->pdata[i];

        seed = 88172645463325252u + i;
        run(file);
        for (unsigned long j = 0; j < per_file; j++, n++) {
            g_autoptr(GByteArray) a = g_byte_array_new();

            g_byte_array_append(a, file->data, file->len);
            mutate(a, files->pdata[below(files->len)]);
            run(a);
        }
    }
    tap_ok(files->len, folder, "%s: %u texts, %lu mutations", name, files->len, n);
    return tap_done();
}
