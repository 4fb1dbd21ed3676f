/* SPDX-License-Identifier: MIT */
/* Fuzz target: the schema generator up to its model. It is a program that ends at the first error
 * and frees nothing; here the end is a jump back, and leaks are not looked for. */
#include "qapi/gen/gen.h"
#include "tests/fuzz/fuzz.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static jmp_buf refused;

void fail(Loc loc, const char *fmt, ...)
{
    g_assert(loc.file && loc.line >= 1 && *fmt);
    longjmp(refused, 1);
}

void fail_syntax(Loc loc, const char *fmt, ...)
{
    g_assert(loc.file && loc.line >= 1 && loc.col >= 1 && *fmt);
    longjmp(refused, 1);
}

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

static char *path;

static void remove_file(void)
{
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Files that a text could include are none of ours. */
    if (memmem(data, size, "include", strlen("include"))) {
        return 0;
    }
    if (!path) {
        int fd = g_file_open_tmp("poise-fuzz-XXXXXX", &path, NULL);

        g_assert(fd >= 0);
        close(fd);
        atexit(remove_file);
    }
    g_assert(g_file_set_contents(path, (const char *)data, (gssize)size, NULL));
    if (!setjmp(refused)) {
        Source *src = parse_file(path);

        check_source(src);
        model_build(src);
    }
    return 0;
}
